// Tables of the kernel's own entities in a tenant, found through the model: neither table nor column names are written
// down anywhere.
import { RelataError } from '../../sdk/errors.ts'
import { STANDARD_FIELDS } from '../../sdk/metadata/snapshot.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import type { Queryable, RawRow } from '../run/database.ts'
import { ident, param, type Sql, sql, toStatement } from '../sql/sql.ts'

export interface SystemTable {
  entity: EntityModel
  name: Sql
  /** A column with its alias in front: `t."email"`. @param alias '' for the bare name */
  column(field: string, alias?: string): Sql
  /** A value for the column of a field. */
  value(field: string, text: string | null): Sql
}

/** @throws RL201 RL202 when the system package is not what this version of the kernel needs */
export function systemTable(model: Model, entityName: string): SystemTable {
  const entity = model.entity(entityName)
  const find = (field: string): { column: string; sqlType: string } => {
    const found = STANDARD_FIELDS.find(({ name }) => name === field) ?? entity.field(field)?.columns.at(-1)
    if (!found) throw new RelataError('RL202', `${entityName} has no field “${field}”.`)
    return found
  }
  return {
    entity,
    name: ident(model.snapshot.schema, entity.entity.table),
    column: (field, alias = '') =>
      alias === '' ? ident(find(field).column) : sql`${ident(alias)}.${ident(find(field).column)}`,
    value: (field, text) => param(text, find(field).sqlType),
  }
}

export function runSql(queryable: Queryable, query: Sql): Promise<RawRow[]> {
  const { text, params } = toStatement(query)
  return queryable.query(
    text,
    params.map((source) => ('value' in source ? source.value : null)),
  )
}

/** Milliseconds since 1970 as text, from a time stamp. */
export const epochMs = (time: Sql): Sql => sql`floor(extract(epoch from ${time}) * 1000)::bigint`

/** Text form of an array of texts. */
export function textArray(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`
}

/** Set fields that the records API does not let anyone set. No version, no history: the write before did that. */
export async function setFields(
  tx: Queryable,
  model: Model,
  entityName: string,
  id: string,
  values: Readonly<Record<string, string | null>>,
): Promise<void> {
  const table = systemTable(model, entityName)
  const parts = Object.entries(values).map(([field, text]) => sql`${table.column(field)} = ${table.value(field, text)}`)
  const [first, ...rest] = parts
  if (!first) return
  const list = rest.reduce((all, part) => sql`${all}, ${part}`, first)
  await runSql(tx, sql`UPDATE ${table.name} SET ${list} WHERE ${table.column('id')} = ${table.value('id', id)}`)
}
