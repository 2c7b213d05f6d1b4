// The records of one run: read anywhere until it writes, and from the first write on in one transaction, which is kept
// when the run went well and undone when it did not. What one call does wrong in it is undone by itself.
import type { Database, Queryable, Transaction } from '../../run/database.ts'

export interface Records {
  /** Outside of a transaction, or within it when there is one: a run sees what it wrote. */
  read<T>(work: (queryable: Queryable) => Promise<T>): Promise<T>
  write<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  /** Something was written, or is about to be. */
  readonly isOpen: boolean
}

export interface OwnTransaction extends Records {
  commit(): Promise<void>
  rollback(): Promise<void>
}

type End = 'COMMIT' | 'ROLLBACK'

/** Transactions of plugins in one process: each keeps a connection for as long as its plugin runs. */
export const PLUGINS_AT_ONCE = 6
/** Of one tenant, so that plugins of one, which may do nothing but wait, never hold up those of the others. */
const OF_ONE_TENANT = 3

/** Who comes when all are taken waits for one that is given back. */
export interface Places {
  take(schema: string): Promise<void>
  giveBack(schema: string): void
}

export function createPlaces(count = PLUGINS_AT_ONCE, ofOneTenant = OF_ONE_TENANT): Places {
  const waiting: { schema: string; begin: () => void }[] = []
  const taken = new Map<string, number>()
  const takenBy = (schema: string): number => taken.get(schema) ?? 0
  let free = count
  const next = (): void => {
    const at = free > 0 ? waiting.findIndex(({ schema }) => takenBy(schema) < ofOneTenant) : -1
    const [first] = at < 0 ? [] : waiting.splice(at, 1)
    if (!first) return
    free--
    taken.set(first.schema, takenBy(first.schema) + 1)
    first.begin()
  }
  return {
    take: (schema) =>
      new Promise((begin) => {
        waiting.push({ schema, begin })
        next()
      }),
    giveBack(schema) {
      free++
      if (takenBy(schema) === 1) taken.delete(schema)
      else taken.set(schema, takenBy(schema) - 1)
      next()
    },
  }
}

/** Its connection is taken with the first write, from the pool for long work: what a plugin waits for, no request does. */
export function openOwnTransaction(
  database: Pick<Database, 'query' | 'reserve'>,
  places: Places,
  schema: string,
): OwnTransaction {
  let opening: Promise<Transaction> | undefined
  let done: Promise<void> = Promise.resolve()
  let isOver = false
  const ending = Promise.withResolvers<End>()
  const open = (): Promise<Transaction> => {
    if (isOver) return Promise.reject(new Error('The run is over.'))
    if (opening) return opening
    const opened = Promise.withResolvers<Transaction>()
    opening = opened.promise
    const keep = () =>
      database.reserve(async (connection) => {
        await connection.execute('BEGIN')
        opened.resolve(connection)
        await connection.execute(await ending.promise)
      })
    done = places.take(schema).then(() => keep().finally(() => places.giveBack(schema)))
    done.catch((error) => opened.reject(error))
    return opening
  }
  const { write, idle } = turns(open)
  const end = async (how: End): Promise<void> => {
    isOver = true
    await idle()
    ending.resolve(how)
    if (opening) await done
  }
  return {
    get isOpen() {
      return opening !== undefined
    },
    read: (work) => (opening ? write(work) : work(database)),
    write,
    commit: () => end('COMMIT'),
    rollback: () => end('ROLLBACK').catch(() => undefined),
  }
}

/** Reads only, where the caller says: within its own transaction, or in none. */
export const readsOf = (queryable: Queryable): Records => ({
  read: (work) => work(queryable),
  write: () => Promise.reject(new Error('Nothing is written here.')),
  isOpen: false,
})

export interface RecordsInTurn extends Records {
  /** Nothing of what was begun is under way. */
  idle(): Promise<unknown>
}

/** The transaction of somebody else, who ends it. */
export function recordsIn(tx: Transaction): RecordsInTurn {
  return { ...turns(() => Promise.resolve(tx)), isOpen: true }
}

/** One call after the other: they share a connection, and each has a point to go back to. */
function turns(open: () => Promise<Transaction>) {
  let last: Promise<unknown> = Promise.resolve()
  const inTurn = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => {
    const mine = last.then(async () => {
      const tx = await open()
      await tx.execute('SAVEPOINT host_call')
      try {
        const value = await work(tx)
        await tx.execute('RELEASE SAVEPOINT host_call')
        return value
      } catch (error) {
        await tx.execute('ROLLBACK TO SAVEPOINT host_call').catch(() => undefined)
        throw error
      }
    })
    last = mine.catch(() => undefined)
    return mine
  }
  return { read: inTurn, write: inTurn, idle: () => last }
}
