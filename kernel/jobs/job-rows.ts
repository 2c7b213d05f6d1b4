// Work that goes on in the background, as rows of the tenant's `_job`. Each has a face among the records of
// `system.job`, under the same id, so that people see it on a generated page; the work does not depend on that face.
import type { Model } from '../catalog/model.ts'
import type { Queryable } from '../run/database.ts'
import { newId } from '../run/new-id.ts'
import { ident, join, param, type Sql, sql, toStatement } from '../sql/sql.ts'
import { runSql, systemTable } from '../auth/system-table.ts'

export type JobState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'

export interface NewJob {
  /** Which handler does it. */
  kind: string
  /** For people: `Build indexes of Person`. */
  title: string
  /** What the handler needs, as JSON. */
  payload: unknown
}

export interface JobRow {
  id: string
  kind: string
  title: string
  payload: unknown
  /** `running`: somebody has begun it. */
  state: JobState
  /** How often the server stopped in the middle of it. */
  attempts: number
  /** Since it was asked for. */
  ageMs: number
}

const table = (schema: string): string => toStatement(ident(schema, '_job')).text
export const JOB_ENTITY = 'system.job'
/** Carries the schema of a tenant for which somebody has asked for work. */
export const JOBS_CHANNEL = 'relata_jobs'

/** Part of the transaction that makes the work necessary. @returns the id */
export async function insertJob(tx: Queryable, model: Model, job: NewJob): Promise<string> {
  const id = newId()
  const { schema } = model.snapshot
  await tx.query(`INSERT INTO ${table(schema)} (id, kind, title, payload) VALUES ($1::uuid, $2, $3, $4::text::json)`, [
    id,
    job.kind,
    job.title,
    JSON.stringify(job.payload),
  ])
  await tx.query('SELECT pg_notify($1, $2)', [JOBS_CHANNEL, schema])
  if (model.find(JOB_ENTITY)) {
    const face = systemTable(model, JOB_ENTITY)
    const values = { id, display_name: job.title, title: job.title, kind: job.kind, state: 'waiting', progress: '0' }
    const names = join(
      Object.keys(values).map((name) => face.column(name)),
      ', ',
    )
    const list = join(
      Object.entries(values).map(([name, value]) => face.value(name, value)),
      ', ',
    )
    await runSql(tx, sql`INSERT INTO ${face.name} (${names}) VALUES (${list})`)
  }
  return id
}

/**
 * The job that was asked for first, when it may run now. One that waits for another try holds back those after it, which
 * may build on what it does.
 */
export async function firstOpenJob(database: Queryable, schema: string): Promise<JobRow | undefined> {
  const [row] = await database.query(
    `SELECT id, kind, title, payload, state, attempts, not_before <= now(),
            (extract(epoch FROM now() - created_at) * 1000)::bigint FROM ${table(schema)}
     WHERE state IN ('waiting', 'running') ORDER BY id LIMIT 1`,
  )
  const [id, kind, title, payload, state, attempts, isDue, ageMs] = row ?? []
  if (!row || isDue !== 't') return undefined
  return {
    id: id ?? '',
    kind: kind ?? '',
    title: title ?? '',
    payload: JSON.parse(payload ?? 'null'),
    state: state === 'running' ? 'running' : 'waiting',
    attempts: Number(attempts),
    ageMs: Number(ageMs),
  }
}

/** How long until the first one may run; null: none is open. */
export async function nextJobInMs(database: Queryable, schema: string): Promise<number | null> {
  const [row] = await database.query(
    `SELECT ceil(extract(epoch FROM not_before - now()) * 1000)::bigint FROM ${table(schema)}
     WHERE state IN ('waiting', 'running') ORDER BY id LIMIT 1`,
  )
  const text = row?.[0]
  return text === null || text === undefined ? null : Math.max(0, Number(text))
}

export interface JobChange {
  state?: JobState
  /** 0–100 */
  progress?: number
  error?: string | null
  attempts?: number
  /** Not again before so long from now. */
  delayMs?: number
}

/** The face first: who sees the job over finds everything that people are told of it. */
export async function changeJob(database: Queryable, model: Model, id: string, change: JobChange): Promise<void> {
  await changeFace(database, model, id, change)
  await changeRow(database, model.snapshot.schema, id, change)
}

const isOver = ({ state }: JobChange): boolean => state === 'done' || state === 'failed' || state === 'cancelled'

async function changeRow(database: Queryable, schema: string, id: string, change: JobChange): Promise<void> {
  const own: Sql[] = [
    ...(change.state === undefined ? [] : [sql`state = ${param(change.state, 'text')}`]),
    ...(change.error === undefined ? [] : [sql`error = ${param(change.error, 'text')}`]),
    ...(change.attempts === undefined ? [] : [sql`attempts = ${param(String(change.attempts), 'int4')}`]),
    ...(change.delayMs === undefined
      ? []
      : [sql`not_before = now() + ${param(String(change.delayMs), 'float8')} * interval '1 millisecond'`]),
    ...(isOver(change) ? [sql`finished_at = now()`] : []),
  ]
  if (own.length === 0) return
  await runSql(database, sql`UPDATE ${ident(schema, '_job')} SET ${join(own, ', ')} WHERE id = ${param(id, 'uuid')}`)
}

async function changeFace(database: Queryable, model: Model, id: string, change: JobChange): Promise<void> {
  if (!model.find(JOB_ENTITY)) return
  const face = systemTable(model, JOB_ENTITY)
  const now = sql`now()`
  const set = (name: string, value: Sql): Sql => sql`${face.column(name)} = ${value}`
  const shown: Sql[] = [
    ...(change.state === undefined ? [] : [set('state', face.value('state', change.state))]),
    ...(change.error === undefined ? [] : [set('error', face.value('error', change.error))]),
    ...(change.progress === undefined
      ? []
      : [set('progress', face.value('progress', String(Math.round(change.progress))))]),
    ...(change.state === 'running' ? [set('started_at', sql`COALESCE(${face.column('started_at')}, now())`)] : []),
    ...(isOver(change) ? [set('finished_at', now)] : []),
    set('updated_at', now),
    set('version', sql`${face.column('version')} + ${param('1', 'int4')}`),
  ]
  await runSql(
    database,
    sql`UPDATE ${face.name} SET ${join(shown, ', ')} WHERE ${face.column('id')} = ${param(id, 'uuid')}`,
  )
}
