// Hooks tried on real records before they are let near a save: what would become of each, and that nothing is left of it.
import { beforeAll, describe, expect, test } from 'vitest'
import type { DryRunRequest, WireDryRun } from '../../sdk/wire/plugins.ts'
import { afterHook, beforeHook, installPlugin } from '../support/install-plugin.ts'
import { pack } from '../support/packages.ts'
import { pluginArchive, pluginForm, type TestPlugin } from '../support/plugin-archive.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

type Dry = WireDryRun['data']

let tenant: TestTenant
const ids: Record<string, string> = {}
beforeAll(async () => {
  tenant = await openTestTenant([
    pack('shop', {
      'entities/order.json': {
        name: 'order',
        display_name: 'title',
        fields: [
          { name: 'title', type: 'text', required: true },
          { name: 'amount', type: 'decimal', scale: 2 },
          { name: 'note', type: 'text' },
          { name: 'twice', type: 'formula', rule: { '*': [{ var: 'amount' }, 2] } },
        ],
      },
      'entities/slip.json': {
        name: 'slip',
        display_name: 'number',
        fields: [
          { name: 'number', type: 'auto_number', number_pattern: 'S-{0000}' },
          { name: 'text', type: 'text' },
        ],
      },
      'roles/clerk.json': { name: 'clerk', label: 'Clerk', entities: { 'shop.order': { read: 'all', update: 'all' } } },
    }),
  ])
  for (const [title, amount] of [
    ['Small', 5],
    ['Large', 500],
    ['Broken', 7],
  ] as const)
    ids[title] = (await tenant.call('POST', 'records/shop.order', { title, amount })).body.id
  await tenant.call('PATCH', `records/shop.order/${ids['Large']}`, { amount: 600 }, { 'if-match': '"1"' })
})

const orders = {
  requires: { shop: '^1.0.0' },
  manifest: {
    permissions: {
      records: {
        'shop.order': { read: true, create: true, update: true },
        'shop.slip': { read: true, create: true },
      },
      http: ['api.example.com'],
      mail: true,
    },
    secrets: { TOKEN: { label: 'Token', hosts: ['api.example.com'] } },
  },
} as const satisfies TestPlugin

async function dry(name: string, request: Partial<DryRunRequest> = {}): Promise<Dry> {
  const { status, body } = await tenant.call('POST', `plugins/${name}/dry-run`, { entity: 'shop.order', ...request })
  expect(status, JSON.stringify(body)).toBe(200)
  return body.data
}

const base64 = (plugin: TestPlugin): string => Buffer.from(pluginArchive(plugin)).toString('base64')

/** Everything that could be left of a run. */
async function everything(): Promise<unknown> {
  const tables = await tenant.database.query(
    `SELECT relname, relkind FROM pg_class WHERE relnamespace = '"${tenant.schema}"'::regnamespace AND relkind IN ('r', 'S') ORDER BY 1`,
  )
  const left: unknown[] = [tables]
  for (const [name, kind] of tables) {
    const of = `"${tenant.schema}"."${name}"`
    // Ids of history and outbox are drawn and given up; numbers that people see are not.
    if (kind === 'S' && !/^_(history|outbox)/.test(name ?? ''))
      left.push([name, await tenant.database.query(`SELECT last_value, is_called FROM ${of}`)])
    else if (kind === 'r')
      left.push([
        name,
        await tenant.database.query(`SELECT md5(string_agg(x::text, '|' ORDER BY x::text)) FROM ${of} AS x`),
      ])
  }
  return left
}

const guard: TestPlugin = {
  ...orders,
  name: 'guard',
  behaviour: { before: [beforeHook('shop.order', ['create', 'update'], { onFailure: 'skip' })] },
  sourceMap: JSON.stringify({ version: 3, sources: ['src/main.ts'], names: [], mappings: ';;AAAA' }),
  run: `return { results: input.events.map(({ record, before, changed }) => {
    if (record.title === 'Broken') throw new TypeError('no such thing')
    if (record.amount > 550) return { refused: { message: 'From ' + before.amount + ', by ' + changed.join(), field: 'amount' } }
    return { set: { amount: '6', note: 'seen' } }
  }) }`,
}

describe('hooks within a save', () => {
  test('tell what each record would become, which are refused and where the code fails', async () => {
    const before = await everything()
    const { entity, version, tried, isComplete, hooks, records } = await dry('guard', { package: base64(guard) })
    expect({ entity, version, tried, isComplete }).toEqual({
      entity: 'shop.order',
      version: '1.0.0',
      tried: 3,
      isComplete: true,
    })
    expect(hooks).toEqual([
      {
        ...{ name: 'check', label: null, on: ['create', 'update'], when: 'before', fields: null },
        ...{ records: 3, changed: 1, refused: 1, failed: 1, sent: 0 },
      },
    ])
    expect(records.find(({ label }) => label === 'Small')).toMatchObject({
      ...{ id: ids['Small'], hook: 'check', operation: 'create', outcome: 'changed' },
      changes: [
        { field: 'amount', from: '5.00', to: '6.00' },
        { field: 'note', from: null, to: 'seen' },
        { field: 'twice', from: '10', to: '12' },
      ],
    })
    // The change that really was made last.
    expect(records.find(({ label }) => label === 'Large')).toMatchObject({
      ...{ operation: 'update', outcome: 'refused' },
      problems: [{ path: '/amount', message: 'From 500.00, by amount' }],
    })
    const broken = records.find(({ label }) => label === 'Broken')
    expect(broken).toMatchObject({
      outcome: 'failed',
      problems: [{ message: 'TypeError: no such thing', at: 'src/main.ts:1:1' }],
    })
    expect(broken?.problems[0]?.stack).toContain('src/main.ts:1:1')
    expect(await everything()).toEqual(before)
    expect((await tenant.call('GET', 'plugins')).body.data).toEqual([])
  })

  test('are asked only about what concerns them', async () => {
    const behaviour = {
      before: [
        beforeHook('shop.order', ['update'], { name: 'amounts', fields: ['amount'] }),
        beforeHook('shop.order', ['update'], { name: 'notes', fields: ['note'] }),
        beforeHook('shop.order', ['delete'], { name: 'keep' }),
      ],
    }
    const run = `return { results: input.events.map(({ operation }) => operation === 'delete' ? { refused: { message: 'Stays', field: null } } : { set: {} }) }`
    const { hooks } = await dry('picky', { package: base64({ ...orders, name: 'picky', behaviour, run }) })
    expect(hooks.map(({ name, records, refused }) => [name, records, refused])).toEqual([
      ['amounts', 1, 0],
      ['notes', 0, 0],
      ['keep', 3, 3],
    ])
  })

  test('may set fields that the package brings, which nobody has published yet', async () => {
    const files = {
      'entities/order_scores.json': { extends: 'shop.order', fields: [{ name: 'score', type: 'number' }] },
    }
    const run = `return { results: input.events.map(({ record }) => ({ set: { scores_score: record.title.length } })) }`
    const scores: TestPlugin = {
      ...orders,
      name: 'scores',
      files,
      behaviour: { before: [beforeHook('shop.order')] },
      run,
    }
    const before = await everything()
    const { records } = await dry('scores', { package: base64(scores), last: 2 })
    expect(records.map(({ changes }) => changes[0])).toEqual([
      { field: 'scores_score', from: null, to: 5 },
      { field: 'scores_score', from: null, to: 6 },
    ])
    expect(await everything()).toEqual(before)
    // The next version of the metadata has the same number, and none of the statements.
    await tenant.kernel.services.publisher.publish((await tenant.kernel.services.catalog.load(tenant.slug)).tenant, {
      packages: [],
      by: null,
    })
    const { status, body } = await tenant.call('GET', `records/shop.order/${ids['Small']}`)
    expect(status).toBe(200)
    expect(body).not.toHaveProperty('scores_score')
  })
})

const teller: TestPlugin = {
  ...orders,
  name: 'teller',
  behaviour: {
    before: [beforeHook('shop.order', ['update'], { name: 'mark' })],
    after: [afterHook('shop.order', ['create', 'update'])],
    jobs: [{ name: 'later' }],
  },
  run: `
    if (kind === 'before') return { results: input.events.map(() => ({ set: { note: 'marked' } })) }
    const { record, operation, changed } = input.event
    if (record.title === 'Broken') throw new Error('after all')
    if (operation === 'update') {
      const made = await bridge.call('records.create', { entity: 'shop.slip', values: { text: changed.join() } })
      const list = await bridge.call('records.list', { entity: 'shop.slip' })
      const written = await bridge.call('records.update', { entity: 'shop.order', id: record.id, values: { amount: list.data.length } })
      bridge.log('info', 'told')
      await bridge.call('mail.send', { to: 'ada@example.com', subject: made.number, text: written.note })
      return
    }
    const answer = await bridge.call('http.fetch', { url: 'https://api.example.com/orders', method: 'POST', headers: { authorization: '{{secret:TOKEN}}' }, body: '{"key":"{{secret:TOKEN}}"}' })
    await bridge.call('jobs.start', { name: 'later', payload: { status: answer.status } })`,
}

describe('hooks after a save', () => {
  test('send and write nothing, and tell all of it', async () => {
    await installPlugin(tenant, teller, [
      ...['read:shop.order', 'update:shop.order', 'read:shop.slip', 'create:shop.slip'],
      ...['http:api.example.com', 'secret:TOKEN@api.example.com', 'mail'],
      ...['after:shop.order:create', 'after:shop.order:update', 'before:shop.order:update'],
    ])
    expect((await tenant.call('POST', 'plugins/teller/disable')).body.state).toBe('off')
    const before = await everything()
    const { hooks, records } = await dry('teller', { hook: 'follow' })
    expect(hooks).toMatchObject([{ name: 'follow', when: 'after', records: 3, sent: 2, failed: 1, changed: 0 }])
    const sentOf = (title: string) => records.find(({ label }) => label === title)?.sent
    expect(sentOf('Small')).toEqual([
      { kind: 'http', what: 'POST https://api.example.com/orders', detail: '{"key":"{{secret:TOKEN}}"}' },
      { kind: 'job', what: 'later', detail: '{"status":200}' },
    ])
    // It sees what it wrote, and its own hook within that save is asked as it would be.
    expect(sentOf('Large')).toEqual([
      { kind: 'write', what: 'create shop.slip', detail: '{"text":"amount"}' },
      { kind: 'write', what: `update shop.order ${ids['Large']}`, detail: '{"amount":1}' },
      { kind: 'mail', what: 'ada@example.com: S-0001', detail: 'marked' },
    ])
    expect(records.find(({ label }) => label === 'Broken')).toMatchObject({
      ...{ outcome: 'failed', problems: [{ message: 'Error: after all' }] },
    })
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(await everything()).toEqual(before)
    // Nor is a number drawn that people would miss.
    expect((await tenant.call('POST', 'records/shop.slip', { text: 'real' })).body.number).toBe('S-0001')
  })

  test('what was not granted is told', async () => {
    await tenant.call('PUT', 'plugins/teller/grant', { grants: ['after:shop.order:create', 'read:shop.order'] })
    const { hooks, records } = await dry('teller')
    expect(hooks.map(({ name, on }) => [name, on])).toEqual([
      ['mark', []],
      ['follow', ['create']],
    ])
    expect(records.find(({ label }) => label === 'Small')?.problems[0]?.message).toContain(
      'may not call api.example.com',
    )
  })
})

test('a version that waits for a grant is tried beside the one that runs', async () => {
  const first: TestPlugin = {
    ...orders,
    name: 'waiter',
    behaviour: { before: [beforeHook('shop.order')] },
    run: `return { results: input.events.map(() => ({ set: { note: 'one' } })) }`,
  }
  await installPlugin(tenant, first)
  const permissions = { ...orders.manifest.permissions, background: true as const }
  const next: TestPlugin = {
    ...{ ...first, version: '1.1.0', manifest: { permissions } },
    behaviour: { ...first.behaviour, after: [afterHook('shop.order', ['create'], { as: 'plugin' })] },
    run: `if (kind === 'before') return { results: input.events.map(() => ({ set: { note: 'two' } })) }
      await bridge.call('records.update', { entity: 'shop.order', id: input.event.recordId, values: { note: String(input.user) } })`,
  }
  const { body, type } = await pluginForm(pluginArchive(next))
  expect((await tenant.send('POST', 'plugins', body, type)).body.next).toMatchObject({
    version: '1.1.0',
    phase: 'grant',
  })
  const notes = ({ records }: Dry) => new Set(records.flatMap(({ changes }) => changes.map(({ to }) => to)))
  const [now, then] = [await dry('waiter'), await dry('waiter', { isNext: true })]
  expect([now.version, notes(now)]).toEqual(['1.0.0', new Set(['one'])])
  expect([then.version, notes(then)]).toEqual(['1.1.0', new Set(['two'])])
  expect(then.hooks.map(({ name, sent }) => [name, sent])).toEqual([
    ['check', 0],
    ['follow', 3],
  ])
  expect(then.records.find(({ hook }) => hook === 'follow')?.sent[0]?.detail).toBe('{"note":"null"}')
})

describe('limits', () => {
  test('what breaks them is told, and counts against nobody', async () => {
    const wild: TestPlugin = {
      ...orders,
      name: 'wild',
      behaviour: { before: [beforeHook('shop.order', ['create'], { onFailure: 'skip' })] },
      run: 'for (;;);',
    }
    await installPlugin(tenant, wild)
    await tenant.call('POST', 'plugins/wild/disable')
    const { hooks, records } = await dry('wild')
    expect(hooks[0]).toMatchObject({ records: 3, failed: 3 })
    expect(records[0]?.problems[0]?.message).toMatch(/took longer|wanted more/)
    const { health } = (await tenant.call('GET', 'plugins/wild')).body
    expect(health).toMatchObject({ state: 'fine', violations: 0 })
    expect((await tenant.call('GET', 'plugins/wild/log')).body.data).toEqual([])
  })

  test('time runs out for what holds tables that others need', async () => {
    const files = { 'entities/order_slow.json': { extends: 'shop.order', fields: [{ name: 'pace', type: 'number' }] } }
    const run = `await bridge.call('sleep', { ms: 2500 })`
    const slow: TestPlugin = { ...orders, name: 'slow', files, behaviour: { after: [afterHook('shop.order')] }, run }
    const { isComplete, hooks } = await dry('slow', { package: base64(slow) })
    expect([isComplete, hooks[0]?.records]).toEqual([false, 1])
  })

  test('only administrators, and only what is there', async () => {
    const clerk = await tenant.as('shop.clerk')
    expect(
      (await clerk.call('POST', 'plugins/guard/dry-run', { entity: 'shop.order', package: base64(guard) })).status,
    ).toBe(403)
    const ask = async (name: string, body: object) => {
      const answer = await tenant.call('POST', `plugins/${name}/dry-run`, body)
      return [answer.status, answer.body.code]
    }
    expect(await ask('nobody', { entity: 'shop.order' })).toEqual([404, 'RL205'])
    expect(await ask('wild', { entity: 'shop.none' })).toEqual([404, 'RL201'])
    expect(await ask('wild', { entity: 'shop.order', hook: 'chek' })).toEqual([404, 'RL205'])
    expect(await ask('wild', { entity: 'shop.order', isNext: true })).toEqual([404, 'RL205'])
    expect(await ask('wild', { entity: 'shop.order', last: 501 })).toEqual([422, 'RL206'])
    expect(await ask('wild', { entity: 'shop.order', package: 'AAAA' })).toEqual([422, 'RL408'])
    expect(await ask('wild', { entity: 'shop.order', package: base64(guard) })).toEqual([422, 'RL408'])
    const bad: TestPlugin = { ...guard, behaviour: { before: [beforeHook('shop.none')] } }
    expect(await ask('guard', { entity: 'shop.order', package: base64(bad) })).toEqual([422, 'RL408'])
  })
})
