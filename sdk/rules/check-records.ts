// Who asks, how the record was before, and the records that lead to it.
import { didYouMean, nearest } from '../metadata/nearest.ts'
import { made, wordOf } from './calls.ts'
import type { Checker } from './checker.ts'
import type { Aggregate, RelatedOperator, RuleNode } from './nodes.ts'
import type { RawCall, RawNode } from './parse.ts'
import { BOOLEAN, DECIMAL, described, MEASURED, NUMBER } from './rule-types.ts'
import type { RuleType } from './types.ts'

export function checkRecordCall(checker: Checker, raw: RawCall): { node: RuleNode | undefined } | undefined {
  const { name } = raw.operator
  switch (name) {
    case 'me':
    case 'my_organisation':
      checker.findings.volatility.add('actor')
      return { node: { kind: 'environment', name, type: { kind: 'id' } } }
    case 'my_teams':
    case 'my_teams_below':
      checker.findings.volatility.add('actor')
      return { node: { kind: 'environment', name, type: { kind: 'id', isList: true } } }
    case 'before':
      return { node: before(checker, raw) }
    case 'changed':
      return { node: changed(checker, raw) }
    case 'some':
    case 'all':
    case 'none':
      return { node: related(checker, raw, name, undefined, raw.args[1]) }
    case 'count':
      return { node: related(checker, raw, name, undefined, raw.args[1]) }
    case 'sum':
    case 'average':
    case 'minimum':
    case 'maximum':
      return { node: related(checker, raw, name, raw.args[1], raw.args[2]) }
    default:
      return undefined
  }
}

function before(checker: Checker, raw: RawCall): RuleNode | undefined {
  const word = wordOf(raw)
  if (!word) return undefined
  if (checker.scope.hasBefore) return checker.variable(word.text, word.path, 'before')
  const message = `“${raw.operator.name}” needs a change, and there is none where this rule is used`
  return checker.problem(raw.path, 'no_change_here', message)
}

function changed(checker: Checker, raw: RawCall): RuleNode | undefined {
  const word = wordOf(raw)
  const old = before(checker, raw)
  const value = word && old && checker.variable(word.text, word.path)
  if (!old || !value) return undefined
  if (value.type.kind === 'json') return checker.problem(raw.path, 'not_comparable', '“changed” does not compare JSON')
  return made(raw, [old, value], BOOLEAN)
}

function related(
  checker: Checker,
  raw: RawCall,
  operator: RelatedOperator,
  rawValue: RawNode | undefined,
  rawCondition: RawNode | undefined,
): RuleNode | undefined {
  const word = wordOf(raw)
  const relation = word && relationOf(checker, word)
  if (!word || !relation) return undefined
  const inner = checker.within(relation.scope)
  const value = rawValue && aggregated(inner, rawValue, operator)
  const condition = rawCondition && inner.wanted(rawCondition, BOOLEAN)
  if ((rawValue && !value) || (rawCondition && !condition)) return undefined
  checker.findings.volatility.add('related')
  checker.related.push({ relation: word.text, reads: [...inner.reads], related: inner.related })
  return { kind: 'related', operator, relation: word.text, value, condition, type: typeOf(operator, value) }
}

function relationOf(checker: Checker, { text, path }: { text: string; path: string }) {
  const found = checker.scope.relation?.(text)
  if (found) return found
  const names = checker.scope.relations?.() ?? []
  const all = names.length > 0 ? `There are ${names.slice(0, 20).join(', ')}.` : undefined
  const hint = didYouMean(nearest(text, names)) ?? all
  return checker.problem(path, 'unknown_relation', `no records lead here by “${text.slice(0, 100)}”`, hint)
}

function aggregated(inner: Checker, raw: RawNode, operator: RelatedOperator): RuleNode | undefined {
  if (operator === 'sum' || operator === 'average') return inner.wanted(raw, DECIMAL)
  const node = inner.wanted(raw, undefined)
  if (!node || (MEASURED.has(node.type.kind) && !node.type.isList)) return node
  return inner.problem(raw.path, 'not_ordered', `“${operator}” takes numbers or times, not ${described(node.type)}`)
}

const TYPES: Readonly<Partial<Record<RelatedOperator, RuleType>>> = {
  some: BOOLEAN,
  all: BOOLEAN,
  none: BOOLEAN,
  count: NUMBER,
} satisfies Partial<Record<RelatedOperator | Aggregate, RuleType>>

const typeOf = (operator: RelatedOperator, value: RuleNode | undefined): RuleType =>
  TYPES[operator] ?? value?.type ?? DECIMAL
