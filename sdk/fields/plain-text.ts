// Text as it may be stored: Unicode that PostgreSQL takes, normalised (NFC), trimmed, bounded.
import { refuse } from './parsed.ts'
import type { FieldShape, Refusal } from './types.ts'

export type ReadText = { ok: true; text: string } | Refusal

/** An entry of a B-tree index holds about 2,700 bytes; some of it may belong to other columns. */
const MAX_INDEXED_BYTES = 2000

export interface TextLimits {
  /** Characters, counted as people and PostgreSQL count them: an emoji is one, not two. */
  max: number
  isMultiline?: boolean
  /** Keep every character as it is: passwords and the like. */
  isExact?: boolean
}

const CONTROL = /[\u0000-\u0008\u000e-\u001f\u007f]/

/** @returns text, '' for nothing but white space */
export function readText(value: unknown, limits: TextLimits): ReadText {
  if (typeof value !== 'string') return refuse('not_text', 'must be text')
  // Composing characters makes text shorter, though not without end.
  if (value.length > limits.max * 4 + 1000) return tooLong(limits.max)
  if (!value.isWellFormed())
    return refuse('broken_text', 'contains half of a character (a lone surrogate), which cannot be stored')
  const text = limits.isExact ? value : tidy(value, limits.isMultiline ?? false)
  if (limits.isExact ? text.includes('\u0000') : CONTROL.test(text))
    return refuse('control_character', 'contains a control character, which cannot be stored')
  return isLonger(text, limits.max) ? tooLong(limits.max) : { ok: true, text }
}

function tidy(value: string, isMultiline: boolean): string {
  const composed = value.normalize('NFC')
  const lines = isMultiline
    ? composed.replace(/\r\n?|[\v\f\u0085\u2028\u2029]/g, '\n')
    : composed.replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, ' ')
  return lines.trim()
}

const tooLong = (max: number): Refusal => refuse('too_long', `may have at most ${max} characters`, { max })

/** Code points, without counting more of them than needed. */
export function isLonger(text: string, max: number): boolean {
  if (text.length <= max) return false
  return text.length > max * 2 || countCharacters(text) > max
}

export function countCharacters(text: string): number {
  let count = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 0xdc00 || unit > 0xdfff) count++
  }
  return count
}

/** Refuses text that an index of this field cannot hold. */
export function unfitForIndex(text: string, { unique, indexed }: FieldShape): Refusal | undefined {
  if (!(unique || indexed) || text.length <= MAX_INDEXED_BYTES / 3) return undefined
  if (new TextEncoder().encode(text).length <= MAX_INDEXED_BYTES) return undefined
  return refuse('too_long_to_index', 'is too long for a field that is unique or indexed')
}
