// The packages of this repository, for tests that need real metadata.
import path from 'node:path'
import { resolvePackages } from '../../kernel/catalog/resolve.ts'
import { readPackage } from '../../sdk/metadata/read-package.ts'
import type { PackageSource } from '../../sdk/metadata/source.ts'

export const METADATA_FOLDER = path.join(import.meta.dirname, '../../metadata')
export const PACKAGE_FOLDERS = [
  'system',
  'base',
  '../plugins/sales/metadata',
  'examples/contracts',
  'examples/municipal',
]

/** @throws when a file cannot be read */
export async function readSources(folders: readonly string[] = PACKAGE_FOLDERS): Promise<PackageSource[]> {
  const read = await Promise.all(folders.map((folder) => readPackage(path.join(METADATA_FOLDER, folder))))
  const problems = read.flatMap((one) => one.problems)
  if (problems.length > 0) throw new Error(JSON.stringify(problems))
  return read.map((one) => one.source)
}

export function resolveSources(sources: readonly PackageSource[]) {
  return resolvePackages({ sources, tenant: 'test', schema: 'test', version: 1, names: {}, baseCurrency: 'EUR' })
}
