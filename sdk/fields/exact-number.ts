// Decimal numbers as text, digit by digit: nothing here passes through floating point.
import { refuse } from './parsed.ts'
import type { Refusal } from './types.ts'

/** Digits before and after the point together. */
export const MAX_DIGITS = 38
export const MAX_SCALE = 20
/** Any decimal of so many digits survives the way through a JSON number and back. */
const NUMBER_DIGITS = 15
/** Longer text cannot be a number that is accepted, even with zeros around it. */
const MAX_LENGTH = 200

export type ReadDecimal = { ok: true; text: string } | Refusal

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?$/

/**
 * `"+0012.50"` → `"12.5"`; with a scale of 2 → `"12.50"`. More digits after the point than the scale has are refused,
 * never rounded. A JSON number is taken when it is certain to be what was written (15 digits, no exponent).
 * @param scale digits after the point; undefined: as many as the value has
 */
export function readDecimal(value: unknown, scale: number | undefined): ReadDecimal {
  if (typeof value === 'number' && !isSafeNumber(value))
    return refuse('write_as_text', 'has too many digits for a JSON number; write it as text, such as "12.50"')
  const written = typeof value === 'number' ? String(value) : value
  if (typeof written !== 'string') return refuse('not_a_number', 'must be a number, written as text such as "12.50"')
  const match = written.length > MAX_LENGTH ? null : DECIMAL.exec(written.trim().replace('\u2212', '-'))
  const [, sign, before = '', after = ''] = match ?? []
  if (!match || before + after === '') return refuse('not_a_number', 'must be a number such as 1234.50')
  const whole = before.replace(/^0+(?=\d)/, '') || '0'
  const rest = after.replace(/0+$/, '')
  if (scale !== undefined && rest.length > scale) return tooManyPlaces(scale)
  const digits = (whole === '0' ? 0 : whole.length) + Math.max(rest.length, scale ?? 0)
  if (digits > MAX_DIGITS)
    return refuse('too_many_digits', `may have at most ${MAX_DIGITS} digits`, { max: MAX_DIGITS })
  const fraction = scale === undefined ? rest : rest.padEnd(scale, '0')
  const isZero = whole === '0' && rest === ''
  return { ok: true, text: `${sign === '-' && !isZero ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}` }
}

function isSafeNumber(value: number): boolean {
  const text = String(value)
  return /^-?\d+(\.\d+)?$/.test(text) && text.replace(/\D/g, '').replace(/^0+/, '').length <= NUMBER_DIGITS
}

function tooManyPlaces(scale: number): Refusal {
  const message =
    scale === 0
      ? 'must be a whole number'
      : `may have at most ${scale} ${scale === 1 ? 'digit' : 'digits'} after the point`
  return refuse(scale === 0 ? 'not_whole' : 'too_many_places', message, { scale })
}

/** Both as `readDecimal` gives them. @returns below 0, 0 or above 0 */
export function compareDecimals(a: string, b: string): number {
  const places = Math.max(placesOf(a), placesOf(b))
  const difference = scaled(a, places) - scaled(b, places)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

export const placesOf = (text: string): number => (text.includes('.') ? text.length - text.indexOf('.') - 1 : 0)

function scaled(text: string, places: number): bigint {
  return BigInt(text.replace('.', '') + '0'.repeat(places - placesOf(text)))
}
