// Operators on dates and instants. Calendar units of an instant are those of the zone of whoever asks.
import { complete, made, wordOf } from './calls.ts'
import type { Checker } from './checker.ts'
import { nearest } from '../metadata/nearest.ts'
import type { RuleNode } from './nodes.ts'
import type { RawCall, RawNode } from './parse.ts'
import { DATE, described, INSTANT, NUMBER } from './rule-types.ts'
import { isClockUnit, PERIOD_NAMES, UNIT_NAMES, unitOf } from './time-units.ts'
import type { RuleType } from './types.ts'

export function checkTimeCall(checker: Checker, raw: RawCall): { node: RuleNode | undefined } | undefined {
  switch (raw.operator.name) {
    case 'now':
      return { node: now(checker) }
    case 'today': {
      checker.findings.volatility.add('actor')
      return { node: { kind: 'call', operator: 'to_date', args: [now(checker)], type: DATE, word: '' } }
    }
    case 'add':
    case 'subtract':
      return { node: shift(checker, raw) }
    case 'difference':
      return { node: difference(checker, raw) }
    case 'start_of':
    case 'end_of':
      return { node: edge(checker, raw) }
    case 'year':
    case 'month':
    case 'day': {
      const time = timeOf(checker, raw.args[0], DATE)
      return { node: time && zoned(checker, time, made(raw, [time], NUMBER)) }
    }
    case 'to_date': {
      const [time] = raw.args
      const node = time && checker.wanted(time, INSTANT)
      return { node: node && zoned(checker, node, made(raw, [node], DATE)) }
    }
    default:
      return undefined
  }
}

function now(checker: Checker): RuleNode {
  checker.findings.volatility.add('time')
  return { kind: 'environment', name: 'now', type: INSTANT }
}

function shift(checker: Checker, raw: RawCall): RuleNode | undefined {
  const [start, count] = raw.args
  const unit = readUnit(checker, raw, 'any')
  const node = timeOf(checker, start, unit && isClockUnit(unit) ? INSTANT : DATE)
  const args = complete([node, count && checker.wanted(count, NUMBER)])
  if (!unit || !node || !args || !fits(checker, raw, unit, node.type)) return undefined
  const result = made(raw, args, node.type, unit)
  return isClockUnit(unit) ? result : zoned(checker, node, result)
}

function difference(checker: Checker, raw: RawCall): RuleNode | undefined {
  const unit = readUnit(checker, raw, 'any')
  const nodes = checker.together(raw.args.slice(0, 2), raw.path, unit && isClockUnit(unit) ? INSTANT : DATE)
  const odd = nodes?.find(({ type }) => type.isList || (type.kind !== 'date' && type.kind !== 'instant'))
  if (odd) return checker.problem(raw.path, 'wrong_type', `dates or times are needed here, not ${described(odd.type)}`)
  const [first] = nodes ?? []
  if (!unit || !first || !fits(checker, raw, unit, first.type)) return undefined
  const result = made(raw, nodes, NUMBER, unit)
  return isClockUnit(unit) ? result : zoned(checker, first, result)
}

function edge(checker: Checker, raw: RawCall): RuleNode | undefined {
  const time = timeOf(checker, raw.args[0], DATE)
  const unit = readUnit(checker, raw, 'period')
  if (!time || !unit) return undefined
  return zoned(checker, time, made(raw, [time], time.type, unit))
}

/** A date or an instant. */
function timeOf(checker: Checker, raw: RawNode | undefined, otherwise: RuleType): RuleNode | undefined {
  const found = raw && checker.node(raw, otherwise)
  if (!found || !raw) return undefined
  const node = found.type.kind === 'null' ? checker.convert(found, otherwise, raw.path) : found
  if (!node) return undefined
  const { kind, isList } = node.type
  if (!isList && (kind === 'date' || kind === 'instant')) return node
  return checker.problem(raw.path, 'wrong_type', `a date or a time is needed here, not ${described(node.type)}`)
}

function readUnit(checker: Checker, raw: RawCall, which: 'any' | 'period'): string | undefined {
  const word = wordOf(raw)
  if (!word) return undefined
  const unit = unitOf(word.text)
  if (unit !== undefined && (which === 'any' || !isClockUnit(unit))) return unit
  const names = which === 'any' ? UNIT_NAMES : PERIOD_NAMES
  const near = nearest(word.text, names)
  const hint = near ? `Did you mean “${near}”?` : `There are ${names.join(', ')}.`
  return checker.problem(word.path, 'bad_unit', `“${word.text.slice(0, 60)}” is no unit of time here`, hint)
}

function fits(checker: Checker, raw: RawCall, unit: string, type: RuleType): boolean {
  if (type.kind === 'instant' || !isClockUnit(unit)) return true
  checker.problem(raw.path, 'bad_unit', `a date has no ${unit}s; count in days, or take a time`)
  return false
}

/** Of an instant the answer hangs on the zone. */
function zoned(checker: Checker, time: RuleNode, node: RuleNode | undefined): RuleNode | undefined {
  if (time.type.kind === 'instant') checker.findings.volatility.add('actor')
  return node
}
