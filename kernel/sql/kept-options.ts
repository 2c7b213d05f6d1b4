// An option that is no longer offered may stay where it stands and be set nowhere else. Only the statement of a change
// sees under a lock what the record has now, so it asks.
import type { FieldColumn } from '../../sdk/metadata/snapshot.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import { ident, input, join, type Sql, sql } from './sql.ts'

/** A column that is set to such options, and the input that holds them alone. */
export interface KeptColumn {
  field: string
  column: FieldColumn
  inputName: string
}

/** True when the row under `alias` has them; null or false when not. */
export function hasOptions({ column, inputName }: KeptColumn, alias: string): Sql {
  const [present, kept] = [ident(alias, column.column), input(inputName, column.sqlType)]
  return column.sqlType === 'text[]' ? sql`${present} @> ${kept}` : sql`${present} = ${kept}`
}

/** Which of them the record does not have: asked only after a change found one. Rows of field names. */
export function missingOptions(model: Model, entity: EntityModel, kept: readonly KeptColumn[]): Sql {
  const table = ident(model.snapshot.schema, entity.entity.table)
  const checks = kept.map(
    (one) =>
      sql`SELECT ${input(`name:${one.field}`, 'text')} FROM ${table} AS t WHERE t.id = ${input('id', 'uuid')} AND (${hasOptions(one, 't')}) IS NOT TRUE`,
  )
  return join(checks, ' UNION ALL ')
}
