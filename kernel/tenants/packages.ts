// The packages that this server brings along, and which of them a new organisation gets.
import path from 'node:path'
import { readPackageFolder } from '../../sdk/metadata/read-package.ts'
import type { PackageSource } from '../../sdk/metadata/source.ts'

/** Kernel's own entities, and the parties and activities that most organisations want. */
export const EVERYBODYS_PACKAGES: readonly string[] = ['system', 'base']

/** @param folders below `metadataFolder` @throws RL200 a file that is not JSON */
export function readPackages(metadataFolder: string, folders = EVERYBODYS_PACKAGES): Promise<PackageSource[]> {
  return Promise.all(folders.map((folder) => readPackageFolder(path.join(metadataFolder, folder))))
}
