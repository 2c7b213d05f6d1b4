// Schemas and texts of values that rules yield, by the kind of the value.
import { type TSchema, Type } from '@sinclair/typebox'
import type { RuleKind, RuleType } from '../rules/types.ts'
import type { WireValue } from '../wire/records.ts'
import { formatDay, formatInstant, formatStyled } from './intl.ts'
import type { NumberFormat } from './number-format.ts'
import { cannotBeSet } from './parsed.ts'
import type { FieldType, FormatContext } from './types.ts'

/** What types have in common whose values the server works out. */
export const COMPUTED = {
  parts: () => [],
  widget: 'readonly',
  isWritable: false,
  isReadable: true,
  isSortable: true,
  canBeUnique: false,
  parse: cannotBeSet,
} satisfies Partial<FieldType>

const SCHEMAS: Readonly<Record<RuleKind, () => TSchema>> = {
  boolean: () => Type.Boolean(),
  number: () => Type.Number(),
  decimal: () => Type.String({ format: 'decimal' }),
  text: () => Type.String(),
  date: () => Type.String({ format: 'date' }),
  instant: () => Type.String({ format: 'date-time' }),
  id: () => Type.String({ format: 'uuid' }),
  json: () => Type.Unknown(),
  null: () => Type.Null(),
}

export function ruleSchema({ kind, isList }: RuleType): TSchema {
  const schema = SCHEMAS[kind]()
  return isList ? Type.Array(schema) : schema
}

/** @param type undefined: as the value itself shows */
export function formatRuleValue(
  value: WireValue,
  type: RuleType | undefined,
  context: FormatContext,
  format: NumberFormat = {},
): string {
  if (value === null) return ''
  if (Array.isArray(value)) {
    const item = type && { kind: type.kind }
    return value.map((one: WireValue) => formatRuleValue(one, item, context, format)).join(', ')
  }
  const { locale, timeZone, texts, baseCurrency } = context
  if (typeof value === 'boolean') return value ? (texts?.yes ?? 'Yes') : (texts?.no ?? 'No')
  if (typeof value === 'number') return formatStyled(value, format, locale, baseCurrency)
  if (typeof value !== 'string') return JSON.stringify(value)
  if (type?.kind === 'decimal' || type?.kind === 'number') return formatStyled(value, format, locale, baseCurrency)
  if (type?.kind === 'date') return formatDay(value, locale)
  return type?.kind === 'instant' ? formatInstant(value, locale, timeZone, false) : value
}
