// Walks a parsed rule and gives every node its type. What each family of operators asks is in the check-… files; here is
// what they share: constants take the type of their place, narrower types are widened, problems are collected.
import { didYouMean, nearest } from '../metadata/nearest.ts'
import { constantToText } from './constants.ts'
import { checkConditionCall } from './check-conditions.ts'
import { checkRecordCall } from './check-records.ts'
import { checkTextCall } from './check-texts.ts'
import { checkTimeCall } from './check-times.ts'
import { complete, made } from './calls.ts'
import type { RelatedReads, RuleNode } from './nodes.ts'
import type { RawCall, RawNode, RuleProblem } from './parse.ts'
import {
  BOOLEAN,
  commonConstantType,
  commonType,
  constantType,
  conversionOf,
  DECIMAL,
  described,
  holdsText,
  isSame,
  isSoft,
  NULL,
} from './rule-types.ts'
import type { Moment, RuleScope, RuleType, RuleValue, Volatility } from './types.ts'

/** What all levels of one rule collect together. */
export interface Findings {
  problems: RuleProblem[]
  warnings: RuleProblem[]
  constants: { value: RuleValue; type: RuleType }[]
  volatility: Set<Volatility>
}

/** A family of operators. undefined: not one of mine. */
type Family = (
  checker: Checker,
  call: RawCall,
  want: RuleType | undefined,
) => { node: RuleNode | undefined } | undefined
const FAMILIES: readonly Family[] = [checkConditionCall, checkTextCall, checkTimeCall, checkRecordCall]

export class Checker {
  readonly scope: RuleScope
  readonly findings: Findings
  readonly reads = new Set<string>()
  readonly readsBefore = new Set<string>()
  readonly related: RelatedReads[] = []

  constructor(scope: RuleScope, findings: Findings) {
    this.scope = scope
    this.findings = findings
  }

  /** For what is read of related records. */
  within(scope: RuleScope): Checker {
    return new Checker(scope, this.findings)
  }

  /** A node that yields `want`. */
  wanted(raw: RawNode, want: RuleType | undefined): RuleNode | undefined {
    const node = this.node(raw, want)
    return node && want ? this.convert(node, want, raw.path) : node
  }

  node(raw: RawNode, want: RuleType | undefined): RuleNode | undefined {
    switch (raw.kind) {
      case 'literal':
        return { kind: 'literal', value: raw.value, type: raw.value === null ? (want ?? NULL) : BOOLEAN }
      case 'constant':
        return this.constant(raw, want)
      case 'var':
        return this.variable(raw.name, raw.path)
      case 'call':
        return this.call(raw, want)
      case 'faulty':
        for (const arg of raw.args) this.node(arg, undefined)
        return undefined
      case 'word':
        return undefined
    }
  }

  variable(path: string, place: string, moment: Moment = 'now'): RuleNode | undefined {
    const type = this.scope.typeOf(path)
    if (type) {
      this.reads.add(path)
      if (moment === 'before') this.readsBefore.add(path)
      return { kind: 'var', path, moment, type }
    }
    const hint = didYouMean(nearest(path, this.scope.paths()))
    return this.problem(place, 'unknown_field', `there is no field “${path}” here`, hint)
  }

  each(args: readonly RawNode[], want: RuleType): RuleNode[] | undefined {
    return complete(args.map((arg) => this.wanted(arg, want)))
  }

  /** Operands brought to one type: fields decide, constants follow. */
  together(args: readonly RawNode[], path: string, want: RuleType | undefined): RuleNode[] | undefined {
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

  convert(node: RuleNode, want: RuleType, path: string): RuleNode | undefined {
    const { type } = node
    // Whatever makes nothing but null is null of the type that is needed.
    if (type.kind === 'null') return { kind: 'literal', value: null, type: want }
    if (isSame(type, want)) return node
    const operator = conversionOf(type, want)
    if (operator) return { kind: 'call', operator, args: [node], type: want, word: '' }
    return this.problem(path, 'wrong_type', `${described(want)} is needed here, not ${described(type)}`)
  }

  problem(path: string, key: string, message: string, hint?: string): undefined {
    this.findings.problems.push({ path, key, message, ...(hint ? { hint } : {}) })
    return undefined
  }

  /** The rule works, but hardly as its author means. */
  warn(path: string, key: 'never_true' | 'always_true', message: string): void {
    this.findings.warnings.push({ path, key, message })
  }

  private constant(raw: RawNode & { kind: 'constant' }, want: RuleType | undefined): RuleNode | undefined {
    const type = constantType(raw.value, want)
    const text = constantToText(raw.value, type)
    if (!text.ok) {
      const path = text.index === undefined ? raw.path : `${raw.path}/${text.index}`
      return this.problem(path, 'bad_constant', text.message)
    }
    this.findings.constants[raw.index] = { value: raw.value, type }
    return { kind: 'constant', index: raw.index, value: raw.value, text: text.text, type }
  }

  private call(raw: RawCall, want: RuleType | undefined): RuleNode | undefined {
    for (const family of FAMILIES) {
      const found = family(this, raw, want)
      if (found) return found.node
    }
    return made(raw, this.each(raw.args, DECIMAL), DECIMAL)
  }
}
