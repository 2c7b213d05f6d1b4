// Values in the form in which closures compare them: one form for each meaning.
import { type Amount, amountOfNumber, toAmount } from './amounts.ts'
import { composed, toInstant } from './constants.ts'
import type { RuleNode } from './nodes.ts'
import type { RuleType, RuleValue } from './types.ts'

/** Values of the same meaning get the same form, so that `===` and `<` suffice. */
export function normalised<T>(type: RuleType, read: (record: T) => RuleValue): (record: T) => RuleValue {
  if (type.isList) return read
  if (type.kind === 'instant')
    return (record) => onText(read(record), (text) => (isCanonical(text) ? text : (toInstant(text) ?? text)))
  if (type.kind === 'id') return (record) => onText(read(record), (text) => text.toLowerCase())
  if (type.kind === 'decimal') return decimals(read)
  return type.kind === 'number' ? (record) => numberOf(read(record)) : read
}

/** An instant in the form of closures; null when it is none. */
export const instantOf = (text: string): RuleValue => (isCanonical(text) ? text : (toInstant(text) ?? null))

/** In UTC with six fraction digits. */
const isCanonical = (text: string): boolean =>
  text.length === 27 && text.charCodeAt(26) === 90 && text.charCodeAt(10) === 84

/** A rule that reads a price twice takes its text apart once. */
function decimals<T>(read: (record: T) => RuleValue): (record: T) => Amount | null {
  let text = '0'
  let amount: Amount = 0
  return (record) => {
    const value = read(record)
    if (value === text) return amount
    if (typeof value !== 'string') return decimalOf(value)
    amount = toAmount(value)
    text = value
    return amount
  }
}

export function decimalOf(value: RuleValue): Amount | null {
  if (typeof value === 'string') return toAmount(value)
  return typeof value === 'number' && Number.isFinite(value) ? amountOfNumber(value) : null
}

/** What no column can hold counts as nothing; there is no negative zero. */
const numberOf = (value: RuleValue): RuleValue =>
  typeof value === 'number' && Number.isFinite(value) ? value + 0 : null

const onText = (value: RuleValue, change: (text: string) => string): RuleValue =>
  typeof value === 'string' ? change(value) : (value ?? null)

function constantValue(value: RuleValue, type: RuleType): RuleValue {
  if (type.isList && Array.isArray(value))
    return value.map((item: RuleValue) => constantValue(item, { kind: type.kind }))
  if (type.kind === 'decimal') return decimalOf(typeof value === 'string' ? value.trim() : value)
  if (type.kind === 'number') return numberOf(value)
  if (type.kind === 'text' && typeof value === 'string') return composed(value)
  if (type.kind === 'instant' && typeof value === 'string') return toInstant(value) ?? value
  if (type.kind === 'id' && typeof value === 'string') return value.toLowerCase()
  return value
}

/** What a node yields whatever the record is; undefined: that depends. */
export function fixedValue(node: RuleNode | undefined): RuleValue | undefined {
  if (node?.kind === 'literal') return node.value
  return node?.kind === 'constant' ? constantValue(node.value, node.type) : undefined
}
