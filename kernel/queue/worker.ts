// Does the work of one kind in this process: takes as much as there is room for, says that it is alive, and settles each
// piece by itself, so that a slow one holds up nobody but those of its own key.
import { setTimeout as delay } from 'node:timers/promises'
import type { PgBoss } from 'pg-boss'
import type { Logger } from 'pino'
import { RelataError } from '../../sdk/errors.ts'
import type { Work } from '../events/contract.ts'
import { fromPostgres } from '../run/postgres-error.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import type { BossDatabase } from './boss-database.ts'
import { type Kind, PAUSE_S, TRIES } from './kinds.ts'
import { firstTurn, type Taken, takeReady } from './take.ts'

export interface DeadWork {
  kind: string
  /** undefined: it was in no order. */
  key: string | undefined
  title: string
  payload: unknown
  attempts: number
  error: unknown
  /** The dead letter that it was already. */
  letter: string | undefined
}

export interface WorkerRoom {
  boss: PgBoss
  /** The tables of pg-boss. */
  db: BossDatabase
  log: Logger
  /** undefined: the tenant is gone. */
  tenant(schema: string): Promise<LoadedTenant | undefined>
  /** After the last try. What throws here is tried again. */
  bury(loaded: LoadedTenant, dead: DeadWork): Promise<void>
  /** A dead letter that was run again is done. What throws here is done again. */
  revived(loaded: LoadedTenant, letter: string): Promise<void>
}

const AT_ONCE = 8
const PER_TENANT = 4
/** Work whose handler does not leave when it is told to is left to another process. */
const STOP_MS = 3_000
/** The database may be away for a moment; what is done is not to be done again for that. */
const SETTLE_TRIES = 10
const SETTLE_PAUSE_MS = 1_000
const MOST_WAKE_MS = 60_000

const STOPPED_AGAIN = 'The server stopped in the middle of it, or was silent for too long, every time.'

function isDatabaseAway(error: unknown): boolean {
  const known = fromPostgres(error)
  return known instanceof RelataError && known.code === 'RL501'
}

interface Running {
  job: Taken
  abort: AbortController
  done: Promise<void>
}

export class Worker {
  readonly kind: Kind
  private readonly room: WorkerRoom
  private readonly running = new Map<string, Running>()
  private readonly stopping = new AbortController()
  private fetching: Promise<void> | undefined
  /** Somebody has called while it was being fetched. */
  private isCalled = false
  /** Done, and not yet said so to the database. */
  private finished: { job: Taken; settled: () => void; failed: (error: unknown) => void }[] = []
  private isSettling = false
  private readonly turn = firstTurn()

  constructor(kind: Kind, room: WorkerRoom) {
    this.kind = kind
    this.room = room
  }

  /** There may be work. Never throws. */
  wake(): void {
    this.isCalled = true
    this.fetching ??= this.fill().finally(() => {
      this.fetching = undefined
      if (this.isCalled && this.free > 0 && !this.isStopped) this.wake()
    })
  }

  /** @throws when the database is away */
  async tellAlive(): Promise<void> {
    const held = [...this.running.values()]
    if (held.length === 0) return
    const answer = await this.room.boss.touch(
      this.kind.name,
      held.map(({ job: { id, retryCount } }) => ({ id, retryCount })),
    )
    const ours = new Set('settled' in answer && Array.isArray(answer.settled) ? answer.settled : [])
    for (const { job, abort } of held)
      if (!ours.has(job.id) && this.running.has(job.id)) abort.abort(new Error('Another process has taken this work.'))
  }

  async stop(): Promise<void> {
    this.stopping.abort(new Error('The server stops.'))
    await this.fetching
    for (const { abort } of this.running.values()) abort.abort(this.stopping.signal.reason)
    const ended = Promise.all([...this.running.values()].map(({ done }) => done))
    await Promise.race([ended, delay(STOP_MS, undefined, { ref: false })])
  }

  private get isStopped(): boolean {
    return this.stopping.signal.aborted
  }

  private get free(): number {
    return (this.kind.rules.atOnce ?? AT_ONCE) - this.running.size
  }

  private async fill(): Promise<void> {
    const { perTenant = PER_TENANT } = this.kind.rules
    // Without room each that ends calls again.
    while (this.isCalled && this.free > 0 && !this.isStopped) {
      this.isCalled = false
      try {
        const jobs = await takeReady(this.room.db, this.kind.name, this.turn, { most: this.free, perTenant })
        for (const job of jobs) this.begin(job)
        // Those of one tenant may have taken the places of others.
        if (jobs.length > 0) this.isCalled = true
      } catch (error) {
        if (!this.isStopped) this.room.log.debug({ err: error, kind: this.kind.name }, 'could not look for work')
      }
    }
  }

  private begin(job: Taken): void {
    const abort = new AbortController()
    const done = this.run(job, abort.signal).finally(() => {
      this.running.delete(job.id)
      if (!this.isStopped) this.wake()
    })
    this.running.set(job.id, { job, abort, done })
  }

  /** Never throws: what cannot be settled is taken up by whoever finds that nobody is at it. */
  private async run(job: Taken, signal: AbortSignal): Promise<void> {
    const { schema, payload } = job.data
    try {
      const loaded = await this.room.tenant(schema)
      if (loaded) await this.attempt(job, loaded, payload, signal)
      await this.complete(job)
    } catch (error) {
      await this.giveBack(job, error, signal).catch((cause: unknown) => {
        if (!this.isStopped) this.room.log.debug({ err: cause, kind: this.kind.name }, 'could not put work back')
      })
    }
  }

  /** @throws when there are tries left */
  private async attempt(job: Taken, loaded: LoadedTenant, payload: unknown, signal: AbortSignal): Promise<void> {
    const { name, handler, rules } = this.kind
    const { tries = TRIES, title } = rules
    const attempts = job.retryCount
    const bury = (error: unknown, attempts: number) =>
      this.room.bury(loaded, {
        kind: name,
        key: job.data.key,
        title: title?.(payload, loaded) ?? name,
        payload,
        attempts,
        error,
        letter: job.data.letter,
      })
    if (attempts >= tries) {
      await bury(new RelataError('RL500', STOPPED_AGAIN, { isPublic: true }), attempts)
      return
    }
    const isLast = attempts + 1 >= tries
    const work: Work = { id: job.id, loaded, payload, attempts, isLast, signal }
    try {
      await handler(work)
    } catch (error) {
      signal.throwIfAborted()
      const isFinal = error instanceof RelataError && error.members['isFinal'] === true
      if (!isLast && !isFinal) throw error
      await bury(error, attempts + 1)
      return
    }
    if (job.data.letter !== undefined) await this.room.revived(loaded, job.data.letter)
  }

  private async giveBack(job: Taken, error: unknown, signal: AbortSignal): Promise<void> {
    const { boss, log } = this.room
    const { id, retryCount, data } = job
    const about = { kind: this.kind.name, schema: data.schema, attempts: retryCount + 1 }
    const message = error instanceof Error ? error.message : String(error)
    if (!signal.aborted) log.debug({ ...about, err: error }, 'work failed and will be tried again')
    await this.patiently(() => boss.fail(this.kind.name, { id, retryCount }, { message }))
    if (signal.aborted || isDatabaseAway(error)) {
      // Not its fault.
      await boss.update(this.kind.name, undefined, { id, startAfter: new Date() })
    } else this.wakeAfter(retryCount + 1)
  }

  /** By then the pause of pg-boss, which is half as long at least, is over. Rounds would find it too. */
  private wakeAfter(failures: number): void {
    const { pauseS = PAUSE_S } = this.kind.rules
    const pauseMs = Math.min(pauseS * 1000 * 2 ** failures, MOST_WAKE_MS)
    setTimeout(() => !this.isStopped && this.wake(), pauseMs).unref()
  }

  /** Many that end at about the same time are settled by one statement. */
  private complete(job: Taken): Promise<void> {
    return new Promise((settled, failed) => {
      this.finished.push({ job, settled, failed })
      if (!this.isSettling) void this.settle()
    })
  }

  private async settle(): Promise<void> {
    this.isSettling = true
    while (this.finished.length > 0) {
      const now = this.finished.splice(0)
      try {
        const held = now.map(({ job: { id, retryCount } }) => ({ id, retryCount }))
        await this.patiently(() => this.room.boss.complete(this.kind.name, held))
        for (const { settled } of now) settled()
      } catch (error) {
        for (const { failed } of now) failed(error)
      }
    }
    this.isSettling = false
  }

  private async patiently(work: () => Promise<unknown>): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await work()
        return
      } catch (error) {
        if (tries >= SETTLE_TRIES || this.isStopped) throw error
        await delay(SETTLE_PAUSE_MS)
      }
    }
  }
}
