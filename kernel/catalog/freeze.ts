// The last step: a snapshot that shares nothing with the sources and that nobody can change.
import type { Snapshot } from '../../sdk/metadata/snapshot.ts'
import { DEFAULT_LANGUAGE } from './merge.ts'
import type { ParsedPackage } from './packages.ts'
import { isObject, isRecord } from './trace.ts'

/** A deeply frozen copy. Sources share sub-objects with what is built from them (rules, texts), hence the copy. */
export function freezeSnapshot(snapshot: Snapshot): Snapshot {
  return deepFreeze(structuredClone(snapshot))
}

export function deepFreeze<T>(value: T): T {
  if (!isObject(value) || Object.isFrozen(value)) return value
  Object.freeze(value)
  for (const item of Object.values(value)) deepFreeze(item)
  return value
}

export const TEXT_MEMBERS: ReadonlySet<string> = new Set([
  'label',
  'plural',
  'description',
  'help',
  'message',
  'text',
  'role',
  'reverse_label',
  'inverse_label',
  'group',
  'confirm',
])

/** Languages that texts are written in, the default first. */
export function localesOf(packages: readonly ParsedPackage[]): string[] {
  const found = new Set<string>([DEFAULT_LANGUAGE])
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item)
    if (!isRecord(value)) return
    for (const [member, item] of Object.entries(value)) {
      if (TEXT_MEMBERS.has(member) && isRecord(item)) for (const language of Object.keys(item)) found.add(language)
      else visit(item)
    }
  }
  for (const one of packages) {
    visit(one.manifest.label)
    for (const file of one.files) visit(file.value)
  }
  const [first, ...others] = found
  return [...(first === undefined ? [] : [first]), ...others.sort()]
}
