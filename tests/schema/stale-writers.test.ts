// Writers that still know the old version when a publish changes what a write has to do: they are turned away, plan once
// more, and what is derived from their records is right.
import { setTimeout as delay } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { systemActor, systemContext } from '../../kernel/auth/index.ts'
import { bulkLoad } from '../../kernel/run/bulk.ts'
import { isStalePlan } from '../../kernel/run/postgres-error.ts'
import { createRecord } from '../../kernel/run/write-records.ts'
import type { LoadedTenant } from '../../kernel/catalog/loaded-tenant.ts'
import { openTenant, pack, type TestTenant } from './support.ts'

let tenant: TestTenant
beforeAll(async () => {
  tenant = await openTenant([files()])
})

const count = { name: 'roads', type: 'rollup', rollup: { over: 'road.town', aggregate: 'count' } }
const sum = { name: 'length', type: 'rollup', rollup: { over: 'road.town', aggregate: 'sum', field: 'length' } }
function files(...rollups: object[]) {
  return pack('map', {
    'entities/town.json': { name: 'town', fields: [{ name: 'name', type: 'text' }, ...rollups] },
    'entities/road.json': {
      name: 'road',
      fields: [
        { name: 'town', type: 'reference', to: 'town' },
        { name: 'length', type: 'decimal' },
      ],
    },
  })
}
const contextOf = (loaded: LoadedTenant) => systemContext(loaded, systemActor(loaded.tenant))
const create = (loaded: LoadedTenant, entity: string, body: object) => {
  const context = contextOf(loaded)
  return createRecord(context, { database: tenant.database }, context.model.entity(entity), body)
}

test('a write by the old version is turned away, and goes through by the new one', async () => {
  const old = await tenant.load()
  const { id } = await create(old, 'map.town', { name: 'Ur' })
  await create(old, 'map.road', { town: id, length: '1.5' })
  await tenant.publish([files(count)])
  const error = await create(old, 'map.road', { town: id, length: '2' }).catch((one: unknown) => one)
  expect(isStalePlan(error)).toBe(true)
  // What the roll-up does not hang on may be written by either.
  await create(old, 'map.town', { name: 'Uruk' })
  await create(await tenant.load(), 'map.road', { town: id, length: '2' })
  await tenant.settled()
  expect(await tenant.sql(`SELECT roads FROM @."map.town" WHERE id = $1::uuid`, [id])).toEqual([['2']])
})

test('roll-ups that come while many write are exact in the end', { timeout: 60_000 }, async () => {
  await tenant.publish([files()])
  const towns: string[] = []
  for (const name of ['a', 'b', 'c']) towns.push((await create(await tenant.load(), 'map.town', { name })).id)
  let isOver = false
  let turnedAway = 0
  // Holds on to its version as long as it works, as a request does.
  const write = async () => {
    let loaded = await tenant.load()
    for (let n = 0; !isOver; n++) {
      try {
        await create(loaded, 'map.road', { town: towns[n % 3] ?? '', length: String(n % 7) })
      } catch (error) {
        if (!isStalePlan(error)) {
          isOver = true
          throw error
        }
        turnedAway++
        loaded = await tenant.catalog.reload(tenant.info.slug)
      }
    }
  }
  const load = async () => {
    while (!isOver) {
      const loaded = await tenant.load()
      const rows = Array.from({ length: 300 }, (_, n) => ({
        line: n + 1,
        values: { town: towns[n % 3] ?? '', length: '1' },
      }))
      try {
        await bulkLoad(contextOf(loaded), tenant.database, loaded.model.entity('map.road'), rows)
      } catch (error) {
        expect(error).toMatchObject({ code: 'RL210' })
      }
    }
  }
  const writers = [write(), write(), load()]
  for (const now of [files(count), files(count, sum), files(sum), files(sum, count)]) {
    await delay(150)
    await tenant.publish([now])
  }
  await tenant.settled()
  isOver = true
  await Promise.all(writers)
  const stored = await tenant.sql(
    `SELECT id, roads, length FROM @."map.town" WHERE name IN ('a', 'b', 'c') ORDER BY id`,
  )
  const counted = await tenant.sql(
    `SELECT t.id, count(*), sum(r.length) FROM @.map_town AS t JOIN @.map_road AS r ON r.town = t.id WHERE t.name IN ('a', 'b', 'c') GROUP BY t.id ORDER BY t.id`,
  )
  expect(stored).toEqual(counted)
  expect(turnedAway).toBeGreaterThan(0)
})
