// Records as a write would leave them, and as they are: what hooks are shown before anything is written. Made by the
// same steps as the rows that are written, so that computed values, defaults and names are those that would be stored.
import type { EntityModel, Model } from '../catalog/model.ts'
import type { Condition } from '../plan/access.ts'
import type { StageColumn } from '../plan/row-plan.ts'
import type { Rights } from '../plan/rights.ts'
import type { Selected } from '../plan/selection.ts'
import type { EncodeRow } from '../respond/encoder.ts'
import { conditionSql, eyesOf } from './access-sql.ts'
import { actor } from './change-sql.ts'
import { wholeRow } from './checked-row.ts'
import { createRow, NEW_ROW } from './create-sql.ts'
import { Joins, RowSource } from './row-source.ts'
import { newRow, ownerColumns } from './row-values.ts'
import { ColumnList, selectColumns } from './select-columns.ts'
import { ident, input, join, literal, type Sql, type Statement, sql, toStatement, trusted } from './sql.ts'
import { changedFields, updatedRow, writtenRow } from './update-sql.ts'

export interface CompiledPreview {
  statement: Statement
  idPlace: number
  versionPlace: number
  /** As it would be. */
  record: EncodeRow
  before: EncodeRow | undefined
  /** Names of the fields that would differ, as JSON. */
  changedPlace: number | undefined
}

export interface PreviewEyes {
  selection: readonly Selected[]
  /** Of who looks: what references lead to and they may not read is not there. */
  rights: Rights
}

export function previewCreate(
  model: Model,
  entity: EntityModel,
  provided: ReadonlySet<string>,
  eyes: PreviewEyes,
): CompiledPreview {
  return oneRow(model, entity, createRow(model, entity, provided), wholeRow(model, entity, NEW_ROW), eyes)
}

/** Rows of a bulk load, before they are in the stage: `rows` is a JSON list of objects with texts by column. */
export function previewRows(
  model: Model,
  entity: EntityModel,
  columns: readonly StageColumn[],
  eyes: PreviewEyes,
): CompiledPreview {
  const staged = new Map(columns.map(({ name, sqlType }) => [name, sqlType]))
  const names = columns.map(({ name }) => sql`${ident(name)} text`)
  const from = sql`FROM jsonb_to_recordset(${input('rows', 'jsonb')}) AS s(${join(names, ', ')})`
  const cell = (name: string, type: string): Sql => sql`(${ident('s', name)})::${trusted(type)}`
  const value: Parameters<typeof newRow>[3] = ({ column, sqlType }) =>
    staged.has(column) ? cell(column, sqlType) : trusted(`NULL::${sqlType}`)
  const owners = ownerColumns(entity).map((name) => sql`${cell(name, 'uuid')} AS ${ident(`~${name}`)}`)
  const rows = newRow(model, entity, new Set(), value, from, cell('id', 'uuid'), owners)
  const row = wholeRow(model, entity, {
    from: trusted('new'),
    values: {
      version: trusted('1'),
      created_at: trusted('now()'),
      created_by: actor,
      updated_by: actor,
      owner: ident('new', '~owner'),
      owner_team: ident('new', '~owner_team'),
    },
  })
  return oneRow(model, entity, sql`WITH ${join(rows, ', ')}`, row, eyes)
}

/** Records of the table as they stand, those of `ids` that meet the condition. */
export function previewRecords(
  model: Model,
  entity: EntityModel,
  place: { isTrash: boolean; condition: Condition },
  eyes: PreviewEyes,
): CompiledPreview {
  const table = ident(model.snapshot.schema, entity.entity.table)
  const alive = trusted(place.isTrash ? 'NOT NULL' : 'NULL')
  const where = (row: RowSource): Sql => {
    const met = conditionSql(place.condition, row.trusted())
    return sql` WHERE r.id = ANY(${input('ids', 'uuid[]')}) AND r.deleted_at IS ${alive}${met ? sql` AND ${met}` : sql``}`
  }
  return oneRow(model, entity, sql``, sql`${table} AS r`, eyes, where)
}

function oneRow(
  model: Model,
  entity: EntityModel,
  ctes: Sql,
  from: Sql,
  { selection, rights }: PreviewEyes,
  where: (row: RowSource) => Sql = () => sql``,
): CompiledPreview {
  const joins = new Joins('j', eyesOf(model, rights))
  const row = new RowSource(model, entity, 'r', joins)
  const list = new ColumnList()
  const idPlace = list.add(row.own('id'))
  const versionPlace = list.add(row.own('version'))
  const record = selectColumns(selection, row, list)
  const condition = where(row)
  const query = sql`${ctes} SELECT ${join(list.columns, ', ')} FROM ${from}${joins.toSql()}${condition}`
  return { statement: toStatement(query), idPlace, versionPlace, record, before: undefined, changedPlace: undefined }
}

export interface PreviewedUpdate {
  provided: ReadonlySet<string>
  owners: readonly string[]
  hasVersion: boolean
  /** What must be so of the record as it is: nobody looks by way of a hook. */
  condition: Condition
}

/** No row: there is none that may be changed, or not at this version. */
export function previewUpdate(
  model: Model,
  entity: EntityModel,
  { provided, owners, hasVersion, condition }: PreviewedUpdate,
  { selection, rights }: PreviewEyes,
): CompiledPreview {
  const eyes = eyesOf(model, rights)
  const [afterJoins, beforeJoins] = [new Joins('j', eyes), new Joins('k', eyes)]
  const after = new RowSource(model, entity, 'r', afterJoins)
  const before = new RowSource(model, entity, 'b', beforeJoins)
  const list = new ColumnList()
  const idPlace = list.add(before.own('id'))
  const versionPlace = list.add(before.own('version'))
  const record = selectColumns(selection, after, list)
  const was = selectColumns(selection, before, list)
  const changedPlace = list.add(changedNames(entity, provided, owners))
  const met = conditionSql(condition, before.trusted())
  const version = hasVersion ? sql`b.version = ${input('version', 'int4')}` : trusted('TRUE')
  const row = wholeRow(model, entity, writtenRow({ owners }))
  const query = sql`${updatedRow(model, entity, provided)} SELECT ${join(list.columns, ', ')} FROM ${row} JOIN old AS b ON b.id = r.id${afterJoins.toSql()}${beforeJoins.toSql()} WHERE ${version}${met ? sql` AND ${met}` : sql``}`
  return { statement: toStatement(query), idPlace, versionPlace, record, before: was, changedPlace }
}

function changedNames(entity: EntityModel, provided: ReadonlySet<string>, owners: readonly string[]): Sql {
  const differs = (column: string): Sql => sql`r.${ident(column)} IS DISTINCT FROM b.${ident(column)}`
  const cases = [
    ...changedFields(entity, provided).map(({ name, columns }) => ({
      name,
      test: join(
        columns.map(({ column }) => differs(column)),
        ' OR ',
      ),
    })),
    ...owners.map((name) => ({ name, test: differs(name) })),
  ].map(({ name, test }) => sql`CASE WHEN ${test} THEN ${literal(name)} END`)
  return sql`to_json(array_remove(ARRAY[${join(cases, ', ')}]::text[], NULL))::text`
}
