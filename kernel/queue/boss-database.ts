// How pg-boss reaches the database: over connections of its own, few of them, because it wants values where the rest of
// the kernel takes raw text.
import type { Db } from 'pg-boss'
import postgres from 'postgres'
import { socketHost } from '../platform/postgres-url.ts'
import type { Queryable } from '../run/database.ts'
import { watch } from '../run/lost-connection.ts'
import { renewedPool } from '../run/renewed-pool.ts'

export interface BossDatabase extends Db {
  close(): Promise<void>
}

const CONNECTIONS = 2
const IDLE_S = 60
/** What still runs on connections of a pool that was replaced. */
const GRACE_MS = 10_000

/** pg-boss has made JSON of what it sends already; postgres.js would do it once more. */
const asJson = (oid: number) => ({
  to: oid,
  from: [oid],
  serialize: (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value)),
  parse: (text: string): unknown => JSON.parse(text),
})

export function openBossDatabase(url: string): BossDatabase {
  const options = {
    ...socketHost(url),
    max: CONNECTIONS,
    idle_timeout: IDLE_S,
    max_lifetime: 60 * 30,
    onnotice: () => undefined,
    types: { json: asJson(114), jsonb: asJson(3802) } as never,
    connection: { TimeZone: 'UTC', application_name: 'relata queue' },
  }
  const pool = renewedPool(() => postgres(url, options), GRACE_MS)
  return {
    async executeSql(text, values = []) {
      // Several statements with a BEGIN of their own are refused on a connection that others use meanwhile.
      const isBatch = /\bBEGIN;/i.test(text)
      return pool.use(async (sql, { lose }) => ({
        rows: isBatch ? await inOneGo(sql, text, lose) : flat(await sql.unsafe(text, values as never[])),
      }))
    },
    close: () => pool.end(),
  }
}

async function inOneGo(sql: postgres.Sql, text: string, onLoss: () => void): Promise<unknown[]> {
  const connection = await sql.reserve()
  const watched = watch(connection, onLoss)
  try {
    return flat(await watched.guard(() => connection.unsafe(text).simple()))
  } finally {
    if (!watched.isGone) connection.release()
  }
}

/** Of several statements the rows of all. */
function flat(result: readonly unknown[]): unknown[] {
  return Array.isArray(result[0]) ? result.flat() : [...result]
}

/** Adding work within a transaction of ours: what comes back is not needed. */
export function withinTransaction(tx: Queryable): Db {
  return {
    async executeSql(text, values = []) {
      await tx.query(
        text,
        values.map((value) => (value === null || value === undefined ? null : String(value))),
      )
      return { rows: [] }
    },
  }
}
