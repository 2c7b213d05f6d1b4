// `relata types`: relata.d.ts, by which a misspelt field of an entity is an error of the compiler.
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Command } from 'commander'
import { RelataError } from '../errors.ts'
import type { PackageSource } from '../metadata/source.ts'
import { findRequired } from '../plugin/build/known-packages.ts'
import { isPluginFolder, type PluginFolder, readPluginFolder } from '../plugin/build/plugin-folder.ts'
import { modelOfMeta } from '../plugin/types/from-meta.ts'
import type { TypedModel } from '../plugin/types/model.ts'
import { typesText } from '../plugin/types/write-types.ts'
import {
  connect,
  examples,
  type ExitCode,
  run,
  type ServerOptions,
  withServer,
  write,
  writeError,
  writeProblems,
} from './command.ts'
import { withFolder } from './plugin/problems.ts'

export interface TypesOptions extends ServerOptions {
  out?: string
  server?: true
  with?: readonly string[]
}

export function addTypesCommand(program: Command): void {
  const command = withServer(program.command('types'))
  examples(
    command,
    'relata types',
    'relata types visits --with ../other_plugins',
    'relata types visits --server          what is installed in a tenant, too',
    'relata types --server --out relata.d.ts   for a program that uses relata/client',
  )
  command
    .description('write relata.d.ts: the types of entities, actions, settings and secrets')
    .argument('[folder]', 'of a plugin', '.')
    .option('--out <file>', 'where (default: relata.d.ts in the folder)')
    .option('--with <folder...>', 'more folders in which required packages may stand')
    .option('--server', 'from the tenant, with the metadata of the plugin over it')
    .action((folder: string, options: TypesOptions) => run(() => types(folder, options)))
}

async function types(folder: string, options: TypesOptions): Promise<ExitCode> {
  const { file, missing, problems, plugin } = await writeTypes(folder, options)
  if (writeProblems(problems, plugin ? withFolder(plugin) : []) > 0) return 1
  write(`${file} is written.`)
  for (const name of missing) writeError(`The package “${name}” was not found; name its folder with --with.`)
  return missing.length > 0 ? 1 : 0
}

export interface WrittenTypes {
  file: string
  missing: readonly string[]
  problems: PluginFolder['problems']
  plugin: PluginFolder | undefined
}

/** Only when it would be another one, so that nobody who watches the file is woken for nothing. */
export async function writeTypes(folder: string, options: TypesOptions): Promise<WrittenTypes> {
  const plugin = isPluginFolder(folder) ? await readPluginFolder(folder) : undefined
  if (!plugin && !options.server) {
    throw new RelataError('RL101', `There is no plugin in ${folder}: it has no metadata/package.json.`, {
      hint: 'Name the folder of the plugin, begin one with: relata plugin new NAME, or add --server.',
    })
  }
  const file = options.out ?? join(folder, 'relata.d.ts')
  if (plugin && plugin.problems.length > 0) return { file, missing: [], problems: plugin.problems, plugin }
  const own = plugin ? { packages: [plugin.source], manifest: plugin.manifest } : { packages: [] }
  const { below, from, packages, missing } = options.server
    ? await ofTenant(options)
    : await ofFolders(plugin, options.with)
  const text = typesText({
    ...own,
    packages: [...packages, ...own.packages],
    ...(below ? { below } : {}),
    ...(from === undefined ? {} : { from }),
  })
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) await writeFile(file, text)
  return { file, missing, problems: [], plugin }
}

interface Ground {
  packages: readonly PackageSource[]
  missing: readonly string[]
  below?: TypedModel
  from?: string
}

async function ofFolders(plugin: PluginFolder | undefined, beside: readonly string[] | undefined): Promise<Ground> {
  return plugin ? findRequired(plugin, beside) : { packages: [], missing: [] }
}

async function ofTenant(options: ServerOptions): Promise<Ground> {
  const meta = await connect(options).meta()
  return { packages: [], missing: [], below: modelOfMeta(meta), from: `the tenant ${meta.tenant.slug}` }
}
