// Conditions as closures that know two answers. What can be decided while compiling is: which kind is compared, how many
// operands there are, what is constant.
import { both, type Closure, type Compiler, type Test } from './closures.ts'
import { compileOrder } from './compile-orders.ts'
import { folded } from './fold.ts'
import { matchesPattern } from '../fields/pattern.ts'
import type { CallNode } from './nodes.ts'
import { isGiven } from './given.ts'
import type { RuleValue } from './types.ts'
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
      return compileOrder(compiler, node, node.operator)
    case 'and':
      return every(node.args.map((arg) => compiler.test(arg)))
    case 'or':
      return some(node.args.map((arg) => compiler.test(arg)))
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

/** Three at a time: each call costs as much as a comparison. */
function every<T>([a = always, b, c, ...others]: readonly Test<T>[]): Test<T> {
  if (!b) return a
  if (!c) return both(a, b)
  const rest = others.length === 0 ? c : every([c, ...others])
  return (record, environment) => a(record, environment) && b(record, environment) && rest(record, environment)
}

function some<T>([a = never, b, c, ...others]: readonly Test<T>[]): Test<T> {
  if (!b) return a
  const rest = c && (others.length === 0 ? c : some([c, ...others]))
  if (!rest) return (record, environment) => a(record, environment) || b(record, environment)
  return (record, environment) => a(record, environment) || b(record, environment) || rest(record, environment)
}

const always = (): boolean => true
const never = (): boolean => false
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
