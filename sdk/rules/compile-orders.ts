// Less, more and between. The kind, and whether one side is constant, is decided while compiling: what is left is one
// comparison.
import { type Amount, compareAmounts } from './amounts.ts'
import { both, type Closure, type Compiler, type Test } from './closures.ts'
import type { CallNode, RuleNode } from './nodes.ts'
import { isAmount, orderOf } from './orders.ts'
import type { RuleKind, RuleValue } from './types.ts'
import { fixedValue } from './values.ts'

export type OrderOperator = '<' | '<=' | '>' | '>='

export function compileOrder<T>(compiler: Compiler<T>, node: CallNode, operator: OrderOperator): Test<T> {
  const kind = node.args.find(({ type }) => type.kind !== 'null')?.type.kind ?? 'null'
  const [a, b, c] = node.args.map((arg): Operand<T> => ({ read: compiler.value(arg), fixed: fixedOf(arg) }))
  if (!a || !b) return () => false
  const first = ordered(kind, operator, a, b)
  return c ? both(first, ordered(kind, operator, b, c)) : first
}

interface Operand<T> {
  read: Closure<T>
  /** Of a constant; null: none. */
  fixed: RuleValue
}

const fixedOf = (node: RuleNode): RuleValue => fixedValue(node) ?? null

const TURNED = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const satisfies Record<OrderOperator, OrderOperator>

function ordered<T>(kind: RuleKind, operator: OrderOperator, a: Operand<T>, b: Operand<T>): Test<T> {
  if (a.fixed !== null && b.fixed === null) return ordered(kind, TURNED[operator], b, a)
  const { fixed } = b
  if (kind === 'number') return typeof fixed === 'number' ? numberTo(operator, a.read, fixed) : numbers(operator, a, b)
  if (kind === 'decimal') return typeof fixed === 'number' ? amountTo(operator, a.read, fixed) : amounts(operator, a, b)
  if (kind === 'date' || kind === 'instant')
    return typeof fixed === 'string' ? timeTo(operator, a.read, fixed) : times(operator, a, b)
  const compare = orderOf(kind)
  return values(operator, a, b, compare)
}

function numberTo<T>(operator: OrderOperator, read: Closure<T>, limit: number): Test<T> {
  switch (operator) {
    case '<':
      return (record, environment) => {
        const found = read(record, environment)
        return typeof found === 'number' && found < limit
      }
    case '<=':
      return (record, environment) => {
        const found = read(record, environment)
        return typeof found === 'number' && found <= limit
      }
    case '>':
      return (record, environment) => {
        const found = read(record, environment)
        return typeof found === 'number' && found > limit
      }
    case '>=':
      return (record, environment) => {
        const found = read(record, environment)
        return typeof found === 'number' && found >= limit
      }
  }
}

/** The limit is short, as nearly all are; a long value is looked at more closely. */
function amountTo<T>(operator: OrderOperator, read: Closure<T>, limit: number): Test<T> {
  const test = TESTS[operator]
  const long = (found: RuleValue): boolean => typeof found === 'string' && test(compareAmounts(found, limit))
  switch (operator) {
    case '<':
      return (record, environment) => {
        const found = read(record, environment)
        return typeof found === 'number' ? found < limit : long(found)
      }
    case '<=':
      return (record, environment) => {
        const found = read(record, environment)
        return typeof found === 'number' ? found <= limit : long(found)
      }
    case '>':
      return (record, environment) => {
        const found = read(record, environment)
        return typeof found === 'number' ? found > limit : long(found)
      }
    case '>=':
      return (record, environment) => {
        const found = read(record, environment)
        return typeof found === 'number' ? found >= limit : long(found)
      }
  }
}

function timeTo<T>(operator: OrderOperator, read: Closure<T>, limit: string): Test<T> {
  switch (operator) {
    case '<':
      return (record, environment) => {
        const found = read(record, environment)
        return typeof found === 'string' && found < limit
      }
    case '<=':
      return (record, environment) => {
        const found = read(record, environment)
        return typeof found === 'string' && found <= limit
      }
    case '>':
      return (record, environment) => {
        const found = read(record, environment)
        return typeof found === 'string' && found > limit
      }
    case '>=':
      return (record, environment) => {
        const found = read(record, environment)
        return typeof found === 'string' && found >= limit
      }
  }
}

const numbers = <T>(operator: OrderOperator, a: Operand<T>, b: Operand<T>): Test<T> =>
  values(operator, a, b, (x, y) => Number(x) - Number(y))

const amounts = <T>(operator: OrderOperator, a: Operand<T>, b: Operand<T>): Test<T> =>
  values(operator, a, b, (x, y) => (isAmount(x) && isAmount(y) ? amountOrder(x, y) : 0))

const amountOrder = (x: Amount, y: Amount): number =>
  typeof x === 'number' && typeof y === 'number' ? x - y : compareAmounts(x, y)

/** Texts of times are of one length and of ASCII. */
const times = <T>(operator: OrderOperator, a: Operand<T>, b: Operand<T>): Test<T> =>
  values(operator, a, b, (x, y) => (x === y ? 0 : String(x) < String(y) ? -1 : 1))

function values<T>(
  operator: OrderOperator,
  { read: a }: Operand<T>,
  { read: b }: Operand<T>,
  compare: (x: RuleValue, y: RuleValue) => number,
): Test<T> {
  const test = TESTS[operator]
  return (record, environment) => {
    const x = a(record, environment)
    if (x === null) return false
    const y = b(record, environment)
    return y !== null && test(compare(x, y))
  }
}

const TESTS: Readonly<Record<OrderOperator, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}
