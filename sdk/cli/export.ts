// `relata export`: what a tenant's administrators made, as text files fit for git, and for `relata apply` elsewhere.
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Command } from 'commander'
import { RelataError } from '../errors.ts'
import { hintAmong } from '../metadata/shape-fault.ts'
import { readPackage } from '../metadata/read-package.ts'
import { KINDS, type PackageSource } from '../metadata/source.ts'
import { METADATA_FOLDER } from '../plugin/build/modules.ts'
import { connect, count, examples, type ExitCode, run, type ServerOptions, withServer, write } from './command.ts'
import { packagesOfPlugins } from './plugin/installed.ts'

interface ExportOptions extends ServerOptions {
  package?: readonly string[]
}

export function addExportCommand(program: Command): void {
  const command = withServer(program.command('export'))
  examples(command, 'relata export acme', 'relata export acme --package custom', 'relata apply acme --tenant acme-test')
  command
    .description('write the metadata of a tenant as package folders')
    .argument('<folder>', 'in which each package gets a folder')
    .option('--package <name...>', 'only these (default: all but those of the server and of plugins)')
    .addHelpText(
      'after',
      '\nFiles that the tenant no longer has are removed from the folders of the packages that are written.',
    )
    .action((folder: string, options: ExportOptions) => run(() => exportTo(folder, options)))
}

async function exportTo(folder: string, options: ExportOptions): Promise<ExitCode> {
  const relata = connect(options)
  const { version, packages } = await relata.metadata.read()
  const ofPlugins = options.package ? [] : await packagesOfPlugins(relata)
  const chosen = options.package ? named(packages, options.package) : await ownOf(packages, ofPlugins)
  for (const source of chosen) {
    const { written, removed } = await writePackage(join(folder, source.name), source)
    const gone = removed > 0 ? `, ${removed} removed` : ''
    write(`  ${join(folder, source.name)}: ${count(written, 'file')}${gone}`)
  }
  if (chosen.length === 0) write('Nothing to export: the tenant has the packages of the server and of plugins only.')
  else write(`Version ${version} is exported. For another tenant: relata apply ${folder} --tenant …`)
  if (ofPlugins.length > 0) write(`Install the plugins there as well: ${ofPlugins.join(', ')}`)
  return 0
}

/** @throws RL104 */
function named(packages: readonly PackageSource[], names: readonly string[]): PackageSource[] {
  return names.map((name) => {
    const found = packages.find((source) => source.name === name)
    if (found) return found
    const known = packages.map((source) => source.name)
    throw new RelataError('RL104', `The tenant has no package “${name}”.`, hintAmong(name, known))
  })
}

/** Packages that came with the server as they are need no copy; a changed one does. */
async function ownOf(packages: readonly PackageSource[], ofPlugins: readonly string[]): Promise<PackageSource[]> {
  const kept = await Promise.all(
    packages.map(async (source) => {
      if (source.name === 'system' || ofPlugins.includes(source.name)) return false
      const shipped = join(METADATA_FOLDER, source.name)
      return !existsSync(shipped) || !isDeepStrictEqual((await readPackage(shipped)).source.files, source.files)
    }),
  )
  return packages.filter((_source, at) => kept[at])
}

async function writePackage(
  folder: string,
  { name, files }: PackageSource,
): Promise<{ written: number; removed: number }> {
  const before = existsSync(folder) ? (await readPackage(folder)).source : undefined
  if (before && existsSync(join(folder, 'package.json')) && before.name !== name)
    throw new RelataError('RL207', `${folder} is the package “${before.name}”; “${name}” would write over it.`)
  let written = 0
  for (const [path, value] of Object.entries(files)) {
    const file = join(folder, path)
    const text = `${JSON.stringify(value, null, 2)}\n`
    await mkdir(dirname(file), { recursive: true })
    if (!existsSync(file) || (await readFile(file, 'utf8')) !== text) await writeFile(file, text)
    written++
  }
  const stale = (await metadataFiles(folder)).filter((path) => !Object.hasOwn(files, path))
  for (const path of stale) await rm(join(folder, path))
  return { written, removed: stale.length }
}

async function metadataFiles(folder: string): Promise<string[]> {
  const found = await Promise.all(
    Object.keys(KINDS).map(async (kind) => {
      const names = await readdir(join(folder, kind)).catch(() => [])
      return names.filter((name) => name.endsWith('.json')).map((name) => `${kind}/${name}`)
    }),
  )
  return found.flat()
}
