// Decimals as closures have them between two operators: a whole number of ten-thousandths where that is exact, which
// covers nearly every price, rate and quantity and needs no memory; canonical text for all others. Each value has one
// form only, so `===` compares them.
import { ARITHMETIC, type ArithmeticOperator, Decimal, decimalToNumber, numberToDecimal, plain } from './decimals.ts'

export type Amount = number | string

/** A whole number is that many times itself. */
export const UNIT = 10_000
const PLACES = 4
/** Below it a number has at most 15 digits, so that dividing by the unit gives exactly its decimal. */
const LIMIT = 1e15

export const isShort = (amount: number): boolean => amount < LIMIT && amount > -LIMIT

/** What takes a number with so many places to the unit. */
const SCALES: readonly number[] = [10_000, 1_000, 100, 10, 1]

const [MINUS, POINT, ZERO, NINE] = [45, 46, 48, 57]

/** Of any decimal text. */
export function toAmount(text: string): Amount {
  const short = readShort(text)
  if (!Number.isNaN(short)) return short
  const canonical = plain(new Decimal(text))
  const again = readShort(canonical)
  return Number.isNaN(again) ? canonical : again
}

/** NaN when it is no plain decimal with few digits. */
function readShort(text: string): number {
  const { length } = text
  const isNegative = text.charCodeAt(0) === MINUS
  let index = isNegative ? 1 : 0
  if (index === length || length > 18) return Number.NaN
  let value = 0
  let places = -1
  for (; index < length; index++) {
    const code = text.charCodeAt(index)
    if (code >= ZERO && code <= NINE) {
      value = value * 10 + (code - ZERO)
      if (places >= 0) places++
    } else if (code === POINT && places < 0) places = 0
    else return Number.NaN
  }
  if (places > PLACES) return Number.NaN
  value *= places <= 0 ? UNIT : (SCALES[places] ?? 1)
  if (value >= LIMIT) return Number.NaN
  return isNegative && value !== 0 ? -value : value
}

export function amountOfNumber(value: number): Amount {
  // Small whole numbers, most of all.
  if ((value | 0) === value) return value * UNIT + 0
  const scaled = value * UNIT
  // The decimal with so few digits that is nearest to the number is the number's own.
  if (Number.isInteger(scaled) && Math.abs(scaled) < LIMIT && scaled / UNIT === value) return scaled === 0 ? 0 : scaled
  return toAmount(numberToDecimal(value))
}

export function amountText(amount: Amount): string {
  if (typeof amount === 'string') return amount
  if (amount < 0) return `-${amountText(-amount)}`
  // Telling a whole number is much faster than telling a fraction.
  const whole = Math.floor(amount / UNIT)
  const rest = amount - whole * UNIT
  return rest === 0 ? String(whole) : `${whole}${fractions[rest] ?? (fractions[rest] = fractionText(rest))}`
}

const fractions: string[] = []

/** `.5` of 5000 ten-thousandths. */
const fractionText = (rest: number): string => `.${String(rest).padStart(PLACES, '0').replace(/0+$/, '')}`

export function amountToNumber(amount: Amount): number | null {
  return typeof amount === 'number' ? amount / UNIT : decimalToNumber(amount)
}

export function compareAmounts(a: Amount, b: Amount): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return new Decimal(amountText(a)).cmp(amountText(b))
}

export type AmountWork = (a: Amount, b: Amount) => Amount | null

/** Exact where both are short and so is the result; undefined: it is not. */
type ShortWork = (a: number, b: number) => number | undefined

const short = (value: number): number | undefined => (isShort(value) ? value + 0 : undefined)

/** A division of doubles and a product are several times as fast as their remainder. */
const isMultiple = (value: number, of: number): boolean => Math.floor(value / of) * of === value

const SHORT: Readonly<Record<ArithmeticOperator, ShortWork>> = {
  '+': (a, b) => short(a + b),
  '-': (a, b) => short(a - b),
  '*': (a, b) => {
    if (isMultiple(b, UNIT)) return short(a * (b / UNIT))
    if (isMultiple(a, UNIT)) return short((a / UNIT) * b)
    const product = a * b
    return Math.abs(product) <= Number.MAX_SAFE_INTEGER && isMultiple(product, UNIT) ? short(product / UNIT) : undefined
  },
  '/': (a, b) => {
    const scaled = a * UNIT
    if (b === 0 || Math.abs(scaled) > Number.MAX_SAFE_INTEGER || !isMultiple(scaled, b)) return undefined
    return short(scaled / b)
  },
  '%': (a, b) => (b === 0 ? undefined : short(a % b)),
}

const WORK: Readonly<Record<ArithmeticOperator, AmountWork>> = {
  '+': work('+'),
  '-': work('-'),
  '*': work('*'),
  '/': work('/'),
  '%': work('%'),
}

export const amountWork = (operator: ArithmeticOperator): AmountWork => WORK[operator]

function work(operator: ArithmeticOperator): AmountWork {
  const [quick, exact] = [SHORT[operator], ARITHMETIC[operator]]
  return (a, b) => {
    if (typeof a === 'number' && typeof b === 'number') {
      const result = quick(a, b)
      if (result !== undefined) return result
    }
    const text = exact(new Decimal(amountText(a)), new Decimal(amountText(b)))
    return text === null ? null : toAmount(text)
  }
}
