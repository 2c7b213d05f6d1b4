// One record made in one statement: row, roll-ups of its parents, history and event, and the record as the answer.
import type { EntityModel, Model } from '../catalog/model.ts'
import type { Rights } from '../plan/rights.ts'
import type { Selected } from '../plan/selection.ts'
import type { EncodeRow } from '../respond/encoder.ts'
import { conditionSql, eyesOf } from './access-sql.ts'
import { actor, recordChange } from './change-sql.ts'
import { askChecks, readyRow, type RowCheck, wholeRow, type WrittenRow } from './checked-row.ts'
import { type AlikeSearch, findAlike } from './duplicates-sql.ts'
import { checkReferences, type SetReference } from './references-sql.ts'
import { feedGroups, moveRollups } from './rollup-sql.ts'
import { Joins, RowSource } from './row-source.ts'
import { autoNumber, displayName, newRow, ownerColumns, storedFields } from './row-values.ts'
import { ColumnList, selectColumns } from './select-columns.ts'
import { ident, input, join, type Sql, type Statement, sql, toStatement, trusted } from './sql.ts'

export interface CompiledWrite {
  statement: Statement
  write: EncodeRow
  /** Places of `id` and `version` in the answer. */
  idPlace: number
  versionPlace: number
  /** Place of whether its writer may read it; undefined: they may. */
  readablePlace: number | undefined
}

export interface CreateShape {
  provided: ReadonlySet<string>
  references: readonly SetReference[]
  selection: readonly Selected[]
  rights: Rights
  /** What must hold of the new row. */
  checks: readonly RowCheck[]
}

/** No row comes back when a reference leads nowhere. */
export function compileCreate(model: Model, entity: EntityModel, shape: CreateShape): CompiledWrite {
  const checks = checkReferences(model, shape.references, shape.rights)
  const otherwise = (column: { sqlType: string }, field: Parameters<typeof autoNumber>[1]): Sql =>
    field.type === 'auto_number' ? autoNumber(model, field) : trusted(`NULL::${column.sqlType}`)
  const rows = newRow(model, entity, shape.provided, otherwise, sql`WHERE ${checks.condition}`)
  const ready = readyRow(model, entity, shape.checks, NEW_ROW)
  const ctes = [
    ...checks.ctes,
    ...rows,
    ...(ready ? [ready] : []),
    insertRow(model, entity, ready ? 'ready' : 'new'),
    ...recordChange(model, entity, 'create', sql`FROM ins AS w`, trusted("'{}'::jsonb")),
    ...feedGroups(model, entity).map(
      (group, index) => sql`${ident(`roll${index}`)} AS (${moveRollups(model, entity, group, { gained: 'ins' })})`,
    ),
  ]
  return withAnswer(model, entity, ctes, sql`ins`, shape.selection, shape.rights)
}

export const NEW_ROW: WrittenRow = {
  values: {
    version: trusted('1'),
    created_at: trusted('now()'),
    created_by: actor,
    updated_by: actor,
    owner: input('owner', 'uuid'),
    owner_team: input('owner_team', 'uuid'),
  },
  from: trusted('new'),
  hasBefore: false,
}

/** Which checks hold of the row that would be made, a column each. */
export function explainCreate(model: Model, entity: EntityModel, shape: Pick<CreateShape, 'provided' | 'checks'>): Sql {
  return sql`${createRow(model, entity, shape.provided)} ${askChecks(model, entity, shape.checks, NEW_ROW)}`
}

/** Records like the one that would be made. */
export function alikeCreate(
  model: Model,
  entity: EntityModel,
  provided: ReadonlySet<string>,
  search: AlikeSearch,
): Sql {
  return sql`${createRow(model, entity, provided)} ${findAlike(model, entity, wholeRow(model, entity, NEW_ROW), search)}`
}

/** WITH the row that would be made, but for its numbers: they are drawn when it is. */
export function createRow(model: Model, entity: EntityModel, provided: ReadonlySet<string>): Sql {
  const nothing = (column: { sqlType: string }): Sql => trusted(`NULL::${column.sqlType}`)
  return sql`WITH ${join(newRow(model, entity, provided, nothing, sql``), ', ')}`
}

function insertRow(model: Model, entity: EntityModel, from: 'new' | 'ready'): Sql {
  const owner = ownerColumns(entity)
  const columns = storedFields(entity).flatMap((field) => field.columns.map(({ column }) => ident(column)))
  const names = [
    ...['id', 'display_name', 'created_by', 'updated_by'].map((name) => ident(name)),
    ...owner.map((name) => ident(name)),
    ...columns,
  ]
  const values = [
    ident('new', 'id'),
    displayName(model, entity, 'new'),
    actor,
    actor,
    ...owner.map((name) => input(name, 'uuid')),
    ...columns.map((column) => sql`new.${column}`),
  ]
  return sql`ins AS (INSERT INTO ${ident(model.snapshot.schema, entity.entity.table)} (${join(names, ', ')}) SELECT ${join(values, ', ')} FROM ${trusted(from)} AS new RETURNING *)`
}

/** Close the CTEs with a SELECT of the answer from `rows`, a CTE or a bracketed query with the columns of the table. */
export function withAnswer(
  model: Model,
  entity: EntityModel,
  ctes: readonly Sql[],
  rows: Sql,
  selection: readonly Selected[],
  rights: Rights,
): CompiledWrite {
  const joins = new Joins('j', eyesOf(model, rights))
  const source = new RowSource(model, entity, 'r', joins)
  const list = new ColumnList()
  const idPlace = list.add(source.own('id'))
  const versionPlace = list.add(source.own('version'))
  const write = selectColumns(selection, source, list)
  const readable = conditionSql(rights.condition(entity, 'read'), source.trusted())
  const readablePlace = readable && list.add(sql`((${readable}) IS TRUE)`)
  const query = sql`WITH ${join(ctes, ', ')} SELECT ${join(list.columns, ', ')} FROM ${rows} AS r${joins.toSql()}`
  return { statement: toStatement(query), write, idPlace, versionPlace, readablePlace }
}
