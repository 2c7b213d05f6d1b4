// Values that are objects of a few short texts: addresses and names.
import { type TSchema, Type } from '@sinclair/typebox'
import { type Members, membersOf, refuse, unknownMember } from './parsed.ts'
import { readText } from './plain-text.ts'
import type { Parsed, PartSpec, StoredParts } from './types.ts'

/** Part → characters at most, in the order of the columns. */
export type TextParts = Readonly<Record<string, number>>

export const partsOf = (texts: TextParts): readonly PartSpec[] =>
  Object.keys(texts).map((key) => ({ key, sqlType: 'text', ruleType: { kind: 'text' } }))

export function partsSchema(texts: TextParts): TSchema {
  const part = (maxLength: number) => Type.Optional(Type.Union([Type.String({ maxLength }), Type.Null()]))
  return Type.Object(Object.fromEntries(Object.entries(texts).map(([key, max]) => [key, part(max)])), {
    additionalProperties: false,
  })
}

/** Parts that are absent become empty: the value is set as a whole. */
export function parseParts(value: unknown, texts: TextParts): Parsed {
  const members = membersOf(value)
  const keys = Object.keys(texts)
  if (!members) return refuse('not_parts', `must be an object with ${keys.join(', ')}`)
  const strange = unknownMember(members, keys)
  if (strange) return strange
  const parts: Record<string, string | null> = {}
  for (const [key, max] of Object.entries(texts)) {
    const read = readText(members[key] ?? '', { max })
    if (!read.ok) return { ...read, message: `${read.message} (${key})`, params: { ...read.params, part: key } }
    parts[key] = read.text === '' ? null : read.text
  }
  return { ok: true, parts: parts satisfies StoredParts }
}

/** A bulk cell with a JSON object; a file usually has a column for each part instead. */
export function partsFromText(text: string): unknown {
  if (text.trim() === '') return null
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

export function textOf(members: Members, key: string): string {
  const value = members[key]
  return typeof value === 'string' ? value : ''
}
