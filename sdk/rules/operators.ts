// The operators of the rule language, by name, with the number of operands. What they mean is in docs/rule-semantics.md.
import { didYouMean, nearest } from '../metadata/nearest.ts'

export interface Operator {
  name: OperatorName
  min: number
  max: number
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
  contains: [2, 2],
  starts_with: [2, 2],
  '+': [1, ANY],
  '-': [1, 2],
  '*': [1, ANY],
  '/': [2, 2],
  '%': [2, 2],
  min: [1, ANY],
  max: [1, ANY],
  cat: [1, MOST],
  join: [2, MOST],
} as const

export type OperatorName = keyof typeof COUNTS

const OPERATORS = new Map<string, Operator>(
  Object.entries(COUNTS).map(([name, [min, max]]) => [name, { name: name as OperatorName, min, max }]),
)

export const OPERATOR_NAMES: readonly string[] = ['var', ...OPERATORS.keys()]

export function operatorOf(name: string): Operator | { problem: string; hint?: string } {
  const found = OPERATORS.get(name)
  if (found) return found
  const hint = didYouMean(nearest(name, OPERATOR_NAMES)) ?? `There are ${OPERATOR_NAMES.join(', ')}.`
  const problem = `there is no operator “${name.slice(0, 60)}”`
  return { problem, hint }
}
