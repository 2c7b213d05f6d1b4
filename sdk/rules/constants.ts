// Constants of rules in the text form of their type: what PostgreSQL reads, and what the closures compare.
import { Decimal, numberToDecimal, plain } from './decimals.ts'
import type { RuleKind, RuleType, RuleValue } from './types.ts'

export type ConstantText = { ok: true; text: string | null } | { ok: false; message: string }

/** @returns the text form, lists as array literals; null stays null */
export function constantToText(value: RuleValue, type: RuleType): ConstantText {
  if (value === null) return { ok: true, text: null }
  if (!type.isList) return scalarText(value, type.kind)
  if (!Array.isArray(value)) return { ok: false, message: 'a list is needed' }
  const texts: string[] = []
  for (const item of value as readonly RuleValue[]) {
    const one = scalarText(item, type.kind)
    if (!one.ok) return one
    texts.push(`"${(one.text ?? '').replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`)
  }
  return { ok: true, text: `{${texts.join(',')}}` }
}

function scalarText(value: RuleValue, kind: RuleKind): ConstantText {
  const read = READERS[kind]
  const text = read(value)
  return text === undefined ? { ok: false, message: `${shown(value)} is not ${NAMES[kind]}` } : { ok: true, text }
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

type Reader = (value: RuleValue) => string | undefined

const READERS: Readonly<Record<RuleKind, Reader>> = {
  boolean: (value) => (typeof value === 'boolean' ? String(value) : undefined),
  number: (value) =>
    typeof value === 'number' && Number.isFinite(value) ? String(value === 0 ? 0 : value) : undefined,
  decimal: (value) => {
    if (typeof value === 'number') return Number.isFinite(value) ? numberToDecimal(value) : undefined
    return typeof value === 'string' && DECIMAL.test(value.trim()) ? plain(new Decimal(value.trim())) : undefined
  },
  text: (value) => (typeof value === 'string' && isStorable(value) ? value : undefined),
  date: (value) => (typeof value === 'string' && isDate(value) ? value : undefined),
  instant: (value) => (typeof value === 'string' ? toInstant(value) : undefined),
  id: (value) => (typeof value === 'string' && UUID.test(value) ? value.toLowerCase() : undefined),
  json: () => undefined,
  null: () => undefined,
}

/** PostgreSQL holds neither NUL nor half of a surrogate pair. */
const isStorable = (text: string): boolean => text.length <= MAX_TEXT && !text.includes('\u0000') && text.isWellFormed()

/** A day of the calendar in the years 1 to 9999. */
export function isDate(text: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)
  if (!match) return false
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  return year > 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month)
}

function daysIn(year: number, month: number): number {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0
}

const INSTANT = /^(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?(Z|[+-]\d\d(?::?\d\d)?)$/

/** An instant in UTC with six fraction digits, so that texts compare like times. */
export function toInstant(text: string): string | undefined {
  const match = INSTANT.exec(text)
  if (!match) return undefined
  const [, date = '', hour = '', minute = '', second = '00', fraction = '', zone = ''] = match
  if (!isDate(date) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  const micros = fraction.padEnd(6, '0')
  if (zone === 'Z') return `${date}T${hour}:${minute}:${second}.${micros}Z`
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(3).replace(':', '') || 0)]
  if (hours > 15 || minutes > 59) return undefined
  const shiftMs = (zone[0] === '-' ? -1 : 1) * (hours * 60 + minutes) * 60_000
  const utc = new Date(Date.parse(`${date}T${hour}:${minute}:${second}Z`) - shiftMs)
  const year = utc.getUTCFullYear()
  return year < 1 || year > 9999 ? undefined : `${utc.toISOString().slice(0, 19)}.${micros}Z`
}
