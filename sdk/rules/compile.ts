// Rules as closures: no source text is made, so the browser's content security policy stays strict. What each operator
// means is in docs/rule-semantics.md; kernel/rules/sql.ts says the same to PostgreSQL.
import type { CheckedRule, RuleNode } from './nodes.ts'
import { composed, toInstant } from './constants.ts'
import { ARITHMETIC, Decimal, decimalToNumber, digitsOf, numberToDecimal, plain } from './decimals.ts'
import { folded } from './fold.ts'
import type { RuleEnvironment, RuleKind, RuleType, RuleValue } from './types.ts'

/** Without an environment whatever asks for it is nothing. */
export type Closure<T> = (record: T, environment?: RuleEnvironment) => RuleValue

/** @param read how a path is read of a record; asked once a path */
export function compileRule<T>(rule: CheckedRule, read: (path: string) => Closure<T>): Closure<T> {
  return compile(rule.root, read)
}

function compile<T>(node: RuleNode, read: (path: string) => Closure<T>): Closure<T> {
  switch (node.kind) {
    case 'literal': {
      const { value } = node
      return () => value
    }
    case 'constant': {
      const value = constantValue(node.value, node.type)
      return () => value
    }
    case 'var':
      return normalised(node.type, read(node.path))
    case 'call': {
      const args = node.args.map((arg) => compile(arg, read))
      return callOf(node, args)
    }
  }
}

/** Values of the same meaning get the same form, so that `===` and `<` suffice. */
function normalised<T>(type: RuleType, read: Closure<T>): Closure<T> {
  if (type.isList) return read
  if (type.kind === 'instant') return (record) => onText(read(record), (text) => toInstant(text) ?? text)
  if (type.kind === 'id') return (record) => onText(read(record), (text) => text.toLowerCase())
  if (type.kind === 'decimal') return (record) => decimalOf(read(record))
  if (type.kind === 'number') return (record) => numberOf(read(record))
  return (record) => read(record) ?? null
}

function decimalOf(value: RuleValue): RuleValue {
  if (typeof value === 'number') return Number.isFinite(value) ? numberToDecimal(value) : null
  return onText(value, (text) => plain(new Decimal(text)))
}

/** What no column can hold counts as nothing; there is no negative zero. */
const numberOf = (value: RuleValue): RuleValue =>
  typeof value === 'number' && Number.isFinite(value) ? (value === 0 ? 0 : value) : null

const onText = (value: RuleValue, change: (text: string) => string): RuleValue =>
  typeof value === 'string' ? change(value) : (value ?? null)

function constantValue(value: RuleValue, type: RuleType): RuleValue {
  if (type.isList && Array.isArray(value))
    return value.map((item: RuleValue) => constantValue(item, { kind: type.kind }))
  if (type.kind === 'decimal') return decimalOf(value)
  if (type.kind === 'number') return numberOf(value)
  if (type.kind === 'text' && typeof value === 'string') return composed(value)
  if (type.kind === 'instant' && typeof value === 'string') return toInstant(value) ?? value
  if (type.kind === 'id' && typeof value === 'string') return value.toLowerCase()
  return value
}

function callOf<T>(
  { operator, args: nodes, type }: RuleNode & { kind: 'call' },
  args: readonly Closure<T>[],
): Closure<T> {
  const [a = nothing, b = nothing, c] = args
  const kind = nodes[0]?.type.kind ?? 'null'
  switch (operator) {
    case '==':
      return (record) => isSame(a(record), b(record))
    case '!=':
      return (record) => !isSame(a(record), b(record))
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const test = ORDER[operator]
      const order = orderOf(commonKind(nodes))
      const isOrdered = (x: RuleValue, y: RuleValue): boolean => x !== null && y !== null && test(order(x, y))
      if (!c) return (record) => isOrdered(a(record), b(record))
      return (record) => isOrdered(a(record), b(record)) && isOrdered(b(record), c(record))
    }
    case 'and':
      return (record) => args.every((arg) => arg(record) === true)
    case 'or':
      return (record) => args.some((arg) => arg(record) === true)
    case '!':
      return (record) => a(record) !== true
    case '!!':
      return (record) => a(record) === true
    case 'if':
      return choice(args)
    case 'in': {
      const [, list] = nodes
      const items = list?.kind === 'constant' ? constantValue(list.value, list.type) : undefined
      return Array.isArray(items) ? among(a, new Set<RuleValue>(items)) : membership(a, b)
    }
    case 'contains':
      return (record) => onTexts(a(record), b(record), (text, part) => folded(text).includes(folded(part)))
    case 'starts_with':
      return (record) => onTexts(a(record), b(record), (text, part) => folded(text).startsWith(folded(part)))
    case 'cat':
      return (record) => args.map((arg) => arg(record) ?? '').join('')
    case 'join': {
      const rest = args.slice(1)
      return (record) =>
        joined(
          a(record),
          rest.map((arg) => arg(record)),
        )
    }
    case 'min':
    case 'max':
      return extreme(args, orderOf(type.kind), operator === 'min' ? -1 : 1)
    case 'to_decimal':
      return (record) => onNumber(a(record), numberToDecimal)
    case 'to_number':
      return (record) => onDecimal(a(record), decimalToNumber)
    case 'to_text':
      return (record) => asText(a(record), kind)
    default:
      return arithmetic(operator, args)
  }
}

const nothing = (): RuleValue => null

const isSame = (a: RuleValue, b: RuleValue): boolean => (a ?? null) === (b ?? null)

const ORDER = {
  '<': (order: number) => order < 0,
  '<=': (order: number) => order <= 0,
  '>': (order: number) => order > 0,
  '>=': (order: number) => order >= 0,
}

type Order = (a: RuleValue, b: RuleValue) => number

const commonKind = (nodes: readonly RuleNode[]): RuleKind =>
  nodes.find((node) => node.type.kind !== 'null')?.type.kind ?? 'null'

function orderOf(kind: RuleKind): Order {
  if (kind === 'decimal') return (a, b) => new Decimal(String(a)).cmp(String(b))
  if (kind === 'number') return (a, b) => Number(a) - Number(b)
  return (a, b) => byCodePoint(String(a), String(b))
}

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

function choice<T>(args: readonly Closure<T>[]): Closure<T> {
  return (record) => {
    let index = 0
    for (; index + 1 < args.length; index += 2)
      if (args[index]?.(record) === true) return args[index + 1]?.(record) ?? null
    return args[index]?.(record) ?? null
  }
}

/** Null is in no list: constants are never null. */
const among =
  <T>(item: Closure<T>, items: ReadonlySet<RuleValue>): Closure<T> =>
  (record) =>
    items.has(item(record))

function membership<T>(item: Closure<T>, list: Closure<T>): Closure<T> {
  return (record) => {
    const [one, whole] = [item(record), list(record)]
    if (one === null || whole === null) return false
    if (typeof whole === 'string') return whole.includes(String(one))
    return Array.isArray(whole) && whole.includes(one)
  }
}

function onTexts(a: RuleValue, b: RuleValue, test: (a: string, b: string) => boolean): boolean {
  return typeof a === 'string' && typeof b === 'string' && test(a, b)
}

const onNumber = (value: RuleValue, change: (value: number) => RuleValue): RuleValue =>
  typeof value === 'number' ? change(value) : null
const onDecimal = (value: RuleValue, change: (value: string) => RuleValue): RuleValue =>
  typeof value === 'string' ? change(value) : null

function joined(separator: RuleValue, items: readonly RuleValue[]): RuleValue {
  if (separator === null) return null
  return items.filter((item) => item !== null && item !== '').join(String(separator))
}

function extreme<T>(args: readonly Closure<T>[], order: Order, sign: number): Closure<T> {
  return (record) => {
    let best: RuleValue = null
    for (const arg of args) {
      const value = arg(record)
      if (value !== null && (best === null || order(value, best) * sign > 0)) best = value
    }
    return best
  }
}

function asText(value: RuleValue, kind: RuleKind): RuleValue {
  if (value === null) return null
  return kind === 'number' ? plain(digitsOf(Number(value))) : String(value)
}

function arithmetic<T>(operator: '+' | '-' | '*' | '/' | '%', args: readonly Closure<T>[]): Closure<T> {
  const work = ARITHMETIC[operator]
  const [only] = args
  // One operand: its own sign, or the other one.
  const operands = args.length === 1 && only && operator === '-' ? [(): RuleValue => '0', only] : args
  return (record) => {
    let result: RuleValue = null
    for (const [index, operand] of operands.entries()) {
      const value = operand(record)
      if (value === null) return null
      result = index === 0 ? value : work(new Decimal(String(result)), new Decimal(String(value)))
      if (result === null) return null
    }
    return result
  }
}
