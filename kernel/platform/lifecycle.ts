// How the process ends. Each part says how it is stopped when it is started; stopping goes the other way round: first no
// new requests, then the running ones finish, then pools close, then the database stops. Whatever hangs is cut off.
import type { Server } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from './log.ts'

interface Part {
  name: string
  stop: () => Promise<void> | void
  deadlineMs: number
}

export interface Lifecycle {
  /**
   * Register how a part is stopped. The part registered last is stopped first.
   * @param deadlineMs a part that takes longer is left behind
   */
  onStop(name: string, stop: Part['stop'], deadlineMs?: number): void
  /** Aborted when stopping begins: long answers (event streams, waiting calls) end themselves on it. */
  readonly signal: AbortSignal
  /** Stop everything and end the process. Later calls wait for the first. */
  stop(reason: string, exitCode?: number): Promise<void>
}

export interface LifecycleOptions {
  log: Logger
  exit?: (code: number) => void
}

const PART_DEADLINE_MS = 10_000

export function createLifecycle({ log, exit = process.exit }: LifecycleOptions): Lifecycle {
  const parts: Part[] = []
  const stopping = new AbortController()
  let ending: Promise<void> | undefined

  const stopPart = async ({ name, stop, deadlineMs }: Part): Promise<boolean> => {
    const deadline = new AbortController()
    try {
      const work = Promise.resolve(stop()).then(() => true)
      const late = delay(deadlineMs, false, { signal: deadline.signal, ref: false })
      const isDone = await Promise.race([work, late])
      if (!isDone) log.error({ part: name, deadlineMs }, 'did not stop in time; going on without it')
      return isDone
    } catch (err) {
      log.error({ err, part: name }, 'failed while stopping')
      return false
    } finally {
      deadline.abort()
    }
  }

  return {
    onStop(name, stop, deadlineMs = PART_DEADLINE_MS) {
      parts.push({ name, stop, deadlineMs })
    },
    signal: stopping.signal,
    stop(reason, exitCode = 0) {
      ending ??= (async () => {
        const startedMs = performance.now()
        log.info({ reason }, 'stopping')
        stopping.abort()
        let isClean = true
        for (let part = parts.pop(); part; part = parts.pop()) isClean = (await stopPart(part)) && isClean
        log.info({ tookMs: Math.round(performance.now() - startedMs) }, 'stopped')
        exit(exitCode === 0 && !isClean ? 1 : exitCode)
      })()
      return ending
    },
  }
}

/**
 * End on SIGTERM and SIGINT with code 0; on an error that nobody caught with 1. A second SIGINT ends at once.
 * Under npm also when npm itself was killed, which would otherwise leave us running without a terminal.
 */
export function endOnSignals(lifecycle: Lifecycle, log: Logger): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      if (signal === 'SIGINT' && lifecycle.signal.aborted) process.exit(130)
      void lifecycle.stop(signal)
    })
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (err: unknown) => {
      log.fatal({ err }, event)
      void lifecycle.stop(event, 1)
    })

  const parent = process.ppid
  if (process.env['npm_lifecycle_event'] === undefined) return
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    void lifecycle.stop('npm was killed')
  }, 1_000).unref()
}

/** Stop accepting, let running requests finish, cut off those that are not done after the deadline. */
export async function drainServer(server: Server, deadlineMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // Keep-alive connections without a request would hold the server open; answers being written now end theirs.
  server.prependListener('request', (_request, response) => response.setHeader('Connection', 'close'))
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  server.closeIdleConnections()
  const deadline = new AbortController()
  const late = delay(deadlineMs, undefined, { signal: deadline.signal }).then(
    () => server.closeAllConnections(),
    () => undefined,
  )
  await closed
  clearInterval(sweep)
  deadline.abort()
  await late
}
