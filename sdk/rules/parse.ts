// A rule as JSON becomes a tree, its constants numbered in the order in which they stand. Two rules that differ in
// constants only have the same shape, so that one SQL statement serves both. Structure never depends on a constant.
import { type Operator, operator, operatorOf } from './operators.ts'
import type { RuleValue } from './types.ts'

export interface RuleProblem {
  /** JSON pointer within the rule. */
  path: string
  key: string
  message: string
  hint?: string
}

export type RawNode =
  | { kind: 'constant'; index: number; value: string | number | readonly (string | number)[]; path: string }
  | { kind: 'literal'; value: null | boolean; path: string }
  | { kind: 'var'; name: string; path: string }
  /** A name, a unit or a pattern, where the operator takes one. */
  | { kind: 'word'; text: string; path: string }
  /** `isSoft`: a choice between constants. */
  | { kind: 'call'; operator: Operator; args: readonly RawNode[]; path: string; isSoft: boolean }
  /** What could not be read, its problem told; `args` are operands that could. */
  | { kind: 'faulty'; args: readonly RawNode[]; path: string }

export type RawCall = RawNode & { kind: 'call' }

export interface ParsedRule {
  root: RawNode
  shape: string
  constants: readonly RuleValue[]
  problems: readonly RuleProblem[]
  /** Not all of it was looked at. */
  isTooLarge: boolean
}

const MAX_DEPTH = 64
const MAX_NODES = 2_000
const MAX_WORD = 1_000
export const MAX_LIST_LENGTH = 10_000

/** Never throws, whatever it is given. */
export function parseRule(rule: unknown): ParsedRule {
  const parser = new Parser()
  const root = parser.node(rule, '', 0)
  const { shape, constants, problems, isTooLarge } = parser
  return { root, shape: shape.join(''), constants, problems, isTooLarge }
}

class Parser {
  readonly shape: string[] = []
  readonly constants: RuleValue[] = []
  readonly problems: RuleProblem[] = []
  /** The rest was not looked at. */
  isTooLarge = false
  private nodes = 0

  node(value: unknown, path: string, depth: number): RawNode {
    this.nodes++
    if (depth > MAX_DEPTH || this.nodes > MAX_NODES) {
      if (this.isTooLarge) return { kind: 'faulty', args: [], path }
      this.isTooLarge = true
      const limit = depth > MAX_DEPTH ? `${MAX_DEPTH} levels` : `${MAX_NODES} operations and values`
      return this.problem(path, 'too_large', `the rule is too large: it may have ${limit}`)
    }
    if (value === null || typeof value === 'boolean') {
      this.shape.push(String(value))
      return { kind: 'literal', value, path }
    }
    if (typeof value === 'string') return this.constant(value, 's', path)
    if (typeof value === 'number') {
      if (Number.isFinite(value)) return this.constant(value, 'n', path)
      return this.problem(path, 'not_a_number', 'a number must be finite')
    }
    if (Array.isArray(value)) {
      return this.problem(
        path,
        'list_not_here',
        'a list may stand only as an operand of “in”, “contains_any” and “contains_all”',
      )
    }
    if (typeof value === 'object') return this.call(value, path, depth)
    return this.problem(path, 'not_json', 'is no JSON')
  }

  private call(value: object, path: string, depth: number): RawNode {
    const [name, ...others] = Object.keys(value)
    if (name === undefined || others.length > 0) {
      return this.problem(path, 'not_one_operator', 'an operation is an object with one member: its operator')
    }
    const operand: unknown = Reflect.get(value, name)
    const at = `${path}/${name.slice(0, 60).replaceAll('~', '~0').replaceAll('/', '~1')}`
    if (name === 'var') return this.variable(operand, at, depth)
    const found = operatorOf(name)
    const operands: readonly unknown[] = Array.isArray(operand) ? operand : [operand]
    const pathOf = (index: number) => (Array.isArray(operand) ? `${at}/${index}` : at)
    if ('problem' in found) {
      this.problem(path, 'unknown_operator', found.problem, found.hint)
      return { kind: 'faulty', args: this.operations(operands, pathOf, depth), path }
    }
    const isCounted = operands.length >= found.min && operands.length <= found.max
    if (!isCounted) {
      const { min, max } = found
      this.problem(at, 'operands', `“${name}” takes ${countText(min, max)}, not ${operands.length}`)
    }
    this.shape.push(found.name, '(')
    const args = operands.slice(0, MAX_NODES + 1).map((one, index) => {
      if (index > 0) this.shape.push(',')
      if (index === found.word) return this.word(name, one, pathOf(index))
      return Array.isArray(one) && found.lists.includes(index)
        ? this.list(one, pathOf(index))
        : this.node(one, pathOf(index), depth + 1)
    })
    this.shape.push(')')
    if (!isCounted) return { kind: 'faulty', args, path: at }
    return { kind: 'call', operator: found, args, path: at, isSoft: isChoiceOfConstants(found, args) }
  }

  /** What an unknown operator would take is unknown too; operations among its operands are still looked at. */
  private operations(operands: readonly unknown[], pathOf: (index: number) => string, depth: number): RawNode[] {
    return operands
      .slice(0, MAX_NODES + 1)
      .flatMap((one, index) =>
        typeof one === 'object' && one !== null && !Array.isArray(one)
          ? [this.node(one, pathOf(index), depth + 1)]
          : [],
      )
  }

  private variable(operand: unknown, path: string, depth: number): RawNode {
    const [name, otherwise, ...others]: readonly unknown[] = Array.isArray(operand) ? operand : [operand]
    if (others.length > 0) return this.problem(path, 'bad_var', '“var” takes a field and a value for where it is empty')
    if (otherwise !== undefined && otherwise !== null) return this.filled(name, otherwise, path, depth)
    if (typeof name !== 'string' || name === '' || name.length > 300) {
      return this.problem(path, 'bad_var', '“var” takes the name of a field, such as {"var": "name"}')
    }
    this.shape.push(JSON.stringify(name))
    return { kind: 'var', name, path }
  }

  /** `{"var": ["x", 5]}` is `x`, and 5 where it is empty. */
  private filled(name: unknown, otherwise: unknown, path: string, depth: number): RawNode {
    this.shape.push('var(')
    const field = this.variable(name, `${path}/0`, depth)
    this.shape.push(',')
    const rest = this.node(otherwise, `${path}/1`, depth + 1)
    this.shape.push(')')
    const nothing: RawNode = { kind: 'literal', value: null, path }
    const isFilled: RawNode = { kind: 'call', operator: operator('!='), args: [field, nothing], path, isSoft: false }
    return { kind: 'call', operator: operator('if'), args: [isFilled, field, rest], path, isSoft: false }
  }

  private word(operator: string, operand: unknown, path: string): RawNode {
    if (typeof operand !== 'string' || operand.length > MAX_WORD) {
      return this.problem(path, 'not_a_word', `“${operator}” takes a text here that is written out`)
    }
    this.shape.push(JSON.stringify(operand))
    return { kind: 'word', text: operand, path }
  }

  private list(items: readonly unknown[], path: string): RawNode {
    const scalars = items.filter(
      (item) => typeof item === 'string' || (typeof item === 'number' && Number.isFinite(item)),
    )
    if (scalars.length < items.length) {
      const index = items.findIndex((item, at) => item !== scalars[at])
      return this.problem(`${path}/${index}`, 'bad_list', 'a list holds texts or numbers')
    }
    if (items.length > MAX_LIST_LENGTH) {
      return this.problem(path, 'too_large', `a list holds at most ${MAX_LIST_LENGTH} values`)
    }
    const kinds = [...new Set(scalars.map((item) => (typeof item === 'string' ? 's' : 'n')))].sort().join('')
    return this.constant(scalars as readonly (string | number)[], `l${kinds}`, path)
  }

  private constant(value: string | number | readonly (string | number)[], tag: string, path: string): RawNode {
    this.shape.push('?', tag)
    this.constants.push(value)
    return { kind: 'constant', index: this.constants.length - 1, value, path }
  }

  private problem(path: string, key: string, message: string, hint?: string): RawNode {
    this.problems.push({ path, key, message, ...(hint ? { hint } : {}) })
    return { kind: 'faulty', args: [], path }
  }
}

function isChoiceOfConstants({ name }: Operator, args: readonly RawNode[]): boolean {
  if (name !== 'if' && name !== 'min' && name !== 'max') return false
  const values = args.filter((_, index) => name !== 'if' || index % 2 === 1 || index === args.length - 1)
  const isSoft = (node: RawNode): boolean => node.kind === 'constant' || (node.kind === 'call' && node.isSoft)
  return values.some(isSoft) && values.every((node) => node.kind === 'literal' || isSoft(node))
}

function countText(min: number, max: number): string {
  if (min === max) return min === 1 ? 'one operand' : `${min} operands`
  return max === Number.POSITIVE_INFINITY ? `at least ${min} operands` : `${min} to ${max} operands`
}

/** What the statement cache needs of a rule: its shape, and the values that differ between rules of one shape. */
export function liftConstants(rule: unknown): { shape: string; constants: readonly RuleValue[] } {
  const { shape, constants, problems } = parseRule(rule)
  // A faulty rule never shares a statement: it is refused when it is planned.
  return { shape: problems.length === 0 ? shape : `!${shape}`, constants }
}
