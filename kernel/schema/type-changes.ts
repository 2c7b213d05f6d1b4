// What happens to stored values when a field becomes of another type: they stay where they are, are copied into new
// columns without loss, or stand in the way.
import type { Field } from '../../sdk/metadata/snapshot.ts'
import { ident, join, literal, type Sql, sql, trusted } from '../sql/sql.ts'
import { spoken } from './difference.ts'

export type TypeChange =
  /** Values stay in their columns. */
  | { how: 'same'; unless?: Obstacle }
  | { how: 'copy'; columns: readonly CopiedColumn[]; unless?: Obstacle }
  /** Possible only while no record has a value. */
  | { how: 'refused'; reason: string }

export interface CopiedColumn {
  column: string
  /** Over the row `t`. */
  value: Sql
}

/** Rows `t` whose value has no place in the new type. */
export interface Obstacle {
  where: Sql
  /** Follows a number of records. */
  reason: string
}

const TEXTS = ['text', 'long_text', 'email', 'phone', 'url', 'choice', 'auto_number']
const EXACT = ['decimal', 'percent']
const REFERENCES = ['reference', 'parent', 'user', 'file']

const is = (types: readonly string[], field: Field): boolean => types.includes(field.type)
const column = (field: Field, part = ''): Sql =>
  ident('t', field.columns.find((one) => one.part === part)?.column ?? field.columns[0]?.column ?? field.name)
const copy = (field: Field, parts: Readonly<Record<string, Sql>>, unless?: Obstacle): TypeChange => ({
  how: 'copy',
  columns: field.columns.flatMap(({ column: name, part }) => {
    const value = parts[part]
    return value ? [{ column: name, value }] : []
  }),
  ...(unless ? { unless } : {}),
})
const whenSet = (field: Field, value: Sql, part = ''): Sql =>
  sql`CASE WHEN ${column(field, part)} IS NOT NULL THEN ${value} END`

/** undefined: nothing about the stored values changes. */
export function typeChange(before: Field, after: Field): TypeChange | undefined {
  const hasSameColumns =
    before.columns.map(({ column: name }) => name).join() === after.columns.map(({ column: name }) => name).join()
  if (before.type === after.type && hasSameColumns) return undefined
  // Nothing was stored, so nothing can be lost.
  if (before.columns.length === 0) return undefined
  return (
    betweenTexts(before, after) ??
    betweenNumbers(before, after) ??
    toText(before, after) ??
    betweenChoices(before, after) ??
    betweenReferences(before, after, hasSameColumns) ??
    betweenZones(before, after) ??
    toMoney(before, after) ?? { how: 'refused', reason: refusal(before, after) }
  )
}

function betweenTexts(before: Field, after: Field): TypeChange | undefined {
  if (!is(TEXTS, before) || !is(TEXTS, after)) return undefined
  if (after.type === 'long_text') return { how: 'same' }
  const value = column(before)
  if (after.type === 'text') {
    const { maxLength } = after.options
    const isTooLong =
      maxLength === undefined ? trusted('') : sql` OR char_length(${value}) > ${trusted(String(maxLength))}`
    const isLong = sql`${value} ~ ${literal('[\\n\\r]')}${isTooLong}`
    return before.type === 'long_text'
      ? { how: 'same', unless: { where: isLong, reason: 'have a text that is too long or has several lines' } }
      : { how: 'same' }
  }
  if (after.type === 'choice') {
    const values = (after.options.choices ?? []).map((option) => literal(option.value))
    const isKnown = values.length === 0 ? trusted('FALSE') : sql`${value} IN (${join(values, ', ')})`
    return { how: 'same', unless: { where: sql`NOT (${isKnown})`, reason: 'have a value that is none of the options' } }
  }
  return undefined
}

function betweenNumbers(before: Field, after: Field): TypeChange | undefined {
  if (is(EXACT, before) && is(EXACT, after)) return { how: 'same', ...digits(after, column(before)) }
  if (before.type === 'number' && is(EXACT, after)) {
    const exact = sql`${column(before)}::text::numeric`
    return { ...copy(after, { '': exact }), ...digits(after, exact) }
  }
  if (is(EXACT, before) && after.type === 'number') {
    const isInexact = sql`${column(before)}::float8::text::numeric <> ${column(before)}`
    const unless = { where: isInexact, reason: 'have a value with more digits than a number holds' }
    return copy(after, { '': sql`${column(before)}::float8` }, unless)
  }
  return undefined
}

function digits({ options }: Field, value: Sql): { unless?: Obstacle } {
  if (options.scale === undefined) return {}
  const reason = `have a value with more than ${options.scale} digits after the point`
  return { unless: { where: sql`round(${value}, ${trusted(String(options.scale))}) <> ${value}`, reason } }
}

const WRITTEN = ['number', 'decimal', 'percent', 'boolean', 'date']

function toText(before: Field, after: Field): TypeChange | undefined {
  const isText = after.type === 'text' || after.type === 'long_text'
  if (!isText || !is(WRITTEN, before)) return undefined
  return copy(after, { '': sql`${column(before)}::text` })
}

function betweenChoices(before: Field, after: Field): TypeChange | undefined {
  if (before.type === 'choice' && after.type === 'multi_choice')
    return copy(after, { '': whenSet(before, sql`ARRAY[${column(before)}]`) })
  if (before.type === 'multi_choice' && after.type === 'choice') {
    const unless = { where: sql`cardinality(${column(before)}) > 1`, reason: 'have more than one option chosen' }
    return copy(after, { '': sql`${column(before)}[1]` }, unless)
  }
  return undefined
}

function betweenReferences(before: Field, after: Field, hasSameColumns: boolean): TypeChange | undefined {
  const target = before.options.to?.[0]
  if (is(REFERENCES, before) && is(REFERENCES, after) && hasSameColumns) return { how: 'same' }
  if (is(REFERENCES, before) && after.type === 'any_reference' && target !== undefined)
    return copy(after, { entity: whenSet(before, sql`${literal(target)}::text`), id: column(before) })
  const wanted = after.options.to?.[0]
  if (before.type === 'any_reference' && is(REFERENCES, after) && wanted !== undefined) {
    const unless = {
      where: sql`${column(before, 'entity')} <> ${literal(wanted)}`,
      reason: `point to something else than ${wanted}`,
    }
    return copy(after, { '': column(before, 'id') }, unless)
  }
  return undefined
}

function betweenZones(before: Field, after: Field): TypeChange | undefined {
  if (before.type !== 'date_time' || after.type !== 'date_time') return undefined
  if (after.options.zoned) return copy(after, { at: column(before), zone: whenSet(before, literal('UTC')) })
  const where = sql`${column(before, 'zone')} <> 'UTC'`
  return copy(after, { '': column(before, 'at') }, { where, reason: 'have a time zone, which would be lost' })
}

/** Only where there is no doubt about the currency. */
function toMoney(before: Field, after: Field): TypeChange | undefined {
  const [currency, ...others] = after.options.currencies ?? []
  if (after.type !== 'money' || currency === undefined || others.length > 0) return undefined
  if (!is(EXACT, before) && before.type !== 'number') return undefined
  return copy(after, {
    amount: sql`${column(before)}::text::numeric`,
    currency: whenSet(before, sql`${literal(currency)}::text`),
  })
}

function refusal(before: Field, after: Field): string {
  if (before.type === 'date' && after.type === 'date_time')
    return 'when a day begins depends on the place, so a date cannot become a date with time'
  if (is(REFERENCES, before) && is(REFERENCES, after))
    return `its values point to records of ${before.options.to?.join(', ') ?? 'another entity'}`
  if (after.columns.length === 0) return `its values would be hidden behind the ${spoken(after.type)}`
  if (before.type === after.type) return `its values do not fit the new options`
  return `a value of type ${spoken(before.type)} cannot become one of type ${spoken(after.type)} without loss`
}
