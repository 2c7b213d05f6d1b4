// Hooks within a save: what they are shown, what they may change, and what becomes of the save when they fail.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { systemActor } from '../../kernel/auth/index.ts'
import { makeContext } from '../../kernel/run/context.ts'
import { createRecord } from '../../kernel/run/write-records.ts'
import { beforeHook, installPlugin } from '../support/install-plugin.ts'
import type { TestPlugin } from '../support/plugin-archive.ts'
import { pack } from '../support/packages.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

let tenant: TestTenant
beforeAll(async () => {
  tenant = await openTestTenant([
    pack('shop', {
      'entities/order.json': {
        name: 'order',
        ownership: 'user',
        display_name: 'title',
        fields: [
          { name: 'title', type: 'text', required: true },
          { name: 'amount', type: 'decimal', scale: 2 },
          { name: 'note', type: 'text' },
          { name: 'secret_note', type: 'text' },
          { name: 'twice', type: 'formula', rule: { '*': [{ var: 'amount' }, 2] } },
        ],
      },
      'roles/clerk.json': {
        name: 'clerk',
        label: 'Clerk',
        entities: {
          'shop.order': {
            create: 'all',
            read: 'all',
            update: 'all',
            fields: { secret_note: 'none', note: 'read' },
          },
        },
      },
    }),
  ])
})

const extension = (name: string, ...fields: object[]) => ({
  [`entities/order_${name}.json`]: { extends: 'shop.order', fields },
})
const post = (body: object) => tenant.call('POST', 'records/shop.order', body)

describe('a hook within a save', () => {
  afterAll(() => remove('scoring'))
  test('sees the record as it would be written, and sets fields of its own', async () => {
    await installPlugin(tenant, {
      name: 'scoring',
      requires: { shop: '^1.0.0' },
      files: extension(
        'scoring',
        { name: 'score', type: 'number', read_only: true },
        { name: 'seen', type: 'json', read_only: true },
      ),
      manifest: { permissions: { records: { 'shop.order': { read: ['title', 'amount', 'twice'] } } } },
      behaviour: { before: [beforeHook('shop.order')] },
      run: `
        const results = input.events.map(({ record, before, changed, operation }) => {
          if (record.title === 'refused') return { refused: { message: { en: 'Not this one.', ru: 'Не этот.' }, field: 'title' } }
          if (record.title === 'plain') return { set: {} }
          return { set: { scoring_score: record.title.length, scoring_seen: { record, before, changed, operation, user: input.user?.name } } }
        })
        return { results }`,
    })
    const { status, body } = await post({ title: 'Four', amount: 5, note: 'n' })
    expect(status, JSON.stringify(body)).toBe(201)
    expect(body).toMatchObject({ title: 'Four', scoring_score: 4, note: 'n' })
    expect(body.scoring_seen).toMatchObject({ operation: 'create', before: null, changed: ['title', 'amount', 'note'] })
    // Numbers as they are stored, formulas worked out; what it was not granted is not there.
    expect(body.scoring_seen.record).toMatchObject({
      id: body.id,
      version: 1,
      title: 'Four',
      amount: '5.00',
      twice: '10',
      display_name: 'Four',
    })
    expect(body.scoring_seen.record).not.toHaveProperty('note')

    const changed = await tenant.call(
      'PATCH',
      `records/shop.order/${body.id}`,
      { title: 'Eleven', note: 'x' },
      { 'if-match': '"1"' },
    )
    expect(changed.body).toMatchObject({ title: 'Eleven', scoring_score: 6, version: 2 })
    expect(changed.body.scoring_seen).toMatchObject({
      before: { title: 'Four' },
      record: { title: 'Eleven', scoring_score: 4 },
      changed: ['title', 'note'],
    })
    const { body: history } = await tenant.call('GET', `records/shop.order/${body.id}/history`)
    expect(history.data[0].changes).toMatchObject({ scoring_score: [4, 6], title: ['Four', 'Eleven'] })
  })

  test('refuses in its own words, in all languages that it has them in', async () => {
    const { status, body } = await post({ title: 'refused' })
    expect([status, body.code, body.detail]).toEqual([422, 'RL402', 'Not this one.'])
    expect(body.errors).toEqual([
      { path: '/title', key: 'refused', message: 'Not this one.', text: { en: 'Not this one.', ru: 'Не этот.' } },
    ])
  })

  test('is not asked about what is not valid anyway', async () => {
    const { body } = await post({ amount: 'x' })
    expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual(['/amount', '/title'])
  })

  test('people may not set what is read-only, plugin or not', async () => {
    const { body } = await post({ title: 'plain', scoring_score: 3 })
    expect(body.errors).toMatchObject([{ path: '/scoring_score', key: 'read_only' }])
  })
})

const reads = (...fields: string[]) => ({ permissions: { records: { 'shop.order': { read: fields } } } })
const set = (fields: object) => `return { results: input.events.map(() => ({ set: ${JSON.stringify(fields)} })) }`
const needs = { requires: { shop: '^1.0.0' } }
const here: string[] = []
/** Gone again after the test. */
async function use(plugin: TestPlugin): Promise<void> {
  await installPlugin(tenant, plugin)
  here.push(plugin.name ?? '')
}
const remove = async (name: string): Promise<void> => {
  here.splice(here.indexOf(name), here.includes(name) ? 1 : 0)
  const { status, body } = await tenant.call('POST', `plugins/${name}/remove`, { data: 'keep' })
  if (status !== 200) throw new Error(JSON.stringify(body))
}
afterEach(async () => {
  for (const name of here.splice(0).reverse()) await remove(name)
})

describe('what a hook sets', () => {
  test('is refused beyond what it was granted, with the line to add', async () => {
    await use({
      name: 'greedy',
      ...needs,
      behaviour: { before: [beforeHook('shop.order', ['create'])] },
      run: set({ note: 'mine' }),
    })
    const { status, body } = await post({ title: 'plain' })
    expect([status, body.code]).toEqual([403, 'RL404'])
    expect(body.hint).toContain('"permissions": { "records": { "shop.order": { "create": ["note"] } } }')
  })

  test('reaches no further than whoever saves may, but for fields that the plugin brought', async () => {
    const files = extension('filler', { name: 'mark', type: 'text', read_only: true })
    const manifest = { permissions: { records: { 'shop.order': { create: ['note'] } } } }
    const behaviour = { before: [beforeHook('shop.order', ['create'])] }
    await use({
      name: 'filler',
      ...needs,
      files,
      manifest,
      behaviour,
      run: set({ note: 'n', filler_mark: 'm' }),
    })
    expect((await post({ title: 'plain' })).body).toMatchObject({ note: 'n', filler_mark: 'm' })
    const clerk = await tenant.as('shop.clerk')
    const refused = await clerk.call('POST', 'records/shop.order', { title: 'plain' })
    expect([refused.status, refused.body.code, refused.body.errors[0].path]).toEqual([403, 'RL301', '/note'])
    await remove('filler')
    await use({
      name: 'marker',
      ...needs,
      files: extension('marker', { name: 'mark', type: 'text', read_only: true }),
      behaviour,
      run: set({ marker_mark: 'm' }),
    })
    expect((await clerk.call('POST', 'records/shop.order', { title: 'plain' })).body).toMatchObject({
      marker_mark: 'm',
    })
  })

  test('is checked like anybody’s values, and put down to the plugin', async () => {
    const manifest = { permissions: { records: { 'shop.order': { create: ['amount'] } } } }
    await use({
      name: 'wrong',
      ...needs,
      manifest,
      behaviour: { before: [beforeHook('shop.order', ['create'])] },
      run: set({ amount: 'much' }),
    })
    const { status, body } = await post({ title: 'plain' })
    expect([status, body.code, body.errors[0].path]).toEqual([502, 'RL403', '/amount'])
  })

  test('may be what is required, and is seen by the hooks after it', async () => {
    const manifest = { permissions: { records: { 'shop.order': { read: ['title'], create: ['title'] } } } }
    const behaviour = { before: [beforeHook('shop.order', ['create'])] }
    const run = (word: string) =>
      `return { results: input.events.map(({ record }) => ({ set: { title: (record.title ?? '') + '${word}' } })) }`
    await use({ name: 'one', ...needs, manifest, behaviour, run: run('a') })
    await use({
      name: 'two',
      requires: { shop: '^1.0.0', one: '^1.0.0' },
      manifest,
      behaviour,
      run: run('b'),
    })
    expect((await post({})).body).toMatchObject({ title: 'ab' })
  })
})

describe('a hook that does not do its work', () => {
  const hook = (name: string, run: string, more = {}) =>
    use({
      name,
      ...needs,
      manifest: reads('title'),
      behaviour: { before: [beforeHook('shop.order', ['create', 'update', 'delete'], more)] },
      run,
    })

  test('keeps the save back, or is left out, as it says', async () => {
    await hook(
      'strict',
      'if (input.events[0].record.title === "boom") throw new Error("no"); return { results: [{ set: {} }] }',
    )
    const failed = await post({ title: 'boom' })
    expect([failed.status, failed.body.code]).toEqual([502, 'RL403'])
    expect(failed.body.detail).toBe('The plugin “The strict” failed in “check”.')
    expect((await post({ title: 'fine' })).status).toBe(201)
    await remove('strict')
    await hook('easy', 'throw new Error("no")', { onFailure: 'skip' })
    expect((await post({ title: 'boom' })).status).toBe(201)
    expect((await post({ title: 'boom' })).body.title).toBe('boom')
    await tenant.call('GET', 'plugins/easy')
  })

  test('that answers nonsense has failed', async () => {
    await hook('odd', 'return { results: [] }')
    expect((await post({ title: 'x' })).body.code).toBe('RL403')
    await remove('odd')
    await hook(
      'odd',
      'return { results: [{ set: JSON.parse(\'{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":2}}}\') }] }',
    )
    expect((await post({ title: 'x' })).status).toBe(201)
    expect({}).not.toHaveProperty('polluted')
    await remove('odd')
  })

  test('that asks too often is ended, even when it goes on as if nothing was', async () => {
    const asks = (count: number) => `
      for (let i = 0; i < ${count}; i++) try { await bridge.call('records.count', { entity: 'shop.order' }) } catch {}
      return { results: [{ set: {} }] }`
    await hook('curious', asks(20))
    expect((await post({ title: 'x' })).status).toBe(201)
    await remove('curious')
    await hook('curious', asks(21))
    const { status, body } = await post({ title: 'x' })
    expect([status, body.code, body.limit, body.used, body.max]).toEqual([422, 'RL401', 'queries', 21, 20])
    await remove('curious')
  })

  test('writes nothing and calls nobody', async () => {
    await hook(
      'busy',
      `
      const tried = []
      for (const [method, args] of [['records.create', { entity: 'shop.order', values: {} }], ['http.fetch', { url: 'https://x.org' }], ['mail.send', {}], ['sleep', { ms: 1 }], ['constructor', {}], ['__proto__', {}], ['toString', {}]])
        await bridge.call(method, args).catch((error) => tried.push(error.code ?? 'none'))
      return { results: [{ refused: { message: tried.join(), field: null } }] }`,
    )
    expect((await post({ title: 'x' })).body.detail).toBe('RL404,RL404,RL404,RL404,RL404,none,RL404')
  })
})

describe('every way of writing', () => {
  const guard = (on: ('create' | 'update' | 'delete' | 'restore')[], more = {}) =>
    use({
      name: 'guard',
      ...needs,
      manifest: reads('title'),
      files: extension('guard', { name: 'frames', type: 'number', read_only: true }),
      behaviour: { before: [beforeHook('shop.order', on, more)] },
      run: `
      const results = input.events.map(({ record, before, operation }) =>
        record.title.startsWith('bad') ? { refused: { message: operation + ' refused', field: 'title' } } :
        operation === 'delete' || operation === 'restore' ? { set: {} } : { set: { guard_frames: input.events.length } })
      return { results }`,
    })
  const make = async (title: string): Promise<string> => (await post({ title })).body.id

  test('goes by it: one, several, by key, out of a file', async () => {
    const id = await make('badly kept')
    await guard(['create', 'update', 'delete', 'restore'])
    expect((await tenant.call('DELETE', `records/shop.order/${id}`)).body.detail).toBe('delete refused')
    const batch = await tenant.call('POST', 'batch', {
      operations: [
        { op: 'create', entity: 'shop.order', body: { title: 'a' } },
        { op: 'create', entity: 'shop.order', body: { title: 'bad b' } },
      ],
    })
    expect([batch.status, batch.body.code, batch.body.errors[0].path]).toEqual([
      422,
      'RL402',
      '/operations/1/body/title',
    ])
    const lines = Array.from({ length: 250 }, (_, index) => ({
      title: index % 100 === 7 ? `bad ${index}` : `row ${index}`,
    }))
    const loaded = await tenant.send(
      'POST',
      'bulk/shop.order',
      lines.map((line) => JSON.stringify(line)).join('\n'),
      'application/x-ndjson',
    )
    expect(loaded.body).toMatchObject({ accepted: 247, rejected: 3 })
    expect(loaded.body.errors[0]).toMatchObject({ line: 8, field: 'title', message: 'create refused' })
    const { body } = await tenant.call('GET', `records/shop.order?q=row&select=title,guard_frames&sort=title&limit=500`)
    expect(body.data.length).toBe(247)
    expect([...new Set(body.data.map((one: { guard_frames: number }) => one.guard_frames))].sort()).toEqual(
      [100, 50].sort(),
    )
  })

  test('what is in the trash comes back by its leave', async () => {
    const id = await make('good')
    await tenant.call('DELETE', `records/shop.order/${id}`)
    expect((await tenant.call('POST', `records/shop.order/${id}/restore`)).status).toBe(200)
    await tenant.database
      .query(`UPDATE "${tenant.schema}"."${tenant.tableOf('shop.order')}" SET title = 'bad' WHERE id = $1::uuid`, [id])
      .catch(() => undefined)
  })

  test('only a change of the fields that it names', async () => {
    await guard(['update'], { fields: ['amount'] })
    const id = await make('bad')
    const patch = (body: object) => tenant.call('PATCH', `records/shop.order/${id}`, body, { 'if-match': '*' })
    expect((await patch({ note: 'x' })).status).toBe(200)
    expect((await patch({ amount: null, note: 'y' })).status).toBe(200)
    expect((await patch({ amount: 1 })).body.code).toBe('RL402')
  })

  test('a version that moved on while it looked is looked at again, or refused as ever', async () => {
    await use({
      name: 'slow',
      ...needs,
      manifest: reads('title', 'note'),
      files: extension('slow', { name: 'note_then', type: 'text', read_only: true }),
      behaviour: { before: [beforeHook('shop.order', ['update'], { fields: ['amount'] })] },
      run: `
        const { record } = input.events[0]
        const until = (await bridge.call('records.count', { entity: 'shop.order' }), 0)
        return { results: [{ set: { slow_note_then: record.note } }] }`,
    })
    const id = await make('good')
    const patch = (body: object, match: string) =>
      tenant.call('PATCH', `records/shop.order/${id}`, body, { 'if-match': match })
    const all = await Promise.all([1, 2, 3, 4].map((amount) => patch({ amount, note: `n${amount}` }, '*')))
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const { body } = await tenant.call('GET', `records/shop.order/${id}`)
    expect(body.slow_note_then).toBe(body.note)
    expect((await patch({ amount: 9 }, '"1"')).status).toBe(409)
  })
})

describe('where no hook is', () => {
  test('nothing is added: no query, no message, no turn of the loop', async () => {
    await use({
      name: 'other',
      ...needs,
      behaviour: { before: [beforeHook('base.person', ['delete'])] },
      manifest: { permissions: { records: { 'base.person': { read: true } } } },
      run: 'return { results: [] }',
    })
    const { kernel } = tenant
    const asked: string[] = []
    const { hooks, database } = kernel.services
    const spy = new Proxy(hooks ?? {}, { get: (_, name) => asked.push(String(name)) })
    const loaded = await kernel.services.catalog.load(tenant.slug)
    const actor = { ...systemActor(loaded.tenant), kind: 'person' as const, roles: ['system.administrator'] }
    const queries: string[] = []
    const counted = {
      ...database,
      query(text: string, params?: never, options?: never) {
        queries.push(text)
        return database.query(text, params, options)
      },
    }
    const context = { ...makeContext(loaded, actor, (text) => text, {}), hooks: spy as never }
    await createRecord(context, { database: counted }, loaded.model.entity('shop.order'), { title: 'plain' })
    expect([asked, queries.length]).toEqual([[], 1])
  })
})
