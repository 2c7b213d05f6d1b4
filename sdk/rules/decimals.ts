// Arithmetic of rules: decimal, exact to 20 digits after the point, empty beyond 10^40. PostgreSQL's numeric does the
// same in kernel/rules/sql.ts; docs/rule-semantics.md says why it is so.
import { Decimal as Library } from 'decimal.js'

/** Of its own, so that nobody else's settings reach it. A product of two large floats has some 660 digits. */
export const Decimal = Library.clone({
  precision: 700,
  rounding: Library.ROUND_HALF_UP,
  toExpNeg: -9e15,
  toExpPos: 9e15,
})
export type Decimal = Library

export const SCALE = 20
const LIMIT = new Decimal('1e40')

/** Digits without an exponent and without closing zeros; no negative zero. */
export const plain = (value: Decimal): string => (value.isZero() ? '0' : value.toFixed())

/** A number as a decimal: its shortest digits, to the scale. */
export const numberToDecimal = (value: number): string => plain(digitsOf(value).toDecimalPlaces(SCALE))

/** From here on floats are multiples of 4, and a shorter decimal may lie exactly half way between two of them. */
const FIRST_HALFWAY = 2 ** 54

/**
 * The shortest digits that are nearer to this number than to any other, as PostgreSQL writes it. JavaScript also takes
 * digits half way to a neighbour where reading them rounds back: its 1e+23 is 9.999999999999999e+22 in PostgreSQL.
 */
export function digitsOf(value: number): Decimal {
  let digits = new Decimal(String(value))
  if (Math.abs(value) < FIRST_HALFWAY) return digits
  const exact = new Decimal(BigInt(value).toString())
  for (let count = digits.precision() + 1; isHalfway(digits, value) || digits.toNumber() !== value; count++)
    digits = exact.toSignificantDigits(count, Library.ROUND_HALF_EVEN)
  return digits
}

function isHalfway(digits: Decimal, value: number): boolean {
  const [written, exact] = [BigInt(digits.toFixed()), BigInt(value)]
  if (written === exact) return false
  const isOutward = written > exact === value > 0
  const neighbour = neighbourOf(value, isOutward ? 1n : -1n)
  return Number.isFinite(neighbour) && written * 2n === exact + BigInt(neighbour)
}

/** Decimals from here on are nearer to infinity than to any number. */
const BEYOND_NUMBERS = new Decimal('1.7976931348623158e308')

/** The nearest number; null when there is none. */
export const decimalToNumber = (text: string): number | null =>
  new Decimal(text).abs().gte(BEYOND_NUMBERS) ? null : Number(text)

/** The next number away from zero (1) or towards it (-1). */
function neighbourOf(value: number, direction: 1n | -1n): number {
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, value)
  bits.setBigInt64(0, bits.getBigInt64(0) + direction)
  return bits.getFloat64(0)
}

/** Round to the scale (half away from zero); null when the result is too large. */
export function settle(value: Decimal): string | null {
  const rounded = value.toDecimalPlaces(SCALE)
  return rounded.abs().gte(LIMIT) ? null : plain(rounded)
}

export type Arithmetic = (a: Decimal, b: Decimal) => string | null

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%'

export const ARITHMETIC: Readonly<Record<ArithmeticOperator, Arithmetic>> = {
  '+': (a, b) => settle(a.plus(b)),
  '-': (a, b) => settle(a.minus(b)),
  '*': (a, b) => settle(a.times(b)),
  // Cut after the last digit, not rounded: PostgreSQL has no division that rounds once.
  '/': (a, b) => (b.isZero() ? null : settle(shift(divideWhole(shift(a, SCALE), b), -SCALE))),
  '%': (a, b) => (b.isZero() ? null : settle(remainder(a, b))),
}

const shift = (value: Decimal, digits: number): Decimal => value.times(new Decimal(10).pow(digits))

/** Exact for any size, which `divToInt` is only within the precision. */
function divideWhole(a: Decimal, b: Decimal): Decimal {
  const [x, y] = toWhole(a, b)
  return new Decimal((x / y).toString())
}

function remainder(a: Decimal, b: Decimal): Decimal {
  const places = Math.max(a.decimalPlaces(), b.decimalPlaces())
  const [x, y] = toWhole(a, b)
  return shift(new Decimal((x % y).toString()), -places)
}

/** Both in units of the smaller one's last digit. */
function toWhole(a: Decimal, b: Decimal): [bigint, bigint] {
  const places = Math.max(a.decimalPlaces(), b.decimalPlaces())
  return [BigInt(shift(a, places).toFixed(0)), BigInt(shift(b, places).toFixed(0))]
}
