// From the outbox into the queue. One dispatcher at a time in a tenant, over all processes: it holds a lock of PostgreSQL
// that ends with its connection, so that what it adds to the queue stands there in the order of the events.
import type { Logger } from 'pino'
import type { Database, Queryable, Reserved } from '../run/database.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import type { Consumer, NewWork, OutboxEvent } from './contract.ts'
import { claimEvents } from './outbox-rows.ts'

export interface DispatcherOptions {
  database: Database
  log: Logger
  consumers: readonly Consumer[]
  /** undefined: the tenant is gone. */
  tenant(schema: string): Promise<LoadedTenant | undefined>
  add(work: readonly NewWork[], tx: Reserved): Promise<void>
  /** Part of the transaction: what all processes hear of a batch. */
  tell(tx: Reserved, loaded: LoadedTenant, events: readonly OutboxEvent[]): Promise<void>
  /** The batch is committed. */
  added(kinds: ReadonlySet<string>): void
}

/** Events in one transaction. */
const BATCH = 200
/** Writes that follow each other closely are told together. */
const TOGETHER_MS = 15
/** Another process is at it: it may have looked before the last write was committed. */
const TAKEN_PAUSE_MS = 250
/** After something went wrong, such as a database that is away. */
const PAUSE_MS = 2_000
/** Tenants side by side; each holds a connection of the pool for long work meanwhile. */
export const DISPATCHERS_AT_ONCE = 2

export class Dispatcher {
  private readonly options: DispatcherOptions
  /** Schemas that are to be looked at, the longest waiting first. */
  private readonly due = new Set<string>()
  private readonly timers = new Map<string, NodeJS.Timeout>()
  private readonly running = new Map<string, Promise<void>>()
  private isStopped = false

  constructor(options: DispatcherOptions) {
    this.options = options
  }

  /** Look at this tenant's outbox soon. */
  nudge(schema: string, delayMs = TOGETHER_MS): void {
    if (this.isStopped || this.due.has(schema) || this.timers.has(schema)) return
    const timer = setTimeout(() => {
      this.timers.delete(schema)
      this.due.add(schema)
      this.fill()
    }, delayMs).unref()
    this.timers.set(schema, timer)
  }

  isBusyWith(schema: string): boolean {
    return this.due.has(schema) || this.timers.has(schema) || this.running.has(schema)
  }

  async stop(): Promise<void> {
    this.isStopped = true
    for (const timer of this.timers.values()) clearTimeout(timer)
    await Promise.all(this.running.values())
  }

  private fill(): void {
    for (const schema of this.due) {
      if (this.isStopped || this.running.size >= DISPATCHERS_AT_ONCE) return
      if (this.running.has(schema)) continue
      this.due.delete(schema)
      const turn = this.turn(schema).finally(() => {
        this.running.delete(schema)
        this.fill()
      })
      this.running.set(schema, turn)
    }
  }

  /** Never throws. */
  private async turn(schema: string): Promise<void> {
    try {
      const isTaken = await this.options.database.reserve((connection) => this.underLock(connection, schema))
      if (isTaken) this.nudge(schema, TAKEN_PAUSE_MS)
    } catch (error) {
      if (this.isStopped) return
      this.options.log.debug({ err: error, schema }, 'events could not be dispatched')
      this.nudge(schema, PAUSE_MS)
    }
  }

  /** @returns whether another process has this tenant's events in hand */
  private async underLock(connection: Reserved, schema: string): Promise<boolean> {
    const lock = [`${schema} events`]
    const [row] = await connection.query('SELECT pg_try_advisory_lock(hashtextextended($1, 0))', lock)
    if (row?.[0] !== 't') return true
    try {
      while (!this.isStopped && (await this.batch(connection, schema)));
      return false
    } finally {
      await connection.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', lock).catch(() => undefined)
    }
  }

  /** @returns whether there may be more */
  private async batch(connection: Reserved, schema: string): Promise<boolean> {
    const { tenant, add, tell, added, consumers, log } = this.options
    const loaded = await tenant(schema)
    if (!loaded) return false
    await connection.execute('BEGIN')
    try {
      const events = await claimEvents(connection, schema, BATCH)
      const work = await workFor(consumers, events, loaded, connection, log)
      await add(work, connection)
      if (events.length > 0) await tell(connection, loaded, events)
      await connection.execute('COMMIT')
      added(new Set(work.map(({ kind }) => kind)))
      return events.length === BATCH
    } catch (error) {
      await connection.execute('ROLLBACK').catch(() => undefined)
      throw error
    }
  }
}

/** In the order of the events. */
export async function workFor(
  consumers: readonly Consumer[],
  events: readonly OutboxEvent[],
  loaded: LoadedTenant,
  tx: Queryable,
  log: Logger,
): Promise<NewWork[]> {
  if (events.length === 0) return []
  for (const consumer of consumers) await consumer.prepare?.(tx, loaded)
  return events.flatMap((event) => consumers.flatMap((consumer) => workOf(consumer, event, loaded, log)))
}

/** One that cannot make up its mind must not keep the others from hearing. */
function workOf(consumer: Consumer, event: OutboxEvent, loaded: LoadedTenant, log: Logger): NewWork[] {
  const { schema, slug } = loaded.tenant
  try {
    return consumer.deliveries(event, loaded).map((delivery) => ({ schema, ...delivery }))
  } catch (error) {
    log.error({ err: error, consumer: consumer.name, tenant: slug, event: event.id }, 'a consumer failed at an event')
    return []
  }
}
