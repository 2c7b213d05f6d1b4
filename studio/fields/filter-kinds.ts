// What may be asked of a field, by what its value is.
import type { ClientField } from '../../sdk/wire/meta.ts'
import type { FilterOperators } from '../app/field-kit.ts'
import { type TextKey, t } from '../app/i18n.ts'

export type FilterKind =
  | 'text'
  | 'parts'
  | 'number'
  | 'decimal'
  | 'money'
  | 'date'
  | 'moment'
  | 'boolean'
  | 'choice'
  | 'choices'
  | 'reference'
  | 'person'
  | 'team'
  | 'anyReference'
  | 'presence'
  | 'none'

const BY_WIDGET: Partial<Record<ClientField['widget'], FilterKind>> = {
  text: 'text',
  multiline: 'text',
  email: 'text',
  phone: 'text',
  url: 'text',
  percent: 'decimal',
  money: 'money',
  checkbox: 'boolean',
  date: 'date',
  datetime: 'moment',
  choices: 'choices',
  address: 'parts',
  personName: 'parts',
  json: 'presence',
  file: 'presence',
  reference: 'reference',
  anyReference: 'anyReference',
}
const BY_RULE: Partial<Record<NonNullable<ClientField['options']['ruleType']>['kind'], FilterKind>> = {
  text: 'text',
  number: 'number',
  decimal: 'decimal',
  boolean: 'boolean',
  date: 'date',
  instant: 'moment',
}

/** References to these entities can be compared with whoever asks. */
const ASKING: Partial<Record<string, FilterKind>> = { 'system.user': 'person', 'system.team': 'team' }

export function filterKind({ type, widget, options }: ClientField): FilterKind {
  if (type === 'auto_number') return 'text'
  if (type === 'formula')
    return options.ruleType?.isList ? 'none' : (BY_RULE[options.ruleType?.kind ?? 'null'] ?? 'none')
  if (type === 'rollup') return ofRollup(options)
  if (widget === 'number') return type === 'number' ? 'number' : 'decimal'
  if (widget === 'choice') return options.choices ? 'choice' : 'text'
  if (type === 'user') return 'person'
  const target = options.to?.length === 1 ? options.to[0] : undefined
  if (widget === 'reference' && target !== undefined) return ASKING[target] ?? 'reference'
  return BY_WIDGET[widget] ?? 'none'
}

function ofRollup({ rollup, ruleType }: ClientField['options']): FilterKind {
  if (rollup?.aggregate === 'count') return 'number'
  const isExtreme = rollup?.aggregate === 'min' || rollup?.aggregate === 'max'
  return (isExtreme && ruleType && BY_RULE[ruleType.kind]) || 'decimal'
}

const PRESENCE = ['empty', 'filled'] as const
const AMOUNTS = ['is', 'more', 'less', 'between', ...PRESENCE] as const
const DAYS = ['is', 'before', 'after', 'between', 'period', 'last', 'next', 'past', 'future', ...PRESENCE] as const

/** Names stand in addresses and never change. */
const OPERATORS = {
  text: ['contains', 'is', 'starts', ...PRESENCE],
  parts: ['contains', ...PRESENCE],
  number: AMOUNTS,
  decimal: AMOUNTS,
  money: AMOUNTS,
  date: DAYS,
  moment: DAYS,
  boolean: ['yes', 'no'],
  choice: ['is', 'is_not', ...PRESENCE],
  choices: ['is', 'is_not', ...PRESENCE],
  reference: ['is', 'is_not', ...PRESENCE],
  person: ['is', 'is_not', 'me', ...PRESENCE],
  team: ['is', 'is_not', 'my_teams', ...PRESENCE],
  anyReference: ['is', ...PRESENCE],
  presence: PRESENCE,
  none: [],
} as const satisfies Record<FilterKind, readonly string[]>

export type OperatorName = (typeof OPERATORS)[FilterKind][number]

const LABELS: Readonly<Record<OperatorName, TextKey>> = {
  contains: 'operator.contains',
  is: 'operator.is',
  is_not: 'operator.isNot',
  starts: 'operator.startsWith',
  more: 'operator.more',
  less: 'operator.less',
  between: 'operator.between',
  before: 'operator.before',
  after: 'operator.after',
  period: 'operator.period',
  last: 'operator.last',
  next: 'operator.next',
  past: 'operator.past',
  future: 'operator.future',
  me: 'operator.me',
  my_teams: 'operator.myTeams',
  yes: 'operator.yes',
  no: 'operator.no',
  empty: 'operator.empty',
  filled: 'operator.notEmpty',
}
const SPECIAL: Partial<Record<FilterKind, Partial<Record<OperatorName, TextKey>>>> = {
  number: { is: 'operator.equal' },
  decimal: { is: 'operator.equal' },
  money: { is: 'operator.equal' },
  date: { is: 'operator.on' },
  moment: { is: 'operator.on' },
  choice: { is: 'operator.isAny', is_not: 'operator.isNone' },
  choices: { is: 'operator.has', is_not: 'operator.hasNone' },
}
const WITHOUT_VALUE: ReadonlySet<string> = new Set(['yes', 'no', 'past', 'future', 'me', 'my_teams', ...PRESENCE])

export const filterOperators: FilterOperators = (field) => {
  const kind = filterKind(field)
  const names: readonly OperatorName[] = OPERATORS[kind]
  return names.map((name) => ({
    name,
    label: t(SPECIAL[kind]?.[name] ?? LABELS[name]),
    needsValue: !WITHOUT_VALUE.has(name),
  }))
}
