// Arithmetic as closures. Two short amounts, which nearly all are, are worked out on the spot; whatever is longer, or
// whose result would be, is left to the exact work of amounts.ts.
import { type Amount, type AmountWork, amountWork, isShort, UNIT } from './amounts.ts'
import { type Closure, nothing } from './closures.ts'
import type { ArithmeticOperator } from './decimals.ts'
import type { CallNode } from './nodes.ts'
import { isAmount } from './orders.ts'
import type { RuleValue } from './types.ts'
import { fixedValue } from './values.ts'

/** @param args closures of the node's arguments */
export function compileArithmetic<T>(
  node: CallNode,
  operator: ArithmeticOperator,
  [a = nothing, b, ...others]: readonly Closure<T>[],
): Closure<T> {
  // One operand: its own sign, or the other one.
  if (!b) return operator === '-' ? worked(operator, () => 0, a) : a
  const factor = fixedValue(node.args[1])
  const first = typeof factor === 'number' ? workedWith(operator, a, factor) : worked(operator, a, b)
  return others.reduce((left, right) => worked(operator, left, right), first)
}

function worked<T>(operator: ArithmeticOperator, a: Closure<T>, b: Closure<T>): Closure<T> {
  const work = exactly(amountWork(operator))
  switch (operator) {
    case '+':
      return (record, environment) => {
        const [x, y] = [a(record, environment), b(record, environment)]
        if (typeof x !== 'number' || typeof y !== 'number') return work(x, y)
        const sum = x + y
        return isShort(sum) ? sum : work(x, y)
      }
    case '-':
      return (record, environment) => {
        const [x, y] = [a(record, environment), b(record, environment)]
        if (typeof x !== 'number' || typeof y !== 'number') return work(x, y)
        const difference = x - y
        return isShort(difference) ? difference : work(x, y)
      }
    default:
      return (record, environment) => work(a(record, environment), b(record, environment))
  }
}

/** With a short constant. */
function workedWith<T>(operator: ArithmeticOperator, a: Closure<T>, constant: number): Closure<T> {
  if (operator === '-') return workedWith('+', a, 0 - constant)
  const work = exactly(amountWork(operator))
  const factor = constant / UNIT
  if (operator === '+')
    return (record, environment) => {
      const x = a(record, environment)
      if (typeof x !== 'number') return work(x, constant)
      const sum = x + constant
      return isShort(sum) ? sum : work(x, constant)
    }
  if (operator === '*' && Number.isInteger(factor))
    return (record, environment) => {
      const x = a(record, environment)
      if (typeof x !== 'number') return work(x, constant)
      const product = x * factor
      return isShort(product) ? product + 0 : work(x, constant)
    }
  return (record, environment) => work(a(record, environment), constant)
}

const exactly =
  (work: AmountWork) =>
  (x: RuleValue, y: RuleValue): Amount | null =>
    isAmount(x) && isAmount(y) ? work(x, y) : null
