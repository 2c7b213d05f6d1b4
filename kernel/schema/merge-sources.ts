// The packages of a version to come: those of the last one, with some replaced, added or taken out.
import { isDeepStrictEqual } from 'node:util'
import { RelataError } from '../../sdk/errors.ts'
import { nearest } from '../../sdk/metadata/nearest.ts'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import { SYSTEM_PACKAGE } from '../catalog/reserved.ts'

export interface SourceChanges {
  packages: readonly PackageSource[]
  remove: readonly string[]
  /** The kernel itself publishes: it alone may change its own package. */
  isSystem: boolean
}

/** @throws RL104 a package to take out is not there · RL301 the system package */
export function mergeSources(sources: readonly PackageSource[], changes: SourceChanges): PackageSource[] {
  const { packages, remove, isSystem } = changes
  const names = sources.map(({ name }) => name)
  const unknown = remove.find((name) => !names.includes(name))
  if (unknown !== undefined) {
    const near = nearest(unknown, names)
    throw new RelataError(
      'RL104',
      `There is no package “${unknown}” to take out.`,
      near ? { hint: `Did you mean “${near}”?` } : {},
    )
  }
  const changed = new Map(packages.map((one) => [one.name, one]))
  if (!isSystem) requireSystemUntouched(sources, changed, remove)
  const kept = sources.filter(({ name }) => !remove.includes(name)).map((one) => changed.get(one.name) ?? one)
  return [...kept, ...packages.filter(({ name }) => !names.includes(name))]
}

function requireSystemUntouched(
  sources: readonly PackageSource[],
  changed: ReadonlyMap<string, PackageSource>,
  remove: readonly string[],
): void {
  const present = sources.find(({ name }) => name === SYSTEM_PACKAGE)
  const next = changed.get(SYSTEM_PACKAGE)
  const isChanged = next !== undefined && !isDeepStrictEqual(next.files, present?.files)
  if (!isChanged && !remove.includes(SYSTEM_PACKAGE)) return
  throw new RelataError('RL301', 'The package “system” belongs to the server and comes with it.', {
    hint: 'To add to its entities, write files with "extends" in a package of your own.',
  })
}
