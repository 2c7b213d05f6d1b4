// Runs the background work of all tenants, one job at a time in each process and in each tenant. Who runs a tenant's jobs
// holds a lock of PostgreSQL's that ends with its connection: after kill -9 the next process that looks goes on.
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { RelataError } from '../../sdk/errors.ts'
import type { Database, Reserved } from '../run/database.ts'
import { fromPostgres } from '../run/postgres-error.ts'
import type { Catalog, LoadedTenant } from '../services.ts'
import { listTenants } from '../tenants/registry.ts'
import { changeJob, type JobRow, nextJobInMs, openJobs } from './job-rows.ts'

export interface JobRun {
  loaded: LoadedTenant
  payload: unknown
  /** The connection that holds the lock; long statements belong here. */
  connection: Reserved
  /** Part that is done, 0–1. */
  progress(part: number): Promise<void>
  /** The server stops: leave at the next convenient point; the job is run again later. */
  signal: AbortSignal
}

/** May be run again after it was cut off anywhere. */
export type JobHandler = (run: JobRun) => Promise<void>

export interface Jobs {
  /** Look at this tenant's jobs now, or after a while. */
  wake(slug: string, delayMs?: number): void
  /** Resolves when this tenant has no job left that may ever run here: for tests and commands. */
  settled(slug: string): Promise<void>
  stop(): Promise<void>
}

export interface JobsOptions {
  database: Database
  catalog: Catalog
  log: Logger
  handlers: Readonly<Record<string, JobHandler>>
  /** How often other processes' leftovers are looked for. */
  sweepMs?: number
}

const SWEEP_MS = 30_000
const MAX_ATTEMPTS = 6
const FIRST_PAUSE_MS = 500

export function startJobs(options: JobsOptions): Jobs {
  const runner = new Runner(options)
  runner.start()
  return runner
}

class Runner implements Jobs {
  private readonly database: Database
  private readonly catalog: Catalog
  private readonly log: Logger
  private readonly handlers: JobsOptions['handlers']
  private readonly sweepMs: number
  private readonly stopping = new AbortController()
  private readonly waiting = new Set<string>()
  private readonly timers = new Set<NodeJS.Timeout>()
  private working: Promise<void> = Promise.resolve()
  private isWorking = false

  constructor({ database, catalog, log, handlers, sweepMs = SWEEP_MS }: JobsOptions) {
    this.database = database
    this.catalog = catalog
    this.log = log
    this.handlers = handlers
    this.sweepMs = sweepMs
  }

  start(): void {
    void this.sweep()
  }

  wake(slug: string, delayMs = 0): void {
    if (this.stopping.signal.aborted) return
    if (delayMs > 0) {
      this.after(delayMs, () => this.wake(slug))
      return
    }
    this.waiting.add(slug)
    if (this.isWorking) return
    this.isWorking = true
    this.working = this.work().finally(() => {
      this.isWorking = false
    })
  }

  async settled(slug: string): Promise<void> {
    for (;;) {
      const loaded = await this.catalog.load(slug)
      const pauseMs = await nextJobInMs(this.database, loaded.tenant.schema)
      if (pauseMs === null) return
      await delay(Math.min(pauseMs, 100) + 5)
      this.wake(slug)
      await this.working
    }
  }

  async stop(): Promise<void> {
    this.stopping.abort()
    for (const timer of this.timers) clearTimeout(timer)
    await Promise.race([this.working, delay(3_000, undefined, { ref: false })])
  }

  private after(delayMs: number, act: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer)
      act()
    }, delayMs)
    timer.unref()
    this.timers.add(timer)
  }

  private async sweep(): Promise<void> {
    try {
      for (const { slug, schema } of await listTenants(this.database)) {
        const inMs = await nextJobInMs(this.database, schema).catch(() => null)
        if (inMs !== null) this.wake(slug, inMs)
      }
    } catch (error) {
      if (!this.stopping.signal.aborted) this.log.debug({ err: error }, 'could not look for background work')
    }
    if (!this.stopping.signal.aborted) this.after(this.sweepMs, () => void this.sweep())
  }

  private async work(): Promise<void> {
    for (const slug of this.waiting) {
      this.waiting.delete(slug)
      if (this.stopping.signal.aborted) return
      try {
        await this.runTenant(slug)
      } catch (error) {
        const isGone = error instanceof RelataError && error.code === 'RL215'
        if (!isGone && !this.stopping.signal.aborted)
          this.log.warn({ err: error, tenant: slug }, 'background work stopped')
      }
    }
  }

  private async runTenant(slug: string): Promise<void> {
    const { tenant } = await this.catalog.load(slug)
    const lock = `hashtextextended('${tenant.schema.replaceAll("'", "''")} jobs', 0)`
    await this.database.reserve(async (connection) => {
      const [row] = await connection.query(`SELECT pg_try_advisory_lock(${lock})`)
      if (row?.[0] !== 't') return
      try {
        for (;;) {
          const [job] = await openJobs(this.database, tenant.schema)
          if (!job || this.stopping.signal.aborted) return
          await this.runJob(slug, job, connection)
        }
      } finally {
        await connection.query(`SELECT pg_advisory_unlock(${lock})`).catch(() => undefined)
      }
    })
    const inMs = await nextJobInMs(this.database, tenant.schema)
    if (inMs !== null) this.wake(slug, Math.max(inMs, FIRST_PAUSE_MS))
  }

  private async runJob(slug: string, job: JobRow, connection: Reserved): Promise<void> {
    const loaded = await this.catalog.reload(slug)
    const change = (what: Parameters<typeof changeJob>[3]) => changeJob(this.database, loaded.model, job.id, what)
    const handler = this.handlers[job.kind]
    if (!handler) {
      await change({ state: 'failed', error: `This server has nothing that does “${job.kind}”.` })
      return
    }
    await change({ state: 'running', error: null })
    try {
      const progress = (part: number) => change({ progress: 100 * part })
      await handler({ loaded, payload: job.payload, connection, progress, signal: this.stopping.signal })
      await change({ state: 'done', progress: 100 })
    } catch (error) {
      await this.handleFailure(slug, job, error, change)
    }
  }

  private async handleFailure(
    slug: string,
    job: JobRow,
    cause: unknown,
    change: (what: Parameters<typeof changeJob>[3]) => Promise<void>,
  ): Promise<void> {
    if (this.stopping.signal.aborted) return
    const error = fromPostgres(cause)
    const attempts = job.attempts + 1
    const isBusy = error instanceof RelataError && (error.code === 'RL502' || error.code === 'RL501')
    if (isBusy && attempts < MAX_ATTEMPTS) {
      await change({ state: 'waiting', attempts, delayMs: FIRST_PAUSE_MS * 2 ** attempts })
      return
    }
    if (error instanceof RelataError && error.isPublic) {
      this.log.warn({ tenant: slug, job: job.title, why: error.message }, 'background work was refused')
      await change({ state: 'failed', attempts, error: error.message })
      return
    }
    this.log.error({ err: cause, tenant: slug, job: job.title }, 'background work failed')
    await change({ state: 'failed', attempts, error: 'Something went wrong on the server.' })
  }
}
