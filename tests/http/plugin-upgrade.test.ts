// Upgrades that change stored records: what is added comes first, then the steps, then the code. Whatever happens in
// between, one whole version runs.
import { setTimeout as delay } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { pluginArchive, pluginForm, type TestPlugin } from '../support/plugin-archive.ts'
import type { Answer } from '../support/sign-in.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

let tenant: TestTenant
beforeAll(async () => {
  tenant = await openTestTenant([])
})

async function install(plugin: TestPlugin, request: object = { grants: 'all' }): Promise<Answer> {
  const { body, type } = await pluginForm(pluginArchive(plugin), request)
  return tenant.send('POST', 'plugins', body, type)
}
const entity = (...fields: object[]) => ({
  'entities/item.json': { name: 'item', fields: [{ name: 'title', type: 'text' }, ...fields] },
})
const first = (name: string): TestPlugin => ({ name, files: entity() })

/** Two records a page: each gets `size`, the length of its title; `then` runs for each page. */
const second = (name: string, then = ''): TestPlugin => ({
  name,
  version: '1.1.0',
  files: entity({ name: 'size', type: 'number', required: true }),
  behaviour: { migrations: [{ name: 'measure', version: '1.1.0' }] },
  run: `
    const { data, next } = await bridge.call('records.list', { entity: '${name}.item', sort: 'title', limit: 2, ...(input.cursor ? { cursor: input.cursor } : {}) })
    for (const { id, title } of data) await bridge.call('records.update', { entity: '${name}.item', id, values: { size: title.length } })
    ${then}
    return next ? { next } : { done: true }`,
})

async function settled(name: string): Promise<Record<string, unknown>> {
  for (;;) {
    const { body } = await tenant.call('GET', `plugins/${name}`)
    if (body.next?.phase !== 'migration') return body
    await delay(30)
  }
}
const sizes = async (name: string) =>
  (await tenant.call('GET', `records/${name}.item?sort=title`)).body.data.map((item: { size?: number }) => item.size)
async function addItems(name: string, ...titles: string[]): Promise<void> {
  for (const title of titles) await tenant.call('POST', `records/${name}.item`, { title })
}

describe('a first install', () => {
  const prepared = (name: string, then = ''): TestPlugin => ({
    name,
    files: entity(),
    behaviour: {
      migrations: [
        { name: 'first_items', version: '1.0.0', atInstall: true },
        { name: 'old_items', version: '1.0.0' },
      ],
    },
    run: `
    if (name === 'old_items') throw new Error('there is nothing old')
    ${then}
    await bridge.call('records.create', { entity: '${name}.item', values: { title: input.cursor ?? 'one' } })
    return input.cursor ? { done: true } : { next: 'two' }`,
  })
  const titles = async (name: string) =>
    (await tenant.call('GET', `records/${name}.item?sort=title`)).body.data.map((item: { title: string }) => item.title)
  async function ready(name: string): Promise<Record<string, unknown>> {
    for (;;) {
      const { body } = await tenant.call('GET', `plugins/${name}`)
      if (body.state !== 'upgrading') return body
      await delay(30)
    }
  }

  test('takes the steps that are for it, page by page, and no others; switched off and on it does not take them again', async () => {
    const plan = await tenant.send('POST', 'plugin-plans', pluginArchive(prepared('e')), 'application/zip')
    expect(plan.body.migrations).toEqual([{ name: 'first_items', label: 'first_items', version: '1.0.0' }])
    expect((await install(prepared('e'))).body).toMatchObject({ state: 'upgrading', version: '1.0.0', next: null })
    expect(await ready('e')).toMatchObject({ state: 'on', error: null })
    expect(await titles('e')).toEqual(['one', 'two'])
    await tenant.call('POST', 'plugins/e/disable')
    await tenant.call('POST', 'plugins/e/enable')
    expect(await ready('e')).toMatchObject({ state: 'on', error: null })
    expect(await titles('e')).toEqual(['one', 'two'])
  })

  test('waits with them for the grant', async () => {
    const asking: TestPlugin = { ...prepared('f'), manifest: { permissions: { mail: true } } }
    expect((await install(asking, {})).body).toMatchObject({ state: 'waiting' })
    expect(await titles('f')).toEqual([])
    await tenant.call('PUT', 'plugins/f/grant', { grants: ['mail'] })
    expect(await ready('f')).toMatchObject({ state: 'on' })
    expect(await titles('f')).toEqual(['one', 'two'])
  })

  test('sets what is read only to everybody else', async () => {
    const fields = [
      { name: 'stamp', type: 'text', read_only: true },
      { name: 'loud', type: 'text', computed: { upper: { var: 'stamp' } } },
    ]
    const stamp = `const make = (values) => bridge.call('records.create', { entity: 'h.item', values })
      const { id } = await make({ title: 'mine', stamp: 'by h' })
      await bridge.call('records.update', { entity: 'h.item', id, values: { stamp: 'still by h' } })
      const [computed, foreign] = await Promise.allSettled([make({ loud: 'x' }), bridge.call('records.update', { entity: 'system.user', id, values: { kind: 'key' } })])
      await make({ title: computed.reason.code + ' ' + foreign.reason.code })
      return { done: true }`
    await install({ ...prepared('h', stamp), files: entity(...fields) })
    expect(await ready('h')).toMatchObject({ state: 'on', error: null })
    const { body } = await tenant.call('GET', 'records/h.item?sort=title&select=title,stamp,loud')
    expect(body.data).toMatchObject([
      { title: 'mine', stamp: 'still by h', loud: 'STILL BY H' },
      { title: 'RL206 RL404', stamp: null },
    ])
    const refused = await tenant.call('POST', 'records/h.item', { title: 'yours', stamp: 'by somebody' })
    expect(refused.body.errors).toMatchObject([{ path: '/stamp', key: 'read_only' }])
  })

  test('runs without a step that failed, and says why', async () => {
    await install(prepared('g', `if (input.cursor) throw new Error('cannot')`))
    const { state, error } = await ready('g')
    expect([state, error]).toEqual(['on', 'The migration first_items to 1.0.0 failed: Error: cannot.'])
    expect(await titles('g')).toEqual(['one'])
  })
})

describe('an upgrade with migrations', () => {
  test('is planned with them, and runs them page by page before its code', async () => {
    await install(first('a'))
    await addItems('a', 'a', 'bb', 'ccc', 'dddd', 'eeeee')
    const plan = await tenant.send('POST', 'plugin-plans', pluginArchive(second('a')), 'application/zip')
    expect(plan.body).toMatchObject({ problems: [], migrations: [{ name: 'measure', version: '1.1.0' }] })
    expect(plan.body.reach).toEqual([{ name: 'a.item', label: 'Item', records: 5 }])

    const began = await install(second('a'))
    expect(began.body).toMatchObject({ state: 'upgrading', version: '1.0.0', next: { phase: 'migration' } })
    expect((await install(second('a'))).body.code).toBe('RL214')
    const done = await settled('a')
    expect(done).toMatchObject({ state: 'on', version: '1.1.0', next: null, error: null })
    expect(done['migrations']).toEqual([{ name: 'measure', version: '1.1.0', isDone: true, error: null }])
    expect(await sizes('a')).toEqual([1, 2, 3, 4, 5])
    const history = await tenant.database.query(
      `SELECT DISTINCT u.kind FROM "${tenant.schema}"._history AS h JOIN "${tenant.schema}"."${tenant.tableOf('system.user')}" AS u ON u.id = h.actor WHERE h.entity = 'a:item' AND h.operation = 'update'`,
    )
    expect(history).toEqual([['plugin']])
    const jobs = (await tenant.call('GET', 'records/system.job?sort=-created_at&limit=1')).body.data
    expect(jobs[0]).toMatchObject({ title: 'Bring a to 1.1.0', state: 'done' })
  })

  test('that fails leaves the version before running, tells why, and goes on there when it is brought again', async () => {
    await install(first('b'))
    await addItems('b', 'a', 'bb', 'ccc')
    const failing = second('b', 'if (!next) throw new Error("cannot")')
    await install(failing)
    const failed = await settled('b')
    expect(failed).toMatchObject({ state: 'on', version: '1.0.0', next: { phase: 'failed' } })
    expect(failed['error']).toContain('The migration measure to 1.1.0 failed: Error: cannot')
    expect(failed['migrations']).toEqual([expect.objectContaining({ isDone: false, error: expect.anything() })])
    // The first page is kept, the second was undone.
    expect(await sizes('b')).toEqual([1, 2, null])
    expect((await tenant.call('POST', 'plugins/b/upgrade/cancel')).body).toMatchObject({ next: null, error: null })
    await addItems('b', 'dddd')
    await install(second('b'), { accept: [] })
    expect(await settled('b')).toMatchObject({ version: '1.1.0', state: 'on', error: null })
    expect(await sizes('b')).toEqual([1, 2, 3, 4])
  })

  test('reaches nothing that was not granted, and only records', async () => {
    await install(first('c'))
    const nosy = second(
      'c',
      `const tried = []
      for (const [method, args] of [['records.list', { entity: 'system.user' }], ['http.fetch', { url: 'https://x.org' }], ['records.get', {}]])
        await bridge.call(method, args).catch((error) => tried.push(error.code))
      throw new Error(tried.join())`,
    )
    await install(nosy)
    expect((await settled('c'))['error']).toContain('RL404,RL404,RL100')
  })

  test('of a plugin that is off leaves it off', async () => {
    await install(first('d'))
    await tenant.call('POST', 'plugins/d/disable')
    await addItems('d', 'a')
    await install(second('d'))
    expect(await settled('d')).toMatchObject({ version: '1.1.0', state: 'off' })
    expect(await sizes('d')).toEqual([1])
  })
})
