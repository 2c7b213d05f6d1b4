// Comparisons, logic, choices and lists: what their operands must be, and which of them can never be true.
import { complete, made } from './calls.ts'
import type { Checker } from './checker.ts'
import type { RuleNode } from './nodes.ts'
import type { RawCall, RawNode } from './parse.ts'
import { BOOLEAN, constantType, described, isSame, MEASURED, NULL, NUMBER, ORDERED, TEXT } from './rule-types.ts'
import { warnOfContradiction, warnOfNothing, warnOfOptions } from './sense.ts'
import type { RuleType } from './types.ts'

export function checkConditionCall(
  checker: Checker,
  raw: RawCall,
  want: RuleType | undefined,
): { node: RuleNode | undefined } | undefined {
  switch (raw.operator.name) {
    case '==':
    case '!=':
      return { node: equality(checker, raw) }
    case '<':
    case '<=':
    case '>':
    case '>=':
      return { node: order(checker, raw) }
    case 'and':
    case 'or':
    case '!':
    case '!!':
      return { node: logic(checker, raw) }
    case 'if':
      return { node: choice(checker, raw, want) }
    case 'in':
      return { node: membership(checker, raw) }
    case 'contains_any':
    case 'contains_all':
      return { node: overlap(checker, raw) }
    case 'size':
      return { node: size(checker, raw) }
    case 'min':
    case 'max':
      return { node: extreme(checker, raw, want) }
    default:
      return undefined
  }
}

function equality(checker: Checker, raw: RawCall): RuleNode | undefined {
  const { args, path, operator } = raw
  const nodes = checker.together(args, path, undefined)
  const isTest = args.some((arg) => arg.kind === 'literal' && arg.value === null)
  const odd = nodes?.find((node) => node.type.isList || node.type.kind === 'json')
  if (odd && !isTest)
    return checker.problem(path, 'not_comparable', `“${operator.name}” compares a list or JSON only with null`)
  const node = made(raw, nodes, BOOLEAN)
  if (node) warnOfOptions(checker, node, path)
  return node
}

function order(checker: Checker, raw: RawCall): RuleNode | undefined {
  const { args, path, operator } = raw
  const nodes = checker.together(args, path, undefined)
  const odd = nodes?.find((node) => node.type.isList || !(ORDERED.has(node.type.kind) || node.type.kind === 'null'))
  if (odd) return checker.problem(path, 'not_ordered', `“${operator.name}” cannot order ${described(odd.type)}`)
  warnOfNothing(checker, raw)
  return made(raw, nodes, BOOLEAN)
}

function logic(checker: Checker, raw: RawCall): RuleNode | undefined {
  const node = made(raw, checker.each(raw.args, BOOLEAN), BOOLEAN)
  if (node) warnOfContradiction(checker, node, raw.path)
  return node
}

function extreme(checker: Checker, raw: RawCall, want: RuleType | undefined): RuleNode | undefined {
  const { args, path, operator } = raw
  const nodes = checker.together(args, path, want && MEASURED.has(want.kind) ? want : undefined)
  const odd = nodes?.find((node) => node.type.isList || !(MEASURED.has(node.type.kind) || node.type.kind === 'null'))
  if (odd)
    return checker.problem(path, 'not_ordered', `“${operator.name}” takes numbers or times, not ${described(odd.type)}`)
  return made(raw, nodes, nodes?.find((node) => node.type.kind !== 'null')?.type ?? NULL)
}

/** Condition, value, condition, value … and perhaps what else. */
function choice(checker: Checker, raw: RawCall, want: RuleType | undefined): RuleNode | undefined {
  const { args, path } = raw
  const isCondition = (index: number): boolean => index % 2 === 0 && index < args.length - 1
  const values = checker.together(
    args.filter((_, index) => !isCondition(index)),
    path,
    want,
  )
  const nodes = args.map((arg, index) => {
    if (isCondition(index)) return checker.wanted(arg, BOOLEAN)
    return values?.[args.slice(0, index).filter((_, before) => !isCondition(before)).length]
  })
  const type = values?.find((node) => node.type.kind !== 'null')?.type ?? want ?? NULL
  return made(raw, complete(nodes), type)
}

function membership(checker: Checker, raw: RawCall): RuleNode | undefined {
  const { path } = raw
  const [item, list] = raw.args
  if (!item || !list) return undefined
  if (list.kind === 'constant' && Array.isArray(list.value)) {
    const natural = constantType(list.value, undefined)
    const found = checker.wanted(item, item.kind === 'constant' ? { kind: natural.kind } : undefined)
    const node = found?.type.kind === 'null' ? checker.convert(found, { kind: natural.kind }, item.path) : found
    if (node?.type.isList || node?.type.kind === 'json') {
      return checker.problem(path, 'not_comparable', `“in” looks for one value, not ${described(node.type)}`)
    }
    const kind = node?.type.kind ?? natural.kind
    const test = made(raw, complete([node, node && checker.wanted(list, { kind, isList: true })]), BOOLEAN)
    if (test) warnOfOptions(checker, test, list.path)
    return test
  }
  const whole = checker.node(list, undefined)
  if (whole?.type.isList) return made(raw, complete([checker.wanted(item, { kind: whole.type.kind }), whole]), BOOLEAN)
  if (whole?.type.kind === 'text' || whole?.type.kind === 'null')
    return made(raw, complete([checker.wanted(item, TEXT), checker.convert(whole, TEXT, list.path)]), BOOLEAN)
  checker.node(item, undefined)
  if (!whole) return undefined
  const message = `the second operand of “in” is a list or a text, not ${described(whole.type)}`
  return checker.problem(list.path, 'not_a_list', message)
}

/** Two lists of one kind, of which constants take that of the other. */
function overlap(checker: Checker, raw: RawCall): RuleNode | undefined {
  const firm = raw.args.map((arg) => (arg.kind === 'constant' ? undefined : checker.node(arg, undefined)))
  if (firm.some((node, index) => !node && raw.args[index]?.kind !== 'constant')) return undefined
  const type = firm.find((node) => node?.type.isList)?.type ?? { kind: 'text', isList: true }
  const nodes = raw.args.map((arg, index) => listOf(checker, arg, firm[index], type))
  const node = made(raw, complete(nodes), BOOLEAN)
  if (node) warnOfOptions(checker, node, raw.path)
  return node
}

function listOf(checker: Checker, raw: RawNode, known: RuleNode | undefined, type: RuleType): RuleNode | undefined {
  const isList = raw.kind !== 'constant' || Array.isArray(raw.value)
  const node = known ?? (isList ? checker.node(raw, type) : undefined)
  if (node && (node.type.kind === 'null' || isSame(node.type, type))) return checker.convert(node, type, raw.path)
  return checker.problem(raw.path, 'not_a_list', `a list of the same kind is needed here`)
}

function size(checker: Checker, raw: RawCall): RuleNode | undefined {
  const [list] = raw.args
  const node = list && checker.node(list, undefined)
  if (!node) return undefined
  if (node.type.isList) return made(raw, [node], NUMBER)
  return checker.problem(raw.path, 'not_a_list', `“size” counts the values of a list, not ${described(node.type)}`)
}
