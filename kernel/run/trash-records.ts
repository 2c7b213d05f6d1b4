// Deleting to the trash, restoring, purging. Each reference to a deleted record says what becomes of it: the delete is
// refused (restrict), the reference emptied (detach), or the other record goes along (cascade).
import { RelataError } from '../../sdk/errors.ts'
import type { EntityModel } from '../catalog/model.ts'
import { ALL_RIGHTS } from '../plan/rights.ts'
import { failingRecords, recordsWhere } from '../sql/checked-row.ts'
import { duplicateChecks, findAlike } from '../sql/duplicates-sql.ts'
import { entityChecks } from '../sql/entity-checks.ts'
import { feedGroups, hasExtremes } from '../sql/rollup-sql.ts'
import { bind, input, join, literal, type Sql, sql, toStatement, trusted } from '../sql/sql.ts'
import {
  emptyTrashed,
  lockRecords,
  moveRecords,
  purgeRecords,
  referringRecords,
  trashQuietly,
} from '../sql/trash-sql.ts'
import { writerInputs } from './actor-inputs.ts'
import { hooksFor } from './before-hooks.ts'
import { askGuard, type Context } from './context.ts'
import type { GuardedWrite } from './guard.ts'
import type { Queryable, RawRow } from './database.ts'
import { explainConflict } from './explain-conflict.ts'
import { duplicateError } from './duplicates.ts'
import { extremesOf, uuidArray } from './extremes.ts'
import { requireRecords } from './access.ts'
import { fromPostgres } from './postgres-error.ts'
import { noSuchRecord } from './read-records.ts'
import { hasMoved, inTransaction, MAX_HOOKED_TRIES, queryable, updateRecord, type Writer } from './write-records.ts'

/** At most so many records go along with one delete. */
const MAX_CASCADE = 10_000

/** `version` undefined: whatever version is there. @throws RL205 RL208 RL209 RL301 */
export async function deleteRecord(
  context: Context,
  writer: Writer,
  entity: EntityModel,
  id: string,
  version: number | undefined,
): Promise<void> {
  const hooks = hooksFor(context, entity, 'delete')
  if (!hooks) return trashOne(context, writer, entity, id, version)
  context.rights.require(entity, 'delete')
  for (let attempt = 1; ; attempt++) {
    const seen = await hooks.remove(context, queryable(writer), entity, id, 'delete')
    try {
      return await trashOne(context, writer, entity, id, version ?? seen)
    } catch (error) {
      if (version !== undefined || attempt === MAX_HOOKED_TRIES || !hasMoved(error)) throw error
    }
  }
}

async function trashOne(
  context: Context,
  writer: Writer,
  entity: EntityModel,
  id: string,
  version: number | undefined,
): Promise<void> {
  context.rights.require(entity, 'delete')
  await inTransaction(writer, async (tx) => {
    const [row] = await run(context, entity, tx, lockRecords(context.model, entity, false), { ids: uuidArray([id]) })
    if (!row) throw noSuchRecord(entity, id)
    await requireRecords(context, tx, entity, [id], 'delete')
    if (version !== undefined && Number(row[1]) !== version)
      throw (await explainConflict(context, tx, entity, id, version)) ?? noSuchRecord(entity, id)
    const moved: Moved[] = []
    await trash(context, tx, entity, [id], moved)
    await askGuards(context, tx, moved, 'delete')
  })
}

/** Records of one entity that went together; the first of a list are those that were asked for, the rest went along. */
interface Moved {
  entity: EntityModel
  ids: readonly string[]
}

/** After everything has moved, so that a guard sees the whole of it. */
async function askGuards(
  context: Context,
  tx: Queryable,
  moved: readonly Moved[],
  operation: GuardedWrite['operation'],
): Promise<void> {
  for (const [index, { entity, ids }] of moved.entries())
    await askGuard(context, { tx, entity, ids, operation, fields: new Set(), isAlong: index > 0 })
}

/** Set of records of one entity, already locked, and what hangs on them. */
async function trash(
  context: Context,
  tx: Queryable,
  entity: EntityModel,
  ids: readonly string[],
  moved: Moved[],
): Promise<void> {
  moved.push({ entity, ids })
  const left = MAX_CASCADE - moved.reduce((sum, one) => sum + one.ids.length, 0)
  if (left < 0) throw new RelataError('RL401', `More than ${MAX_CASCADE} records would go along. Delete them in parts.`)
  await move(context, tx, entity, ids, 'delete')
  for (const inbound of inboundOf(context, entity)) {
    const refers = (limit: number) =>
      run(context, inbound.child, tx, inbound.query(trusted('t.deleted_at IS NULL'), limit), { ids: uuidArray(ids) })
    if (inbound.onDelete === 'restrict') {
      const rows = await refers(5)
      if (rows.length > 0) throw stillReferred(context, inbound.child, rows)
      continue
    }
    const children = (await refers(left + 1)).map((row) => row[0] ?? '')
    if (children.length === 0) continue
    if (inbound.onDelete === 'cascade') {
      await run(context, inbound.child, tx, lockRecords(context.model, inbound.child, false), {
        ids: uuidArray(children),
      })
      await trash(context, tx, inbound.child, children, moved)
    } else {
      await detach(context, tx, inbound, children)
    }
  }
}

/** Empties the reference of live records, as a change of theirs. */
async function detach(context: Context, tx: Queryable, inbound: Inbound, children: readonly string[]): Promise<void> {
  const asSystem: Context = { ...context, rights: ALL_RIGHTS, hooks: null, acceptsDuplicates: true }
  for (const child of children) {
    try {
      await updateRecord(asSystem, { tx }, inbound.child, child, undefined, { [inbound.field]: null })
    } catch (error) {
      if (error instanceof RelataError && error.code === 'RL206') throw await stillNeeded(context, tx, inbound, child)
      throw error
    }
  }
}

/** The rules of a record that leads here want it to stay. Named only to who may read it. */
async function stillNeeded(context: Context, tx: Queryable, inbound: Inbound, id: string): Promise<RelataError> {
  const { child } = inbound
  const record = recordsWhere(context.model, child, sql`t.id = ${input('id', 'uuid')}`)
  const rows = await run(context, child, tx, sql`SELECT r.id, r.display_name FROM ${record}`, { id })
  return stillReferred(context, child, rows)
}

interface Inbound {
  child: EntityModel
  field: string
  onDelete: 'restrict' | 'detach' | 'cascade'
  query: (when: Sql, limit: number) => Sql
  /** References of records that are in the trash themselves: emptied without a change of theirs. */
  emptyTrashed: Sql
}

function inboundOf(context: Context, entity: EntityModel): Inbound[] {
  const { model } = context
  const names = join([entity.entity.name, ...entity.entity.aliases].map(literal), ', ')
  return entity.entity.inbound.flatMap((reference): Inbound[] => {
    const child = model.entity(reference.entity)
    const columns = child.field(reference.field)?.columns ?? []
    const id = columns.at(-1)
    const first = columns[0]
    if (!id || !first) return []
    const ofEntity = reference.isPolymorphic ? { column: first.column, names } : undefined
    return [
      {
        child,
        field: reference.field,
        onDelete: reference.onDelete,
        query: (when, limit) => referringRecords(model, child, id.column, ofEntity, when, limit),
        emptyTrashed: emptyTrashed(
          model,
          child,
          columns.map(({ column }) => column),
          ofEntity,
        ),
      },
    ]
  })
}

/** Names the records only to who may read them. */
function stillReferred(context: Context, child: EntityModel, rows: readonly RawRow[]): RelataError {
  if (context.rights.condition(child, 'read').kind !== 'all')
    return new RelataError('RL209', 'Other records that you may not see depend on this one.')
  const names = rows.map((row) => row[1] ?? row[0]).join(', ')
  return new RelataError('RL209', `Other records depend on this one: ${names}.`, {
    members: { entity: child.entity.name, records: rows.map(([id, display_name]) => ({ id, display_name })) },
    hint: 'Delete those first, or point them to another record.',
  })
}

async function move(
  context: Context,
  tx: Queryable,
  entity: EntityModel,
  ids: readonly string[],
  direction: 'delete' | 'restore',
): Promise<void> {
  const groups = feedGroups(context.model, entity).filter(hasExtremes)
  const extremes = await extremesOf(context.model, entity, groups, tx, ids)
  await run(context, entity, tx, moveRecords(context.model, entity, direction), {
    ids: uuidArray(ids),
    ...writerInputs(context.actor),
  })
  await extremes.recompute()
}

/** Out of the trash, with the records that went along with it. @throws RL205 RL207 RL216 RL301 */
export async function restoreRecord(context: Context, writer: Writer, entity: EntityModel, id: string): Promise<void> {
  context.rights.require(entity, 'delete')
  const hooks = hooksFor(context, entity, 'restore')
  if (hooks) await hooks.remove(context, queryable(writer), entity, id, 'restore')
  await inTransaction(writer, async (tx) => {
    const [row] = await run(context, entity, tx, lockRecords(context.model, entity, true), { ids: uuidArray([id]) })
    await requireRecords(context, tx, entity, [id], 'delete')
    if (!row) {
      if (await explainConflict(context, tx, entity, id, undefined)) throw noSuchRecord(entity, id)
      throw new RelataError('RL216', 'The record is not in the trash.')
    }
    const moved: Moved[] = []
    await restore(context, tx, entity, [id], row[2] ?? '', moved)
    await askGuards(context, tx, moved, 'restore')
  })
}

/**
 * Records that come back hold to the rules of today, whatever held when they went.
 * @throws RL206 with the problems of the first that does not · RL217
 */
async function requireSound(
  context: Context,
  tx: Queryable,
  entity: EntityModel,
  ids: readonly string[],
): Promise<void> {
  const { model } = context
  const rules = entityChecks(model, entity, 'restore')
  const doubles = duplicateChecks(model, entity, 'restore', context.acceptsDuplicates)
  const checks = [...rules, ...doubles]
  if (checks.length === 0) return
  const failing = failingRecords(model, entity, checks, sql`t.id = ANY(${input('ids', 'uuid[]')})`)
  const [row] = await run(context, entity, tx, failing, { ...context.inputs, ids: uuidArray(ids) })
  if (!row) return
  const [id, places] = row
  const failed = new Set((places ?? '{}').slice(1, -1).split(',').map(Number))
  const problems = rules.flatMap(({ problem }, place) => (failed.has(place) ? [problem] : []))
  if (problems.length > 0)
    throw new RelataError('RL206', `As it was, the ${entity.entity.name} is no longer valid.`, {
      problems,
      members: { entity: entity.entity.name, record: id },
      hint: 'The rules for such records have changed, or records that it leads to.',
    })
  const alike = doubles.filter((_, place) => failed.has(rules.length + place))
  const one = recordsWhere(model, entity, sql`t.id = ${input('id', 'uuid')}`)
  throw await duplicateError(context, tx, entity, alike, { id: id ?? '' }, (search) =>
    findAlike(model, entity, one, search),
  )
}

/** What one delete put into the trash bears one moment of deletion, and comes back together. */
async function restore(
  context: Context,
  tx: Queryable,
  entity: EntityModel,
  ids: readonly string[],
  deletedAt: string,
  moved: Moved[],
): Promise<void> {
  moved.push({ entity, ids })
  await move(context, tx, entity, ids, 'restore')
  await requireSound(context, tx, entity, ids)
  for (const inbound of inboundOf(context, entity)) {
    if (inbound.onDelete !== 'cascade') continue
    const when = sql`t.deleted_at = ${input('moment', 'timestamptz')}`
    const rows = await run(context, inbound.child, tx, inbound.query(when, MAX_CASCADE), {
      ids: uuidArray(ids),
      moment: deletedAt,
    })
    if (rows.length > 0)
      await restore(
        context,
        tx,
        inbound.child,
        rows.map((row) => row[0] ?? ''),
        deletedAt,
        moved,
      )
  }
}

/** Trashed records for good. @throws RL205 RL209 RL216 RL301 */
export async function purgeRecord(context: Context, writer: Writer, entity: EntityModel, id: string): Promise<void> {
  context.rights.require(entity, 'delete')
  await inTransaction(writer, async (tx) => {
    const [row] = await run(context, entity, tx, lockRecords(context.model, entity, true), { ids: uuidArray([id]) })
    await requireRecords(context, tx, entity, [id], 'delete')
    if (!row) {
      if (await explainConflict(context, tx, entity, id, undefined)) throw noSuchRecord(entity, id)
      throw new RelataError('RL216', 'Only records in the trash can be removed for good.', {
        hint: 'Delete the record first.',
      })
    }
    await askGuards(context, tx, [{ entity, ids: [id] }], 'purge')
    await purge(context, tx, entity, [id])
  })
}

/** Records for good, in the trash or not: the kernel's own housekeeping. Part of the caller's transaction. @throws RL209 */
export async function forgetRecords(
  context: Context,
  tx: Queryable,
  entity: EntityModel,
  ids: readonly string[],
): Promise<void> {
  await run(context, entity, tx, trashQuietly(context.model, entity), { ids: uuidArray(ids) })
  await purge(context, tx, entity, ids)
}

async function purge(context: Context, tx: Queryable, entity: EntityModel, ids: readonly string[]): Promise<void> {
  for (const inbound of inboundOf(context, entity)) {
    const refers = (when: Sql) =>
      run(context, inbound.child, tx, inbound.query(when, MAX_CASCADE), { ids: uuidArray(ids) })
    if (inbound.onDelete === 'detach') {
      await detach(
        context,
        tx,
        inbound,
        (await refers(trusted('t.deleted_at IS NULL'))).map((row) => row[0] ?? ''),
      )
      await run(context, inbound.child, tx, inbound.emptyTrashed, { ids: uuidArray(ids) })
      continue
    }
    const rows = await refers(trusted('TRUE'))
    if (rows.length === 0) continue
    if (inbound.onDelete === 'restrict') throw stillReferred(context, inbound.child, rows.slice(0, 5))
    await purge(
      context,
      tx,
      inbound.child,
      rows.map((row) => row[0] ?? ''),
    )
  }
  const sides = [...new Set(entity.entity.fields.flatMap((field) => field.options.rollup?.table ?? []))]
  await run(context, entity, tx, purgeRecords(context.model, entity, sides), { ids: uuidArray(ids) })
}

async function run(
  context: Context,
  entity: EntityModel,
  tx: Queryable,
  query: Sql,
  inputs: Record<string, string | null>,
): Promise<RawRow[]> {
  const statement = toStatement(query)
  try {
    return await tx.query(statement.text, bind(statement, inputs))
  } catch (error) {
    throw fromPostgres(error, context.model, entity)
  }
}
