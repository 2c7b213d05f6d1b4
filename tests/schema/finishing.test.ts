// What a publish leaves to the background: indexes of tables that hold many records, values computed anew.
import { beforeAll, describe, expect, test } from 'vitest'
import { SMALL_TABLE_ROWS } from '../../kernel/schema/planner.ts'
import { openTenant, pack, type TestTenant } from './support.ts'

let tenant: TestTenant
beforeAll(async () => {
  tenant = await openTenant()
})

const MANY = SMALL_TABLE_ROWS + 500
const fill = (table: string, columns = '', values = '', rows = MANY) =>
  tenant.sql(
    `INSERT INTO @."${table}" (id${columns}) SELECT gen_random_uuid()${values} FROM generate_series(1, ${rows}) AS n`,
  )
const text = (name: string, more: object = {}) => ({ name, type: 'text', ...more })
const job = async (id: string) => {
  const [row] = await tenant.sql(`SELECT state, error FROM @._job WHERE id = $1::uuid`, [id])
  const [face] = await tenant.sql(`SELECT state, progress, title FROM @.system_job WHERE id = $1::uuid`, [id])
  return { state: row?.[0], error: row?.[1], shown: face?.[0], progress: face?.[1], title: face?.[2] }
}

describe('indexes of a large table', () => {
  const files = (fields: readonly object[]) => [
    pack('big', { 'entities/row.json': { name: 'row', label: 'Row', fields } }),
  ]

  test('are built by a job that people can see', async () => {
    await tenant.publish(files([text('code')]))
    await fill('big_row', ', code', ", 'c' || n")
    const { jobs, plan } = await tenant.publish(files([text('code', { indexed: true })]))
    expect(plan.steps.filter(({ phase }) => phase === 'later')).toEqual([
      {
        text: 'build an index of Row (code)',
        kind: 'add',
        phase: 'later',
        sql: [
          expect.stringMatching(
            /^CREATE INDEX CONCURRENTLY "big_row__code__ix_\w{8}" ON .* USING btree \("code", "id"\) INCLUDE \("deleted_at", .*"_shared_with"\)$/,
          ),
        ],
      },
    ])
    expect(jobs).toHaveLength(1)
    await tenant.settled()
    expect(await job(jobs[0] ?? '')).toEqual({
      state: 'done',
      error: null,
      shown: 'done',
      progress: '100',
      title: 'Build indexes of Row',
    })
    expect(await tenant.indexes('big_row')).toContainEqual(expect.stringMatching(/^big_row__code__ix_/))
  })

  test('that a stopped build left unusable are built again', async () => {
    const before = await tenant.indexes('big_row')
    const name = before.find((one) => one.startsWith('big_row__code'))
    // What PostgreSQL leaves behind when a concurrent build is cut off.
    await tenant.sql(`DROP INDEX @."${name}"`)
    await tenant.sql(`UPDATE @.big_row SET code = 'twice' WHERE code IN ('c1', 'c2')`)
    await expect(
      tenant.sql(`CREATE UNIQUE INDEX CONCURRENTLY "${name}" ON @.big_row (code, id, (1))`),
    ).resolves.toBeDefined()
    await tenant.sql(`DROP INDEX @."${name}"`)
    await expect(tenant.sql(`CREATE UNIQUE INDEX CONCURRENTLY "${name}" ON @.big_row (code)`)).rejects.toThrow(
      /could not create unique index/,
    )
    expect(await tenant.indexes('big_row')).not.toContain(name)
    const { jobs } = await tenant.publish(files([text('code', { indexed: true })]))
    expect(jobs).toHaveLength(1)
    await tenant.settled()
    expect(await tenant.indexes('big_row')).toEqual(before)
  })

  test('that turn out not to be unique fail with the reason, and leave nothing behind', async () => {
    await tenant.publish(files([text('code'), text('key')]))
    const before = await tenant.indexes('big_row')
    const unique = files([text('code'), text('key', { unique: true })])
    // Two records with one key, made while the plan looked and could not see them yet.
    const { jobs } = await tenant.database.transaction(async (tx) => {
      await tx.execute(
        `INSERT INTO "${tenant.schema}".big_row (id, key) VALUES (gen_random_uuid(), 'same'), (gen_random_uuid(), 'same')`,
      )
      return tenant.publish(unique)
    })
    await tenant.settled()
    const failed = await job(jobs[0] ?? '')
    expect([failed.state, failed.shown]).toEqual(['failed', 'failed'])
    expect(failed.error).toMatch(/^Key of Row cannot be unique: records that share a value were made meanwhile/)
    expect(await tenant.indexes('big_row')).toEqual(before)
    await tenant.sql(`DELETE FROM @.big_row WHERE key = 'same'`)
    const again = await tenant.publish(unique)
    await tenant.settled()
    expect((await job(again.jobs[0] ?? '')).state).toBe('done')
    await expect(fill('big_row', ', key', ", 'same'", 2)).rejects.toThrow(/duplicate key/)
  })
})

describe('values of records that were there before', () => {
  const label = { label: 'Town' }
  const town = (fields: readonly object[] = [], more: object = {}) => ({
    name: 'town',
    ...label,
    fields: [text('name'), ...fields],
    ...more,
  })
  const road = (fields: readonly object[] = []) => ({
    name: 'road',
    label: 'Road',
    fields: [
      text('name'),
      { name: 'town', type: 'reference', to: 'town' },
      { name: 'length', type: 'decimal' },
      ...fields,
    ],
  })
  const files = (one: object, two: object) => [pack('map', { 'entities/town.json': one, 'entities/road.json': two })]
  const T = '00000000-0000-7000-8000-00000000000'

  beforeAll(async () => {
    await tenant.publish(files(town(), road()))
    await tenant.sql(
      `INSERT INTO @.map_town (id, name, display_name) VALUES ('${T}1', 'Ur', 'Ur'), ('${T}2', 'Uruk', 'Uruk')`,
    )
    await tenant.sql(
      `INSERT INTO @.map_road (id, name, town, length, deleted_at) VALUES ('${T}a', 'a', '${T}1', 1.5, NULL), ('${T}b', 'b', '${T}1', 2, NULL), ('${T}c', 'c', '${T}1', 7, now()), ('${T}d', 'd', NULL, 9, NULL)`,
    )
  })

  test('roll-ups are computed, and computed anew when their filter changes', async () => {
    const rollup = { name: 'roads', type: 'rollup', rollup: { over: 'road.town', aggregate: 'sum', field: 'length' } }
    await tenant.publish(files(town([rollup]), road()))
    await tenant.settled()
    const table = (await tenant.load()).model.entity('map.town').field('roads')?.options.rollup?.table
    expect(await tenant.sql(`SELECT id, roads__sum FROM @."${table}"`)).toEqual([[`${T}1`, '3.5']])
    const filtered = { ...rollup, rollup: { ...rollup.rollup, filter: { '>': [{ var: 'length' }, '1.75'] } } }
    const { plan } = await tenant.publish(files(town([filtered]), road()))
    expect(plan.steps.map(({ text: one }) => one)).toEqual([
      'change field Roads of Town: options',
      'compute Roads of Town',
    ])
    await tenant.settled()
    expect(await tenant.sql(`SELECT id, roads__sum FROM @."${table}"`)).toEqual([[`${T}1`, '2']])
  })

  test('display names follow their rule', async () => {
    await tenant.publish(files(town([], { display_name: { cat: [{ var: 'name' }, '!'] } }), road()))
    await tenant.settled()
    expect(await tenant.sql(`SELECT display_name, version FROM @.map_town ORDER BY id`)).toEqual([
      ['Ur!', '1'],
      ['Uruk!', '1'],
    ])
  })

  test('automatic numbers are given to all, the oldest first', async () => {
    await tenant.publish(files(town(), road([{ name: 'number', type: 'auto_number', number_pattern: 'R-{000}' }])))
    await tenant.settled()
    expect(await tenant.sql(`SELECT name, number FROM @.map_road ORDER BY id`)).toEqual([
      ['a', 'R-001'],
      ['b', 'R-002'],
      ['c', 'R-003'],
      ['d', 'R-004'],
    ])
  })

  test('amounts are converted at the rate of another date', async () => {
    const price = { name: 'price', type: 'money' }
    const day = { name: 'day', type: 'date' }
    await tenant.publish(files(town(), road([day, price])))
    await tenant.sql(
      `INSERT INTO @.system_currency_rate (id, currency, rate_date, rate) VALUES (gen_random_uuid(), 'USD', '2020-01-01', 0.5), (gen_random_uuid(), 'USD', '2024-01-01', 0.9)`,
    )
    await tenant.sql(
      `UPDATE @.map_road SET price__amount = 10, price__currency = 'USD', price__base = 9, day = '2021-05-05' WHERE id = '${T}a'`,
    )
    await tenant.publish(files(town(), road([day, { ...price, rate_date: 'day' }])))
    await tenant.settled()
    expect(await tenant.sql(`SELECT price__base FROM @.map_road WHERE id = '${T}a'`)).toEqual([['5.0000']])
  })
})

test('a large column changes its type while everybody writes on, and no write is lost', {
  timeout: 60_000,
}, async () => {
  const files = (type: string) => [
    pack('move', { 'entities/row.json': { name: 'row', fields: [text('name'), { name: 'size', type }] } }),
  ]
  await tenant.publish(files('number'))
  await fill('move_row', ', size', ', n + 0.5', 12_000)
  const ids = (await tenant.sql(`SELECT id FROM @.move_row LIMIT 50`)).map(([id]) => id ?? '')
  const written = new Map<string, number>()
  let isOver = false
  // Like a server that plans anew when its statement meets a column that is gone.
  const write = async () => {
    for (let n = 0; !isOver; n++) {
      const id = ids[n % ids.length] ?? ''
      const column = (await tenant.load()).model.entity('move.row').field('size')?.columns[0]
      try {
        await tenant.sql(`UPDATE @.move_row SET "${column?.column}" = $2::${column?.sqlType} WHERE id = $1::uuid`, [
          id,
          String(n),
        ])
        written.set(id, n)
      } catch (error) {
        expect(String(error)).toMatch(/does not exist/)
        await tenant.catalog.reload(tenant.info.slug)
      }
    }
  }
  const writing = write()
  await tenant.publish(files('decimal'))
  await new Promise((resolve) => setTimeout(resolve, 50))
  isOver = true
  await writing
  const column = (await tenant.load()).model.entity('move.row').field('size')?.columns[0]?.column
  expect(await tenant.columns('move_row')).toContain(`${column} numeric`)
  const [rest] = await tenant.sql(`SELECT count(*), count("${column}") FROM @.move_row`)
  expect(rest).toEqual(['12000', '12000'])
  for (const [id, n] of written)
    expect(await tenant.sql(`SELECT "${column}" FROM @.move_row WHERE id = $1::uuid`, [id])).toEqual([[String(n)]])
  expect(written.size).toBeGreaterThan(5)
})
