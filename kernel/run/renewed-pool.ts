// A pool of postgres.js that is replaced whole when one of its connections was lost. In postgres.js 3.4 a connection that
// ends while a small write of its waits never sends anything again (porsager/postgres#1208, #1209): it is given
// statements, and their promises wait for ever, so that a database that was away for a second would never be back.
import type postgres from 'postgres'

export interface RenewedPool {
  /**
   * Runs `work` with the pool of the moment; it keeps that pool until it has ended. An error of a lost connection
   * replaces the pool.
   */
  use<T>(work: (sql: postgres.Sql, turn: PoolTurn) => PromiseLike<T>): Promise<T>
  end(): Promise<void>
}

export interface PoolTurn {
  /** Aborted when the pool is replaced meanwhile: a connection that is not had by then may never be. */
  readonly retired: AbortSignal
  /** A connection was lost, whatever the work makes of it. */
  lose(): void
}

interface Generation {
  sql: postgres.Sql
  users: number
  retired: AbortController
}

/** What may leave such a connection behind, and what its symptom is. A database that is not there leaves none. */
const LOST = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNRESET',
  'EPIPE',
  '57P01',
  '57P02',
])
const END_S = 5

/** @param graceMs how long what still runs with a pool that was replaced may take; then it is cut off */
export function renewedPool(make: () => postgres.Sql, graceMs: number): RenewedPool {
  const next = (): Generation => ({ sql: make(), users: 0, retired: new AbortController() })
  let current = next()
  const retired = new Set<Generation>()
  let isEnded = false

  const bury = async (generation: Generation): Promise<void> => {
    if (!retired.delete(generation)) return
    await generation.sql.end({ timeout: 0 }).catch(() => undefined)
  }
  const retire = (generation: Generation): void => {
    if (generation.retired.signal.aborted || isEnded) return
    retired.add(generation)
    current = next()
    generation.retired.abort()
    setTimeout(() => void bury(generation), graceMs).unref()
  }
  return {
    async use(work) {
      const generation = current
      generation.users++
      try {
        return await work(generation.sql, { retired: generation.retired.signal, lose: () => retire(generation) })
      } catch (error) {
        if (isLoss(error)) retire(generation)
        throw error
      } finally {
        generation.users--
        if (generation.users === 0 && generation.retired.signal.aborted) void bury(generation)
      }
    },
    async end() {
      isEnded = true
      await Promise.all([current.sql.end({ timeout: END_S }), ...[...retired].map(bury)])
    },
  }
}

const isLoss = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && LOST.has(error.code)
