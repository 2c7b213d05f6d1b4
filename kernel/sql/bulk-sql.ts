// A chunk of a bulk load as statements over a stage: a temporary table that COPY has filled. Rows that cannot stay are
// taken out of the stage and named; what is left becomes records in one statement.
import type { DuplicateRule } from '../../sdk/metadata/snapshot.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import { type StageColumn, stagedFields } from '../plan/row-plan.ts'
import type { Rights } from '../plan/rights.ts'
import { eyesOf } from './access-sql.ts'
import { actor, depth, metadataVersion, onBehalf } from './change-sql.ts'
import { failingRows, type RowCheck } from './checked-row.ts'
import { duplicateKey, indexedKey, matchedColumns } from './duplicate-keys.ts'
import { feedGroups, moveRollups } from './rollup-sql.ts'
import { autoNumber, displayName, newRow, ownerColumns, storedFields } from './row-values.ts'
import { ident, join, literal, param, type Sql, sql, trusted } from './sql.ts'

export const STAGE = '_relata_stage'
const stage = ident(STAGE)

export function createStage(columns: readonly StageColumn[]): Sql {
  const list = columns.map(({ name, sqlType }) => sql`, ${ident(name)} ${trusted(sqlType)}`)
  return sql`CREATE TEMPORARY TABLE ${stage} ("_line" int8${join(list, '')}) ON COMMIT DELETE ROWS`
}

export function stageIds(): Sql {
  return sql`SELECT s."id" FROM ${stage} AS s`
}

export function copyStage(columns: readonly StageColumn[]): Sql {
  return sql`COPY ${stage} ("_line", ${join(
    columns.map(({ name }) => ident(name)),
    ', ',
  )}) FROM STDIN`
}

/** Rows whose values in these columns another row of the stage (an earlier line) or of the table has. Answers lines. */
export function takeOutDuplicates(
  model: Model,
  entity: EntityModel,
  columns: readonly string[],
  isLiveOnly: boolean,
): Sql {
  const table = ident(model.snapshot.schema, entity.entity.table)
  const names = columns.map((name) => ident(name))
  const isSame = join(
    names.map((name) => sql`t.${name} = s.${name}`),
    ' AND ',
  )
  const isFilled = join(
    names.map((name) => sql`${name} IS NOT NULL`),
    ' AND ',
  )
  const alive = isLiveOnly ? sql` AND t.deleted_at IS NULL` : sql``
  const repeated = sql`SELECT "_line" FROM (SELECT "_line", row_number() OVER (PARTITION BY ${join(names, ', ')} ORDER BY "_line") AS n FROM ${stage} WHERE ${isFilled}) AS numbered WHERE n > 1`
  return sql`DELETE FROM ${stage} AS s WHERE s."_line" IN (${repeated}) OR EXISTS (SELECT 1 FROM ${table} AS t WHERE ${isSame}${alive}) RETURNING s."_line"`
}

/**
 * Rows whose reference in `column` leads to no live record of `target`. Those it leads to are locked against the trash
 * until the load's transaction ends. Answers lines. Ids are never null, and NOT IN is hashed whatever the planner thinks
 * of the stage, of which it has no statistics: an anti-join became a loop of rows by rows.
 */
export function takeOutDangling(
  model: Model,
  entity: EntityModel,
  target: EntityModel,
  column: string,
  rights: Rights,
  only?: Sql,
): Sql {
  const name = ident(column)
  const mine = only ? sql` AND ${only}` : sql``
  const table = ident(model.snapshot.schema, target.entity.table)
  const seen = eyesOf(model, rights)(target, 't')
  const live = sql`live AS MATERIALIZED (SELECT t.id FROM ${table} AS t WHERE t.id IN (SELECT s.${name} FROM ${stage} AS s WHERE TRUE${mine}) AND t.deleted_at IS NULL${seen ? sql` AND ${seen}` : sql``} FOR KEY SHARE)`
  const own = target === entity ? sql` AND s.${name} NOT IN (SELECT o.id FROM ${stage} AS o)` : sql``
  return sql`WITH ${live} DELETE FROM ${stage} AS s WHERE s.${name} IS NOT NULL${mine} AND s.${name} NOT IN (SELECT live.id FROM live)${own} RETURNING s."_line"`
}

/** Rows of which checks do not hold as they would be written. Answers lines, and the places of these checks. */
export function takeOutRefused(model: Model, entity: EntityModel, checks: readonly RowCheck[]): Sql {
  const refused = failingRows(model, entity, checks, {
    values: {
      version: trusted('1'),
      created_at: trusted('now()'),
      created_by: actor,
      updated_by: actor,
      owner: ident('s', 'owner'),
      owner_team: ident('s', 'owner_team'),
    },
    from: sql`new JOIN ${stage} AS s ON s.id = new.id`,
    hasBefore: false,
  })
  return sql`WITH ${join(stagedRows(model, entity), ', ')}, refused AS MATERIALIZED (${refused}) DELETE FROM ${stage} AS s USING refused WHERE s.id = refused.id RETURNING s."_line", refused.failed`
}

/** Rows that are like a live record, or like an earlier line. Answers lines. */
export function takeOutAlike(model: Model, entity: EntityModel, rule: DuplicateRule): Sql {
  const matched = matchedColumns(entity.entity.fields, rule.match)
  const keys = matched.map((_, index) => ident(`key${index}`))
  const keyed = join(
    matched.flatMap((one, index) => {
      const value = ident('new', one.column.column)
      return [
        sql`${duplicateKey(one, value)} AS ${ident(`key${index}`)}`,
        sql`${indexedKey(one, value)} AS ${ident(`indexed${index}`)}`,
      ]
    }),
    ', ',
  )
  const isFilled = join(
    keys.map((key) => sql`${key} IS NOT NULL`),
    ' AND ',
  )
  const isSame = join(
    matched.flatMap((one, index) => {
      const value = ident('d', one.column.column)
      return [
        sql`${indexedKey(one, value)} = k.${ident(`indexed${index}`)}`,
        sql`${duplicateKey(one, value)} = k.${ident(`key${index}`)}`,
      ]
    }),
    ' AND ',
  )
  const table = ident(model.snapshot.schema, entity.entity.table)
  const repeated = sql`SELECT "_line" FROM (SELECT "_line", row_number() OVER (PARTITION BY ${join(keys, ', ')} ORDER BY "_line") AS n FROM keyed WHERE ${isFilled}) AS numbered WHERE n > 1`
  const known = sql`SELECT k."_line" FROM keyed AS k JOIN ${table} AS d ON ${isSame} WHERE d.deleted_at IS NULL`
  return sql`WITH ${join(stagedRows(model, entity), ', ')}, keyed AS MATERIALIZED (SELECT s."_line", ${keyed} FROM new JOIN ${stage} AS s ON s.id = new.id) DELETE FROM ${stage} AS s WHERE s."_line" IN (${repeated}) OR s."_line" IN (${known}) RETURNING s."_line"`
}

/** CTEs from `raw` to `new` over the stage. Numbers are drawn when the row is written. */
function stagedRows(model: Model, entity: EntityModel): Sql[] {
  const staged = new Set(stagedFields(entity).map((field) => field.name))
  const value: Parameters<typeof newRow>[3] = (column, field) =>
    staged.has(field.name) ? ident('s', column.column) : trusted(`NULL::${column.sqlType}`)
  return newRow(model, entity, new Set(), value, sql`FROM ${stage} AS s`, ident('s', 'id'))
}

/** Rows that stand below themselves within the stage. Answers lines. */
export function takeOutCircles(column: string): Sql {
  const name = ident(column)
  return sql`WITH RECURSIVE rooted AS (SELECT s.id FROM ${stage} AS s WHERE s.${name} IS NULL OR NOT EXISTS (SELECT 1 FROM ${stage} AS p WHERE p.id = s.${name}) UNION SELECT s.id FROM ${stage} AS s JOIN rooted ON s.${name} = rooted.id) DELETE FROM ${stage} AS s WHERE NOT EXISTS (SELECT 1 FROM rooted WHERE rooted.id = s.id) RETURNING s."_line"`
}

/**
 * The stage as records: rows, roll-ups of their parents, a line of history each, one event for all. Answers their number.
 * @param at when the records came to be, as an expression over the row `new`; absent: now
 */
export function insertStage(model: Model, entity: EntityModel, at?: Sql): Sql {
  const { schema } = model.snapshot
  const owners = ownerColumns(entity).map((name) => ident(name))
  const staged = new Set(stagedFields(entity).map((field) => field.name))
  const value: Parameters<typeof newRow>[3] = (column, field) =>
    staged.has(field.name) ? ident('s', column.column) : autoNumber(model, field)
  const extra = owners.map((name) => sql`s.${name} AS ${name}`)
  const rows = newRow(model, entity, new Set(), value, sql`FROM ${stage} AS s`, ident('s', 'id'), extra)
  const columns = storedFields(entity).flatMap((field) => field.columns.map(({ column }) => ident(column)))
  const times = at ? [ident('created_at'), ident('updated_at')] : []
  const names = [
    ...['id', 'display_name', 'created_by', 'updated_by'].map((name) => ident(name)),
    ...times,
    ...owners,
    ...columns,
  ]
  const values = [
    ident('new', 'id'),
    displayName(model, entity, 'new'),
    actor,
    actor,
    ...times.map(() => at ?? trusted('now()')),
    ...[...owners, ...columns].map((name) => sql`new.${name}`),
  ]
  const groups = feedGroups(model, entity)
  const returned = groups.length > 0 ? trusted('*') : trusted('id, version, created_at')
  const id = literal(entity.entity.id)
  const ctes = [
    ...rows,
    sql`ins AS (INSERT INTO ${ident(schema, entity.entity.table)} (${join(names, ', ')}) SELECT ${join(values, ', ')} FROM new RETURNING ${returned})`,
    ...(entity.entity.history
      ? [
          sql`hist AS (INSERT INTO ${ident(schema, '_history')} (entity, record, version, at, actor, on_behalf, operation, changes) SELECT ${id}, id, version, created_at, ${actor}, ${onBehalf}, 'create', '{}'::jsonb FROM ins)`,
        ]
      : []),
    sql`event AS (INSERT INTO ${ident(schema, '_outbox')} (entity, records, metadata, actor, on_behalf, depth, operation, changed) SELECT ${id}, array_agg(id), ${metadataVersion(model)}, ${actor}, ${onBehalf}, ${depth}, 'create', '{}'::text[] FROM ins HAVING count(*) > 0)`,
    ...groups.map(
      (group, index) => sql`${ident(`roll${index}`)} AS (${moveRollups(model, entity, group, { gained: 'ins' })})`,
    ),
  ]
  return sql`WITH ${join(ctes, ', ')} SELECT count(*) FROM ins`
}

/** The time that a UUID of version 7 carries in its first 48 bits (RFC 9562). */
export const timeOfId: Sql = sql`to_timestamp((('x' || left(replace(new.id::text, '-', ''), 12))::bit(48)::bigint) / 1000.0)`

export const isOfEntity = (column: string, target: EntityModel): Sql =>
  sql`s.${ident(column)} = ${param(target.entity.name, 'text')}`
