// One job of one tenant, under the tenant's lock: what it is told, and what becomes of it when it fails, when the server
// stops, or when the lock is lost.
import type { Logger } from 'pino'
import { RelataError } from '../../sdk/errors.ts'
import { VERSION_CHANNEL } from '../catalog/store.ts'
import type { Database, Reserved } from '../run/database.ts'
import { fromPostgres } from '../run/postgres-error.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import type { Catalog } from '../services.ts'
import { changeJob, firstOpenJob, type JobChange, type JobRow } from './job-rows.ts'

export interface JobRun {
  loaded: LoadedTenant
  payload: unknown
  /** The connection that holds the lock; long statements belong here. */
  connection: Reserved
  /** Part that is done, 0–1. */
  progress(part: number): Promise<void>
  /** The server stops, or the lock is lost: leave at the next convenient point; the job is run again. */
  signal: AbortSignal
}

/** May be run again after it was cut off anywhere. */
export type JobHandler = (run: JobRun) => Promise<void>

export interface JobRoom {
  database: Database
  catalog: Catalog
  log: Logger
  handlers: Readonly<Record<string, JobHandler>>
}

/** Ends of the server in the middle of one job. */
const MAX_ATTEMPTS = 6
/** While tables are busy a job waits half as long as it has waited so far: given up, it would leave values wrong. */
const PAUSE_MS = { least: 500, most: 60_000 }

/**
 * @returns `taken`: another process has this tenant's jobs in hand · `idle`: there is none that may run now
 * @throws RL215 the tenant is gone
 */
export async function runNextJob(
  room: JobRoom,
  slug: string,
  schema: string,
  stopping: AbortSignal,
): Promise<'done' | 'idle' | 'taken'> {
  const lock = [`${schema} jobs`]
  return room.database.reserve(async (connection) => {
    const [row] = await connection.query('SELECT pg_try_advisory_lock(hashtextextended($1, 0))', lock)
    if (row?.[0] !== 't') return 'taken'
    try {
      const job = await firstOpenJob(room.database, schema)
      if (!job || stopping.aborted) return 'idle'
      const loaded = await room.catalog.reload(slug)
      await new RunningJob(room, loaded, job).run(connection, stopping)
      return 'done'
    } finally {
      await connection.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', lock).catch(() => undefined)
    }
  })
}

class RunningJob {
  private readonly room: JobRoom
  private readonly loaded: LoadedTenant
  private readonly job: JobRow
  /** Tries before this one that came to nothing. */
  private readonly failures: number

  constructor(room: JobRoom, loaded: LoadedTenant, job: JobRow) {
    this.room = room
    this.loaded = loaded
    this.job = job
    // Under the lock nobody else runs it: who did has died in the middle.
    this.failures = job.attempts + (job.state === 'running' ? 1 : 0)
  }

  async run(connection: Reserved, stopping: AbortSignal): Promise<void> {
    const { kind, payload } = this.job
    const handler = this.room.handlers[kind]
    if (!handler) return this.change({ state: 'failed', error: `This server has nothing that does “${kind}”.` })
    if (this.failures >= MAX_ATTEMPTS) {
      const error = 'The server stopped in the middle of it each time it was tried.'
      return this.change({ state: 'failed', attempts: this.failures, error })
    }
    await this.change({ state: 'running', progress: 0, attempts: this.failures, error: null })
    const signal = AbortSignal.any([stopping, connection.lost])
    // A server that stops as it should is no failed try, even when it cannot wait for the end of a long statement.
    let parked: Promise<void> | undefined
    const park = () => {
      parked = this.change({ state: 'waiting' }).catch(() => undefined)
    }
    stopping.addEventListener('abort', park, { once: true })
    try {
      const progress = (part: number) => this.change({ progress: 100 * part })
      await handler({ loaded: this.loaded, payload, connection, progress, signal })
      connection.lost.throwIfAborted()
      stopping.removeEventListener('abort', park)
      await parked
      await this.change({ state: 'done', progress: 100, error: null })
      await this.tell()
    } catch (error) {
      if (!signal.aborted) await this.fail(error)
      await parked
    } finally {
      stopping.removeEventListener('abort', park)
    }
  }

  private async fail(cause: unknown): Promise<void> {
    const { log } = this.room
    const about = { tenant: this.loaded.tenant.slug, job: this.job.title }
    const error = fromPostgres(cause)
    const isBusy = error instanceof RelataError && (error.code === 'RL502' || error.code === 'RL501')
    if (isBusy) {
      const delayMs = Math.min(PAUSE_MS.most, Math.max(PAUSE_MS.least, this.job.ageMs / 2))
      await this.change({ state: 'waiting', delayMs, error: error.message })
      return
    }
    if (error instanceof RelataError && error.isPublic) {
      log.warn({ ...about, why: error.message }, 'background work was refused')
      await this.change({ state: 'failed', error: error.message })
      return
    }
    log.error({ ...about, err: cause }, 'background work failed')
    await this.change({ state: 'failed', error: 'Something went wrong on the server.' })
  }

  /** All processes learn that something is there which was not. A process that does not hear it asks by itself. */
  private async tell(): Promise<void> {
    const { model, tenant } = this.loaded
    if (model.pending.size === 0) return
    await this.room.database.notify(VERSION_CHANNEL, `${tenant.slug} ${model.version} prepared`)
  }

  private change(what: JobChange): Promise<void> {
    return changeJob(this.room.database, this.loaded.model, this.job.id, what)
  }
}
