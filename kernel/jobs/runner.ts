// Runs the background work of all tenants: one job at a time in each tenant, in the order in which the jobs were asked
// for, and a few tenants side by side. All server processes share the work. Who runs a tenant's job holds a lock of
// PostgreSQL's that ends with its connection: after kill -9 the next process that looks goes on.
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { RelataError } from '../../sdk/errors.ts'
import type { Database } from '../run/database.ts'
import type { Catalog } from '../services.ts'
import { listTenants, slugOfSchema } from '../tenants/registry.ts'
import { JOBS_CHANNEL, nextJobInMs } from './job-rows.ts'
import { removeOldJobs } from './old-jobs.ts'
import { type JobHandler, runNextJob } from './run-job.ts'
import { Timetable } from './timetable.ts'

export type { JobHandler, JobRun } from './run-job.ts'

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
  /** A job of this schema has ended, and may have written. */
  written?(schema: string): void
  /** How often work is looked for that nobody told of: what a process left that died. */
  sweepMs?: number
}

/** Tenants whose jobs run side by side in one process; each holds a connection of the pool for long work. */
export const JOBS_AT_ONCE = 3
const SWEEP_MS = 30_000
/** Another process has this tenant's jobs in hand: how soon to see whether it still has. */
const TAKEN_PAUSE_MS = 1_000
const OLD_JOBS_EVERY_MS = 24 * 60 * 60 * 1000
const STOP_MS = 3_000

export function startJobs(options: JobsOptions): Jobs {
  const runner = new Runner(options)
  runner.start()
  return runner
}

class Runner implements Jobs {
  private readonly options: JobsOptions
  private readonly stopping = new AbortController()
  /** Tenants that want a turn, the longest waiting first. */
  private readonly waiting = new Set<string>()
  private readonly running = new Map<string, Promise<void>>()
  private readonly later = new Timetable((slug) => this.wake(slug))
  private sweeping: NodeJS.Timeout | undefined
  private listening: Promise<() => Promise<void>> = Promise.resolve(async () => undefined)
  private oldJobsAtMs = 0

  constructor(options: JobsOptions) {
    this.options = options
  }

  start(): void {
    this.listening = this.options.database
      .listen(JOBS_CHANNEL, (schema) => void this.hear(schema))
      .catch((error) => {
        // Sweeps find the work too, only later.
        this.options.log.debug({ err: error }, 'cannot hear of background work')
        return async () => undefined
      })
    void this.sweep()
  }

  wake(slug: string, delayMs = 0): void {
    if (this.isStopping) return
    if (delayMs > 0) {
      this.later.put(slug, delayMs)
      return
    }
    this.waiting.add(slug)
    this.fill()
  }

  async settled(slug: string): Promise<void> {
    const { database, catalog } = this.options
    for (;;) {
      const { tenant } = await catalog.load(slug)
      const pauseMs = await nextJobInMs(database, tenant.schema)
      if (pauseMs === null) return
      await delay(Math.min(pauseMs, 100) + 5)
      this.wake(slug)
      await this.running.get(slug)
    }
  }

  async stop(): Promise<void> {
    this.stopping.abort()
    clearTimeout(this.sweeping)
    this.later.clear()
    const ended = Promise.all(this.running.values())
    await Promise.race([ended, delay(STOP_MS, undefined, { ref: false })])
    const unlisten = await this.listening
    await unlisten().catch(() => undefined)
  }

  private get isStopping(): boolean {
    return this.stopping.signal.aborted
  }

  /** Start what there is room for; a tenant that has its turn now waits for the next one. */
  private fill(): void {
    for (const slug of this.waiting) {
      if (this.isStopping || this.running.size >= JOBS_AT_ONCE) return
      if (this.running.has(slug)) continue
      this.waiting.delete(slug)
      const turn = this.turn(slug).finally(() => {
        this.running.delete(slug)
        this.fill()
      })
      this.running.set(slug, turn)
    }
  }

  /** One job of the tenant, so that others that wait come next. Never throws. */
  private async turn(slug: string): Promise<void> {
    try {
      const { database } = this.options
      const { tenant } = await this.options.catalog.load(slug)
      const outcome = await runNextJob(this.options, slug, tenant.schema, this.stopping.signal)
      if (outcome === 'done') this.options.written?.(tenant.schema)
      const inMs = await nextJobInMs(database, tenant.schema)
      if (inMs !== null) this.wake(slug, outcome === 'taken' ? TAKEN_PAUSE_MS : inMs)
    } catch (error) {
      const isGone = error instanceof RelataError && error.code === 'RL215'
      if (!isGone && !this.isStopping) this.options.log.warn({ err: error, tenant: slug }, 'background work stopped')
    }
  }

  /** Somebody, here or in another process, has asked for work. */
  private async hear(schema: string): Promise<void> {
    try {
      const slug = await slugOfSchema(this.options.database, schema)
      if (slug !== undefined) this.wake(slug)
    } catch (error) {
      if (!this.isStopping) this.options.log.debug({ err: error }, 'could not look for background work')
    }
  }

  private async sweep(): Promise<void> {
    try {
      for (const { slug, schema } of await listTenants(this.options.database)) {
        if (this.isStopping) return
        const inMs = await nextJobInMs(this.options.database, schema).catch(() => null)
        if (inMs !== null) this.wake(slug, inMs)
      }
      await this.cleanUp()
    } catch (error) {
      if (!this.isStopping) this.options.log.debug({ err: error }, 'could not look for background work')
    }
    if (this.isStopping) return
    this.sweeping = setTimeout(() => void this.sweep(), this.options.sweepMs ?? SWEEP_MS).unref()
  }

  /** Once a day; one small question for each tenant that has nothing to remove. */
  private async cleanUp(): Promise<void> {
    if (performance.now() < this.oldJobsAtMs) return
    this.oldJobsAtMs = performance.now() + OLD_JOBS_EVERY_MS
    const { database, catalog, log } = this.options
    for (const { slug, schema } of await listTenants(database)) {
      if (this.isStopping) return
      await removeOldJobs(database, schema, () => catalog.load(slug)).catch((error: unknown) => {
        if (!this.isStopping) log.warn({ err: error, tenant: slug }, 'could not remove old jobs')
      })
    }
  }
}
