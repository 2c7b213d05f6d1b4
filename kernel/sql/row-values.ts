// The row that a write makes: what the body brought, what stays, and what the system computes (numbers, base amounts,
// the display name).
import { RelataError } from '../../sdk/errors.ts'
import type { Field, FieldColumn } from '../../sdk/metadata/snapshot.ts'
import { checkRule } from '../../sdk/rules/index.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import { entityScope } from '../catalog/scope.ts'
import { computeLevels } from './computed-sql.ts'
import { RowSource } from './row-source.ts'
import { ident, input, join, literal, type Sql, sql, trusted } from './sql.ts'

/** Input name of a column's new value. */
export const valueInput = (column: FieldColumn): string => `v:${column.column}`

/** Input with the default of a column, where a field has a say in who may set it. */
export const defaultInput = (column: string): string => `d:${column}`

export const storedFields = (entity: EntityModel): Field[] =>
  entity.entity.fields.filter((field) => field.columns.length > 0)

export function ownerColumns(entity: EntityModel): string[] {
  const { ownership } = entity.entity
  return ownership === 'user' || ownership === 'team' ? ['owner', 'owner_team'] : []
}

/** Is the value made by the statement and not by the body? */
const isBase = (field: Field, column: FieldColumn): boolean => field.type === 'money' && column.part === 'base'

/**
 * CTEs from `raw` to `new`: every stored column of the row to be written. `provided` are the fields of the body; `otherwise`
 * says where the rest comes from (the old row, the stage, or nothing); `from` is the FROM and WHERE of `raw`.
 */
export function newRow(
  model: Model,
  entity: EntityModel,
  provided: ReadonlySet<string>,
  otherwise: (column: FieldColumn, field: Field) => Sql,
  from: Sql,
  id: Sql = input('id', 'uuid'),
  extra: readonly Sql[] = [],
): Sql[] {
  const given = storedFields(entity).filter((field) => field.computed === undefined)
  const columns = given.flatMap((field) =>
    field.columns
      .filter((column) => !isBase(field, column))
      .map((column) => {
        const value = provided.has(field.name) ? input(valueInput(column), column.sqlType) : otherwise(column, field)
        return sql`${value} AS ${ident(column.column)}`
      }),
  )
  const bases = storedFields(entity).flatMap((field) =>
    field.columns
      .filter((column) => isBase(field, column))
      .map((column) => sql`, ${baseAmount(model, entity, field)} AS ${ident(column.column)}`),
  )
  const raw = sql`raw AS (SELECT ${join([sql`${id} AS id`, ...extra, ...columns], ', ')} ${from})`
  const levels = computeLevels(model, entity, 'based')
  const based = levels.length > 0 ? 'based' : 'new'
  return [raw, sql`${trusted(based)} AS (SELECT raw.*${join(bases, '')} FROM raw)`, ...levels]
}

/** The display name as an expression over the row under `alias`; at most 500 characters. */
export function displayName(model: Model, entity: EntityModel, alias: string): Sql {
  const checked = checkRule(entity.entity.displayName, entityScope(model, entity), { kind: 'text' })
  if (!checked.ok)
    throw new RelataError('RL203', `The display name of ${entity.entity.name} is not valid.`, {
      problems: checked.problems,
    })
  const row = new RowSource(model, entity, alias)
  return sql`left((${row.value(checked.rule)})::text, 500)`
}

/** `INV-{YYYY}-{00000}`: the year and month of today in UTC, and the next number with at least so many digits. */
export function autoNumber(model: Model, field: Field): Sql {
  const next = sql`nextval(${literal(`"${model.snapshot.schema}"."${field.options.sequence ?? ''}"`)})`
  const pieces = (field.options.numberPattern ?? '{0}').split(/(\{[^}]*\})/).filter(Boolean)
  const parts = pieces.map((piece) => {
    if (piece === '{YYYY}' || piece === '{YY}' || piece === '{MM}' || piece === '{DD}') {
      return sql`to_char(now() AT TIME ZONE 'UTC', ${literal(piece.slice(1, -1))})`
    }
    // 9s take the digits beyond; a sub-select would be run once for all rows of a statement.
    if (/^\{0{1,18}\}$/.test(piece))
      return sql`to_char(${next}, ${literal(`FM${'9'.repeat(20 - piece.length)}${'0'.repeat(piece.length - 2)}`)})`
    return literal(piece)
  })
  return sql`concat(${join(parts, ', ')})`
}

/** Over the row `raw`: the amount in the tenant’s base currency, at the last rate on or before the rate date; NULL when no rate is known. */
export function baseAmount(model: Model, entity: EntityModel, field: Field): Sql {
  const part = (name: string): Sql => ident('raw', field.columns.find((column) => column.part === name)?.column ?? name)
  const base = literal(model.snapshot.baseCurrency)
  const rates = model.find('system.currency_rate')
  const column = (name: string): Sql | undefined => {
    const found = rates?.field(name)?.columns[0]
    return found && ident('x', found.column)
  }
  const [currency, date, rate] = [column('currency'), column('rate_date'), column('rate')]
  if (!rates || !currency || !date || !rate)
    return sql`CASE WHEN ${part('currency')} = ${base} THEN ${part('amount')} END`
  const known = sql`SELECT ${rate} FROM ${ident(model.snapshot.schema, rates.entity.table)} AS x WHERE ${currency} = ${part('currency')} AND ${date} <= ${rateDate(entity, field)} AND x.deleted_at IS NULL ORDER BY ${date} DESC LIMIT 1`
  return sql`CASE WHEN ${part('currency')} = ${base} THEN ${part('amount')} ELSE round(${part('amount')} * (${known}), 4) END`
}

function rateDate(entity: EntityModel, field: Field): Sql {
  const column = field.options.rateDate ? entity.field(field.options.rateDate)?.columns[0] : undefined
  return column ? sql`COALESCE((${ident('raw', column.column)})::date, CURRENT_DATE)` : trusted('CURRENT_DATE')
}
