// postgres.js writes a statement to a connection of a transaction, or a reserved one, even when that connection has
// ended, and the write to nowhere ends the whole process. So each such connection is watched: once it is gone, nothing is
// sent to it any more.
import type postgres from 'postgres'

export interface Watched {
  readonly isGone: boolean
  /** Aborted when the connection ends by itself. */
  readonly lost: AbortSignal
  /** The result of `run`, or the error with which the connection ended; not even begun when it has. */
  guard<T>(run: () => PromiseLike<T>): Promise<T>
}

/** What postgres.js hands to `onexecute`; it calls `onclose` once. */
interface Connection {
  onclose?: ((error: unknown) => void) | null
}

/** @param onLoss called once, when the connection has ended by itself */
export function watch(sql: postgres.ReservedSql | postgres.TransactionSql, onLoss: () => void): Watched {
  let gone: { error: unknown } | undefined
  const waiting = new Set<(error: unknown) => void>()
  const lost = new AbortController()
  const options = {
    prepare: false,
    onexecute(connection: Connection) {
      const told = connection.onclose
      connection.onclose = (error) => {
        gone = { error }
        told?.(error)
        lost.abort(error)
        onLoss()
        for (const reject of waiting) reject(error)
      }
      return true
    },
  }
  // Sent along with the first statement; costs no time of its own.
  sql.unsafe('SELECT 1', [], options).catch(() => undefined)
  return {
    get isGone() {
      return gone !== undefined
    },
    lost: lost.signal,
    guard: (run) =>
      new Promise((resolve, reject) => {
        if (gone) {
          reject(gone.error)
          return
        }
        const settle =
          <V>(act: (value: V) => void) =>
          (value: V) => {
            waiting.delete(reject)
            act(value)
          }
        waiting.add(reject)
        run().then(settle(resolve), settle(reject))
      }),
  }
}
