// Reckoning with dates and instants as rules have them: days and seconds counted from 1970, and their texts. Only what
// lies in the years 1 to 9999 has a text.
import { DAY_UNITS, MONTH_UNITS } from './time-units.ts'

const DAY = 86_400
const FIRST_DAY = -719_162
const LAST_DAY = 2_932_896

/** `2026-01-31`, or an instant's text. */
export function readDay(text: string): number {
  return dayNumber(digits(text, 0, 4), digits(text, 5, 7), digits(text, 8, 10))
}

/** Whole seconds of an instant as closures have it; its fraction is `fractionOf`. */
export function readSeconds(text: string): number {
  return readDay(text) * DAY + digits(text, 11, 13) * 3600 + digits(text, 14, 16) * 60 + digits(text, 17, 19)
}

/** `.123456Z`; texts of fractions compare like the fractions. */
export const fractionOf = (text: string): string => text.slice(19)

function digits(text: string, from: number, to: number): number {
  let value = 0
  for (let index = from; index < to; index++) value = value * 10 + (text.charCodeAt(index) - 48)
  return value
}

/** Days since 1970 in the proleptic Gregorian calendar (Hinnant's algorithm: years start in March). */
export function dayNumber(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * 146_097 + dayOfEra - 719_468
}

export interface Civil {
  year: number
  month: number
  day: number
}

export function civilOf(days: number): Civil {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const month = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * month + 2) / 5) + 1
  const year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0)
  return { year, month: month < 10 ? month + 3 : month - 9, day }
}

const padded = (value: number, length: number): string => String(value).padStart(length, '0')

/** null outside the years 1 to 9999. */
export function dayText(days: number): string | null {
  if (days < FIRST_DAY || days > LAST_DAY) return null
  const { year, month, day } = civilOf(days)
  return `${padded(year, 4)}-${padded(month, 2)}-${padded(day, 2)}`
}

/** @param fraction `.123456Z` */
export function instantText(seconds: number, fraction: string): string | null {
  const days = Math.floor(seconds / DAY)
  const date = dayText(days)
  if (date === null) return null
  const rest = seconds - days * DAY
  const [hour, minute] = [Math.floor(rest / 3600), Math.floor((rest % 3600) / 60)]
  return `${date}T${padded(hour, 2)}:${padded(minute, 2)}:${padded(rest % 60, 2)}${fraction}`
}

/** Is this on a clock in the years 1 to 9999? */
export const isTold = (seconds: number): boolean => seconds >= FIRST_DAY * DAY && seconds < (LAST_DAY + 1) * DAY

/** So many days, weeks, months, quarters or years later; the end of a month stays within it. null beyond year 9999. */
export function shiftDay(days: number, count: number, unit: string): number | null {
  const perUnit = DAY_UNITS[unit]
  if (perUnit !== undefined) {
    const moved = days + count * perUnit
    return moved < FIRST_DAY || moved > LAST_DAY ? null : moved
  }
  const { year, month, day } = civilOf(days)
  const months = year * 12 + month - 1 + count * (MONTH_UNITS[unit] ?? 1)
  if (months < 12 || months >= 120_000) return null
  const first = dayNumber(Math.floor(months / 12), (months % 12) + 1, 1)
  const next = dayNumber(Math.floor((months + 1) / 12), ((months + 1) % 12) + 1, 1)
  return Math.min(first + day - 1, next - 1)
}

/** First day of the period; weeks start on Monday. */
export function startOf(days: number, unit: string): number {
  if (unit === 'day') return days
  if (unit === 'week') return days - ((((days + 3) % 7) + 7) % 7)
  const { year, month } = civilOf(days)
  if (unit === 'year') return dayNumber(year, 1, 1)
  return dayNumber(year, unit === 'quarter' ? month - ((month - 1) % 3) : month, 1)
}

/** First day of the period after the one that starts here. */
export function startOfNext(start: number, unit: string): number {
  const perUnit = DAY_UNITS[unit]
  if (perUnit !== undefined) return start + perUnit
  const { year, month } = civilOf(start)
  const months = year * 12 + month - 1 + (MONTH_UNITS[unit] ?? 1)
  return dayNumber(Math.floor(months / 12), (months % 12) + 1, 1)
}

/** Whole months from one to the other, towards zero. `aRest`, `bRest`: how late in the day. */
export function monthsBetween(a: number, aRest: string, b: number, bRest: string): number {
  const [from, to] = [civilOf(a), civilOf(b)]
  const months = to.year * 12 + to.month - (from.year * 12 + from.month)
  const order = from.day - to.day || (aRest < bRest ? -1 : aRest > bRest ? 1 : 0)
  if (months > 0 && order > 0) return months - 1
  return months < 0 && order < 0 ? months + 1 : months
}
