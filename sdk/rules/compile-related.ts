// Related records as closures, for callers that have them at hand; the usual place of these rules is the database.
import { amountText, amountWork, toAmount } from './amounts.ts'
import type { Closure, Compiler, RelatedReader, Test } from './closures.ts'
import { Decimal, settle } from './decimals.ts'
import type { RelatedNode } from './nodes.ts'
import { isAmount, orderOf } from './orders.ts'
import type { RuleEnvironment, RuleValue } from './types.ts'

/** @param compiler of rules over the related records */
export function compileRelated<T>(node: RelatedNode, reader: RelatedReader<T>, compiler: Compiler<T>): Closure<T> {
  const condition: Test<T> = node.condition ? compiler.test(node.condition) : () => true
  const value = node.value && compiler.value(node.value)
  const total = totalOf(node)
  return (record, environment) => {
    const rows = reader.of(record)
    if (node.operator === 'some') return rows.some((row) => condition(row, environment))
    if (node.operator === 'none') return !rows.some((row) => condition(row, environment))
    if (node.operator === 'all') return rows.every((row) => condition(row, environment))
    return total(valuesOf(rows, condition, value, environment))
  }
}

/** The answer without any related record. */
export function withNone({ operator }: RelatedNode): () => RuleValue {
  if (operator === 'count' || operator === 'sum') return () => 0
  if (operator === 'some') return () => false
  return operator === 'all' || operator === 'none' ? () => true : () => null
}

/** Of `count` one for each record; otherwise nothing is passed over. */
function valuesOf<T>(
  rows: readonly T[],
  condition: Test<T>,
  value: Closure<T> | undefined,
  environment: RuleEnvironment | undefined,
): RuleValue[] {
  const chosen = rows.filter((row) => condition(row, environment))
  return value ? chosen.map((row) => value(row, environment)).filter((one) => one !== null) : chosen.map(() => 1)
}

function totalOf({ operator, type }: RelatedNode): (values: readonly RuleValue[]) => RuleValue {
  if (operator === 'count') return (values) => values.length
  if (operator === 'sum') return (values) => amountOf(settle(sumOf(values)))
  if (operator === 'average') {
    const divide = amountWork('/')
    return (values) => (values.length === 0 ? null : divide(sumOf(values).toFixed(), toAmount(String(values.length))))
  }
  const order = orderOf(type.kind)
  const sign = operator === 'minimum' ? -1 : 1
  return (values) =>
    values.reduce<RuleValue>((best, one) => (best === null || order(one, best) * sign > 0 ? one : best), null)
}

const amountOf = (text: string | null): RuleValue => (text === null ? null : toAmount(text))

const sumOf = (values: readonly RuleValue[]): Decimal =>
  values.reduce<Decimal>((sum, one) => (isAmount(one) ? sum.plus(amountText(one)) : sum), new Decimal(0))
