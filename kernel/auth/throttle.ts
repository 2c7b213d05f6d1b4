// How often a password may be guessed. Failures are counted per address, per account and per both, in memory: each
// process counts for itself, which multiplies the limits by the number of processes and no more.
import { RelataError } from '../../sdk/errors.ts'

interface Limit {
  failures: number
  windowMs: number
}

/** How many failures of one kind are borne. */
export interface Limits {
  /** Someone who mistypes, from one place. */
  both: Limit
  /** One account from many places. */
  account: Limit
  /** Many accounts from one place; an office shares one address. */
  address: Limit
}

const MINUTE = 60_000
/** Wide for one account, so that a stranger cannot easily lock a person out. */
const SIGN_IN: Limits = {
  both: { failures: 5, windowMs: 5 * MINUTE },
  account: { failures: 50, windowMs: 15 * MINUTE },
  address: { failures: 60, windowMs: 15 * MINUTE },
}
/** Every one of these may send a mail. */
export const RESET_LIMITS: Limits = {
  both: { failures: 3, windowMs: 15 * MINUTE },
  account: { failures: 5, windowMs: 60 * MINUTE },
  address: { failures: 30, windowMs: 60 * MINUTE },
}
/** One-time links cannot be guessed; who tries keeps the server busy. */
export const LINK_LIMITS: Limits = {
  both: { failures: 30, windowMs: 15 * MINUTE },
  account: { failures: Number.POSITIVE_INFINITY, windowMs: MINUTE },
  address: { failures: 30, windowMs: 15 * MINUTE },
}
const MAX_COUNTERS = 50_000

interface Counter {
  failures: number
  endsMs: number
}

export class Throttle {
  private readonly counters = new Map<string, Counter>()
  private readonly now: () => number
  private readonly limits: Limits

  constructor(limits: Limits = SIGN_IN, now: () => number = Date.now) {
    this.limits = limits
    this.now = now
  }

  /**
   * Counts the attempt as failed until `succeeded` says otherwise, so that attempts at the same time count too.
   * @throws RL400 with `retryAfterSeconds`
   */
  attempt(address: string, account: string): { succeeded(): void } {
    const limits: [string, Limit][] = [
      [`both ${address} ${account}`, this.limits.both],
      [`account ${account}`, this.limits.account],
      [`address ${address}`, this.limits.address],
    ]
    for (const [key, limit] of limits) this.refuse(key, limit)
    for (const [key, limit] of limits) this.count(key, limit)
    return {
      succeeded: () => {
        this.counters.delete(`both ${address} ${account}`)
        this.uncount(`account ${account}`)
        this.uncount(`address ${address}`)
      },
    }
  }

  private refuse(key: string, limit: Limit): void {
    const counter = this.live(key)
    if (!counter || counter.failures < limit.failures) return
    const retryAfterSeconds = Math.max(1, Math.ceil((counter.endsMs - this.now()) / 1000))
    throw new RelataError('RL400', 'There were too many attempts.', {
      hint: `Try again in ${Math.ceil(retryAfterSeconds / 60)} min.`,
      members: { retryAfterSeconds },
    })
  }

  private count(key: string, limit: Limit): void {
    const counter = this.live(key)
    if (counter) {
      counter.failures++
      return
    }
    if (this.counters.size >= MAX_COUNTERS) this.makeRoom()
    this.counters.set(key, { failures: 1, endsMs: this.now() + limit.windowMs })
  }

  private uncount(key: string): void {
    const counter = this.counters.get(key)
    if (counter) counter.failures = Math.max(0, counter.failures - 1)
  }

  private live(key: string): Counter | undefined {
    const counter = this.counters.get(key)
    if (!counter || counter.endsMs > this.now()) return counter
    this.counters.delete(key)
    return undefined
  }

  /** Counters that ended go first; then the oldest, of which an attacker's own are the most. */
  private makeRoom(): void {
    for (const key of this.counters.keys()) this.live(key)
    for (const key of this.counters.keys()) {
      if (this.counters.size < MAX_COUNTERS * 0.9) break
      this.counters.delete(key)
    }
  }
}
