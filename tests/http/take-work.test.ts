// Which work may be taken up, against all rows read and thought through one by one.
import fc from 'fast-check'
import { PgBoss } from 'pg-boss'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BossDatabase, openBossDatabase } from '../../kernel/queue/boss-database.ts'
import { jobOf, queueOf } from '../../kernel/queue/kinds.ts'
import { firstTurn, keepIndex, takeReady } from '../../kernel/queue/take.ts'
import { createTestDatabase } from '../support/test-database.ts'

const KIND = 'test.kind'
const { url } = await createTestDatabase()
let db: BossDatabase
let boss: PgBoss

beforeAll(async () => {
  db = openBossDatabase(url)
  boss = new PgBoss({ db, schema: 'pgboss', registerInstance: false, supervise: false, schedule: false })
  await boss.start()
  await Promise.all([keepIndex(db), keepIndex(db)])
  await boss.createQueue(KIND, queueOf({ name: KIND, handler: async () => undefined, rules: {} }))
})
afterAll(async () => {
  await boss.stop({ graceful: false })
  await db.close()
})

interface Row {
  tenant: string
  key: number
  state: 'created' | 'retry' | 'active' | 'completed'
  isLater: boolean
}

async function put(rows: readonly Row[]): Promise<void> {
  await db.executeSql('DELETE FROM pgboss.job WHERE name = $1', [KIND])
  const work = rows.map(({ tenant, key }) => jobOf({ kind: KIND, schema: tenant, key: String(key), payload: key }))
  await boss.insert(KIND, work)
  const ids = work.map(({ id }) => id)
  await db.executeSql(
    `UPDATE pgboss.job AS j SET state = t.state::pgboss.job_state, started_on = CASE WHEN t.state <> 'created' THEN now() END,
       start_after = CASE WHEN t.later::boolean THEN now() + interval '1 hour' ELSE j.start_after END
     FROM unnest($2::uuid[], $3::text[], $4::text[]) AS t (id, state, later) WHERE j.name = $1 AND j.id = t.id`,
    [KIND, ids, rows.map(({ state }) => state), rows.map(({ isLater }) => String(isLater))],
  )
}

interface Stored {
  id: string
  tenant: string
  key: string
  state: Row['state']
  isDue: boolean
}

async function all(): Promise<Stored[]> {
  const { rows } = await db.executeSql(
    `SELECT id, group_id AS tenant, singleton_key AS key, state, start_after <= now() AS "isDue" FROM pgboss.job WHERE name = $1 ORDER BY created_on, id`,
    [KIND],
  )
  return rows as Stored[]
}

/** Slowly: of each key the first that is due, unless another of it is under way or waits for its next try. */
function mayBeTaken(rows: readonly Stored[]): Stored[] {
  return [...Map.groupBy(rows, ({ key }) => key).values()].flatMap((ofKey) => {
    if (ofKey.some(({ state }) => state === 'active')) return []
    const retry = ofKey.find(({ state }) => state === 'retry')
    const head = retry ?? ofKey.find(({ state, isDue }) => state === 'created' && isDue)
    return head?.isDue ? [head] : []
  })
}

/** Of one key one at most is under way or waits for its next try: pg-boss has an index that refuses more. */
function possible(rows: readonly Row[]): Row[] {
  const held = new Set<string>()
  return rows.map((row) => {
    const key = `${row.tenant}/${row.key}`
    if (row.state !== 'active' && row.state !== 'retry') return row
    if (held.has(key)) return { ...row, state: 'created' }
    held.add(key)
    return row
  })
}

const row = fc.record<Row>({
  tenant: fc.constantFrom('t1', 't2', 't3', 'T-4'),
  key: fc.nat(6),
  state: fc.constantFrom('created', 'created', 'created', 'retry', 'active', 'completed'),
  isLater: fc.boolean(),
})

test('what is taken is the head of its key, as many of a tenant as it may have, and as much as there is', async () => {
  const cases = fc.record({
    rows: fc.array(row, { maxLength: 40 }),
    most: fc.integer({ min: 1, max: 12 }),
    perTenant: fc.integer({ min: 1, max: 4 }),
  })
  await fc.assert(
    fc.asyncProperty(cases, async ({ rows, most, perTenant }) => {
      await put(possible(rows))
      const before = await all()
      const allowed = Map.groupBy(mayBeTaken(before), ({ tenant }) => tenant)
      const active = (tenant: string) => before.filter((one) => one.tenant === tenant && one.state === 'active').length
      const expected = [...allowed].reduce(
        (sum, [tenant, heads]) => sum + Math.max(0, Math.min(heads.length, perTenant - active(tenant))),
        0,
      )
      const taken = await takeReady(db, KIND, firstTurn(), { most, perTenant })
      const ids = taken.map(({ id }) => id)
      expect(taken.length).toBe(Math.min(most, expected))
      expect([...allowed.values()].flat().map(({ id }) => id)).toEqual(expect.arrayContaining(ids))
      for (const [tenant] of allowed) {
        const now = (await all()).filter((one) => one.tenant === tenant && one.state === 'active').length
        expect(now).toBeLessThanOrEqual(Math.max(perTenant, active(tenant)))
      }
    }),
    { numRuns: 60 },
  )
})

test('all is taken in the end, each key in its order, by two at a time', async () => {
  const rows = Array.from(
    { length: 600 },
    (_, index): Row => ({
      tenant: `t${index % 3}`,
      key: index % 40 < 30 ? 0 : index % 40,
      state: 'created',
      isLater: false,
    }),
  )
  await put(rows)
  const order = new Map((await all()).map(({ id }, index) => [id, index]))
  const seen = new Map<string, number>()
  const work = async (): Promise<void> => {
    const turn = firstTurn()
    for (let idle = 0; idle < 3; ) {
      const taken = await takeReady(db, KIND, turn, { most: 8, perTenant: 4 })
      idle = taken.length === 0 ? idle + 1 : 0
      for (const { id, data } of taken) {
        const key = `${data.schema}/${data.key}`
        expect(order.get(id)).toBeGreaterThan(seen.get(key) ?? -1)
        seen.set(key, order.get(id) ?? 0)
      }
      if (taken.length > 0)
        await boss.complete(
          KIND,
          taken.map(({ id }) => id),
        )
      else await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  await Promise.all([work(), work()])
  expect((await all()).filter(({ state }) => state !== 'completed')).toEqual([])
})

test('what waits behind hundreds that have to wait for their key is come to, and tenants take turns', async () => {
  const blocked = Array.from({ length: 1000 }, (): Row => ({ tenant: 't1', key: 0, state: 'created', isLater: false }))
  await put([
    { tenant: 't1', key: 0, state: 'active', isLater: false },
    ...blocked,
    { tenant: 't1', key: 1, state: 'created', isLater: false },
  ])
  const turn = firstTurn()
  const counts: number[] = []
  for (let round = 0; round < 8; round++)
    counts.push((await takeReady(db, KIND, turn, { most: 4, perTenant: 4 })).length)
  expect(counts.reduce((sum, one) => sum + one, 0)).toBe(1)
  expect(counts.slice(0, 6)).toContain(1)

  const tenants = ['a', 'b', 'c', 'd']
  await put(
    tenants.flatMap((tenant) =>
      Array.from({ length: 20 }, (_, key): Row => ({ tenant, key, state: 'created', isLater: false })),
    ),
  )
  const inTurn = firstTurn()
  const served = []
  for (let round = 0; round < 4; round++)
    served.push(...(await takeReady(db, KIND, inTurn, { most: 2, perTenant: 2 })).map(({ data }) => data.schema))
  expect(new Set(served).size).toBe(4)
})
