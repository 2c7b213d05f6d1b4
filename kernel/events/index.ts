// The front door of events: puts outbox, dispatcher and queue together for one process.
import type { Logger } from 'pino'
import { setTimeout as delay } from 'node:timers/promises'
import { RelataError } from '../../sdk/errors.ts'
import { createQueue, type Pace, type WorkingQueue } from '../queue/index.ts'
import type { Database } from '../run/database.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import type { Catalog } from '../services.ts'
import { listTenants, slugOfSchema } from '../tenants/registry.ts'
import type { Consumer, Events } from './contract.ts'
import { bury, reviveLetters, settleLetter } from './dead-letters.ts'
import { Dispatcher } from './dispatcher.ts'
import { tellProcesses } from './live/tell.ts'
import { hasOpenEvents, removeOldEvents } from './outbox-rows.ts'
import { openReplays, type Replays } from './replay.ts'

export type EventsPace = Partial<Pace & { sweepS: number }>

export interface EventsOptions {
  database: Database
  /** Where the queue connects. */
  databaseUrl: string
  catalog: Catalog
  log: Logger
  pace?: EventsPace
}

/** How often events are looked for that nobody told of: what a process left that died. */
const SWEEP_S = 30
const CLEAN_EVERY_MS = 24 * 60 * 60 * 1000
/** For as long an event can be told again. */
export const KEPT_DAYS = 30

export function openEvents(options: EventsOptions): Events {
  return new Room(options)
}

class Room implements Events {
  readonly queue: WorkingQueue
  private readonly options: EventsOptions
  private readonly consumers: Consumer[] = []
  private readonly dispatcher: Dispatcher
  private readonly replays: Replays
  private readonly slugs = new Map<string, string>()
  private readonly dailyTasks: ((loaded: LoadedTenant) => Promise<unknown>)[] = []
  private sweeping: NodeJS.Timeout | undefined
  private isStarted = false
  private isStopped = false
  private cleanAtMs = performance.now() + 60_000

  constructor(options: EventsOptions) {
    this.options = options
    const { database, databaseUrl, log, pace } = options
    const tenant = (schema: string) => this.tenant(schema)
    this.queue = createQueue({
      database,
      databaseUrl,
      log,
      tenant,
      bury: (loaded, dead) => bury(database, log, loaded, dead),
      revived: (loaded, letter) => settleLetter(database, loaded, letter),
      ...(pace ? { pace } : {}),
    })
    this.dispatcher = new Dispatcher({
      database,
      log,
      consumers: this.consumers,
      tenant,
      add: (work, tx) => this.queue.add(work, tx),
      tell: (tx, loaded, told) => tellProcesses(tx, loaded.tenant.schema, told),
      added: (kinds) => this.queue.wake(kinds),
    })
    this.replays = openReplays({ database, log, consumers: this.consumers, queue: this.queue })
  }

  subscribe(consumer: Consumer): void {
    this.consumers.push(consumer)
  }

  everyDay(task: (loaded: LoadedTenant) => Promise<unknown>): void {
    this.dailyTasks.push(task)
  }

  start(): void {
    if (this.isStarted || this.isStopped) return
    this.isStarted = true
    this.queue.start()
    void this.sweep()
  }

  nudge(schema: string): void {
    if (this.isStarted) this.dispatcher.nudge(schema)
  }

  async waiting(schema: string): Promise<number> {
    const work = await this.queue.waiting(schema)
    const events = (await hasOpenEvents(this.options.database, schema)) || this.dispatcher.isBusyWith(schema) ? 1 : 0
    return work + events + (events === 0 && work === 0 ? await this.queue.waiting(schema) : 0)
  }

  async settled(schema: string): Promise<void> {
    this.start()
    for (;;) {
      // Work that ends may leave events behind, and events work: nothing waits when there is neither, one after the other.
      const isIdle = (await this.queue.waiting(schema)) === 0
      const isOpen = await hasOpenEvents(this.options.database, schema)
      if (isOpen) this.nudge(schema)
      else if (isIdle && !this.dispatcher.isBusyWith(schema) && (await this.queue.waiting(schema)) === 0) return
      await delay(10)
    }
  }

  async replay(
    schema: string,
    { fromId, since, consumer }: { fromId?: string; since?: string; consumer?: string },
  ): Promise<number> {
    return this.replays.begin(schema, {
      ...(fromId === undefined ? {} : { fromId }),
      ...(since === undefined ? {} : { since }),
      ...(consumer === undefined ? {} : { consumer }),
    })
  }

  revive(loaded: LoadedTenant, which: { ids: readonly string[] } | { kind: string }): Promise<number> {
    return reviveLetters(this.options.database, this.queue, loaded, which)
  }

  async close(): Promise<void> {
    this.isStopped = true
    clearTimeout(this.sweeping)
    await this.dispatcher.stop()
    await this.queue.stop()
  }

  /** undefined: it is gone. A schema never becomes another tenant's. */
  private async tenant(schema: string): Promise<LoadedTenant | undefined> {
    const slug = this.slugs.get(schema) ?? (await slugOfSchema(this.options.database, schema))
    if (slug === undefined) return undefined
    try {
      const loaded = await this.options.catalog.load(slug)
      if (loaded.tenant.schema === schema) {
        this.slugs.set(schema, slug)
        return loaded
      }
    } catch (error) {
      if (!(error instanceof RelataError) || error.code !== 'RL215') throw error
    }
    this.slugs.delete(schema)
    return undefined
  }

  private async cleanUp(schema: string): Promise<void> {
    const { database, log } = this.options
    try {
      await removeOldEvents(database, schema, KEPT_DAYS)
      const loaded = this.dailyTasks.length > 0 ? await this.tenant(schema) : undefined
      if (loaded) for (const task of this.dailyTasks) await task(loaded)
    } catch (error) {
      if (!this.isStopped) log.warn({ err: error, schema }, 'could not remove what is old')
    }
  }

  /** Finds what nobody told of, and once in a while removes what is old. */
  private async sweep(): Promise<void> {
    const { database, log, pace } = this.options
    try {
      const isCleaning = performance.now() >= this.cleanAtMs
      if (isCleaning) this.cleanAtMs = performance.now() + CLEAN_EVERY_MS
      for (const { schema } of await listTenants(database)) {
        if (this.isStopped) return
        if (await hasOpenEvents(database, schema)) this.nudge(schema)
        if (isCleaning) await this.cleanUp(schema)
      }
    } catch (error) {
      if (!this.isStopped) log.debug({ err: error }, 'could not look for events')
    }
    if (this.isStopped) return
    this.sweeping = setTimeout(() => void this.sweep(), (pace?.sweepS ?? SWEEP_S) * 1000).unref()
  }
}
