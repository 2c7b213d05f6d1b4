// Comparing values of one kind. Both engines compare alike: texts by code points, decimals by what they are worth.
import { type Amount, compareAmounts } from './amounts.ts'
import type { RuleKind, RuleValue } from './types.ts'

/** Of two values of the kind, neither null: negative when the first is less. */
export type Order = (a: RuleValue, b: RuleValue) => number

export function orderOf(kind: RuleKind): Order {
  if (kind === 'decimal') return (a, b) => (isAmount(a) && isAmount(b) ? compareAmounts(a, b) : 0)
  if (kind === 'number') return (a, b) => Number(a) - Number(b)
  return (a, b) => byCodePoint(String(a), String(b))
}

export const isAmount = (value: RuleValue): value is Amount => typeof value === 'number' || typeof value === 'string'

/** JavaScript orders by UTF-16 units, in which U+10000 comes before U+FFFF; PostgreSQL's "C" orders by code points. */
function byCodePoint(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)]
    if (x !== y) return lifted(x) - lifted(y)
  }
  return a.length - b.length
}

/** Surrogates stand for code points above all others. */
const lifted = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit)
