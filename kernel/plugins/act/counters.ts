// What one run has used of what it may. Passing a limit ends the run, whatever the code makes of it.
import type { HostLimits } from '../limits.ts'

export class LimitReached extends Error {
  readonly limit: string
  readonly used: number
  readonly max: number

  constructor(limit: string, used: number, max: number) {
    super(`This run has reached the limit “${limit}”: ${used} of ${max}.`)
    this.name = 'LimitReached'
    this.limit = limit
    this.used = used
    this.max = max
  }
}

export class Counters {
  readonly limits: HostLimits
  private readonly used = new Map<keyof HostLimits, number>()

  constructor(limits: HostLimits) {
    this.limits = limits
  }

  /** @throws LimitReached */
  add(limit: keyof HostLimits, amount = 1): void {
    const used = this.of(limit) + amount
    this.used.set(limit, used)
    if (used > this.limits[limit]) throw new LimitReached(limit, used, this.limits[limit])
  }

  of(limit: keyof HostLimits): number {
    return this.used.get(limit) ?? 0
  }

  left(limit: keyof HostLimits): number {
    return Math.max(0, this.limits[limit] - this.of(limit))
  }
}
