// Conditions that say the same whatever the record is: hardly what their author means. Only what is cheap to see.
import type { Checker } from './checker.ts'
import { Decimal } from './decimals.ts'
import type { CallNode, RuleNode } from './nodes.ts'
import type { RawCall } from './parse.ts'
import type { RuleKind, RuleValue } from './types.ts'

/** `x < null`. */
export function warnOfNothing(checker: Checker, { args, operator, path }: RawCall): void {
  if (args.some((arg) => arg.kind === 'literal' && arg.value === null))
    checker.warn(path, 'never_true', `nothing is “${operator.name}” an empty value; ask with “==” whether it is empty`)
}

/** A choice that is none of the field's; a list in which nothing can be. */
export function warnOfOptions(checker: Checker, node: RuleNode, path: string): void {
  if (node.kind !== 'call') return
  const [a, b] = node.args
  const field = a?.kind === 'var' ? a : b
  const constant = a?.kind === 'constant' ? a : b
  if (constant?.kind !== 'constant') return
  const values: readonly RuleValue[] = Array.isArray(constant.value) ? constant.value : [constant.value]
  if (values.length === 0 && node.operator !== 'contains_all')
    checker.warn(path, 'never_true', 'nothing is in an empty list')
  const options = field?.kind === 'var' ? checker.scope.optionsOf?.(field.path) : undefined
  if (!options || values.length === 0) return
  const known = new Set<RuleValue>(options)
  const unknown = values.filter((value) => !known.has(value))
  const isHopeless = node.operator === 'contains_all' ? unknown.length > 0 : unknown.length === values.length
  if (!isHopeless) return
  const [first] = unknown
  const text = `“${String(first).slice(0, 60)}” is none of the choices: ${options.slice(0, 20).join(', ')}`
  checker.warn(path, node.operator === '!=' ? 'always_true' : 'never_true', text)
}

interface Range {
  low?: RuleValue
  isAboveLow: boolean
  high?: RuleValue
  isBelowHigh: boolean
}

/** `x < 3 and x > 5`. */
export function warnOfContradiction(checker: Checker, node: RuleNode, path: string): void {
  if (node.kind !== 'call' || node.operator !== 'and') return
  const ranges = new Map<string, Range>()
  for (const bound of node.args.flatMap(boundsOf)) {
    const range = ranges.get(bound.key) ?? { isAboveLow: false, isBelowHigh: false }
    ranges.set(bound.key, range)
    narrow(range, bound)
    if (!isEmpty(range, bound.kind)) continue
    checker.warn(path, 'never_true', `“${bound.path}” cannot be all of this at once`)
    return
  }
}

interface Bound {
  key: string
  path: string
  kind: RuleKind
  operator: string
  value: RuleValue
}

const MIRRORED: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '==': '==' }

function boundsOf(node: RuleNode): Bound[] {
  if (node.kind !== 'call') return []
  if (node.operator === 'and') return node.args.flatMap(boundsOf)
  if (MIRRORED[node.operator] === undefined) return []
  return node.args.slice(1).flatMap((right, index) => boundOf(node, node.args[index], right))
}

function boundOf({ operator }: CallNode, left: RuleNode | undefined, right: RuleNode): Bound[] {
  const isTurned = right.kind === 'var'
  const [field, constant] = isTurned ? [right, left] : [left, right]
  if (field?.kind !== 'var' || constant?.kind !== 'constant' || Array.isArray(constant.value)) return []
  const { path, moment, type } = field
  const told = isTurned ? MIRRORED[operator] : operator
  return [{ key: `${moment} ${path}`, path, kind: type.kind, operator: told ?? operator, value: constant.text }]
}

function narrow(range: Range, { operator, value, kind }: Bound): void {
  if (operator === '>' || operator === '>=' || operator === '==') {
    const order = range.low === undefined ? 1 : compare(value, range.low, kind)
    if (order > 0) Object.assign(range, { low: value, isAboveLow: operator === '>' })
    else if (order === 0 && operator === '>') range.isAboveLow = true
  }
  if (operator === '<' || operator === '<=' || operator === '==') {
    const order = range.high === undefined ? -1 : compare(value, range.high, kind)
    if (order < 0) Object.assign(range, { high: value, isBelowHigh: operator === '<' })
    else if (order === 0 && operator === '<') range.isBelowHigh = true
  }
}

function isEmpty({ low, high, isAboveLow, isBelowHigh }: Range, kind: RuleKind): boolean {
  if (low === undefined || high === undefined) return false
  const order = compare(low, high, kind)
  return order > 0 || (order === 0 && (isAboveLow || isBelowHigh))
}

/** Of constants in their text form. Texts by UTF-16 units will do: the order of code points differs for few signs. */
function compare(a: RuleValue, b: RuleValue, kind: RuleKind): number {
  const [x, y] = [String(a), String(b)]
  if (kind === 'number') return Number(x) - Number(y)
  if (kind === 'decimal') return new Decimal(x).cmp(y)
  return x < y ? -1 : x > y ? 1 : 0
}
