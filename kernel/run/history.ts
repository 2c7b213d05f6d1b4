// Who changed what and when, and how a record was at an earlier time: its present state with later changes undone.
import { RelataError } from '../../sdk/errors.ts'
import { fieldType } from '../../sdk/fields/index.ts'
import type { Field } from '../../sdk/metadata/snapshot.ts'
import { checkRule, compileRule } from '../../sdk/rules/index.ts'
import { readPath } from '../../sdk/wire/read-path.ts'
import type { HistoryEntry, WireRecord, WireValue } from '../../sdk/wire/records.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import { entityScope } from '../catalog/scope.ts'
import { isReadableRight } from '../plan/field-rights.ts'
import type { Rights } from '../plan/rights.ts'
import { conditionSql } from '../sql/access-sql.ts'
import { Joins, RowSource } from '../sql/row-source.ts'
import { bind, ident, input, type Sql, sql, toStatement } from '../sql/sql.ts'
import type { Context } from './context.ts'
import type { Queryable, RawRow } from './database.ts'
import { getRecord, noSuchRecord } from './read-records.ts'

/** Which entries: older than a version, newer than a moment, at most so many. */
interface Window {
  before?: number | undefined
  after?: string
  limit?: number
}

/** Newest first. @throws RL205 */
export async function readHistory(
  context: Context,
  database: Queryable,
  entity: EntityModel,
  id: string,
  window: Pick<Window, 'before' | 'limit'>,
): Promise<HistoryEntry[]> {
  context.rights.require(entity, 'read')
  await requireRecord(context, database, entity, id)
  const rows = await historyRows(context, database, entity, id, window)
  return rows.map((row) => entryOf(context.rights, entity, row))
}

/** The stored fields of a record as they were at `at` (ISO instant). Formulas and roll-ups are of today, hence left out. */
export async function readAt(
  context: Context,
  database: Queryable,
  entity: EntityModel,
  id: string,
  at: string,
): Promise<WireRecord> {
  if (!entity.entity.history) throw new RelataError('RL204', `${entity.entity.name} keeps no history.`)
  const record = await currentState(context, database, entity, id)
  if (String(record['created_at']) > at) throw new RelataError('RL205', 'The record did not exist at that time.')
  const later = (await historyRows(context, database, entity, id, { after: at })).map((row) =>
    entryOf(context.rights, entity, row),
  )
  for (const entry of later) undo(record, entry)
  if (isReadableRight(context.rights.name(entity))) record.display_name = nameOf(context.model, entity, record)
  for (const field of entity.entity.fields) if (field.columns.length === 0) delete record[field.name]
  return record
}

function undo(record: WireRecord & Record<string, WireValue>, entry: HistoryEntry): void {
  for (const [name, [before]] of Object.entries(entry.changes)) record[name] = before
  record.version = entry.version - 1
  if (entry.operation === 'delete') record['deleted_at'] = null
  if (entry.operation === 'restore') record['deleted_at'] = entry.at
  record['updated_at'] = null
  record['updated_by'] = null
}

/** The name that these values give, where its rule reads nothing but them. */
function nameOf(model: Model, entity: EntityModel, record: WireRecord): string {
  const checked = checkRule(entity.entity.displayName, entityScope(model, entity), { kind: 'text' })
  if (!checked.ok) return record.display_name
  const value = compileRule<WireRecord>(checked.rule, (path) => (values) => readPath(values, path))(record)
  return typeof value === 'string' ? value : ''
}

async function currentState(
  context: Context,
  database: Queryable,
  entity: EntityModel,
  id: string,
): Promise<WireRecord & Record<string, WireValue>> {
  const request = { select: undefined, expand: [] }
  try {
    return JSON.parse((await getRecord(context, database, entity, id, { ...request, isTrash: false })).body)
  } catch (error) {
    if (!(error instanceof RelataError) || error.code !== 'RL205') throw error
    return JSON.parse((await getRecord(context, database, entity, id, { ...request, isTrash: true })).body)
  }
}

async function requireRecord(context: Context, database: Queryable, entity: EntityModel, id: string): Promise<void> {
  const { model, rights, inputs } = context
  const joins = new Joins('j')
  const right = conditionSql(rights.condition(entity, 'read'), new RowSource(model, entity, 'r', joins))
  const statement = toStatement(
    sql`SELECT 1 FROM ${ident(model.snapshot.schema, entity.entity.table)} AS r${joins.toSql()} WHERE r.id = ${input('id', 'uuid')}${right ? sql` AND ${right}` : sql``}`,
  )
  const [row] = await database.query(statement.text, bind(statement, { ...inputs, id }))
  if (!row) throw noSuchRecord(entity, id)
}

async function historyRows(
  context: Context,
  database: Queryable,
  entity: EntityModel,
  id: string,
  { before, after, limit }: Window,
): Promise<RawRow[]> {
  const { schema } = context.model.snapshot
  const users = context.model.entity('system.user')
  const [kind] = users.field('kind')?.columns ?? []
  const newer: Sql = after === undefined ? sql`` : sql` AND h.at > ${input('after', 'timestamptz')}`
  const older: Sql = before === undefined ? sql`` : sql` AND h.version < ${input('before', 'int4')}`
  const most: Sql = limit === undefined ? sql`` : sql` LIMIT ${input('limit', 'int4')}`
  const query = sql`SELECT h.version, to_char(h.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), h.actor, u.display_name, ${ident('u', kind?.column ?? 'id')}, h.operation, h.changes, h.on_behalf, o.display_name FROM ${ident(schema, '_history')} AS h LEFT JOIN ${ident(
    schema,
    users.entity.table,
  )} AS u ON u.id = h.actor LEFT JOIN ${ident(schema, users.entity.table)} AS o ON o.id = h.on_behalf WHERE h.record = ${input('id', 'uuid')} AND h.entity = ${input('entity', 'text')}${newer}${older} ORDER BY h.version DESC, h.id DESC${most}`
  const statement = toStatement(query)
  return database.query(
    statement.text,
    bind(statement, {
      id,
      entity: entity.entity.id,
      after: after ?? null,
      before: before === undefined ? null : String(before),
      limit: limit === undefined ? null : String(limit),
    }),
  )
}

const KINDS = ['person', 'key', 'plugin', 'system'] as const

function entryOf(rights: Rights, entity: EntityModel, row: RawRow): HistoryEntry {
  const [version, at, actor, name, kind, operation, changes, onBehalf, onBehalfName] = row
  return {
    version: Number(version),
    at: at ?? '',
    by: actor ? { id: actor, display_name: name ?? '', kind: KINDS.find((one) => one === kind) ?? 'person' } : null,
    on_behalf: onBehalf ? { id: onBehalf, display_name: onBehalfName ?? '' } : null,
    operation: operation as HistoryEntry['operation'],
    changes: namedChanges(rights, entity, JSON.parse(changes ?? '{}')),
  }
}

/** Stored by field id, told by field name; what the reader may not read is left out, values of secrets too. */
function namedChanges(
  rights: Rights,
  entity: EntityModel,
  stored: Record<string, [WireValue, WireValue]>,
): HistoryEntry['changes'] {
  const byId = new Map<string, Field>(entity.entity.fields.map((field) => [field.id, field]))
  const named: Record<string, readonly [WireValue, WireValue]> = {}
  for (const [id, pair] of Object.entries(stored)) {
    const field = byId.get(id)
    if (id === 'owner' || id === 'owner_team') named[id] = pair
    else if (field && isReadableRight(rights.field(entity, field)))
      named[field.name] = fieldType(field.type).isReadable ? pair : [null, null]
  }
  return named
}
