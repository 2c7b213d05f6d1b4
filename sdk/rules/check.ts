// The only way into the engines: a rule as JSON becomes a tree in which every node has its type, or every problem found.
import { didYouMean, nearest } from '../metadata/nearest.ts'
import { constantToText } from './constants.ts'
import { costOf, MAX_COST } from './cost.ts'
import type { OperatorName } from './operators.ts'
import type { CheckedRule, Conversion, RuleNode } from './nodes.ts'
import { parseRule, type RawNode, type RuleProblem } from './parse.ts'
import type { RuleCost, RuleKind, RuleScope, RuleType, RuleValue } from './types.ts'

export type { RuleProblem }

export type CheckResult = { ok: true; rule: CheckedRule } | { ok: false; problems: readonly RuleProblem[] }

/** Nobody reads more of them. */
const MOST_PROBLEMS = 100

/** @param expected what the rule must yield; narrower types are widened. Never throws. */
export function checkRule(rule: unknown, scope: RuleScope, expected?: RuleType): CheckResult {
  const parsed = parseRule(rule)
  if (parsed.isTooLarge) return { ok: false, problems: parsed.problems }
  const checker = new Checker(scope, parsed.constants)
  const root = checker.wanted(parsed.root, expected)
  const problems = [...parsed.problems, ...checker.problems].slice(0, MOST_PROBLEMS)
  if (!root || problems.length > 0) return { ok: false, problems }
  const cost = costOf(root, scope)
  if (cost.operations > MAX_COST.operations || cost.levels > MAX_COST.levels) {
    return { ok: false, problems: [{ path: '', key: 'too_large', message: costText(cost) }] }
  }
  const { reads, constants } = checker
  return { ok: true, rule: { type: root.type, root, reads: [...reads], constants, volatility: new Set(), cost } }
}

function costText({ operations, levels }: RuleCost): string {
  const [is, limit] =
    levels > MAX_COST.levels
      ? [`${levels} levels`, MAX_COST.levels]
      : [`${operations.toPrecision(2)} operations`, MAX_COST.operations]
  return `the rule is too large: with the formulas that it reads it has ${is}, of at most ${limit}`
}

const BOOLEAN: RuleType = { kind: 'boolean' }
const TEXT: RuleType = { kind: 'text' }
const DECIMAL: RuleType = { kind: 'decimal' }
const NULL: RuleType = { kind: 'null' }
const ORDERED: ReadonlySet<RuleKind> = new Set(['number', 'decimal', 'text', 'date', 'instant'])
const MEASURED: ReadonlySet<RuleKind> = new Set(['number', 'decimal', 'date', 'instant'])

class Checker {
  readonly problems: RuleProblem[] = []
  readonly reads = new Set<string>()
  readonly constants: { value: RuleValue; type: RuleType }[]
  private readonly scope: RuleScope

  constructor(scope: RuleScope, constants: readonly RuleValue[]) {
    this.scope = scope
    this.constants = constants.map((value) => ({ value, type: NULL }))
  }

  /** A node that yields `want`. */
  wanted(raw: RawNode, want: RuleType | undefined): RuleNode | undefined {
    const node = this.node(raw, want)
    return node && want ? this.convert(node, want, raw.path) : node
  }

  private node(raw: RawNode, want: RuleType | undefined): RuleNode | undefined {
    switch (raw.kind) {
      case 'literal':
        return { kind: 'literal', value: raw.value, type: raw.value === null ? (want ?? NULL) : BOOLEAN }
      case 'constant':
        return this.constant(raw, want)
      case 'var':
        return this.variable(raw.name, raw.path)
      case 'call':
        return this.call(raw.operator.name, raw.args, raw.path, want)
      case 'faulty':
        for (const arg of raw.args) this.node(arg, undefined)
        return undefined
    }
  }

  private constant(raw: RawNode & { kind: 'constant' }, want: RuleType | undefined): RuleNode | undefined {
    const type = constantType(raw.value, want)
    const text = constantToText(raw.value, type)
    if (!text.ok) {
      const path = text.index === undefined ? raw.path : `${raw.path}/${text.index}`
      return this.problem(path, 'bad_constant', text.message)
    }
    this.constants[raw.index] = { value: raw.value, type }
    return { kind: 'constant', index: raw.index, value: raw.value, text: text.text, type }
  }

  private variable(path: string, place: string): RuleNode | undefined {
    const type = this.scope.typeOf(path)
    if (type) {
      this.reads.add(path)
      return { kind: 'var', path, type }
    }
    const hint = didYouMean(nearest(path, this.scope.paths()))
    return this.problem(place, 'unknown_field', `there is no field “${path}” here`, hint)
  }

  private call(
    name: OperatorName,
    args: readonly RawNode[],
    path: string,
    want: RuleType | undefined,
  ): RuleNode | undefined {
    switch (name) {
      case '==':
      case '!=':
        return this.equality(name, args, path)
      case '<':
      case '<=':
      case '>':
      case '>=':
        return this.order(name, args, path)
      case 'and':
      case 'or':
      case '!':
      case '!!':
        return this.made(name, this.each(args, BOOLEAN), BOOLEAN)
      case 'if':
        return this.choice(args, path, want)
      case 'in':
        return this.membership(args, path)
      case 'contains':
      case 'starts_with':
        return this.made(name, this.texts(args), BOOLEAN)
      case 'cat':
      case 'join':
        return this.made(name, this.texts(args), TEXT)
      case 'min':
      case 'max':
        return this.extreme(name, args, path, want)
      default:
        return this.made(name, this.each(args, DECIMAL), DECIMAL)
    }
  }

  private equality(name: OperatorName, args: readonly RawNode[], path: string): RuleNode | undefined {
    const nodes = this.together(args, path, undefined)
    const isTest = args.some((arg) => arg.kind === 'literal' && arg.value === null)
    const odd = nodes?.find((node) => node.type.isList || node.type.kind === 'json')
    if (odd && !isTest) return this.problem(path, 'not_comparable', `“${name}” compares a list or JSON only with null`)
    return this.made(name, nodes, BOOLEAN)
  }

  private order(name: OperatorName, args: readonly RawNode[], path: string): RuleNode | undefined {
    const nodes = this.together(args, path, undefined)
    const odd = nodes?.find((node) => node.type.isList || !(ORDERED.has(node.type.kind) || node.type.kind === 'null'))
    if (odd) return this.problem(path, 'not_ordered', `“${name}” cannot order ${described(odd.type)}`)
    return this.made(name, nodes, BOOLEAN)
  }

  private extreme(
    name: OperatorName,
    args: readonly RawNode[],
    path: string,
    want: RuleType | undefined,
  ): RuleNode | undefined {
    const nodes = this.together(args, path, want && MEASURED.has(want.kind) ? want : undefined)
    const odd = nodes?.find((node) => node.type.isList || !(MEASURED.has(node.type.kind) || node.type.kind === 'null'))
    if (odd) return this.problem(path, 'not_ordered', `“${name}” takes numbers or times, not ${described(odd.type)}`)
    return this.made(name, nodes, nodes?.find((node) => node.type.kind !== 'null')?.type ?? NULL)
  }

  /** Condition, value, condition, value … and perhaps what else. */
  private choice(args: readonly RawNode[], path: string, want: RuleType | undefined): RuleNode | undefined {
    const isCondition = (index: number): boolean => index % 2 === 0 && index < args.length - 1
    const values = this.together(
      args.filter((_, index) => !isCondition(index)),
      path,
      want,
    )
    const nodes = args.map((arg, index) => {
      if (isCondition(index)) return this.wanted(arg, BOOLEAN)
      return values?.[args.slice(0, index).filter((_, before) => !isCondition(before)).length]
    })
    return this.made('if', complete(nodes), values?.find((node) => node.type.kind !== 'null')?.type ?? want ?? NULL)
  }

  private membership(args: readonly RawNode[], path: string): RuleNode | undefined {
    const [item, list] = args
    if (!item || !list) return undefined
    if (list.kind === 'constant' && Array.isArray(list.value)) {
      const natural = constantType(list.value, undefined)
      const found = this.wanted(item, item.kind === 'constant' ? { kind: natural.kind } : undefined)
      const node = found?.type.kind === 'null' ? this.convert(found, { kind: natural.kind }, item.path) : found
      if (node?.type.isList || node?.type.kind === 'json') {
        return this.problem(path, 'not_comparable', `“in” looks for one value, not ${described(node.type)}`)
      }
      const kind = node?.type.kind ?? natural.kind
      return this.made('in', complete([node, node && this.wanted(list, { kind, isList: true })]), BOOLEAN)
    }
    const whole = this.node(list, undefined)
    if (whole?.type.isList)
      return this.made('in', complete([this.wanted(item, { kind: whole.type.kind }), whole]), BOOLEAN)
    if (whole?.type.kind === 'text' || whole?.type.kind === 'null') {
      return this.made('in', complete([this.wanted(item, TEXT), this.convert(whole, TEXT, list.path)]), BOOLEAN)
    }
    this.node(item, undefined)
    if (!whole) return undefined
    const message = `the second operand of “in” is a list or a text, not ${described(whole.type)}`
    return this.problem(list.path, 'not_a_list', message)
  }

  private each(args: readonly RawNode[], want: RuleType): RuleNode[] | undefined {
    return complete(args.map((arg) => this.wanted(arg, want)))
  }

  private texts(args: readonly RawNode[]): RuleNode[] | undefined {
    return complete(
      args.map((arg) => {
        const node = this.node(arg, arg.kind === 'constant' ? undefined : TEXT)
        return node && this.convert(node, TEXT, arg.path)
      }),
    )
  }

  /** Operands brought to one type: fields decide, constants follow. */
  private together(args: readonly RawNode[], path: string, want: RuleType | undefined): RuleNode[] | undefined {
    const firm = args.map((arg) => (isSoft(arg) ? undefined : this.node(arg, want)))
    if (firm.some((node, index) => !node && !isSoft(args[index]))) {
      for (const arg of args) if (isSoft(arg)) this.node(arg, undefined)
      return undefined
    }
    const types = firm.flatMap((node) => (node && node.type.kind !== 'null' ? [node.type] : []))
    const target = commonType(types)
    if (target === 'none') {
      const texts = [...new Set(types.map(described))].join(' and ')
      return this.problem(path, 'types_differ', `${texts} cannot stand together here`)
    }
    // Text beside numbers is meant as a decimal, whose digits a JSON number could not hold.
    const isExact = target?.kind === 'number' && args.some(holdsText)
    const wide = isExact ? DECIMAL : (target ?? want ?? commonConstantType(args))
    return complete(
      args.map((arg, index) => {
        const node = firm[index] ?? this.node(arg, wide)
        return node && wide ? this.convert(node, wide, arg.path) : node
      }),
    )
  }

  private made(operator: OperatorName, args: readonly RuleNode[] | undefined, type: RuleType): RuleNode | undefined {
    return args && { kind: 'call', operator, args, type }
  }

  private convert(node: RuleNode, want: RuleType, path: string): RuleNode | undefined {
    const { type } = node
    // Whatever makes nothing but null is null of the type that is needed.
    if (type.kind === 'null') return { kind: 'literal', value: null, type: want }
    if (type.kind === want.kind && Boolean(type.isList) === Boolean(want.isList)) return node
    const operator = conversionOf(type, want)
    if (operator) return { kind: 'call', operator, args: [node], type: want }
    return this.problem(path, 'wrong_type', `${described(want)} is needed here, not ${described(type)}`)
  }

  private problem(path: string, key: string, message: string, hint?: string): undefined {
    this.problems.push({ path, key, message, ...(hint ? { hint } : {}) })
    return undefined
  }
}

const holdsText = (raw: RawNode): boolean =>
  raw.kind === 'constant'
    ? typeof raw.value === 'string'
    : isSoft(raw) && raw.kind === 'call' && raw.args.some(holdsText)

/** A constant, or a choice between constants: it takes the type of what stands beside it. */
const isSoft = (raw: RawNode | undefined): boolean => raw?.kind === 'constant' || (raw?.kind === 'call' && raw.isSoft)

function conversionOf(type: RuleType, want: RuleType): Conversion | undefined {
  if (type.isList || want.isList) return undefined
  if (type.kind === 'number' && want.kind === 'decimal') return 'to_decimal'
  if (type.kind === 'decimal' && want.kind === 'number') return 'to_number'
  return want.kind === 'text' && type.kind !== 'json' ? 'to_text' : undefined
}

/** undefined: no type given; 'none': they do not go together. */
function commonType(types: readonly RuleType[]): RuleType | 'none' | undefined {
  const [first, ...others] = types
  if (!first) return undefined
  if (others.every((type) => type.kind === first.kind && Boolean(type.isList) === Boolean(first.isList))) return first
  const areNumeric = types.every((type) => !type.isList && (type.kind === 'number' || type.kind === 'decimal'))
  return areNumeric ? DECIMAL : 'none'
}

function commonConstantType(args: readonly RawNode[]): RuleType | undefined {
  const constantsOf = (raw: RawNode): RuleType[] => {
    if (raw.kind === 'constant') return [constantType(raw.value, undefined)]
    return raw.kind === 'call' && isSoft(raw) ? raw.args.filter(isSoft).flatMap(constantsOf) : []
  }
  const common = commonType(args.flatMap(constantsOf))
  // Of numbers and texts only decimals can be both.
  return common === 'none' ? DECIMAL : common
}

/** A constant is what the place wants when it can be, else what it looks like. */
function constantType(value: RuleValue, want: RuleType | undefined): RuleType {
  if (Array.isArray(value)) {
    const natural: RuleKind = value.length > 0 && value.every((item) => typeof item === 'number') ? 'number' : 'text'
    return { kind: want?.isList ? want.kind : natural, isList: true }
  }
  const natural: RuleType = typeof value === 'number' ? { kind: 'number' } : TEXT
  if (!want || want.isList || want.kind === 'null' || want.kind === 'json' || want.kind === 'boolean') return natural
  // A number where text is wanted stays one, and is told as text.
  if (want.kind === 'text' && typeof value === 'number') return natural
  return want
}

const complete = <T>(items: readonly (T | undefined)[]): T[] | undefined => {
  const present = items.filter((item) => item !== undefined)
  return present.length === items.length ? present : undefined
}

const NAMES: Readonly<Record<RuleKind, string>> = {
  boolean: 'true or false',
  number: 'a number',
  decimal: 'a decimal',
  text: 'a text',
  date: 'a date',
  instant: 'a time',
  id: 'a reference',
  json: 'JSON',
  null: 'nothing',
}
const described = (type: RuleType): string => (type.isList ? 'a list' : NAMES[type.kind])
