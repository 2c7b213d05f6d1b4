// Hooks after a save: told of every change at least once, in order, with the rights of whoever made it; and jobs.
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { AFTER_KIND, afterConsumer } from '../../kernel/hooks/after.ts'
import type { OutboxEvent } from '../../kernel/events/contract.ts'
import { afterHook, installPlugin } from '../support/install-plugin.ts'
import type { TestPlugin } from '../support/plugin-archive.ts'
import { pack } from '../support/packages.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

let tenant: TestTenant
beforeAll(async () => {
  tenant = await openTestTenant([
    pack('shop', {
      'entities/order.json': {
        name: 'order',
        display_name: 'title',
        fields: [
          { name: 'title', type: 'text' },
          { name: 'note', type: 'text' },
        ],
      },
      'entities/line.json': {
        name: 'line',
        ownership: 'user',
        display_name: 'text',
        fields: [{ name: 'text', type: 'text' }],
      },
      'roles/clerk.json': {
        name: 'clerk',
        label: 'Clerk',
        entities: { 'shop.order': { create: 'all', read: 'all', update: 'all', fields: { note: 'none' } } },
      },
    }),
  ])
})

const settle = () => tenant.kernel.services.events.settled(tenant.schema)
const make = async (title: string): Promise<string> =>
  (await tenant.call('POST', 'records/shop.order', { title })).body.id
const change = (id: string, body: object) => tenant.call('PATCH', `records/shop.order/${id}`, body, { 'if-match': '*' })
const lines = async (): Promise<string[]> => {
  const { body } = await tenant.call('GET', 'records/shop.line?sort=created_at&limit=500&select=text')
  return body.data.map(({ text }: { text: string }) => text)
}
const dead = async () => (await tenant.call('GET', 'records/system.dead_letter?sort=-created_at')).body.data
const needs = { requires: { shop: '^1.0.0' } }
const writesLines = {
  permissions: {
    records: {
      'shop.order': { read: ['title', 'note'] as string[] },
      'shop.line': { read: true as const, create: true as const },
    },
  },
}
const here: string[] = []
async function use(plugin: TestPlugin): Promise<void> {
  await installPlugin(tenant, plugin)
  here.push(plugin.name ?? '')
}
const remove = (name: string) => tenant.call('POST', `plugins/${name}/remove`, { data: 'keep' })
afterEach(async () => {
  for (const name of here.splice(0).reverse()) await remove(name)
})

describe('a hook after a save', () => {
  test('hears of what happened, in order, and writes with whom it acts for', async () => {
    await installPlugin(tenant, {
      name: 'follow',
      ...needs,
      manifest: writesLines,
      behaviour: { after: [afterHook('shop.order', ['create', 'update', 'delete'])] },
      run: `
        const { operation, record, changed, recordId } = input.event
        await bridge.call('records.create', { entity: 'shop.line', values: { text: [operation, record && record.title, changed.join('+'), input.user && input.user.name].join(' ') } })`,
    })
    const id = await make('a')
    await settle()
    for (const title of ['b', 'c']) await change(id, { title, note: title })
    await settle()
    await tenant.call('DELETE', `records/shop.order/${id}`)
    await settle()
    const told = await lines()
    expect(told[0]).toMatch(/^create a {2}\S/)
    expect(told.slice(1, 3).map((text) => text.split(' ')[0])).toEqual(['update', 'update'])
    expect(told[2]).toMatch(/^update c (note\+title|title\+note) /)
    expect(told[3]).toMatch(/^delete c {2}/)
    const rows = await tenant.database.query(
      `SELECT DISTINCT u.kind, h.on_behalf FROM "${tenant.schema}"._history AS h JOIN "${tenant.schema}"."${tenant.tableOf('system.user')}" AS u ON u.id = h.actor WHERE h.entity = 'shop:line'`,
    )
    expect(rows).toEqual([['plugin', tenant.userId]])
    const { body } = await tenant.call('GET', 'records/shop.line?limit=1&select=owner')
    expect(body.data[0].owner).toBe(tenant.userId)
  })

  test('told again, does nothing again', async () => {
    const before = (await lines()).length
    await tenant.kernel.services.events.replay(tenant.schema, { consumer: afterConsumer.name })
    await settle()
    expect((await lines()).length).toBe(before)
    await remove('follow')
  })

  test('has no more rights than whoever made the change, and leaves out what they may not see', async () => {
    const clerk = await tenant.as('shop.clerk')
    await use({
      name: 'peek',
      ...needs,
      manifest: writesLines,
      files: { 'entities/found.json': { name: 'found', fields: [{ name: 'text', type: 'text' }] } },
      behaviour: { after: [afterHook('shop.order', ['create'])] },
      run: `
        const text = JSON.stringify(Object.keys(input.event.record ?? {}).includes('note'))
        let refused = ''
        await bridge.call('records.create', { entity: 'shop.line', values: { text } }).catch((error) => { refused = error.code })
        bridge.log('info', text + ' ' + refused)`,
    })
    await clerk.call('POST', 'records/shop.order', { title: 'x' })
    await settle()
    await make('y')
    await settle()
    await vi.waitFor(async () => {
      const { body } = await tenant.call('GET', 'plugins/peek/log')
      const told = body.data.flatMap((line: { level: string; message: string }) =>
        line.level === 'info' ? [line.message] : [],
      )
      expect(told.sort()).toEqual(['false RL301', 'true '])
    })
  })

  test('that fails is tried again, and what it wrote is undone', async () => {
    const before = (await lines()).length
    await use({
      name: 'fails',
      ...needs,
      manifest: writesLines,
      behaviour: { after: [afterHook('shop.order', ['create'])] },
      run: `
        await bridge.call('records.create', { entity: 'shop.line', values: { text: 'kept ' + input.event.record.title } })
        if (input.event.record.title === 'final') { const error = new Error('no'); error.relataRefusal = { message: 'never', field: null }; throw error }
        const tries = await bridge.call('records.count', { entity: 'shop.line', filter: { '==': [{ var: 'text' }, 'pass'] } })
        if (tries === 0) throw new Error('not yet')`,
    })
    await make('again')
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect((await lines()).length).toBe(before)
    await tenant.call('POST', 'records/shop.line', { text: 'pass' })
    await settle()
    expect((await lines()).filter((text) => text === 'kept again').length).toBe(1)
    await make('final')
    await settle()
    expect((await lines()).filter((text) => text === 'kept final')).toEqual([])
    const [letter] = await dead()
    expect(letter).toMatchObject({ kind: AFTER_KIND, error: 'never' })
  })

  test('[34] hooks that set each other off end, and are named', async () => {
    const ping = (name: string, from: string, to: string, field: string) =>
      use({
        name,
        ...needs,
        manifest: { permissions: { records: { [from]: { read: true }, [to]: { read: true, create: true } } } },
        behaviour: { after: [afterHook(from, ['create'], { name: 'chase' })] },
        run: `await bridge.call('records.create', { entity: '${to}', values: { ${field}: 'chased' } })`,
      })
    await ping('ping', 'shop.order', 'shop.line', 'text')
    await ping('pong', 'shop.line', 'shop.order', 'title')
    const before = (await lines()).length
    await make('start')
    await settle()
    const [letter] = await dead()
    expect(letter.error).toContain('After-hooks set each other off 8 times over')
    expect(letter.error).toContain('chase of The ping (shop.order)')
    expect(letter.error).toContain('chase of The pong (shop.line)')
    expect((await lines()).length - before).toBe(4)
  })

  test('hears of each record of a bulk load by an id of its own', async () => {
    await use({
      name: 'each',
      ...needs,
      manifest: writesLines,
      behaviour: { after: [afterHook('shop.order', ['create'])] },
      run: `await bridge.call('records.create', { entity: 'shop.line', values: { text: input.event.id } })`,
    })
    const before = (await lines()).length
    const rows = ['x', 'y', 'z'].map((title) => JSON.stringify({ title })).join('\n')
    const { body } = await tenant.send('POST', 'bulk/shop.order', rows, 'application/x-ndjson')
    expect(body).toMatchObject({ accepted: 3 })
    await settle()
    const ids = (await lines()).slice(before)
    expect(new Set(ids).size).toBe(3)
    for (const id of ids) expect(id.length).toBeLessThanOrEqual(60)
  })

  test('costs events of other entities nothing', async () => {
    const loaded = await tenant.kernel.services.catalog.load(tenant.slug)
    const event = { entity: 'shop:order', operation: 'create', records: ['x'], changed: [] } as unknown as OutboxEvent
    expect(afterConsumer.deliveries(event, loaded)).toEqual([])
  })
})

describe('a job', () => {
  test('runs when code or an administrator starts it, for itself, and is kept or undone', async () => {
    await installPlugin(tenant, {
      name: 'worker',
      ...needs,
      manifest: writesLines,
      behaviour: {
        after: [afterHook('shop.order', ['create'])],
        jobs: [{ name: 'nightly', schedule: '0 2 * * *', timeZone: 'Europe/Berlin' }, { name: 'later' }],
      },
      run: `
        if (kind === 'after') return void await bridge.call('jobs.start', { name: 'later', payload: { title: input.event.record.title } })
        await bridge.call('records.create', { entity: 'shop.line', values: { text: [name, input.payload && input.payload.title, input.user].join(' ') } })
        if (input.payload && input.payload.fail) throw new Error('fails')`,
    })
    await make('order')
    await settle()
    expect(await lines()).toContain('later order')
    const run = (body: object) => tenant.call('POST', 'plugins/worker/jobs/nightly/run', body)
    expect((await run({ payload: { title: 'now' } })).status).toBe(200)
    expect(await lines()).toContain('nightly now')
    expect((await run({ payload: { title: 'bad', fail: true } })).body.code).toBe('RL403')
    expect(await lines()).not.toContain('nightly bad')
    expect((await tenant.call('POST', 'plugins/worker/jobs/nightl/run', {})).body.hint).toContain('nightly')
    const clerk = await tenant.as('shop.clerk')
    expect((await clerk.call('POST', 'plugins/worker/jobs/nightly/run', {})).status).toBe(403)
  })

  test('has a schedule while its plugin is on and was granted it', async () => {
    const schedules = async () => {
      await settle()
      const rows = await tenant.database.query(
        `SELECT key, cron, timezone FROM pgboss.schedule WHERE name = 'plugin.job'`,
      )
      return rows.map(([key, cron, zone]) => [key?.endsWith('nightly'), cron, zone])
    }
    expect(await schedules()).toEqual([[true, '0 2 * * *', 'Europe/Berlin']])
    await tenant.call('POST', 'plugins/worker/disable')
    expect(await schedules()).toEqual([])
    await tenant.call('POST', 'plugins/worker/enable')
    expect(await schedules()).toHaveLength(1)
    await tenant.call('PUT', 'plugins/worker/grant', { grants: ['after:shop.order:create'] })
    expect(await schedules()).toEqual([])
    await remove('worker')
  })
})
