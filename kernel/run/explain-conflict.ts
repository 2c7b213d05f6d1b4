// Why an update found no row: gone, or changed by someone else. Asked only after a failure. A conflict names the fields
// that the other side changed, with their present values, so that a person can settle it field by field.
import { RelataError } from '../../sdk/errors.ts'
import type { EntityModel } from '../catalog/model.ts'
import type { WritePlan } from '../plan/write-plan.ts'
import { bind, ident, input, sql, toStatement } from '../sql/sql.ts'
import type { Context } from './context.ts'
import type { Queryable } from './database.ts'
import { readHistory } from './history.ts'
import { getRecord, noSuchRecord } from './read-records.ts'

/** undefined: the record is there, at the expected version. */
export async function explainConflict(
  context: Context,
  database: Queryable,
  entity: EntityModel,
  id: string,
  expected: number | undefined,
  plan?: WritePlan,
): Promise<RelataError | undefined> {
  const table = ident(context.model.snapshot.schema, entity.entity.table)
  const statement = toStatement(
    sql`SELECT r.version, r.deleted_at FROM ${table} AS r WHERE r.id = ${input('id', 'uuid')}`,
  )
  const [row] = await database.query(statement.text, bind(statement, { id }))
  if (!row) return noSuchRecord(entity, id)
  const [version, deletedAt] = row
  if (deletedAt !== null) return new RelataError('RL205', 'The record is in the trash.', { hint: 'Restore it first.' })
  if (expected === undefined || Number(version) === expected) return undefined
  return conflictError(context, database, entity, id, expected, Number(version), plan)
}

/** Versions that are looked through for what changed meanwhile. */
const LATEST = 1_000

async function conflictError(
  context: Context,
  database: Queryable,
  entity: EntityModel,
  id: string,
  expected: number,
  current: number,
  plan: WritePlan | undefined,
): Promise<RelataError> {
  const record = await getRecord(context, database, entity, id, { select: undefined, expand: [], isTrash: false })
  const later = entity.entity.history
    ? (await readHistory(context, database, entity, id, { limit: LATEST })).filter((entry) => entry.version > expected)
    : []
  const changed = [...new Set(later.flatMap((entry) => Object.keys(entry.changes)))]
  const both = changed.filter((name) => plan?.provided.has(name))
  return new RelataError(
    'RL208',
    `Someone else changed this record: you had version ${expected}, it is now ${current}.`,
    {
      problems: both.map((name) => ({ path: `/${name}`, key: 'conflict', message: 'was changed by someone else too' })),
      members: {
        currentVersion: current,
        changedFields: changed,
        current: JSON.parse(record.body),
        changedBy: later[0]?.by ?? null,
      },
      hint: 'Look at the present values, then save again with the new version.',
    },
  )
}
