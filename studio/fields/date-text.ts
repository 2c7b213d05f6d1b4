// Days and times of day as people type and read them in their language; ISO 8601 on the other side.

type Part = 'day' | 'month' | 'year'
const GREGORIAN = '-u-ca-gregory-nu-latn'

const formats = new Map<string, Intl.DateTimeFormat>()
function formatOf(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${JSON.stringify(options)}`
  const known = formats.get(key)
  if (known) return known
  const made = new Intl.DateTimeFormat(`${locale.split('-u-')[0]}${GREGORIAN}`, { ...options, timeZone: 'UTC' })
  formats.set(key, made)
  return made
}

const NUMERIC = { day: '2-digit', month: '2-digit', year: 'numeric' } as const

/** `2026-03-12` → `12/03/2026` in British English, `12.03.2026` in German; what is no day is given back. */
export function showDate(day: string, locale: string): string {
  const at = atOf(day)
  return at === undefined ? day : formatOf(locale, NUMERIC).format(at)
}

/** `12 March 2026`, for those who hear it. */
export const sayDate = (day: string, locale: string): string => {
  const at = atOf(day)
  return at === undefined ? day : formatOf(locale, { dateStyle: 'full' }).format(at)
}

export const monthName = (year: number, month: number, locale: string): string =>
  formatOf(locale, { month: 'long', year: 'numeric' }).format(Date.UTC(year, month - 1, 1))

/** Seven short names, from the first day of the week on. */
export function weekdayNames(locale: string): string[] {
  const first = firstWeekday(locale)
  // 1 January 2024 was a Monday.
  return Array.from({ length: 7 }, (_, index) =>
    formatOf(locale, { weekday: 'short' }).format(Date.UTC(2024, 0, first + index)),
  )
}

/** 1 Monday … 7 Sunday. Monday where the platform does not say. */
export function firstWeekday(locale: string): number {
  const known: Intl.Locale & { getWeekInfo?: () => { firstDay: number }; weekInfo?: { firstDay: number } } =
    new Intl.Locale(locale)
  return (known.getWeekInfo?.() ?? known.weekInfo)?.firstDay ?? 1
}

/** The order in which the language writes day, month and year. */
function orderOf(locale: string): Part[] {
  const parts = formatOf(locale, NUMERIC).formatToParts(0)
  return parts.flatMap(({ type }) => (type === 'day' || type === 'month' || type === 'year' ? [type] : []))
}

/**
 * `12.3.26`, `12 march`, `2026-03-12`, `today`, `+3` (days) → `2026-03-12`. Names of months and days in the language and
 * in English; what the text leaves out is taken from today.
 * @param today as the reader's clock has it
 * @returns undefined when it is no day
 */
export function readDate(text: string, locale: string, today: string): string | undefined {
  const typed = text.trim().toLocaleLowerCase(locale)
  if (/^\d{4}-\d{1,2}-\d{1,2}$/.test(typed)) {
    const [year, month, day] = typed.split('-').map(Number)
    return dayOf(year, month, day)
  }
  const shift = /^[+-]\d{1,4}$/.test(typed) ? Number(typed) : near(typed, locale)
  if (shift !== undefined) return addDays(today, shift)
  return readParts(typed, locale, today)
}

/** today, tomorrow, yesterday. */
function near(typed: string, locale: string): number | undefined {
  return [0, 1, -1].find((days) => [locale, 'en'].some((tag) => relative(tag, days) === typed))
}
const relative = (locale: string, days: number): string =>
  new Intl.RelativeTimeFormat(locale, { numeric: 'auto' }).format(days, 'day').toLocaleLowerCase(locale)

function readParts(typed: string, locale: string, today: string): string | undefined {
  const words = typed.match(/\p{L}[\p{L}\p{M}.]*/gu) ?? []
  const numbers = typed.match(/\d+/g) ?? []
  const month = words.map((word) => monthOf(word, locale)).find((one) => one !== undefined)
  const isEastAsian = /[年月日년월일]/.test(typed)
  if (/[^\p{L}\p{M}\d\s.,/-]/u.test(typed) || (words.length > 0 && month === undefined && !isEastAsian))
    return undefined
  const parts = partsOf(numbers, locale, month !== undefined)
  if (numbers.length !== parts.length) return undefined
  const found = new Map(parts.map((part, index) => [part, numbers[index] ?? '']))
  const year = yearOf(found.get('year') ?? today.slice(0, 4))
  return dayOf(year, month ?? Number(found.get('month')), Number(found.get('day')))
}

/** What each number stands for: a year in front means the order of ISO 8601, a year left out is this one. */
function partsOf(numbers: readonly string[], locale: string, isMonthNamed: boolean): readonly Part[] {
  if (!isMonthNamed && numbers[0]?.length === 4) return ['year', 'month', 'day']
  const parts = orderOf(locale).filter((part) => part !== 'month' || !isMonthNamed)
  return numbers.length < parts.length ? parts.filter((part) => part !== 'year') : parts
}

/** Two digits are of this century up to 69, as on computers since 1970. */
function yearOf(digits: string): number | undefined {
  if (digits.length === 4) return Number(digits)
  if (digits.length !== 2) return undefined
  return Number(digits) + (Number(digits) < 70 ? 2000 : 1900)
}

/** By its name, or by its first letters, three at least. */
function monthOf(word: string, locale: string): number | undefined {
  const start = word.replace(/\.$/, '')
  if (start.length < 3) return undefined
  const names = (tag: string, month: number) =>
    (['long', 'short'] as const).flatMap((style) => {
      const at = Date.UTC(2024, month - 1, 1)
      return [
        formatOf(tag, { month: style }).format(at),
        ...formatOf(tag, { month: style, day: 'numeric' })
          .formatToParts(at)
          .map(({ value }) => value),
      ].map((name) => name.toLocaleLowerCase(tag))
    })
  return Array.from({ length: 12 }, (_, index) => index + 1).find((month) =>
    [locale, 'en'].some((tag) => names(tag, month).some((name) => /\p{L}/u.test(name) && name.startsWith(start))),
  )
}

/** undefined for a day that the calendar does not have. */
export function dayOf(year = Number.NaN, month = Number.NaN, day = Number.NaN): string | undefined {
  const at = new Date(Date.UTC(2000, month - 1, day))
  at.setUTCFullYear(year, month - 1, day)
  const isThere = at.getUTCFullYear() === year && at.getUTCMonth() === month - 1 && at.getUTCDate() === day
  return isThere && year >= 1 && year <= 9999 ? at.toISOString().slice(0, 10) : undefined
}

export const isIsoDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text)

const atOf = (day: string): number | undefined => {
  const at = isIsoDay(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

export function addDays(day: string, days: number): string | undefined {
  const at = atOf(day)
  if (at === undefined) return undefined
  const moved = new Date(at + days * 86_400_000)
  return Number.isNaN(moved.getTime())
    ? undefined
    : dayOf(moved.getUTCFullYear(), moved.getUTCMonth() + 1, moved.getUTCDate())
}

/** The same day of another month, or its last. */
export function addMonths(day: string, months: number): string | undefined {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  const first = new Date(Date.UTC(year, month - 1 + months, 1))
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate()
  return dayOf(first.getUTCFullYear(), first.getUTCMonth() + 1, Math.min(date, last))
}

/** 1 Monday … 7 Sunday. */
export const weekdayOf = (day: string): number => new Date(`${day}T00:00:00Z`).getUTCDay() || 7

/** What the clock of a zone shows now, as a day. */
export const todayIn = (timeZone: string): string => new Intl.DateTimeFormat('en-CA', { timeZone }).format(new Date())

/** `14:05` → `2:05 PM` where people write it so. */
export function showTime(time: string, locale: string): string {
  const at = Date.parse(`2024-01-01T${time}:00Z`)
  return Number.isNaN(at) ? time : formatOf(locale, { hour: 'numeric', minute: '2-digit' }).format(at)
}

/** `14:05`, `14.05`, `1405`, `2:05 pm`, `2pm`, `14` → `14:05`. */
export function readTime(text: string): string | undefined {
  const typed = text
    .trim()
    .toLowerCase()
    .replace(/[\s\u202f\u00a0]/g, '')
  const [, hours = '', minutes = '', half = ''] =
    /^(\d{1,2})(?:[:.h]?(\d{2}))?(am?|pm?|a\.m\.|p\.m\.)?$/.exec(typed) ?? []
  if (hours === '') return undefined
  const isLate = half.startsWith('p')
  const hour = half === '' ? Number(hours) : (Number(hours) % 12) + (isLate ? 12 : 0)
  if (hour > 23 || Number(minutes) > 59 || (half !== '' && (Number(hours) > 12 || Number(hours) === 0)))
    return undefined
  return `${String(hour).padStart(2, '0')}:${minutes || '00'}`
}
