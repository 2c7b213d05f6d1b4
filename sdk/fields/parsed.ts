// The two answers of `parse`, and the few checks of shape that several types share.
import type { Parsed, Refusal } from './types.ts'

/** One plain value; null or '' empties the field. */
export function stored(text: string | null): Parsed {
  return { ok: true, parts: { '': text === '' ? null : text } }
}

export function refuse(key: string, message: string, params?: Record<string, string | number>): Refusal {
  return { ok: false, key, message, ...(params ? { params } : {}) }
}

/** What `parse` of a type that nobody may write answers. */
export const cannotBeSet = (): Parsed => refuse('read_only', 'cannot be set')

export type Members = Readonly<Record<string, unknown>>

/** An object as JSON has them; members are read once and only if they are data, so that no foreign code runs. */
export function membersOf(value: unknown): Members | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return undefined
  const members: Record<string, unknown> = Object.create(null)
  for (const name of Object.keys(value)) {
    const member = Object.getOwnPropertyDescriptor(value, name)
    if (member && 'value' in member) members[name] = member.value
  }
  return members
}

/** Refuses members that are not among `known`. */
export function unknownMember(members: Members, known: readonly string[]): Refusal | undefined {
  const strange = Object.keys(members).find((name) => !known.includes(name))
  if (strange === undefined) return undefined
  const member = strange.slice(0, 40).toWellFormed()
  return refuse('unknown_member', `has no part “${member}”; its parts are ${known.join(', ')}`, { member })
}

/** A list as JSON has it, of a length that can be gone through. */
export function isList(value: unknown, maxItems: number): value is readonly unknown[] {
  return Array.isArray(value) && value.length <= maxItems
}
