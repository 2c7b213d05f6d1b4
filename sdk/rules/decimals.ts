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
export const numberToDecimal = (value: number): string => plain(new Decimal(value).toDecimalPlaces(SCALE))

/** Round to the scale (half away from zero); null when the result is too large. */
function settle(value: Decimal): string | null {
  const rounded = value.toDecimalPlaces(SCALE)
  return rounded.abs().gte(LIMIT) ? null : plain(rounded)
}

export type Arithmetic = (a: Decimal, b: Decimal) => string | null

export const ARITHMETIC: Readonly<Record<'+' | '-' | '*' | '/' | '%', Arithmetic>> = {
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
