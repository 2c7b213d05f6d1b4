// The packages that a plugin stands on, found without a server: beside it, as --with says, or with the sdk (base, system).
import { existsSync, readdirSync, realpathSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { PackageSource } from '../../metadata/source.ts'
import { METADATA_FOLDER } from './modules.ts'
import { type PluginFolder, readPluginFolder, isPluginFolder } from './plugin-folder.ts'
import { readPackage } from '../../metadata/read-package.ts'

export interface KnownPackages {
  /** In the order of their requirements, without the plugin itself. */
  packages: readonly PackageSource[]
  /** Required, and nowhere to be found. */
  missing: readonly string[]
}

/** @param beside more folders to look in: package folders, plugins, or folders of them */
export async function findRequired(plugin: PluginFolder, beside: readonly string[] = []): Promise<KnownPackages> {
  const places = [...beside, dirname(resolve(plugin.path)), METADATA_FOLDER]
  const found = new Map<string, PackageSource>()
  const missing = new Set<string>()
  const visit = async (name: string, path: readonly string[]): Promise<void> => {
    if (found.has(name) || missing.has(name) || path.includes(name)) return
    const source = await findPackage(name, places)
    if (!source) return void missing.add(name)
    for (const required of requiresOf(source)) await visit(required, [...path, name])
    found.set(name, source)
  }
  // Everything of a tenant may refer to users, teams and files.
  for (const name of ['system', ...requiresOf(plugin.source)]) await visit(name, [plugin.name])
  return { packages: [...found.values()], missing: [...missing].sort() }
}

export function requiresOf({ files }: PackageSource): string[] {
  const manifest = files['package.json']
  const requires: unknown =
    typeof manifest === 'object' && manifest !== null && 'requires' in manifest ? manifest.requires : {}
  return Object.keys(requires ?? {}).sort()
}

async function findPackage(name: string, places: readonly string[]): Promise<PackageSource | undefined> {
  for (const place of places) {
    for (const folder of [place, ...foldersIn(place)]) {
      const isPlugin = isPluginFolder(folder)
      if (!isPlugin && !existsSync(join(folder, 'package.json'))) continue
      const source = isPlugin ? (await readPluginFolder(folder)).source : (await readPackage(folder)).source
      if (source.name === name) return source
    }
  }
  return undefined
}

function foldersIn(place: string): string[] {
  if (!existsSync(place)) return []
  return readdirSync(realpathSync(place), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules')
    .map((entry) => join(place, entry.name))
    .sort()
}
