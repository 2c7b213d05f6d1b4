// Starts the database again whenever it ends unasked (killed, out of memory, a full disk that was emptied). Connections
// of the pool find it again by themselves, because its address stays the same.
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from '../log.ts'
import type { PostgresServer } from './server.ts'

export interface Keeper {
  pid(): number
  /** Ends the database and this watch over it. */
  stop(): Promise<void>
}

const PAUSES_MS = [0, 500, 2_000, 5_000, 10_000]
/** A run this long counts as healthy: the next restart is at once again. */
const HEALTHY_MS = 30_000

export function keepRunning(first: PostgresServer, start: () => Promise<PostgresServer>, log: Logger): Keeper {
  let current = first
  const stopping = new AbortController()
  const { signal } = stopping

  const watch = async (): Promise<void> => {
    let attempt = 0
    while (!signal.aborted) {
      const startedMs = performance.now()
      await current.ended
      if (signal.aborted) return
      if (performance.now() - startedMs > HEALTHY_MS) attempt = 0
      log.error({ pid: current.pid }, 'the database ended unasked; starting it again')
      const pauseMs = PAUSES_MS[Math.min(attempt++, PAUSES_MS.length - 1)]
      await delay(pauseMs, undefined, { signal }).catch(() => undefined)
      if (signal.aborted) return
      try {
        current = await start()
        log.info({ pid: current.pid }, 'the database runs again')
      } catch (err) {
        log.error({ err }, 'the database did not start')
      }
    }
  }
  const watching = watch()

  return {
    pid: () => current.pid,
    async stop() {
      stopping.abort()
      await current.stop()
      // A restart may have been under way: let it come to its end, then end what it started.
      await watching
      await current.stop()
    },
  }
}
