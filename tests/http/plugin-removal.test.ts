// Removing a plugin and archiving its data: everything of it is in one file before anything is dropped.
import { setTimeout as delay } from 'node:timers/promises'
import { strFromU8, unzipSync } from 'fflate'
import { beforeAll, expect, test } from 'vitest'
import { pluginArchive, pluginForm } from '../support/plugin-archive.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

let tenant: TestTenant
beforeAll(async () => {
  tenant = await openTestTenant([])
})

test('archived data is in a file for administrators, and gone from the tables', async () => {
  const files = {
    'entities/order.json': {
      name: 'order',
      fields: [
        { name: 'title', type: 'text' },
        { name: 'total', type: 'money' },
        { name: 'weight', type: 'decimal', scale: 3 },
        { name: 'tags', type: 'multi_choice', options: [{ value: 'a' }, { value: 'b' }] },
        { name: 'code', type: 'secret' },
      ],
    },
    'entities/team.json': { extends: 'system.team', fields: [{ name: 'colour', type: 'text' }] },
  }
  const { body, type } = await pluginForm(pluginArchive({ files }), { grants: 'all' })
  await tenant.send('POST', 'plugins', body, type)
  const order = { title: 'Für „Ünï“', total: { amount: '12.50', currency: 'EUR' }, weight: '1.250', tags: ['b'] }
  for (let number = 0; number < 3; number++)
    expect((await tenant.call('POST', 'records/shop.order', { ...order, code: 'sesame' })).status).toBe(201)
  const team = (await tenant.call('POST', 'records/system.team', { name: 'Red', shop_colour: 'red' })).body
  await tenant.call('POST', 'records/system.team', { name: 'None' })

  const plan = (await tenant.call('POST', 'plugins/shop/remove/plan')).body
  expect(plan).toMatchObject({
    entities: [{ name: 'shop.order', records: 3 }],
    fields: [{ name: 'system.team.shop_colour', records: 1 }],
    drops: ['drop:system.team.shop_colour', 'drop:shop.order'],
  })
  expect((await tenant.call('POST', 'plugins/shop/remove', { data: 'archive' })).status).toBe(200)
  while ((await tenant.call('GET', 'plugins')).body.data.length > 0) await delay(30)

  const [{ file }] = (await tenant.call('GET', 'plugin-archives')).body.data
  const { key } = (await tenant.call('POST', 'keys', { name: 'k', role: 'system.administrator' })).body
  const address = `http://localhost/api/v1/${tenant.slug}/plugin-archives/${file}`
  const answer = await tenant.kernel.app.request(address, { headers: { authorization: `Bearer ${key}` } })
  const zip = unzipSync(new Uint8Array(await answer.arrayBuffer()))
  expect(Object.keys(zip).sort()).toEqual([
    'data/shop.order.ndjson',
    'fields/system.team.ndjson',
    'metadata/entities/order.json',
    'metadata/entities/team.json',
    'metadata/package.json',
  ])
  const lines = (path: string) =>
    strFromU8(zip[path] ?? new Uint8Array())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
  expect(lines('data/shop.order.ndjson')).toHaveLength(3)
  expect(lines('data/shop.order.ndjson')[0]).toMatchObject({
    ...{ title: order.title, tags: ['b'], version: 1 },
    total: { amount: expect.stringMatching(/^12\.50*$/), currency: 'EUR' },
    weight: expect.stringMatching(/^1\.250*$/),
  })
  expect(JSON.stringify(lines('data/shop.order.ndjson'))).not.toContain('code')
  expect(lines('fields/system.team.ndjson')).toEqual([{ id: team.id, shop_colour: 'red' }])
  const tables = await tenant.database.query(
    `SELECT relname FROM pg_class WHERE relnamespace = $1::regnamespace AND relname LIKE '%order%'`,
    [tenant.schema],
  )
  expect(tables).toEqual([])

  const reader = await tenant.as('system.reader')
  expect((await reader.call('GET', `plugin-archives/${file}`)).status).toBe(403)
  expect((await tenant.call('GET', 'plugin-archives/..%2fsecret.key')).status).toBe(404)
  expect((await tenant.call('DELETE', `plugin-archives/${file}`)).body.data).toEqual([])
})
