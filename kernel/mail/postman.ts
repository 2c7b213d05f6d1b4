// Goes round the boxes: at once when somebody says that there is something, when a message is due again, and every half
// minute to find what nobody told of. It is no job of kernel/jobs, because those of a tenant run one after the other and
// one that waits holds back the rest: a mail server that is away for a day would stop publishing for a day.
import type { Logger } from 'pino'
import { Timetable } from '../jobs/timetable.ts'
import type { Database } from '../run/database.ts'
import { MAIL_CHANNEL } from './outbox.ts'

/** Does what is due in the box of this name. @returns milliseconds until more is; null: nothing waits */
export type WorkOff = (box: string) => Promise<number | null>

export interface PostmanOptions {
  database: Database
  log: Logger
  workOff: WorkOff
  /** Names of all boxes: schemas. */
  boxes(): Promise<readonly string[]>
  sweepMs?: number
}

const SWEEP_MS = 30_000
/** After something went wrong on our side, such as a database that is away. */
const PAUSE_MS = 5_000

export class Postman {
  private readonly options: PostmanOptions
  private readonly running = new Map<string, Promise<void>>()
  /** Something was put into these while they were being worked off. */
  private readonly again = new Set<string>()
  private readonly later = new Timetable((box) => this.wake(box))
  private sweeping: NodeJS.Timeout | undefined
  private isStopped = false
  private listening: Promise<() => Promise<void>> = Promise.resolve(async () => undefined)

  constructor(options: PostmanOptions) {
    this.options = options
  }

  start(): void {
    this.listening = this.options.database
      .listen(MAIL_CHANNEL, (box) => this.wake(box))
      // The rounds find it too, only later.
      .catch(() => async () => undefined)
    void this.sweep()
  }

  async stop(): Promise<void> {
    this.isStopped = true
    clearTimeout(this.sweeping)
    this.later.clear()
    await Promise.all(this.running.values())
    const unlisten = await this.listening
    await unlisten().catch(() => undefined)
  }

  wake(box: string): void {
    if (this.isStopped) return
    if (this.running.has(box)) {
      this.again.add(box)
      return
    }
    const round = this.round(box).finally(() => {
      this.running.delete(box)
      if (this.again.delete(box)) this.wake(box)
    })
    this.running.set(box, round)
  }

  /** Never throws. */
  private async round(box: string): Promise<void> {
    try {
      const inMs = await this.options.workOff(box)
      if (inMs !== null && !this.isStopped) this.later.put(box, inMs)
    } catch (error) {
      if (this.isStopped) return
      this.options.log.warn({ err: error, box }, 'could not look after outgoing mail')
      this.later.put(box, PAUSE_MS)
    }
  }

  private async sweep(): Promise<void> {
    try {
      for (const box of await this.options.boxes()) this.wake(box)
    } catch (error) {
      if (!this.isStopped) this.options.log.debug({ err: error }, 'could not look for outgoing mail')
    }
    if (this.isStopped) return
    this.sweeping = setTimeout(() => void this.sweep(), this.options.sweepMs ?? SWEEP_MS).unref()
  }
}
