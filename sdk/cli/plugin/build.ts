// `relata plugin build`: types written, code checked and bundled, everything that can be wrong without a server told.
import type { Command } from 'commander'
import { type BuildResult, buildPlugin } from '../../plugin/build/build-plugin.ts'
import { type PluginFolder, readPluginFolder, titleOf } from '../../plugin/build/plugin-folder.ts'
import { count, examples, type ExitCode, run, write, writeError, writeProblems } from '../command.ts'
import { writeTypes } from '../types.ts'
import { checkTypes } from './check-types.ts'
import { withFolder } from './problems.ts'

export interface BuildOptions {
  with?: readonly string[]
  types: boolean
}

export function addBuildCommand(plugin: Command): void {
  withBuild(examples(plugin.command('build'), 'relata plugin build', 'relata plugin build visits --no-types'))
    .description('check a plugin and bundle its code, without a server')
    .argument('[folder]', 'of the plugin', '.')
    .action((folder: string, options: BuildOptions) => run(() => build(folder, options)))
}

/** Of every command that builds. */
export function withBuild(command: Command): Command {
  return command
    .option('--with <folder...>', 'more folders in which required packages may stand')
    .option('--no-types', 'do not ask the TypeScript compiler')
}

async function build(folder: string, options: BuildOptions): Promise<ExitCode> {
  const built = await buildFolder(folder, options)
  if (!built) return 1
  const { before, after, actions, jobs, routes, migrations } = built.plugin.behaviour
  const parts = [
    [before.length + after.length, 'hook'],
    [actions.length, 'action'],
    [jobs.length, 'job'],
    [routes.length, 'route'],
    [migrations.length, 'migration'],
  ] as const
  const has = parts.filter(([number]) => number > 0).map(([number, thing]) => count(number, thing))
  const size = built.plugin.code === null ? 'no code' : `${(Buffer.byteLength(built.plugin.code) / 1024).toFixed(1)} KB`
  write(`${titleOf(built.folder)} builds: ${[...has, size].join(', ')}.`)
  return 0
}

export interface BuiltFolder {
  folder: PluginFolder
  plugin: NonNullable<BuildResult['plugin']>
}

/** @returns undefined when something is wrong, which has been told */
export async function buildFolder(path: string, options: BuildOptions): Promise<BuiltFolder | undefined> {
  await writeTypes(path, options)
  const folder = await readPluginFolder(path)
  const [result, faults] = await Promise.all([
    buildPlugin(folder, options.with),
    options.types ? checkTypes(path) : Promise.resolve([]),
  ])
  for (const warning of result.warnings) writeError(`warning: ${warning}`)
  const problems = writeProblems(result.problems, withFolder(folder)) + faults.length
  for (const fault of faults) writeError(fault)
  if (!result.plugin || problems > 0) {
    writeError(`\n${count(problems, 'problem')}`)
    return undefined
  }
  return { folder, plugin: result.plugin }
}
