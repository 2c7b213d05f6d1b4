// `relata types`: relata.d.ts, by which a misspelt field of an entity is an error of the compiler.
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { RelataError } from '../errors.ts'
import { findRequired } from '../plugin/build/known-packages.ts'
import { isPluginFolder, type PluginFolder, readPluginFolder } from '../plugin/build/plugin-folder.ts'
import { typesText } from '../plugin/types/write-types.ts'
import { examples, type ExitCode, run, write, writeProblems, writeError } from './command.ts'
import { withFolder } from './plugin/problems.ts'

export interface TypesOptions {
  out?: string
  with?: readonly string[]
}

export function addTypesCommand(program: Command): void {
  examples(program.command('types'), 'relata types', 'relata types visits --with ../other_plugins')
    .description('write relata.d.ts: the types of entities, actions, settings and secrets that a plugin works with')
    .argument('[folder]', 'of the plugin', '.')
    .option('--out <file>', 'where (default: relata.d.ts in the folder)')
    .option('--with <folder...>', 'more folders in which required packages may stand')
    .action((folder: string, options: TypesOptions) => run(() => types(folder, options)))
}

async function types(folder: string, options: TypesOptions): Promise<ExitCode> {
  const { file, missing, problems, plugin } = await writeTypes(folder, options)
  if (writeProblems(problems, withFolder(plugin)) > 0) return 1
  write(`${file} is written.`)
  for (const name of missing) writeError(`The package “${name}” was not found; name its folder with --with.`)
  return missing.length > 0 ? 1 : 0
}

export interface WrittenTypes {
  file: string
  missing: readonly string[]
  problems: PluginFolder['problems']
  plugin: PluginFolder
}

/** Only when it would be another one, so that nobody who watches the file is woken for nothing. */
export async function writeTypes(folder: string, options: TypesOptions): Promise<WrittenTypes> {
  if (!isPluginFolder(folder)) {
    throw new RelataError('RL101', `There is no plugin in ${folder}: it has no metadata/package.json.`, {
      hint: 'Name the folder of the plugin, or begin one with: relata plugin new NAME',
    })
  }
  const plugin = await readPluginFolder(folder)
  const file = options.out ?? join(folder, 'relata.d.ts')
  if (plugin.problems.length > 0) return { file, missing: [], problems: plugin.problems, plugin }
  const { packages, missing } = await findRequired(plugin, options.with)
  const text = typesText({ packages: [...packages, plugin.source], manifest: plugin.manifest })
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) await writeFile(file, text)
  return { file, missing, problems: [], plugin }
}
