// Arithmetic on decimals and amounts, which are texts of digits: exact, as rules reckon (docs/rule-semantics.md), and
// never by way of floating point. Part of the bundle of every plugin that uses it.
import type { Decimal, DecimalInput } from './values.ts'

/** Digits after the point that a quotient keeps. */
const SCALE = 20
const FORM = /^([+-]?)(\d{0,60})(?:\.(\d{0,60}))?$/

/** `units` of 10^-scale. */
interface Exact {
  units: bigint
  scale: number
}

export interface Arithmetic {
  add(a: DecimalInput, b: DecimalInput): Decimal
  subtract(a: DecimalInput, b: DecimalInput): Decimal
  multiply(a: DecimalInput, b: DecimalInput): Decimal
  /** Cut after 20 digits behind the point; null: by zero. */
  divide(a: DecimalInput, b: DecimalInput): Decimal | null
  /** Half away from zero: 2.5 is 3, -2.5 is -3. @param scale digits behind the point; default: none */
  round(a: DecimalInput, scale?: number): Decimal
  /** -1: a is less · 0: equal · 1: a is more. `"1.50"` equals `"1.5"`. */
  compare(a: DecimalInput, b: DecimalInput): -1 | 0 | 1
}

export const decimal: Arithmetic = {
  add(a, b) {
    const [x, y] = alike(exact(a), exact(b))
    return written({ units: x.units + y.units, scale: x.scale })
  },
  subtract(a, b) {
    const [x, y] = alike(exact(a), exact(b))
    return written({ units: x.units - y.units, scale: x.scale })
  },
  multiply(a, b) {
    const [x, y] = [exact(a), exact(b)]
    return written({ units: x.units * y.units, scale: x.scale + y.scale })
  },
  divide(a, b) {
    const [x, y] = alike(exact(a), exact(b))
    return y.units === 0n ? null : written({ units: (x.units * 10n ** BigInt(SCALE)) / y.units, scale: SCALE })
  },
  round(a, scale = 0) {
    const { units, scale: had } = exact(a)
    if (had <= scale) return written({ units, scale: had })
    const unit = 10n ** BigInt(had - scale)
    const rest = units % unit
    const isUp = (rest < 0n ? -rest : rest) * 2n >= unit
    return written({ units: units / unit + (isUp ? (units < 0n ? -1n : 1n) : 0n), scale })
  },
  compare(a, b) {
    const [x, y] = alike(exact(a), exact(b))
    return x.units < y.units ? -1 : x.units > y.units ? 1 : 0
  },
}

function exact(value: DecimalInput): Exact {
  const text = typeof value === 'number' ? numberText(value) : value
  const [, sign, whole = '', rest = ''] = FORM.exec(text) ?? []
  if (whole + rest === '') throw new Error(`“${text.slice(0, 80)}” is no decimal.`)
  const units = BigInt(whole + rest)
  return { units: sign === '-' ? -units : units, scale: rest.length }
}

/** Numbers far from 1 are told with an exponent, which decimals do not have. */
function numberText(value: number): string {
  const text = String(value)
  if (!/\de/.test(text)) return text
  return Math.abs(value) < 1 ? value.toFixed(SCALE) : BigInt(value).toString()
}

function alike(a: Exact, b: Exact): [Exact, Exact] {
  const scale = Math.max(a.scale, b.scale)
  const to = (one: Exact): Exact => ({ units: one.units * 10n ** BigInt(scale - one.scale), scale })
  return [to(a), to(b)]
}

/** Without closing zeros. */
function written({ units, scale }: Exact): Decimal {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0')
  const rest = scale === 0 ? '' : digits.slice(-scale).replace(/0+$/, '')
  const text = digits.slice(0, digits.length - scale) + (rest === '' ? '' : `.${rest}`)
  return units < 0n && text !== '0' ? `-${text}` : text
}
