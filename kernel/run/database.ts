// The connections. Rows come back as arrays of raw PostgreSQL text (or null): no type is parsed twice and no digit is
// lost. Parameters are text or null; statements cast them (`$1::numeric`).
import postgres from 'postgres'
import { socketHost } from '../platform/postgres-url.ts'
import { watch } from './lost-connection.ts'
import { renewedPool } from './renewed-pool.ts'

export type RawValue = string | null
export type RawRow = readonly RawValue[]

/** Something that runs a statement: the pool, or a transaction. */
export interface Queryable {
  /** Prepared statement; rows as raw text arrays. */
  query(text: string, params?: readonly RawValue[], options?: QueryOptions): Promise<RawRow[]>
}

export interface QueryOptions {
  /** Planned anew with the values, because a generic plan serves the shape badly (ILIKE). */
  isPlannedWithValues?: boolean
}

export interface Database extends Queryable {
  /** Everything in `work` in one transaction; rolled back when it throws. */
  transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  /** A connection of the second pool, for long work: COPY, exports, index builds. Released when `work` ends. */
  reserve<T>(work: (connection: Reserved) => Promise<T>): Promise<T>
  /** LISTEN on the direct connection; `onReconnect` runs when messages may have been missed. */
  listen(channel: string, onMessage: (payload: string) => void, onReconnect?: () => void): Promise<() => Promise<void>>
  notify(channel: string, payload: string): Promise<void>
  close(): Promise<void>
}

export interface Transaction extends Queryable {
  /** Several statements in one string, no parameters: data definition. */
  execute(text: string): Promise<void>
}

export interface Reserved extends Transaction {
  /** Aborted when the connection ends by itself; locks that it held are gone then. */
  readonly lost: AbortSignal
  /** COPY … FROM STDIN: a writable stream of the text or CSV format. */
  copyFrom(text: string): Promise<import('node:stream').Writable>
}

/** PostgreSQL type OIDs whose values postgres.js would turn into JavaScript values; here they stay text. */
const TEXT_OIDS = [16, 17, 20, 21, 23, 26, 114, 700, 701, 1082, 1114, 1184, 3802]
const asIs = (value: unknown) => value
const rawTypes = Object.fromEntries(
  TEXT_OIDS.map((oid) => [`raw${oid}`, { to: oid, from: [oid], serialize: asIs, parse: asIs }]),
)

export interface DatabaseOptions {
  url: string
  /** Where LISTEN and advisory locks work when a PgBouncer stands in front of `url`. */
  directUrl?: string
  /** Connections for requests; about one per core serves best, since statements are pipelined. */
  poolSize: number
  /** Connections for long work. */
  longPoolSize: number
}

export function openDatabase(options: DatabaseOptions): Database {
  const common = {
    types: rawTypes as never,
    fetch_types: false,
    onnotice: () => undefined,
    connection: {
      TimeZone: 'UTC',
      DateStyle: 'ISO, YMD',
      IntervalStyle: 'iso_8601',
      extra_float_digits: 1,
      application_name: 'relata',
    },
  }
  const { url, poolSize, longPoolSize, directUrl = url } = options
  const lifetime = { max_lifetime: 60 * 30 }
  const pool = renewedPool(
    () => postgres(url, { ...common, ...socketHost(url), max: poolSize, ...lifetime }),
    POOL_GRACE_MS,
  )
  const direct = (max: number) => postgres(directUrl, { ...common, ...socketHost(directUrl), max, idle_timeout: 60 })
  const long = renewedPool(() => direct(longPoolSize), LONG_GRACE_MS)
  // Opens a connection of its own with the first LISTEN, and keeps it.
  const listener = direct(1)
  const run = async (
    sql: postgres.Sql | postgres.ReservedSql | postgres.TransactionSql,
    text: string,
    params: readonly RawValue[] = [],
    options?: QueryOptions,
  ) => (await sql.unsafe(text, [...params], { prepare: !options?.isPlannedWithValues }).values()) as unknown as RawRow[]
  const execute = async (sql: postgres.ReservedSql | postgres.TransactionSql, text: string) => {
    await sql.unsafe(text).simple()
  }
  return {
    query: (text, params, options) => pool.use((sql) => run(sql, text, params, options)),
    transaction: (work) =>
      pool.use((sql, { lose }) =>
        sql.begin((tx) => {
          const watched = watch(tx, lose)
          const done = work({
            query: (text, params, options) => watched.guard(() => run(tx, text, params, options)),
            execute: (text) => watched.guard(() => execute(tx, text)),
          })
          // begin() itself tells of a lost connection; told again it would send a ROLLBACK to it.
          return new Promise((resolve, reject) => done.then(resolve, (error) => watched.isGone || reject(error)))
        }),
      ) as never,
    reserve: (work) =>
      long.use(async (sql, { retired, lose }) => {
        const connection = await reserveOne(sql, retired)
        const watched = watch(connection, lose)
        try {
          return await work({
            lost: watched.lost,
            query: (text, params, options) => watched.guard(() => run(connection, text, params, options)),
            execute: (text) => watched.guard(() => execute(connection, text)),
            copyFrom: (text) => watched.guard(() => connection.unsafe(text).writable()),
          })
        } finally {
          // One that has ended belongs to nobody; released, it would be given to the next.
          if (!watched.isGone) connection.release()
        }
      }),
    async listen(channel, onMessage, onReconnect) {
      const subscription = await listener.listen(channel, onMessage, onReconnect)
      return () => subscription.unlisten()
    },
    notify: async (channel, payload) => {
      await pool.use((sql) => sql.notify(channel, payload))
    },
    close: async () => {
      await Promise.all([pool.end(), long.end(), listener.end({ timeout: 5 })])
    },
  }
}

/** When a pool is replaced: longer than a request takes. */
const POOL_GRACE_MS = 10_000
/** Longer than loads and index builds go on; what waits for a connection gives up by itself. */
const LONG_GRACE_MS = 30 * 60_000
const RESERVE_GRACE_MS = 10_000

/** Waits as long as all are in use; but not for one of a pool that was replaced. */
async function reserveOne(sql: postgres.Sql, retired: AbortSignal): Promise<postgres.ReservedSql> {
  // postgres.js never hands out a connection that reserve() itself had to open while fetch_types is off.
  const reserving = sql.unsafe('SELECT 1').then(() => sql.reserve())
  const { promise: late, reject } = Promise.withResolvers<never>()
  let timer: NodeJS.Timeout | undefined
  const giveUp = (): void => {
    timer = setTimeout(() => {
      reject(Object.assign(new Error('There was no connection to be had.'), { code: 'CONNECT_TIMEOUT' }))
      // One that comes after all is given back.
      reserving.then(
        (connection) => connection.release(),
        () => undefined,
      )
    }, RESERVE_GRACE_MS)
  }
  retired.addEventListener('abort', giveUp, { once: true })
  try {
    return await Promise.race([reserving, late])
  } finally {
    retired.removeEventListener('abort', giveUp)
    clearTimeout(timer)
  }
}
