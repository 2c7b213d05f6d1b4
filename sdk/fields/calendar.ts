// Days and instants of the proleptic Gregorian calendar, years 0001 to 9999, as ISO 8601 text.

const DAY = /^(\d{4})-(\d{2})-(\d{2})$/
const INSTANT = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,12}))?)?([Zz]|[+-]\d{2}:?\d{2})?$/

/** Does this day exist? `2025-02-29` does not. */
export function isDay(text: string): boolean {
  const match = DAY.exec(text)
  if (!match) return false
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysOf(year, month)
}

function daysOf(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

export type ReadInstant =
  /** `2026-01-31T10:00:00.5Z`: UTC, at most six digits of a second, none that are zero at the end. */
  { ok: true; text: string } | { ok: false; why: 'form' | 'offset' | 'digits' | 'range' }

export function readInstant(written: string): ReadInstant {
  const match = INSTANT.exec(written)
  if (!match) return { ok: false, why: 'form' }
  const [, day = '', hour = '', minute = '', second = '00', digits = '', offset] = match
  if (!isDay(day) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return { ok: false, why: 'form' }
  if (offset === undefined) return { ok: false, why: 'offset' }
  const fraction = digits.replace(/0+$/, '')
  if (fraction.length > 6) return { ok: false, why: 'digits' }
  const minutes = offsetMinutes(offset)
  if (minutes === undefined) return { ok: false, why: 'form' }
  const local = `${day}T${hour}:${minute}:${second}`
  const utc = minutes === 0 ? local : shift(local, minutes)
  if (utc === undefined) return { ok: false, why: 'range' }
  return { ok: true, text: `${utc}${fraction === '' ? '' : `.${fraction}`}Z` }
}

/** The time in UTC of a place so many minutes east; undefined outside the years 1 to 9999. */
function shift(local: string, minutes: number): string | undefined {
  const utc = new Date(Date.parse(`${local}Z`) - minutes * 60_000).toISOString()
  return utc.length !== 24 || utc.startsWith('0000') ? undefined : utc.slice(0, 19)
}

/** East of Greenwich is positive; offsets reach to 14 hours. */
function offsetMinutes(offset: string): number | undefined {
  if (/^z$/i.test(offset)) return 0
  const [hours, minutes] = [Number(offset.slice(1, 3)), Number(offset.slice(-2))]
  if (hours > 14 || minutes > 59) return undefined
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes)
}

/** Orders what `readInstant` gives: the same number of digits everywhere makes text comparable. */
export const sortableInstant = (text: string): string => `${text.slice(0, 19)}.${text.slice(20, -1).padEnd(6, '0')}`
