// Into the trash, out of it, and out of the world: sets of records of one entity, each step one statement.
import type { EntityModel, Model } from '../catalog/model.ts'
import { actor, recordChange } from './change-sql.ts'
import { feedGroups, moveRollups } from './rollup-sql.ts'
import { ident, input, join, type Sql, sql, trusted } from './sql.ts'

const ids: Sql = input('ids', 'uuid[]')

/** Lock the live (or trashed) ones of `ids`, in id order. Rows: id, version, deleted_at. */
export function lockRecords(model: Model, entity: EntityModel, isTrashed: boolean): Sql {
  return sql`SELECT t.id, t.version, t.deleted_at FROM ${table(model, entity)} AS t WHERE t.id = ANY(${ids}) AND t.deleted_at IS ${trusted(
    isTrashed ? 'NOT NULL' : 'NULL',
  )} ORDER BY t.id FOR UPDATE`
}

/** Trash (or restore) `ids`. Run under `lockRecords`. Rows: id, version. */
export function moveRecords(model: Model, entity: EntityModel, direction: 'delete' | 'restore'): Sql {
  const isDelete = direction === 'delete'
  const upd = sql`upd AS (UPDATE ${table(model, entity)} AS t SET deleted_at = ${trusted(isDelete ? 'now()' : 'NULL')}, version = t.version + 1, updated_at = now(), updated_by = ${actor} WHERE t.id = ANY(${ids}) AND t.deleted_at IS ${trusted(
    isDelete ? 'NULL' : 'NOT NULL',
  )} RETURNING t.*)`
  const groups = feedGroups(model, entity)
  const ctes = [
    upd,
    ...recordChange(model, entity, direction, sql`FROM upd AS w`, trusted("'{}'::jsonb")),
    ...groups.map(
      (group, index) =>
        sql`${ident(`roll${index}`)} AS (${moveRollups(model, entity, group, isDelete ? { lost: 'upd' } : { gained: 'upd' })})`,
    ),
  ]
  return sql`WITH ${join(ctes, ', ')} SELECT upd.id, upd.version FROM upd`
}

/** Mark live ones of `ids` as trashed, before `purgeRecords` in the same transaction: no change that anybody sees. */
export function trashQuietly(model: Model, entity: EntityModel): Sql {
  return sql`UPDATE ${table(model, entity)} AS t SET deleted_at = now() WHERE t.id = ANY(${ids}) AND t.deleted_at IS NULL`
}

/** Remove trashed records for good, with their history and side rows. Rows: id. */
export function purgeRecords(model: Model, entity: EntityModel, sideTables: readonly string[]): Sql {
  const { schema } = model.snapshot
  const gone = sql`gone AS (DELETE FROM ${table(model, entity)} AS t WHERE t.id = ANY(${ids}) AND t.deleted_at IS NOT NULL RETURNING t.id)`
  const history = sql`hist AS (DELETE FROM ${ident(schema, '_history')} AS h USING gone WHERE h.record = gone.id)`
  const sides = sideTables.map(
    (name, index) =>
      sql`${ident(`side${index}`)} AS (DELETE FROM ${ident(schema, name)} AS s USING gone WHERE s.id = gone.id)`,
  )
  return sql`WITH ${join([gone, history, ...sides], ', ')} SELECT gone.id FROM gone`
}

/** Live (or trashed at one moment) records of `child` that point to `ids` by `column`. Rows: id, display_name. */
export function referringRecords(
  model: Model,
  child: EntityModel,
  column: string,
  entityColumn: { column: string; names: Sql } | undefined,
  when: Sql,
  limit: number,
): Sql {
  const ofEntity = entityColumn ? sql` AND t.${ident(entityColumn.column)} IN (${entityColumn.names})` : sql``
  return sql`SELECT t.id, t.display_name FROM ${table(model, child)} AS t WHERE t.${ident(column)} = ANY(${ids})${ofEntity} AND ${when} ORDER BY t.id LIMIT ${trusted(String(limit))}`
}

/** References to `ids` (all columns of the field, the id last) from records in the trash: emptied, quietly. */
export function emptyTrashed(
  model: Model,
  child: EntityModel,
  columns: readonly string[],
  entityColumn: { column: string; names: Sql } | undefined,
): Sql {
  const ofEntity = entityColumn ? sql` AND t.${ident(entityColumn.column)} IN (${entityColumn.names})` : sql``
  const sets = join(
    columns.map((column) => sql`${ident(column)} = NULL`),
    ', ',
  )
  const id = ident(columns.at(-1) ?? 'id')
  return sql`UPDATE ${table(model, child)} AS t SET ${sets} WHERE t.${id} = ANY(${ids})${ofEntity} AND t.deleted_at IS NOT NULL`
}

const table = (model: Model, entity: EntityModel): Sql => ident(model.snapshot.schema, entity.entity.table)
