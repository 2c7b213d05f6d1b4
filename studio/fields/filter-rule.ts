// A filter chip as a rule (docs/rule-semantics.md).
import { fieldType } from '../../sdk/fields/index.ts'
import type { ClientField } from '../../sdk/wire/meta.ts'
import type { WireValue } from '../../sdk/wire/records.ts'
import type { FilterRule } from '../app/field-kit.ts'
import { timeZone } from '../app/session.ts'
import { isList, member, textOf } from './editor.ts'
import { type FilterKind, filterKind } from './filter-kinds.ts'
import { relativeRule } from './filter-times.ts'
import { instantOf } from './zoned-time.ts'

type Rule = Readonly<Record<string, unknown>>

export const filterRule: FilterRule = (field, operator, value, path = field.name) => {
  const kind = filterKind(field)
  if (operator === 'empty' || operator === 'filled') return presence(field, kind, path, operator)
  if (operator === 'yes') return { '!!': [{ var: path }] }
  if (operator === 'no') return { '!': [{ var: path }] }
  if (operator === 'me') return { '==': [{ var: path }, { me: [] }] }
  if (operator === 'my_teams') return { in: [{ var: path }, { my_teams: [] }] }
  if (RELATIVE.has(operator)) {
    const isMoment = kind === 'moment'
    return relativeRule(operator, value, { subject: { var: solePart(field, kind, path) }, isMoment })
  }
  if (value === null) return null
  return RULES[kind](operator, value, path, field)
}

const RELATIVE: ReadonlySet<string> = new Set(['period', 'last', 'next', 'past', 'future'])

type Maker = (operator: string, value: WireValue, path: string, field: ClientField) => Rule | null

const none: Maker = () => null
const RULES: Readonly<Record<FilterKind, Maker>> = {
  text: (operator, value, path) => texts(operator, textOf(value), { var: path }),
  parts: (operator, value, path, field) => texts(operator, textOf(value), joined(field, path)),
  number: (operator, value, path) => compare(operator, value, path, Number),
  decimal: (operator, value, path) => compare(operator, value, path, String),
  // Amounts of different currencies compare by what they are worth in the base currency.
  money: (operator, value, path) => compare(operator, value, `${path}.base`, String),
  date: (operator, value, path) => compare(operator, value, path, String),
  moment: (operator, value, path, { options }) => moments(operator, value, options.zoned ? `${path}.at` : path),
  choice: (operator, value, path) => anyOf(operator, listOf(value), path),
  choices(operator, value, path) {
    const has = listOf(value).map((one) => ({ in: [one, { var: path }] }))
    if (has.length === 0) return null
    return operator === 'is_not' ? { '!': [{ or: has }] } : { or: has }
  },
  reference: (operator, value, path) => anyOf(operator, listOf(value), path),
  person: (operator, value, path) => anyOf(operator, listOf(value), path),
  team: (operator, value, path) => anyOf(operator, listOf(value), path),
  anyReference(_operator, value, path) {
    const id = member(value, 'id')
    return id === '' ? null : { '==': [{ var: `${path}.id` }, id] }
  },
  boolean: none,
  presence: none,
  none,
}

const listOf = (value: WireValue): readonly string[] => (isList(value) ? value : [value]).map(textOf).filter(Boolean)

function texts(operator: string, value: string, subject: Rule): Rule | null {
  if (value === '') return null
  if (operator === 'is') return { '==': [subject, value] }
  return { [operator === 'starts' ? 'starts_with' : 'contains']: [subject, value] }
}

const joined = (field: ClientField, path: string): Rule => ({
  join: [' ', ...partsOf(field, path).map((part) => ({ var: part }))],
})

const partsOf = (field: ClientField, path: string): readonly string[] =>
  fieldType(field.type)
    .parts(field.options)
    .map(({ key }) => (key ? `${path}.${key}` : path))

function presence(field: ClientField, kind: FilterKind, path: string, operator: 'empty' | 'filled'): Rule {
  const parts = kind === 'parts' ? partsOf(field, path) : [solePart(field, kind, path)]
  const empty = parts.map((part) => ({ '==': [{ var: part }, null] }))
  const rule = empty.length === 1 && empty[0] ? empty[0] : { and: empty }
  return operator === 'empty' ? rule : { '!': [rule] }
}

function solePart({ options }: ClientField, kind: FilterKind, path: string): string {
  if (kind === 'money') return `${path}.amount`
  if (kind === 'anyReference') return `${path}.id`
  return kind === 'moment' && options.zoned ? `${path}.at` : path
}

const COMPARE: Readonly<Record<string, string>> = { is: '==', more: '>', after: '>', less: '<', before: '<' }

function compare(
  operator: string,
  value: WireValue,
  path: string,
  write: (text: string) => string | number,
): Rule | null {
  const subject = { var: path }
  if (operator === 'between')
    return between(value, (from, to) => [{ '>=': [subject, write(from)] }, { '<=': [subject, write(to)] }])
  const text = textOf(value)
  const sign = COMPARE[operator]
  return text === '' || sign === undefined ? null : { [sign]: [subject, write(text)] }
}

/** One end may be left open. */
function between(value: WireValue, make: (from: string, to: string) => readonly [Rule, Rule]): Rule | null {
  if (!isList(value)) return null
  const [from, to] = [textOf(value[0]), textOf(value[1])]
  const [low, high] = make(from, to)
  if (from && to) return { and: [low, high] }
  return from ? low : to ? high : null
}

/** Days of the reader's own zone. */
function moments(operator: string, value: WireValue, path: string): Rule | null {
  const subject = { var: path }
  const since = (day: string) => ({ '>=': [subject, startOf(day)] })
  const until = (day: string) => ({ '<': [subject, startOf(nextDay(day))] })
  if (operator === 'between') return between(value, (from, to) => [since(from), until(to)])
  const day = textOf(value)
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return null
  if (operator === 'before') return { '<': [subject, startOf(day)] }
  return operator === 'after' ? since(nextDay(day)) : { and: [since(day), until(day)] }
}

const startOf = (day: string): string | null => (day === '' ? null : instantOf(`${day}T00:00`, timeZone()))
function nextDay(day: string): string {
  const at = Date.parse(`${day}T00:00:00Z`)
  return Number.isNaN(at) ? '' : new Date(at + 86_400_000).toISOString().slice(0, 10)
}

function anyOf(operator: string, values: readonly string[], path: string): Rule | null {
  const [first, ...others] = values
  if (first === undefined) return null
  const rule = others.length === 0 ? { '==': [{ var: path }, first] } : { in: [{ var: path }, values] }
  return operator === 'is_not' ? { '!': [rule] } : rule
}
