// Work that failed each time it was tried, as records of `system.dead_letter`: what a person looks at, runs again or
// drops. Written here and not by the records API, so that it is no event itself.
import type { Logger } from 'pino'
import { RelataError } from '../../sdk/errors.ts'
import { runSql, systemTable, textArray } from '../auth/system-table.ts'
import type { Model } from '../catalog/model.ts'
import type { DeadWork } from '../queue/index.ts'
import type { Database, Queryable, RawRow } from '../run/database.ts'
import { newId } from '../run/new-id.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import { join, param, type Sql, sql } from '../sql/sql.ts'
import type { Queue } from './contract.ts'
import { tellMoved } from './live/tell.ts'

export const DEAD_LETTER_ENTITY = 'system.dead_letter'

/** @throws when the database is away: the work is tried again, and buried then */
export async function bury(database: Queryable, log: Logger, loaded: LoadedTenant, dead: DeadWork): Promise<void> {
  const { kind, title, attempts, error, letter } = dead
  const about = { tenant: loaded.tenant.slug, kind, title, attempts }
  const isPublic = error instanceof RelataError && error.isPublic
  if (isPublic) log.warn({ ...about, why: error.message }, 'work was given up')
  else log.error({ ...about, err: error }, 'work was given up')
  if (!loaded.model.find(DEAD_LETTER_ENTITY)) return
  const message = isPublic ? error.message : 'Something went wrong on the server; its log tells more.'
  if (letter === undefined || !(await buryAgain(database, loaded, letter, { message, attempts })))
    await insertLetter(database, loaded, dead, message)
}

async function insertLetter(database: Queryable, { model }: LoadedTenant, dead: DeadWork, message: string) {
  const id = newId()
  const { kind, key, title, payload, attempts } = dead
  const table = systemTable(model, DEAD_LETTER_ENTITY)
  const short = title.slice(0, 250)
  const values: Record<string, string | null> = {
    id,
    display_name: short,
    title: short,
    kind,
    key: key ?? null,
    state: 'open',
    error: message,
    attempts: String(attempts),
    failed_at: new Date().toISOString(),
    payload: JSON.stringify(payload ?? null),
  }
  const names = Object.keys(values)
  const columns = names.map((name) => table.column(name))
  const list = names.map((name) => table.value(name, values[name] ?? null))
  await runSql(database, sql`INSERT INTO ${table.name} (${join(columns, ', ')}) VALUES (${join(list, ', ')})`)
  await tell(database, model, [id])
}

/** Pages that show letters hear of it, though it is no event. */
const tell = (database: Queryable, model: Model, ids: readonly string[]): Promise<void> =>
  tellMoved(database, model.snapshot.schema, model.entity(DEAD_LETTER_ENTITY).entity.id, ids)

/** @returns false: somebody has removed the record meanwhile */
async function buryAgain(
  database: Queryable,
  { model }: LoadedTenant,
  id: string,
  { message, attempts }: { message: string; attempts: number },
): Promise<boolean> {
  const { column: col, value } = systemTable(model, DEAD_LETTER_ENTITY)
  const changes = [
    sql`${col('state')} = ${value('state', 'open')}`,
    sql`${col('error')} = ${value('error', message)}`,
    sql`${col('attempts')} = ${col('attempts')} + ${value('attempts', String(attempts))}`,
    sql`${col('failed_at')} = now()`,
  ]
  const rows = await changeLetters(database, model, changes, sql`${col('id')} = ${value('id', id)}`)
  return rows.length > 0
}

/** It was run again, and this time it worked. */
export async function settleLetter(database: Queryable, { model }: LoadedTenant, id: string): Promise<void> {
  const { column: col, value } = systemTable(model, DEAD_LETTER_ENTITY)
  await changeLetters(
    database,
    model,
    [sql`${col('state')} = ${value('state', 'done')}`],
    sql`${col('id')} = ${value('id', id)}`,
  )
}

/** @throws RL205 · RL214 it is not open */
export async function dropLetter(database: Queryable, { model }: LoadedTenant, id: string): Promise<void> {
  const { column: col, value } = systemTable(model, DEAD_LETTER_ENTITY)
  const changes = [sql`${col('state')} = ${value('state', 'dropped')}`]
  const open = sql`${col('state')} = ${value('state', 'open')} AND ${col('id')} = ${value('id', id)}`
  if ((await changeLetters(database, model, changes, open)).length === 0) throw notOpen()
}

/** Puts what is open back into the queue, in the order in which it was given up. */
export async function reviveLetters(
  database: Database,
  queue: Queue,
  { model, tenant }: LoadedTenant,
  which: { ids: readonly string[] } | { kind: string },
): Promise<number> {
  const { column: col, value } = systemTable(model, DEAD_LETTER_ENTITY)
  const asked =
    'kind' in which
      ? sql`${col('kind')} = ${value('kind', which.kind)}`
      : sql`${col('id')} = ANY(${param(textArray(which.ids), 'uuid[]')})`
  return database.transaction(async (tx) => {
    const changes = [sql`${col('state')} = ${value('state', 'running')}`]
    const open = sql`${asked} AND ${col('state')} = ${value('state', 'open')}`
    const rows = await changeLetters(tx, model, changes, open)
    const work = rows.map(([id, kind, key, payload]) => ({
      schema: tenant.schema,
      kind: kind ?? '',
      ...(key ? { key } : {}),
      payload: JSON.parse(payload ?? 'null'),
      letter: id ?? '',
    }))
    const unknown = work.find(({ kind }) => !queue.knows(kind))
    if (unknown) throw new RelataError('RL214', `Nobody does work “${unknown.kind}” any more.`, { hint: 'Drop it.' })
    work.sort((one, other) => (one.letter < other.letter ? -1 : 1))
    await queue.add(work, tx)
    return work.length
  })
}

export const notOpen = () =>
  new RelataError('RL214', 'There is no such dead letter that is open.', {
    hint: 'What is running, done or dropped already cannot be run again or dropped.',
  })

/** @returns id, kind, key and payload of each */
async function changeLetters(
  database: Queryable,
  model: Model,
  changes: readonly Sql[],
  where: Sql,
): Promise<RawRow[]> {
  const { name, column: col, value } = systemTable(model, DEAD_LETTER_ENTITY)
  const all = [
    ...changes,
    sql`${col('updated_at')} = now()`,
    sql`${col('version')} = ${col('version')} + ${value('version', '1')}`,
  ]
  const told = join(
    ['id', 'kind', 'key', 'payload'].map((one) => col(one)),
    ', ',
  )
  const rows = await runSql(
    database,
    sql`UPDATE ${name} SET ${join(all, ', ')} WHERE ${where} AND ${col('deleted_at')} IS NULL RETURNING ${told}`,
  )
  await tell(
    database,
    model,
    rows.flatMap(([id]) => id ?? []),
  )
  return rows
}
