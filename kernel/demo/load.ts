// Brings the records of a demo into a tenant's tables, through the same rooms as anybody's: bulk loads for the rows, and
// ordinary updates for what changed later, which are then dated back, since a demo without a past shows nothing.
import { RelataError } from '../../sdk/errors.ts'
import type { EntityModel } from '../catalog/model.ts'
import { withRetry } from '../run/batch.ts'
import { bulkLoad } from '../run/bulk.ts'
import type { Context } from '../run/context.ts'
import type { Database, Queryable } from '../run/database.ts'
import { updateRecord } from '../run/write-records.ts'
import { dateBack } from './date-back.ts'
import { type DemoChange, type DemoOptions, demoRecords } from './generate.ts'
import type { Demo } from './recipe.ts'
import type { Values } from './scene.ts'

export interface DemoLoad extends DemoOptions {
  /** After each batch: part of the recipes that are done, 0–1. What it throws stops the load. */
  onProgress?: (part: number) => void | Promise<void>
}

/** Updates in one transaction: long enough to be fast, short enough not to hold locks for long. */
const UPDATES_AT_ONCE = 250

/**
 * @param context of the system in a tenant that has the demo's packages, and no records that the demo makes
 * @returns how many records were made
 * @throws RL500 naming the first row that does not fit: the recipes are at fault, not the reader
 */
export async function loadDemo(context: Context, database: Database, demo: Demo, options: DemoLoad): Promise<number> {
  let made = 0
  // Made-up people may look alike.
  const lenient: Context = { ...context, acceptsDuplicates: true }
  for (const batch of demoRecords(demo, options)) {
    const entity = context.model.entity(batch.entity)
    if (batch.op === 'create') made += await createRows(lenient, database, entity, batch.rows)
    else await changeRows(lenient, database, entity, batch.rows)
    await options.onProgress?.(batch.part)
  }
  return made
}

async function createRows(
  context: Context,
  database: Database,
  entity: EntityModel,
  rows: readonly Values[],
): Promise<number> {
  const lines = rows.map((values, at) => ({ line: at + 1, values }))
  const { accepted, errors } = await bulkLoad(context, database, entity, lines, { isDatedById: true })
  const [first] = errors
  if (!first) return accepted
  throw new RelataError('RL500', `Demo recipe, ${entity.entity.name}.${first.field ?? ''}: ${first.message}.`, {
    detail: JSON.stringify(rows[first.line - 1]),
  })
}

async function changeRows(
  context: Context,
  database: Database,
  entity: EntityModel,
  changes: readonly DemoChange[],
): Promise<void> {
  for (let from = 0; from < changes.length; from += UPDATES_AT_ONCE) {
    const some = changes.slice(from, from + UPDATES_AT_ONCE)
    await withRetry(() => database.transaction((tx) => changeSome(context, tx, entity, some)))
  }
}

async function changeSome(
  context: Context,
  tx: Queryable,
  entity: EntityModel,
  changes: readonly DemoChange[],
): Promise<void> {
  const dated: { id: string; version: string; at: string }[] = []
  for (const { id, at, by, values } of changes) {
    const asOwner: Context = by === null ? context : { ...context, actor: { ...context.actor, userId: by } }
    const { version } = await updateRecord(asOwner, { tx }, entity, id, undefined, values)
    // A change that comes to the same stored value makes no version.
    if (version !== '1') dated.push({ id, version, at })
  }
  await dateBack(tx, context.model, entity, dated)
}
