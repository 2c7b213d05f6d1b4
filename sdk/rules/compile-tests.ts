// Conditions as closures that know two answers. What can be decided while compiling is: which kind is compared, how many
// operands there are, what is constant.
import { compareAmounts } from './amounts.ts'
import type { Closure, Compiler, Test } from './closures.ts'
import { folded } from './fold.ts'
import { matchesPattern } from '../fields/pattern.ts'
import type { CallNode } from './nodes.ts'
import { isAmount, orderOf } from './orders.ts'
import { isGiven } from './given.ts'
import type { RuleKind, RuleValue } from './types.ts'
import { fixedValue } from './values.ts'

/** undefined: the operator yields no boolean. */
export function compileTest<T>(compiler: Compiler<T>, node: CallNode): Test<T> | undefined {
  switch (node.operator) {
    case '==':
      return equality(compiler, node)
    case '!=':
      return negated(equality(compiler, node))
    case '<':
    case '<=':
    case '>':
    case '>=':
      return order(compiler, node, node.operator)
    case 'and':
      return node.args.map((arg) => compiler.test(arg)).reduceRight((rest, first) => both(first, rest))
    case 'or':
      return node.args.map((arg) => compiler.test(arg)).reduceRight((rest, first) => either(first, rest))
    case '!':
      return node.args[0] && negated(compiler.test(node.args[0]))
    case '!!':
      return node.args[0] && compiler.test(node.args[0])
    case 'in':
      return membership(compiler, node)
    case 'contains_any':
    case 'contains_all':
      return overlap(compiler, node, node.operator === 'contains_all')
    case 'contains':
      return onTexts(compiler, node, (text, part) => text.includes(part))
    case 'starts_with':
      return onTexts(compiler, node, (text, part) => text.startsWith(part))
    case 'ends_with':
      return onTexts(compiler, node, (text, part) => text.endsWith(part))
    case 'matches':
      return matching(compiler, node)
    case 'changed':
      return changed(compiler, node)
    default:
      return undefined
  }
}

const both =
  <T>(a: Test<T>, b: Test<T>): Test<T> =>
  (record, environment) =>
    a(record, environment) && b(record, environment)
const either =
  <T>(a: Test<T>, b: Test<T>): Test<T> =>
  (record, environment) =>
    a(record, environment) || b(record, environment)
const negated =
  <T>(test: Test<T>): Test<T> =>
  (record, environment) =>
    !test(record, environment)

function equality<T>(compiler: Compiler<T>, node: CallNode): Test<T> {
  const [left, right] = node.args
  if (!left || !right) return () => false
  const [a, b] = [compiler.value(left), compiler.value(right)]
  const [leftValue, rightValue] = [fixedValue(left), fixedValue(right)]
  if (rightValue !== undefined) return (record, environment) => a(record, environment) === rightValue
  if (leftValue !== undefined) return (record, environment) => b(record, environment) === leftValue
  if (!isGiven(left) && !isGiven(right))
    return (record, environment) => a(record, environment) === b(record, environment)
  return (record, environment) => {
    const value = a(record, environment)
    return value !== null && value === b(record, environment)
  }
}

type OrderOperator = '<' | '<=' | '>' | '>='

function order<T>(compiler: Compiler<T>, node: CallNode, operator: OrderOperator): Test<T> {
  const kind = node.args.find(({ type }) => type.kind !== 'null')?.type.kind ?? 'null'
  const [a, b, c] = compiler.values(node)
  if (!a || !b) return () => false
  const first = ordered(kind, operator, a, b)
  return c ? both(first, ordered(kind, operator, b, c)) : first
}

function ordered<T>(kind: RuleKind, operator: OrderOperator, a: Closure<T>, b: Closure<T>): Test<T> {
  // `a > b` is `b < a`, operands without effect.
  if (operator === '>') return ordered(kind, '<', b, a)
  if (operator === '>=') return ordered(kind, '<=', b, a)
  const isStrict = operator === '<'
  if (kind === 'number') return isStrict ? lessNumber(a, b) : mostNumber(a, b)
  if (kind === 'decimal') return isStrict ? lessAmount(a, b) : mostAmount(a, b)
  if (kind === 'date' || kind === 'instant') return isStrict ? lessTime(a, b) : mostTime(a, b)
  const compare = orderOf(kind)
  return (record, environment) => {
    const [x, y] = [a(record, environment), b(record, environment)]
    if (x === null || y === null) return false
    const found = compare(x, y)
    return isStrict ? found < 0 : found <= 0
  }
}

const lessNumber =
  <T>(a: Closure<T>, b: Closure<T>): Test<T> =>
  (record, environment) => {
    const x = a(record, environment)
    const y = b(record, environment)
    return typeof x === 'number' && typeof y === 'number' && x < y
  }
const mostNumber =
  <T>(a: Closure<T>, b: Closure<T>): Test<T> =>
  (record, environment) => {
    const x = a(record, environment)
    const y = b(record, environment)
    return typeof x === 'number' && typeof y === 'number' && x <= y
  }
const lessAmount =
  <T>(a: Closure<T>, b: Closure<T>): Test<T> =>
  (record, environment) => {
    const x = a(record, environment)
    const y = b(record, environment)
    if (typeof x === 'number' && typeof y === 'number') return x < y
    return isAmount(x) && isAmount(y) && compareAmounts(x, y) < 0
  }
const mostAmount =
  <T>(a: Closure<T>, b: Closure<T>): Test<T> =>
  (record, environment) => {
    const x = a(record, environment)
    const y = b(record, environment)
    if (typeof x === 'number' && typeof y === 'number') return x <= y
    return isAmount(x) && isAmount(y) && compareAmounts(x, y) <= 0
  }
/** Texts of times are of one length and of ASCII. */
const lessTime =
  <T>(a: Closure<T>, b: Closure<T>): Test<T> =>
  (record, environment) => {
    const x = a(record, environment)
    const y = b(record, environment)
    return typeof x === 'string' && typeof y === 'string' && x < y
  }
const mostTime =
  <T>(a: Closure<T>, b: Closure<T>): Test<T> =>
  (record, environment) => {
    const x = a(record, environment)
    const y = b(record, environment)
    return typeof x === 'string' && typeof y === 'string' && x <= y
  }

function membership<T>(compiler: Compiler<T>, node: CallNode): Test<T> {
  const [a, b] = compiler.values(node)
  const [, list] = node.args
  if (!a || !b) return () => false
  const items = fixedValue(list)
  // Null is in no list: constants are never null.
  if (Array.isArray(items)) return among(a, items)
  return (record, environment) => {
    const [one, whole] = [a(record, environment), b(record, environment)]
    if (one === null || whole === null) return false
    if (typeof whole === 'string') return whole.includes(String(one))
    return Array.isArray(whole) && whole.includes(one)
  }
}

function among<T>(item: Closure<T>, items: readonly RuleValue[]): Test<T> {
  const [only, ...others] = items
  if (items.length > 0 && others.length === 0) return (record, environment) => item(record, environment) === only
  const known = new Set(items)
  return (record, environment) => known.has(item(record, environment))
}

function overlap<T>(compiler: Compiler<T>, node: CallNode, areAll: boolean): Test<T> {
  const [a, b] = compiler.values(node)
  if (!a || !b) return () => false
  return (record, environment) => {
    const [whole, wanted] = [a(record, environment), b(record, environment)]
    if (!isList(whole) || !isList(wanted)) return false
    for (const one of wanted) if (whole.includes(one) !== areAll) return !areAll
    return areAll
  }
}

const isList = (value: RuleValue): value is readonly RuleValue[] => Array.isArray(value)

/** The part is mostly constant: its lower case is made once. */
function onTexts<T>(compiler: Compiler<T>, node: CallNode, test: (text: string, part: string) => boolean): Test<T> {
  const [a, b] = compiler.values(node)
  if (!a || !b) return () => false
  const constant = fixedValue(node.args[1])
  if (typeof constant === 'string') {
    const part = folded(constant)
    return (record, environment) => {
      const text = a(record, environment)
      return typeof text === 'string' && test(folded(text), part)
    }
  }
  return (record, environment) => {
    const [text, part] = [a(record, environment), b(record, environment)]
    return typeof text === 'string' && typeof part === 'string' && test(folded(text), folded(part))
  }
}

function matching<T>(compiler: Compiler<T>, node: CallNode): Test<T> {
  const [a] = compiler.values(node)
  const { word } = node
  if (!a) return () => false
  return (record, environment) => {
    const text = a(record, environment)
    return typeof text === 'string' && matchesPattern(word, text)
  }
}

function changed<T>(compiler: Compiler<T>, node: CallNode): Test<T> {
  const [a, b] = compiler.values(node)
  if (!a || !b) return () => false
  return (record, environment) => {
    const [old, value] = [a(record, environment), b(record, environment)]
    if (!isList(old) || !isList(value)) return old !== value
    return old.length !== value.length || old.some((item, index) => item !== value[index])
  }
}
