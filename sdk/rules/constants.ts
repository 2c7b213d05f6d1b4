// Constants of rules in the text form of their type: what PostgreSQL reads, and what the closures compare.
import { isDay, readInstant, sortableInstant } from '../fields/calendar.ts'
import { Decimal, numberToDecimal, plain } from './decimals.ts'
import type { RuleKind, RuleType, RuleValue } from './types.ts'

export type ConstantText =
  | { ok: true; text: string | null }
  /** `index`: which item of a list */
  | { ok: false; message: string; index?: number }

/** @returns the text form, lists as array literals; null stays null */
export function constantToText(value: RuleValue, type: RuleType): ConstantText {
  if (value === null) return { ok: true, text: null }
  if (!type.isList) return scalarText(value, type.kind)
  if (!Array.isArray(value)) return { ok: false, message: 'a list is needed' }
  const texts: string[] = []
  for (const [index, item] of (value as readonly RuleValue[]).entries()) {
    const one = scalarText(item, type.kind)
    if (!one.ok) return { ...one, index }
    texts.push(`"${(one.text ?? '').replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`)
  }
  return { ok: true, text: `{${texts.join(',')}}` }
}

function scalarText(value: RuleValue, kind: RuleKind): ConstantText {
  const read = READERS[kind]
  const text = read(value)
  if (text !== undefined) return { ok: true, text }
  const why = kind === 'decimal' && typeof value === 'number' ? TOO_MANY_DIGITS : `is not ${NAMES[kind]}`
  return { ok: false, message: `${shown(value)} ${why}` }
}

const shown = (value: RuleValue): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return `“${text.length > 60 ? `${text.slice(0, 60)}…` : text}”`.toWellFormed()
}

const NAMES: Readonly<Record<RuleKind, string>> = {
  boolean: 'true or false',
  number: 'a number',
  decimal: 'a number; write decimals as text, like "12.50"',
  text: 'a text that can be stored',
  date: 'a date; write it like 2026-01-31',
  instant: 'a time; write it like 2026-01-31T12:00:00Z',
  id: 'the id of a record',
  json: 'a value to compare with',
  null: 'a value to compare with',
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const DECIMAL = /^[+-]?\d{1,40}(\.\d{0,40})?$/
const MAX_TEXT = 10_000

const TOO_MANY_DIGITS = 'has more digits than a JSON number keeps; write it as text, like "12.50"'
/** A decimal of so many digits comes out of floating point as it went in; of more perhaps not. */
const NUMBER_DIGITS = 15
const keepsDigits = (value: number): boolean =>
  Number.isFinite(value) && new Decimal(String(value)).precision() <= NUMBER_DIGITS

type Reader = (value: RuleValue) => string | undefined

const READERS: Readonly<Record<RuleKind, Reader>> = {
  boolean: (value) => (typeof value === 'boolean' ? String(value) : undefined),
  number: (value) =>
    typeof value === 'number' && Number.isFinite(value) ? String(value === 0 ? 0 : value) : undefined,
  decimal: (value) => {
    if (typeof value === 'number') return keepsDigits(value) ? numberToDecimal(value) : undefined
    return typeof value === 'string' && DECIMAL.test(value.trim()) ? plain(new Decimal(value.trim())) : undefined
  },
  text: (value) => (typeof value === 'string' && isStorable(value) ? composed(value) : undefined),
  date: (value) => (typeof value === 'string' && isDay(value) ? value : undefined),
  instant: (value) => (typeof value === 'string' ? toInstant(value) : undefined),
  id: (value) => (typeof value === 'string' && UUID.test(value) ? value.toLowerCase() : undefined),
  json: () => undefined,
  null: () => undefined,
}

/** Characters are composed (NFC) before they are stored; a constant that is not would never be found. */
export const composed = (text: string): string => text.normalize('NFC')

/** PostgreSQL holds neither NUL nor half of a surrogate pair. */
const isStorable = (text: string): boolean => text.length <= MAX_TEXT && !text.includes('\u0000') && text.isWellFormed()

/** An instant in UTC with six fraction digits, so that texts compare like times; what a field takes, a rule takes. */
export function toInstant(text: string): string | undefined {
  const read = readInstant(text)
  return read.ok ? `${sortableInstant(read.text)}Z` : undefined
}
