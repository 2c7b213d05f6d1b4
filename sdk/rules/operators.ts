// The operators of the rule language, by name, with the number of operands. What they mean is in docs/rule-semantics.md.
import { didYouMean, nearest } from '../metadata/nearest.ts'

export interface Operator {
  name: OperatorName
  min: number
  max: number
  /** Place of the operand that is a name, a unit or a pattern: written out, and part of the rule's shape. */
  word: number | undefined
  /** Operands in whose place a list of constants may stand. */
  lists: readonly number[]
}

const ANY = Number.POSITIVE_INFINITY
/** A function of PostgreSQL takes no more. */
const MOST = 100

const COUNTS = {
  '==': [2, 2],
  '!=': [2, 2],
  '<': [2, 3],
  '<=': [2, 3],
  '>': [2, 2],
  '>=': [2, 2],
  and: [1, ANY],
  or: [1, ANY],
  '!': [1, 1],
  '!!': [1, 1],
  if: [2, ANY],
  in: [2, 2],
  '+': [1, ANY],
  '-': [1, 2],
  '*': [1, ANY],
  '/': [2, 2],
  '%': [2, 2],
  min: [1, ANY],
  max: [1, ANY],
  cat: [1, MOST],
  join: [2, MOST],
  contains: [2, 2],
  starts_with: [2, 2],
  ends_with: [2, 2],
  matches: [2, 2],
  length: [1, 1],
  lower: [1, 1],
  upper: [1, 1],
  trim: [1, 1],
  contains_any: [2, 2],
  contains_all: [2, 2],
  size: [1, 1],
  now: [0, 0],
  today: [0, 0],
  add: [3, 3],
  subtract: [3, 3],
  difference: [3, 3],
  start_of: [2, 2],
  end_of: [2, 2],
  year: [1, 1],
  month: [1, 1],
  day: [1, 1],
  to_date: [1, 1],
  me: [0, 0],
  my_teams: [0, 0],
  my_teams_below: [0, 0],
  my_organisation: [0, 0],
  before: [1, 1],
  changed: [1, 1],
  some: [2, 2],
  all: [2, 2],
  none: [2, 2],
  count: [1, 2],
  sum: [2, 3],
  average: [2, 3],
  minimum: [2, 3],
  maximum: [2, 3],
} as const

export type OperatorName = keyof typeof COUNTS

const WORDS: Readonly<Partial<Record<OperatorName, number>>> = {
  matches: 1,
  add: 2,
  subtract: 2,
  difference: 2,
  start_of: 1,
  end_of: 1,
  before: 0,
  changed: 0,
  some: 0,
  all: 0,
  none: 0,
  count: 0,
  sum: 0,
  average: 0,
  minimum: 0,
  maximum: 0,
}

const LISTS: Readonly<Partial<Record<OperatorName, readonly number[]>>> = {
  in: [1],
  contains_any: [0, 1],
  contains_all: [0, 1],
}

const isOperator = (name: string): name is OperatorName => Object.hasOwn(COUNTS, name)

const OPERATORS = new Map<string, Operator>(
  Object.keys(COUNTS).flatMap((name) => (isOperator(name) ? [[name, operator(name)]] : [])),
)

/** Other names of json-logic-js: with types on both sides nothing is converted, so that equal is strictly equal. */
const ALIASES = new Map<string, OperatorName>([
  ['===', '=='],
  ['!==', '!='],
  ['?:', 'if'],
])

export const OPERATOR_NAMES: readonly string[] = ['var', ...OPERATORS.keys()]

/** One that there is. */
export function operator(name: OperatorName): Operator {
  const [min, max] = COUNTS[name]
  return { name, min, max, word: WORDS[name], lists: LISTS[name] ?? [] }
}

export function operatorOf(name: string): Operator | { problem: string; hint?: string } {
  const found = OPERATORS.get(ALIASES.get(name) ?? name)
  if (found) return found
  const hint = didYouMean(nearest(name, OPERATOR_NAMES)) ?? `There are ${OPERATOR_NAMES.join(', ')}.`
  const problem = `there is no operator “${name.slice(0, 60)}”`
  return { problem, hint }
}
