// What must hold of a row that is being written, asked in the very statement that writes it: the row as it will stand,
// followed over its references like any other. Where something does not hold nothing is written, and which it was is
// asked afterwards.
import type { EntityModel, Model } from '../catalog/model.ts'
import { Joins, RowSource } from './row-source.ts'
import { displayName, ownerColumns } from './row-values.ts'
import { ident, join, type Sql, sql, trusted } from './sql.ts'

export interface RowCheck {
  name: string
  /**
   * TRUE where it holds; undefined: always. Asked of the row as it was or as it will be: which of them, says the list
   * that the check stands in.
   * @param before of a row as it will be after a change: as it was; undefined: there was none
   */
  condition(row: RowSource, before?: RowSource): Sql | undefined
}

/** Columns of the table that no field has, as the written row will have them. */
export interface StandardValues {
  version: Sql
  created_at: Sql
  created_by: Sql
  updated_by: Sql
  owner: Sql
  owner_team: Sql
}

/** The row `new` with all columns of the table, under the alias `r`. */
export function wholeRow(model: Model, entity: EntityModel, { values, from }: Omit<WrittenRow, 'hasBefore'>): Sql {
  const { version, created_at, created_by, updated_by } = values
  const owners = ownerColumns(entity).map(
    (name) => sql`${name === 'owner' ? values.owner : values.owner_team} AS ${ident(name)}`,
  )
  const standard = [
    sql`${version} AS version`,
    sql`${created_at} AS created_at`,
    sql`${created_by} AS created_by`,
    sql`now() AS updated_at`,
    sql`${updated_by} AS updated_by`,
    sql`NULL::timestamptz AS deleted_at`,
    sql`${displayName(model, entity, 'new')} AS display_name`,
    ...owners,
  ]
  return sql`(SELECT new.*, ${join(standard, ', ')} FROM ${from}) AS r`
}

/** What a statement that writes has at hand. */
export interface WrittenRow {
  values: StandardValues
  /** `new`, alone or with what `values` read. */
  from: Sql
  /** There is a CTE `old` with the row as it was. */
  hasBefore: boolean
}

/** CTE `ready`: the row `new` where everything holds. undefined: there is nothing to ask. */
export function readyRow(
  model: Model,
  entity: EntityModel,
  checks: readonly RowCheck[],
  written: WrittenRow,
): Sql | undefined {
  const asked = conditionsOn(model, entity, checks, 'r', written.hasBefore)
  if (!asked) return undefined
  return sql`ready AS (SELECT r.* FROM ${wholeRow(model, entity, written)}${asked.joins} WHERE ${join(asked.conditions, ' AND ')})`
}

/** One column a check: does it hold? Over the CTEs that make `new`. */
export function askChecks(model: Model, entity: EntityModel, checks: readonly RowCheck[], written: WrittenRow): Sql {
  const rows = rowsOf(model, entity, 'r', written.hasBefore)
  const columns = checks.map((check) => sql`((${check.condition(rows.row, rows.before) ?? trusted('TRUE')}) IS TRUE)`)
  return sql`SELECT ${join(columns, ', ')} FROM ${wholeRow(model, entity, written)}${rows.joins()}`
}

/** Joins and conditions over a row that has all columns of the table; undefined: nothing to ask. */
export function conditionsOn(
  model: Model,
  entity: EntityModel,
  checks: readonly RowCheck[],
  alias: string,
  hasBefore = false,
): { joins: Sql; conditions: readonly Sql[] } | undefined {
  const rows = rowsOf(model, entity, alias, hasBefore)
  const conditions = checks.flatMap((check) => check.condition(rows.row, rows.before) ?? [])
  return conditions.length === 0 ? undefined : { joins: rows.joins(), conditions }
}

/** The row and the one before it, to be followed over their references; the joins are asked for when they are known. */
function rowsOf(model: Model, entity: EntityModel, alias: string, hasBefore: boolean) {
  const joins = new Joins(`${alias}n`)
  const row = new RowSource(model, entity, alias, joins)
  const before = hasBefore ? new RowSource(model, entity, 'old', joins, '~before.') : undefined
  const old = hasBefore ? sql` JOIN old ON old.id = ${ident(alias, 'id')}` : sql``
  return { row, before, joins: () => sql`${old}${joins.toSql()}` }
}

/** Rows `r` of which checks do not hold: id, and the places of these checks in the list, as `{0,2}`. */
export function failingRows(model: Model, entity: EntityModel, checks: readonly RowCheck[], written: WrittenRow): Sql {
  return failing(model, entity, checks, wholeRow(model, entity, written), written.hasBefore)
}

/** The same of records of the table, as they stand; `where` is over `t`. */
export function failingRecords(model: Model, entity: EntityModel, checks: readonly RowCheck[], where: Sql): Sql {
  return failing(model, entity, checks, recordsWhere(model, entity, where), false)
}

/** Records of the table under the alias `r`; `where` is over `t`. */
export function recordsWhere(model: Model, entity: EntityModel, where: Sql): Sql {
  return sql`(SELECT t.* FROM ${ident(model.snapshot.schema, entity.entity.table)} AS t WHERE ${where}) AS r`
}

function failing(model: Model, entity: EntityModel, checks: readonly RowCheck[], row: Sql, hasBefore: boolean): Sql {
  const rows = rowsOf(model, entity, 'r', hasBefore)
  const places = checks.map(
    (check, index) =>
      sql`CASE WHEN (${check.condition(rows.row, rows.before) ?? trusted('TRUE')}) IS TRUE THEN NULL ELSE ${trusted(String(index))} END`,
  )
  const failed = sql`array_remove(ARRAY[${join(places, ', ')}]::int4[], NULL)`
  return sql`SELECT x.id, x.failed FROM (SELECT r.id, ${failed} AS failed FROM ${row}${rows.joins()}) AS x WHERE x.failed <> '{}'`
}
