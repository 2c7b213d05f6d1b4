// What must hold of a row that is being written, asked in the very statement that writes it: the row as it will stand,
// followed over its references like any other. Where something does not hold nothing is written, and which it was is
// asked afterwards.
import type { EntityModel, Model } from '../catalog/model.ts'
import { Joins, RowSource } from './row-source.ts'
import { displayName, ownerColumns } from './row-values.ts'
import { ident, join, type Sql, sql, trusted } from './sql.ts'

export interface RowCheck {
  name: string
  /** TRUE where it holds; undefined: always. */
  condition(row: RowSource): Sql | undefined
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
function wholeRow(model: Model, entity: EntityModel, values: StandardValues, from: Sql): Sql {
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

/** CTE `ready`: the row `new` where everything holds. undefined: there is nothing to ask. */
export function readyRow(
  model: Model,
  entity: EntityModel,
  checks: readonly RowCheck[],
  values: StandardValues,
  from: Sql = trusted('new'),
): Sql | undefined {
  const asked = conditionsOn(model, entity, checks, 'r')
  if (!asked) return undefined
  return sql`ready AS (SELECT r.* FROM ${wholeRow(model, entity, values, from)}${asked.joins} WHERE ${join(asked.conditions, ' AND ')})`
}

/** One column a check: does it hold? Over the CTEs that make `new`. */
export function askChecks(
  model: Model,
  entity: EntityModel,
  checks: readonly RowCheck[],
  values: StandardValues,
  from: Sql = trusted('new'),
): Sql {
  const joins = new Joins('n')
  const row = new RowSource(model, entity, 'r', joins)
  const columns = checks.map((check) => sql`((${check.condition(row) ?? trusted('TRUE')}) IS TRUE)`)
  return sql`SELECT ${join(columns, ', ')} FROM ${wholeRow(model, entity, values, from)}${joins.toSql()}`
}

/** Ids of rows `new` of which one of the checks does not hold; undefined: there is nothing to ask. */
export function refusedIds(
  model: Model,
  entity: EntityModel,
  checks: readonly RowCheck[],
  values: StandardValues,
  from: Sql,
): Sql | undefined {
  const asked = conditionsOn(model, entity, checks, 'r')
  if (!asked) return undefined
  return sql`SELECT r.id FROM ${wholeRow(model, entity, values, from)}${asked.joins} WHERE (${join(asked.conditions, ' AND ')}) IS NOT TRUE`
}

/** Joins and conditions over a row that has all columns of the table; undefined: nothing to ask. */
export function conditionsOn(
  model: Model,
  entity: EntityModel,
  checks: readonly RowCheck[],
  alias: string,
): { joins: Sql; conditions: readonly Sql[] } | undefined {
  const joins = new Joins(`${alias}n`)
  const row = new RowSource(model, entity, alias, joins)
  const conditions = checks.flatMap((check) => check.condition(row) ?? [])
  return conditions.length === 0 ? undefined : { joins: joins.toSql(), conditions }
}
