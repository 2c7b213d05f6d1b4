// Actions: where they are offered, what their form takes, and that they do all or nothing.
import { beforeAll, describe, expect, test } from 'vitest'
import { installPlugin } from '../support/install-plugin.ts'
import { pack } from '../support/packages.ts'
import { type Caller, openTestTenant, type TestTenant } from '../support/test-tenant.ts'

let tenant: TestTenant
let clerk: Caller
beforeAll(async () => {
  tenant = await openTestTenant([
    pack('shop', {
      'entities/order.json': {
        name: 'order',
        ownership: 'user',
        display_name: 'title',
        fields: [
          { name: 'title', type: 'text', required: true },
          {
            name: 'stage',
            type: 'choice',
            options: [{ value: 'open' }, { value: 'won' }, { value: 'lost' }],
            default: 'open',
          },
          { name: 'note', type: 'text' },
          { name: 'customer', type: 'reference', to: 'base.person' },
        ],
      },
      'roles/clerk.json': {
        name: 'clerk',
        label: 'Clerk',
        entities: { 'shop.order': { create: 'all', read: 'own', update: 'own', fields: { note: 'read' } } },
      },
    }),
  ])
  await installPlugin(tenant, {
    name: 'sales',
    requires: { shop: '^1.0.0', base: '^1.0.0' },
    files: {
      'actions/win.json': {
        name: 'win',
        entity: 'shop.order',
        label: { en: 'Win', ru: 'Выиграть' },
        on: ['record', 'bulk'],
        visible_if: { '==': [{ var: 'stage' }, 'open'] },
        promoted: true,
        input: [
          { name: 'reason', type: 'text', required: true, max_length: 20 },
          { name: 'sum', type: 'money' },
          { name: 'who', type: 'reference', to: 'base.person' },
          { name: 'how', type: 'choice', options: [{ value: 'call' }, { value: 'mail' }], default: 'call' },
        ],
      },
      'actions/count.json': { name: 'count', entity: 'shop.order', label: 'Count', on: ['list'] },
      'actions/idle.json': { name: 'idle', entity: 'shop.order', label: 'Nobody does it', on: ['list'] },
    },
    manifest: {
      permissions: {
        records: { 'shop.order': { read: ['title', 'stage'], create: ['title'], update: ['stage', 'note'] } },
      },
    },
    behaviour: { actions: ['win', 'count'] },
    run: `
      if (name === 'count') return { message: String(await bridge.call('records.count', { entity: 'shop.order' })) }
      const { ids, input: form } = input.event
      for (const id of ids) {
        const { title } = await bridge.call('records.get', { entity: 'shop.order', id })
        await bridge.call('records.update', { entity: 'shop.order', id, values: { stage: 'won' } })
        if (title === 'stuck') throw new Error('stuck')
        if (title === 'noted') await bridge.call('records.update', { entity: 'shop.order', id, values: { note: 'x' } })
      }
      return { message: { en: form.reason + ' ' + form.how, ru: 'да' }, open: { entity: 'shop.order', id: ids[0] } }`,
  })
  clerk = await tenant.as('shop.clerk')
})

const make = async (title: string, by: Caller = tenant): Promise<string> =>
  (await by.call('POST', 'records/shop.order', { title })).body.id
const stageOf = async (id: string) => (await tenant.call('GET', `records/shop.order/${id}`)).body.stage
const win = (ids: string[], input: object = { reason: 'r' }, by: Caller = tenant) =>
  by.call('POST', 'actions/sales.win', { ids, input })

describe('an action', () => {
  test('is told to pages with its form, when code stands behind it', async () => {
    const { body } = await tenant.call('GET', 'meta')
    const mine = body.actions.filter((one: { package: string }) => one.package === 'sales')
    expect(mine.map(({ name }: { name: string }) => name).sort()).toEqual(['sales.count', 'sales.win'])
    const found = mine.find(({ name }: { name: string }) => name === 'sales.win')
    expect(found).toMatchObject({
      entity: 'shop.order',
      on: ['record', 'bulk'],
      isPromoted: true,
      visibleIf: expect.anything(),
    })
    expect(found.input.map(({ name, type }: { name: string; type: string }) => `${name} ${type}`)).toEqual([
      'reason text',
      'sum money',
      'who reference',
      'how choice',
    ])
    await tenant.call('POST', 'plugins/sales/disable')
    expect((await tenant.call('GET', 'meta')).body.actions).toEqual([])
    expect((await tenant.call('POST', 'actions/sales.count', {})).status).toBe(404)
    await tenant.call('POST', 'plugins/sales/enable')
  })

  test('does its work on the records that it was started on, for whoever started it', async () => {
    const id = await make('one')
    const { status, body } = await win([id])
    expect([status, body.message.en]).toEqual([200, 'r call'])
    expect(body.open).toEqual({ entity: 'shop.order', id })
    expect(body.changed).toEqual([{ entity: 'shop.order', id }])
    expect(await stageOf(id)).toBe('won')
    const { body: history } = await tenant.call('GET', `records/shop.order/${id}/history`)
    expect(history.data[0].changes).toEqual({ stage: ['open', 'won'] })
    const [[actor, behalf] = []] = await tenant.database.query(
      `SELECT u.kind, h.on_behalf FROM "${tenant.schema}"._history AS h JOIN "${tenant.schema}"."${tenant.tableOf('system.user')}" AS u ON u.id = h.actor WHERE h.record = $1::uuid AND h.operation = 'update'`,
      [id],
    )
    expect([actor, behalf]).toEqual(['plugin', tenant.userId])
  })

  test('tells all that is wrong with its form at once', async () => {
    const id = await make('two')
    const { body } = await win([id], { reason: 'x'.repeat(30), sum: 'much', who: id, how: 'smoke', other: 1 })
    expect(body.code).toBe('RL206')
    expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual(
      ['/input/reason', '/input/sum', '/input/who', '/input/how', '/input/other'].sort(),
    )
    expect((await win([id], {})).body.errors).toMatchObject([{ path: '/input/reason', key: 'required' }])
    expect(await stageOf(id)).toBe('open')
  })

  test('is started where it belongs, on records that are there and that it is for', async () => {
    const id = await make('three')
    expect((await win([])).body.errors).toMatchObject([{ path: '/ids' }])
    expect((await tenant.call('POST', 'actions/sales.count', { ids: [id] })).status).toBe(422)
    expect(Number((await tenant.call('POST', 'actions/sales.count', {})).body.message)).toBeGreaterThan(0)
    await win([id])
    expect((await win([id])).body.errors).toMatchObject([{ path: '/ids/0', key: 'not_offered' }])
    expect((await win([crypto.randomUUID()])).status).toBe(404)
    expect((await tenant.call('POST', 'actions/sales.win', { ids: ['x'], input: {} })).status).toBe(422)
    expect((await tenant.call('POST', 'actions/sales.lose', {})).body.hint).toBeTruthy()
  })

  test('does all or nothing', async () => {
    const ids = [await make('a'), await make('stuck'), await make('b')]
    const { status, body } = await win(ids)
    expect([status, body.code]).toEqual([502, 'RL403'])
    for (const id of ids) expect(await stageOf(id)).toBe('open')
  })

  test('reaches as far as whoever started it, and as the plugin', async () => {
    const [theirs, mine] = [await make('theirs'), await make('mine', clerk)]
    expect((await win([theirs], undefined, clerk)).status).toBe(404)
    expect((await win([mine], undefined, clerk)).status).toBe(200)
    const noted = await make('noted', clerk)
    expect((await win([noted], undefined, clerk)).body.code).toBe('RL301')
    expect(await stageOf(noted)).toBe('open')
    expect((await win([noted])).status).toBe(200)
  })

  test('works on hundreds of records at once', async () => {
    const lines = Array.from({ length: 500 }, (_, index) => JSON.stringify({ title: `many ${index}` })).join('\n')
    await tenant.send('POST', 'bulk/shop.order', lines, 'application/x-ndjson')
    const { body } = await tenant.call('GET', 'records/shop.order?q=many&limit=500&select=id')
    const ids = body.data.map(({ id }: { id: string }) => id)
    const won = await win(ids)
    expect(won.status, JSON.stringify(won.body)).toBe(200)
    expect(won.body.changed.length).toBe(500)
    const left = await tenant.call(
      'GET',
      `records/shop.order?q=many&limit=1&count=exact&filter=${encodeURIComponent('{"==":[{"var":"stage"},"open"]}')}`,
    )
    expect(left.body.count.value).toBe(0)
  })
})
