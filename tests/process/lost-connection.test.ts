// A connection that ends under a transaction is an error of that transaction and of nobody else.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Database, openDatabase, type Queryable } from '../../kernel/run/database.ts'
import { createTestDatabase } from '../support/test-database.ts'

let database: Database
/** Ends connections of the other one. */
let killer: Database
beforeAll(async () => {
  const { url } = await createTestDatabase()
  database = openDatabase({ url, poolSize: 1, longPoolSize: 1 })
  killer = openDatabase({ url, poolSize: 1, longPoolSize: 1 })
})
afterAll(async () => {
  await database.close()
  await killer.close()
})

const pidOf = async (connection: Queryable) => (await connection.query('SELECT pg_backend_pid()'))[0]?.[0] ?? ''
const kill = async (pid: string) => {
  await killer.query('SELECT pg_terminate_backend($1::int4, 2000)', [pid])
}
/** Its statement has begun: what ends before is the other case. */
async function asleep(pid: string): Promise<void> {
  const running = `SELECT 1 FROM pg_stat_activity WHERE pid = $1::int4 AND state = 'active' AND query LIKE '%pg_sleep%'`
  for (let look = 0; look < 500; look++) {
    if ((await killer.query(running, [pid])).length > 0) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
const isLost = { code: expect.stringMatching(/^(CONNECTION_CLOSED|57P01)$/) }

test.each([
  ['while it is idle', async (connection: Queryable) => kill(await pidOf(connection))],
  [
    'while a statement runs',
    async (connection: Queryable) => {
      const pid = await pidOf(connection)
      await Promise.all([connection.query('SELECT pg_sleep(20)'), asleep(pid).then(() => kill(pid))])
    },
  ],
])('%s', async (_, lose) => {
  for (const open of [database.transaction, database.reserve] as const) {
    const work = async (connection: Queryable) => {
      await lose(connection)
      await connection.query('SELECT 1')
    }
    await expect(open(work)).rejects.toMatchObject(isLost)
    // What the work does after it lost its connection goes nowhere, and the next one gets a new connection.
    const twice = async (connection: Queryable) => {
      await lose(connection).catch(() => undefined)
      await expect(connection.query('SELECT 1')).rejects.toMatchObject(isLost)
      await expect(connection.query('SELECT $1::text', ['x'.repeat(2_000)])).rejects.toMatchObject(isLost)
      throw new Error('gave up')
    }
    await expect(open(twice)).rejects.toThrow(/gave up|connection/i)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await open((connection) => connection.query('SELECT 2'))).toEqual([['2']])
  }
})
