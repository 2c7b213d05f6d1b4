// The queue: work of all tenants, kept in PostgreSQL by pg-boss in a schema of its own, shared by all server processes.
// Its statements name no tenant's tables; what it keeps of a tenant is the name of its schema, and ids.
import type { PgBoss, QueueResult } from 'pg-boss'
import type { Logger } from 'pino'
import { RelataError } from '../../sdk/errors.ts'
import type { NewWork, Queue, Schedule, WorkHandler, WorkRules } from '../events/contract.ts'
import type { Database, Queryable } from '../run/database.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import { type BossDatabase, openBossDatabase, withinTransaction } from './boss-database.ts'
import { jobOf, type Kind, keyPrefix, queueOf, scheduleKey } from './kinds.ts'
import { countWaiting, hurry, removeWaiting, SCHEMA, takeOver } from './own-statements.ts'
import { keepIndex } from './take.ts'
import { type DeadWork, Worker } from './worker.ts'

export type { DeadWork } from './worker.ts'

export interface QueueOptions {
  database: Database
  /** Where pg-boss connects. */
  databaseUrl: string
  log: Logger
  /** undefined: the tenant is gone, and its work with it. */
  tenant(schema: string): Promise<LoadedTenant | undefined>
  /** After the last try. */
  bury(loaded: LoadedTenant, dead: DeadWork): Promise<void>
  revived(loaded: LoadedTenant, letter: string): Promise<void>
  pace?: Partial<Pace>
}

/** How often things are looked at, in seconds. */
export interface Pace {
  /** Is there work that nobody told of? */
  pollS: number
  /** Has a process gone silent? Less than a third of how long that may be. */
  watchS: number
  /** Is a schedule due? */
  scheduleS: number
}

export interface WorkingQueue extends Queue {
  start(): void
  /** Look now: work was added within a transaction that is committed. */
  wake(kinds: Iterable<string>): void
  /** How much of a tenant waits or is under way, what is due in more than a minute left out. */
  waiting(schema: string): Promise<number>
  stop(): Promise<void>
}

/** Carries kinds of which work was added, with spaces between. */
const WORK_CHANNEL = 'relata_work'
const PACE: Pace = { pollS: 5, watchS: 2.5, scheduleS: 20 }
/** Of what pg-boss looks after by itself. */
const SUPERVISE_S = 30
const RETRY_START_MS = 2_000

export function createQueue(options: QueueOptions): WorkingQueue {
  return new BossQueue(options)
}

class BossQueue implements WorkingQueue {
  private readonly options: QueueOptions
  private readonly pace: Pace
  private readonly kinds = new Map<string, Kind>()
  private readonly workers = new Map<string, Worker>()
  private readonly timers: NodeJS.Timeout[] = []
  private connection: BossDatabase | undefined
  private opening: Promise<PgBoss> | undefined
  private listening: Promise<() => Promise<void>> | undefined
  /** When all were last heard of, and since when without a break. */
  private heardAtMs = 0
  private heardSinceMs = 0
  private isStopped = false

  constructor(options: QueueOptions) {
    this.options = options
    this.pace = { ...PACE, ...options.pace }
  }

  handle(name: string, handler: WorkHandler, rules: WorkRules = {}): void {
    if (this.kinds.has(name)) throw new Error(`Work “${name}” has a handler already.`)
    this.kinds.set(name, { name, handler, rules })
  }

  knows(kind: string): boolean {
    return this.kinds.has(kind)
  }

  async add(work: readonly NewWork[], tx?: Queryable): Promise<void> {
    if (work.length === 0) return
    const boss = await this.open()
    const byKind = Map.groupBy(work, ({ kind }) => kind)
    for (const [kind, all] of byKind) {
      this.require(kind)
      await boss.insert(kind, all.map(jobOf), tx ? { db: withinTransaction(tx) } : {})
    }
    const kinds = [...byKind.keys()]
    if (tx) await tx.query('SELECT pg_notify($1, $2)', [WORK_CHANNEL, kinds.join(' ')])
    else {
      this.wake(kinds)
      await this.options.database.notify(WORK_CHANNEL, kinds.join(' '))
    }
  }

  async schedule({ kind, schema, key, cron, timeZone, payload }: Schedule): Promise<void> {
    this.require(kind)
    const boss = await this.open()
    requireCron(boss, cron, timeZone)
    const data = { schema, payload, key }
    const [own, ordered] = [scheduleKey({ schema, key }), keyPrefix(schema, key)]
    const options = { key: own, tz: timeZone, missed: 'once', singletonKey: ordered, group: { id: schema } } as const
    await boss.schedule(kind, cron, data, options)
  }

  async unschedule({ schema, kind, key }: Pick<Schedule, 'schema' | 'kind' | 'key'>): Promise<void> {
    const boss = await this.open()
    await boss.unschedule(kind, scheduleKey({ schema, key }))
  }

  async hurry(schema: string, kind: string, prefix: string): Promise<void> {
    await hurry(await this.tables(), schema, kind, prefix)
    this.wake([kind])
    await this.options.database.notify(WORK_CHANNEL, kind)
  }

  async forget(schema: string, only?: { kind: string; keyPrefix?: string }): Promise<void> {
    const boss = await this.open()
    const prefix = only?.keyPrefix ? scheduleKey({ schema, key: only.keyPrefix }) : keyPrefix(schema)
    for (const { name, key } of await boss.getSchedules(only?.kind))
      if (key.startsWith(prefix)) await boss.unschedule(name, key)
    await removeWaiting(await this.tables(), schema, only)
  }

  start(): void {
    if (this.listening || this.isStopped) return
    this.listening = this.options.database
      .listen(
        WORK_CHANNEL,
        (kinds) => this.wake(kinds.split(' ')),
        () => this.wake(this.kinds.keys()),
      )
      .catch((error) => {
        // Rounds find the work too, only later.
        this.options.log.debug({ err: error }, 'cannot hear of work')
        return async () => undefined
      })
    this.open().then(
      () => this.begin(),
      (error) => this.isStopped || this.options.log.warn({ err: error }, 'the queue cannot start'),
    )
  }

  wake(kinds: Iterable<string>): void {
    for (const kind of kinds) this.workers.get(kind)?.wake()
  }

  async waiting(schema: string): Promise<number> {
    return countWaiting(await this.tables(), schema)
  }

  async stop(): Promise<void> {
    this.isStopped = true
    for (const timer of this.timers) clearInterval(timer)
    await Promise.all([...this.workers.values()].map((worker) => worker.stop()))
    const unlisten = await this.listening
    await unlisten?.().catch(() => undefined)
    const boss = await this.opening?.catch(() => undefined)
    await boss?.stop({ graceful: false }).catch(() => undefined)
    await this.connection?.close()
  }

  private require(kind: string): void {
    if (!this.kinds.has(kind)) throw new Error(`Nobody does work “${kind}”.`)
  }

  private begin(): void {
    if (this.isStopped) return
    const every = (seconds: number, act: () => void) => this.timers.push(setInterval(act, seconds * 1000).unref())
    every(this.pace.pollS, () => this.wake(this.kinds.keys()))
    every(this.pace.watchS, () => void this.watch())
    this.wake(this.kinds.keys())
  }

  /** Says that we are alive, and looks who is not. */
  private async watch(): Promise<void> {
    try {
      for (const worker of this.workers.values()) await worker.tellAlive()
      const nowMs = performance.now()
      // Right after the database was away nobody has been heard of: the others get time to speak.
      if (nowMs - this.heardAtMs > 2_500 * this.pace.watchS) this.heardSinceMs = nowMs
      this.heardAtMs = nowMs
      if (nowMs - this.heardSinceMs < 2_000 * this.pace.watchS) return
      this.wake(await takeOver(await this.tables(), [...this.kinds.keys()]))
    } catch (error) {
      if (!this.isStopped) this.options.log.debug({ err: error }, 'could not say that work goes on')
    }
  }

  private async tables(): Promise<BossDatabase> {
    await this.open()
    if (!this.connection) throw new RelataError('RL501', 'The server stops.')
    return this.connection
  }

  /** With the first use: loading pg-boss takes a fifth of a second, which no start of the server waits for. */
  private open(): Promise<PgBoss> {
    if (this.isStopped) return Promise.reject(new RelataError('RL501', 'The server stops.'))
    this.opening ??= this.connect().catch(async (error) => {
      this.opening = undefined
      if (this.listening && !this.isStopped) setTimeout(() => this.restart(), RETRY_START_MS).unref()
      throw error
    })
    return this.opening
  }

  private restart(): void {
    if (this.isStopped) return
    this.open().then(
      () => this.begin(),
      () => undefined,
    )
  }

  private async connect(): Promise<PgBoss> {
    const { PgBoss } = await import('pg-boss')
    const { databaseUrl, log, tenant, bury, revived } = this.options
    const db = (this.connection ??= openBossDatabase(databaseUrl))
    const boss = new PgBoss({
      db,
      schema: SCHEMA,
      registerInstance: false,
      monitorVacuum: false,
      superviseIntervalSeconds: SUPERVISE_S,
      monitorIntervalSeconds: SUPERVISE_S,
      cronMonitorIntervalSeconds: this.pace.scheduleS,
      cronWorkerIntervalSeconds: Math.max(1, Math.min(this.pace.pollS, this.pace.scheduleS)),
    })
    boss.on('error', (error) => this.isStopped || log.debug({ err: error }, 'the queue met an error'))
    boss.on('warning', (warning) => log.debug({ warning }, 'the queue warns'))
    await boss.start()
    await keepIndex(db)
    const known = new Map((await boss.getQueues()).map((queue) => [queue.name, queue]))
    for (const kind of this.kinds.values()) {
      await keepQueue(boss, kind, known.get(kind.name))
      this.workers.set(kind.name, new Worker(kind, { boss, db, log, tenant, bury, revived }))
    }
    return boss
  }
}

/** The rules of a newer server count for what is added from now on. */
async function keepQueue(boss: PgBoss, kind: Kind, known: QueueResult | undefined): Promise<void> {
  const { policy, ...rules } = queueOf(kind)
  if (!known) await boss.createQueue(kind.name, { policy, ...rules })
  else if (Object.entries(rules).some(([name, value]) => known[name as keyof QueueResult] !== value))
    await boss.updateQueue(kind.name, rules)
}

/** @throws RL206 */
function requireCron(boss: PgBoss, cron: string, timeZone: string): void {
  try {
    if (cron.trim().split(/\s+/).length !== 5) throw new Error('it has not five fields')
    boss.previewSchedule(cron, { tz: timeZone, count: 1 })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    throw new RelataError('RL206', `“${cron}” in the time zone ${timeZone} is no schedule: ${message}.`, {
      hint: 'Give minute, hour, day of month, month and day of week, such as 0 6 * * 1-5.',
    })
  }
}
