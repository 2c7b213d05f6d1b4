// Wire values made by PostgreSQL, for places where rows are nested or kept as JSON: lists of children and history.
// They equal what respond/ makes of raw text: decimals as strings, instants in UTC with `Z`.
import type { Field, SqlType } from '../../sdk/metadata/snapshot.ts'
import { ident, join, literal, type Sql, sql } from './sql.ts'

/** A json expression of one column's wire value. */
export function wireJson(value: Sql, sqlType: SqlType): Sql {
  if (sqlType === 'numeric') return sql`to_jsonb((${value})::text)`
  if (sqlType === 'timestamptz') {
    return sql`to_jsonb(rtrim(rtrim(to_char((${value}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '0'), '.') || 'Z')`
  }
  return sqlType === 'jsonb' ? value : sql`to_jsonb(${value})`
}

/** The wire value of a stored field in the row under `alias`; an object when it has parts. */
export function fieldJson(field: Field, alias: string): Sql {
  const [first] = field.columns
  if (!first) return sql`NULL::jsonb`
  if (first.part === '') return wireJson(ident(alias, first.column), first.sqlType)
  const pairs = field.columns.map(
    (column) => sql`${literal(column.part)}, ${wireJson(ident(alias, column.column), column.sqlType)}`,
  )
  const isEmpty = join(
    field.columns.map((column) => sql`${ident(alias, column.column)} IS NULL`),
    ' AND ',
  )
  return sql`CASE WHEN ${isEmpty} THEN NULL ELSE jsonb_build_object(${join(pairs, ', ')}) END`
}
