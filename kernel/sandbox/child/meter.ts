// Processor time of isolates. isolated-vm's own cpuTime tells how long an isolate ran by the clock, starved or not, so
// the time of the whole process is divided among those that run: right when one runs, fair when several do.

export interface Metered {
  /** More processor time was used, in milliseconds. */
  charge(ms: number): void
}

export interface Meter {
  start(one: Metered): void
  stop(one: Metered): void
  /** Charges everybody up to now. */
  read(): void
}

export function openMeter(): Meter {
  const running = new Set<Metered>()
  let lastCpuMs = 0
  let lastMs = 0

  const read = (): void => {
    const { user, system } = process.cpuUsage()
    const cpuMs = (user + system) / 1_000
    const nowMs = performance.now()
    if (running.size > 0) {
      // Threads of the process that run no isolate use time as well; none used more than what passed.
      const share = Math.min((cpuMs - lastCpuMs) / running.size, nowMs - lastMs)
      for (const one of running) one.charge(share)
    }
    lastCpuMs = cpuMs
    lastMs = nowMs
  }
  return {
    read,
    start(one) {
      read()
      running.add(one)
    },
    stop(one) {
      read()
      running.delete(one)
    },
  }
}
