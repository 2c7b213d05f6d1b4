// Formatters of the platform, each made once: making one costs far more than using it.
import { placesOf } from './exact-number.ts'
import type { NumberFormat } from './number-format.ts'
import { readTimeZone } from './time-zones.ts'

/** Keeps what `make` made for a key, up to a number of keys. */
function keep<T>(make: (locale: string, option: string) => T): (locale: string, option: string) => T {
  const kept = new Map<string, T>()
  return (locale, option) => {
    const key = `${locale}\n${option}`
    const known = kept.get(key)
    if (known !== undefined) return known
    const made = make(localeOr(locale), option)
    if (kept.size >= 200) kept.clear()
    kept.set(key, made)
    return made
  }
}

/** The locale itself when it is a language tag, else English. */
function localeOr(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? 'en'
  } catch {
    return 'en'
  }
}

const floats = keep((locale) => new Intl.NumberFormat(locale, { maximumSignificantDigits: 15 }))
const decimals = keep(
  (locale, places) =>
    new Intl.NumberFormat(locale, { minimumFractionDigits: Number(places), maximumFractionDigits: Number(places) }),
)
const percents = keep(
  (locale, places) =>
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit: 'percent',
      minimumFractionDigits: Number(places),
      maximumFractionDigits: Number(places),
    }),
)
const monies = keep((locale, option) => {
  const [currency = 'XXX', places] = option.split(' ')
  const digits = Number(places)
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
})
const days = keep((locale) => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' }))
const instants = keep(
  (locale, timeZone) => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone }),
)
const zonedInstants = keep(
  (locale, timeZone) =>
    new Intl.DateTimeFormat(locale, {
      year: 'numeric',
      month: 'short',
      day: 'numeric',
      hour: 'numeric',
      minute: '2-digit',
      timeZone,
      timeZoneName: 'short',
    }),
)
const regions = keep((locale) => new Intl.DisplayNames(locale, { type: 'region' }))

export const formatNumber = (value: number, locale: string): string => floats(locale, '').format(value)

/** Intl takes numbers as text and keeps all their digits; the text is checked here and for the compiler. */
const isDecimal = (value: unknown): value is `${number}` =>
  typeof value === 'string' && value.length < 100 && /^-?\d+(\.\d+)?$/.test(value)
const placesText = (value: string): string => String(Math.min(placesOf(value), 100))

export function formatDecimal(value: unknown, locale: string): string {
  return isDecimal(value) ? decimals(locale, placesText(value)).format(value) : asText(value)
}

export function formatPercent(value: unknown, locale: string): string {
  return isDecimal(value) ? percents(locale, placesText(value)).format(value) : asText(value)
}

export function formatMoney(amount: unknown, currency: unknown, locale: string): string {
  if (!isDecimal(amount)) return asText(amount)
  if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) return formatDecimal(amount, locale)
  return monies(locale, `${currency} ${placesText(amount)}`).format(amount)
}

/** As many digits as tell people something: two after the point, or three in all of what is smaller than one. */
const ROUNDED: Intl.NumberFormatOptions = {
  maximumFractionDigits: 2,
  maximumSignificantDigits: 3,
  roundingPriority: 'morePrecision',
}
const styled = keep((locale, option) => new Intl.NumberFormat(locale, JSON.parse(option)))

/**
 * A number by the format of its field.
 * @param value a number, or exact decimal text
 * @param baseCurrency where the format asks for a currency and names none
 */
export function formatStyled(
  value: unknown,
  { style, currency, decimals: places, grouping }: NumberFormat,
  locale: string,
  baseCurrency: string | undefined,
): string {
  if (typeof value !== 'number' && !isDecimal(value)) return asText(value)
  const code = currency ?? baseCurrency
  const digits = places === undefined ? ROUNDED : { minimumFractionDigits: places, maximumFractionDigits: places }
  const money = style === 'currency' && code ? { style, currency: code } : {}
  return styled(
    locale,
    JSON.stringify({
      ...(style === 'currency' && places === undefined ? {} : digits),
      ...(style === 'percent' ? { style: 'unit', unit: 'percent' } : money),
      ...(grouping === false ? { useGrouping: false } : {}),
    }),
  ).format(value)
}

export function formatDay(value: unknown, locale: string): string {
  const at = typeof value === 'string' ? Date.parse(`${value}T00:00:00Z`) : Number.NaN
  return Number.isNaN(at) ? asText(value) : days(locale, '').format(at)
}

/** @param isZoned the zone is the value's own, so it is named */
export function formatInstant(value: unknown, locale: string, timeZone: string, isZoned: boolean): string {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN
  if (Number.isNaN(at)) return asText(value)
  const zone = readTimeZone(timeZone) ?? 'UTC'
  return (isZoned ? zonedInstants : instants)(locale, zone).format(at)
}

export function countryName(code: string, locale: string): string {
  return /^[A-Z]{2}$/.test(code) ? (regions(locale, '').of(code) ?? code) : code
}

const asText = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')
