// Types of values, by the type of the field: as they are read, and as they may be written (docs/http-api.md, “Values”).
import type { ValueOptions } from '../../fields/types.ts'
import type { RuleType } from '../../rules/index.ts'

export interface ValueType {
  /** Source text of a type; names in `uses` come from `relata/plugin`. */
  read: string
  write: string
  uses: readonly string[]
}

const same = (text: string, ...uses: string[]): ValueType => ({ read: text, write: text, uses })
const apart = (read: string, write: string, ...uses: string[]): ValueType => ({ read, write, uses })
const TEXT = (): ValueType => same('string')
const REFERENCE = (): ValueType => same('Id', 'Id')

const TYPES: Readonly<Record<string, (options: ValueOptions) => ValueType>> = {
  text: TEXT,
  long_text: TEXT,
  email: TEXT,
  phone: TEXT,
  url: TEXT,
  auto_number: TEXT,
  number: () => same('number'),
  decimal: () => apart('Decimal', 'DecimalInput', 'Decimal', 'DecimalInput'),
  percent: () => apart('Decimal', 'DecimalInput', 'Decimal', 'DecimalInput'),
  money: ({ currencies }) => {
    const of = currencies && currencies.length > 0 ? `<${union(currencies)}>` : ''
    return apart(`Money${of}`, `MoneyInput${of}`, 'Money', 'MoneyInput')
  },
  boolean: () => same('boolean'),
  date: () => same('Day', 'Day'),
  date_time: ({ zoned }) => (zoned ? same('ZonedInstant', 'ZonedInstant') : same('Instant', 'Instant')),
  choice: (options) => same(optionsOf(options)),
  multi_choice: (options) => same(`readonly (${optionsOf(options)})[]`),
  address: () => apart('Address', 'Partial<Address>', 'Address'),
  person_name: () => apart('PersonName', 'Partial<PersonName>', 'PersonName'),
  json: () => same('unknown'),
  file: REFERENCE,
  user: REFERENCE,
  reference: REFERENCE,
  parent: REFERENCE,
  any_reference: ({ to }) => {
    const of = to && to.length > 0 ? `<${union(to)}>` : ''
    return apart(`AnyReference${of}`, `AnyReferenceInput${of}`, 'AnyReference', 'AnyReferenceInput')
  },
  formula: ({ ruleType }) => ruleValue(ruleType),
  rollup: (options) => ruleValue(rollupType(options)),
  // Whether there is one; the text itself is never read.
  secret: () => apart('boolean', 'string'),
}

/** undefined: the value is not in a record as it is read by default, nor written with it (links). */
export function valueType(type: string, options: ValueOptions): ValueType | undefined {
  return Object.hasOwn(TYPES, type) ? TYPES[type]?.(options) : undefined
}

const RULE_VALUES: Readonly<Record<RuleType['kind'], ValueType>> = {
  boolean: same('boolean'),
  number: same('number'),
  decimal: same('Decimal', 'Decimal'),
  text: same('string'),
  date: same('Day', 'Day'),
  instant: same('Instant', 'Instant'),
  id: same('Id', 'Id'),
  json: same('unknown'),
  null: same('null'),
}

function ruleValue(type: RuleType | undefined): ValueType {
  if (!type) return same('unknown')
  const value = RULE_VALUES[type.kind]
  return type.isList ? { ...value, read: `readonly ${value.read}[]` } : value
}

/** Counts are numbers, sums and averages exact, the extremes of the type of what they are taken of. */
function rollupType({ rollup, ruleType }: ValueOptions): RuleType {
  if (rollup?.aggregate === 'count') return { kind: 'number' }
  const isExtreme = rollup?.aggregate === 'min' || rollup?.aggregate === 'max'
  return isExtreme && ruleType ? ruleType : { kind: 'decimal' }
}

/** Names of roles and the like come and go with every publish. */
const optionsOf = ({ choices, optionsFrom }: ValueOptions): string =>
  choices && choices.length > 0 && optionsFrom === undefined ? union(choices.map(({ value }) => value)) : 'string'
const union = (values: readonly string[]): string => values.map(quoted).join(' | ')
/** As a literal in single quotes. */
export const quoted = (text: string): string =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
