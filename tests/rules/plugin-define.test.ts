// What a plugin is written with, and the object that the sandbox calls, in memory.
import { describe, expect, test } from 'vitest'
import { type Bridge, REFUSAL } from '../../sdk/plugin/bridge.ts'
import {
  action,
  afterSave,
  beforeSave,
  definePlugin,
  job,
  migration,
  refuse,
  route,
  secret,
} from '../../sdk/plugin/index.ts'
import { guestPlugin } from '../../sdk/plugin/runtime.ts'

const given = { user: { id: 'u', name: 'Ann', locale: 'en', timeZone: 'UTC' }, settings: { days: 3 } }
const record = { id: 'r', version: 1, display_name: 'x', name: 'x' }

interface Told {
  calls: [string, unknown][]
  lines: string[]
  bridge: Bridge
}
/** A host that answers each call with what is given, in order. */
function host(...answers: unknown[]): Told {
  const calls: [string, unknown][] = []
  const lines: string[] = []
  const bridge: Bridge = {
    now: '2026-03-01T10:00:00Z',
    call: async (method, args) => {
      calls.push([method, JSON.parse(JSON.stringify(args))])
      return answers.shift() ?? null
    },
    log: (level, message) => void lines.push(`${level} ${message}`),
  }
  return { calls, lines, bridge }
}

describe('parts', () => {
  test('are described as the server is told of them', () => {
    const plugin = definePlugin([
      beforeSave('sales.lead', { name: 'score', on: ['create', 'update'], fields: ['email'] }, () => undefined),
      afterSave('sales.lead', { name: 'tell', on: ['create'], as: 'plugin', label: { en: 'Tell' } }, () => undefined),
      action('sales.win', () => undefined),
      job({ name: 'nightly', schedule: '0 2 * * *', timeZone: 'Europe/Berlin' }, () => undefined),
      route({ name: 'hook', method: 'POST', path: 'hook', access: 'open' }, () => undefined),
      migration({ name: 'fill', version: '1.1.0' }, () => ({ done: true })),
    ])
    expect(guestPlugin(plugin).describe()).toEqual({
      before: [
        { name: 'score', entity: 'sales.lead', on: ['create', 'update'], fields: ['email'], onFailure: 'refuse' },
      ],
      after: [{ name: 'tell', label: { en: 'Tell' }, entity: 'sales.lead', on: ['create'], as: 'plugin' }],
      actions: ['win'],
      jobs: [{ name: 'nightly', schedule: '0 2 * * *', timeZone: 'Europe/Berlin' }],
      routes: [{ name: 'hook', method: 'POST', path: 'hook', access: 'open' }],
      migrations: [{ name: 'fill', version: '1.1.0' }],
    })
  })

  test('all that is wrong with them is told at once, with what to change', () => {
    const make = () =>
      definePlugin([
        beforeSave('lead', { name: 'a', on: [] }, () => undefined),
        afterSave('sales.lead', { name: 'b', on: ['create'], fields: ['email'] }, () => undefined),
        job({ name: 'c', schedule: '0 25 * * *' }, () => undefined),
        job({ name: 'c' }, () => undefined),
        job({ name: 'Nightly' }, () => undefined),
        route({ name: 'd', method: 'POST', path: '/Hook', access: 'signed' }, () => undefined),
        migration({ name: 'e', version: '2' }, () => ({ done: true })),
      ])
    expect(make).toThrow(
      [
        'beforeSave “a” names the entity “lead”; write it with its package, such as base.person.',
        "beforeSave “a” never runs: “on” is empty. Say when, such as on: ['create', 'update'].",
        "afterSave “b” has “fields”, which are of updates; add 'update' to “on”, or leave “fields” out.",
        'job “c” has the schedule “0 25 * * *”, which has “25” as hour, which must lie within 0–23.',
        'job “c” stands here twice; give one of them another name.',
        'job “Nightly” needs a name of lower case letters, digits and _, such as score_lead.',
        'route “d” has the path “/Hook”; write it in lower case and without a / in front: orders/new.',
        'route “d” is signed and says not how; add signature: { secret, header, encoding }.',
        "migration “e” needs the version that it leads to, such as version: '1.1.0'; “2” is none.",
      ].join('\n'),
    )
  })

  test('a hook, an action and a job may share a name, two of one kind may not', () => {
    const three = [
      beforeSave('a.b', { name: 'win', on: ['create'] }, () => undefined),
      action('a.win', () => undefined),
      job({ name: 'win' }, () => undefined),
    ]
    expect(definePlugin(three).parts).toHaveLength(3)
    expect(() => definePlugin([...three, job({ name: 'win' }, () => undefined)])).toThrow('job “win” stands here twice')
  })
})

describe('before-hooks', () => {
  const plugin = guestPlugin(
    definePlugin([
      beforeSave('a.b', { name: 'name', on: ['create'] }, ({ record: { name }, refuse: no }) => {
        if (name === 'bad') no({ en: 'Not this', ru: 'Не это' }, 'name')
        return name === 'x' ? { name: 'X' } : undefined
      }),
      beforeSave('a.b', { name: 'look', on: ['create'] }, async (_event, { records, settings, now }) => ({
        count: await records.count('a.b', { '==': [1, 1] }),
        name: `${String(settings['days'])} ${now}`,
      })),
      beforeSave('a.b', { name: 'broken', on: ['create'] }, () => {
        throw new TypeError('no')
      }),
    ]),
  )
  const event = (name: string) => ({ operation: 'create', record: { ...record, name }, before: null, changed: [] })

  test('answer for each record in turn: what to set, or a refusal', async () => {
    const input = { ...given, events: [event('x'), event('bad'), event('y')] }
    expect(await plugin.run('before', 'name', input, host().bridge)).toEqual({
      results: [
        { set: { name: 'X' } },
        { refused: { message: { en: 'Not this', ru: 'Не это' }, field: 'name' } },
        { set: {} },
      ],
    })
  })

  test('read by the bridge, and know settings and the time', async () => {
    const told = host(7)
    expect(await plugin.run('before', 'look', { ...given, events: [event('x')] }, told.bridge)).toEqual({
      results: [{ set: { count: 7, name: '3 2026-03-01T10:00:00Z' } }],
    })
    expect(told.calls).toEqual([['records.count', { entity: 'a.b', filter: { '==': [1, 1] } }]])
  })

  test('fail as a whole when one throws', async () => {
    await expect(plugin.run('before', 'broken', { ...given, events: [event('x')] }, host().bridge)).rejects.toThrow(
      'no',
    )
  })

  test('ask once what several records of a load ask, and are each given it for themselves', async () => {
    const plugin = guestPlugin(
      definePlugin([
        beforeSave('sales.lead', { name: 'owner', on: ['create'] }, async ({ record }, { records }) => {
          const found = await records.get('base.person', String(record['owner']))
          const name = `${found?.['name']}`
          if (found) found['name'] = 'spoilt'
          return { name }
        }),
      ]),
    )
    const told = host({ name: 'Ann' }, { name: 'Bo' })
    const events = ['a', 'a', 'b', 'a'].map((owner) => ({
      ...{ operation: 'create', record: { ...record, owner }, before: null, changed: [] },
    }))
    const { results } = Object(await plugin.run('before', 'owner', { ...given, events }, told.bridge))
    expect(results.map(({ set }: { set: unknown }) => set)).toEqual(
      ['Ann', 'Ann', 'Bo', 'Ann'].map((name) => ({ name })),
    )
    expect(told.calls.map(([method, args]) => [method, Object(args).id])).toEqual([
      ['records.get', 'a'],
      ['records.get', 'b'],
    ])
    await plugin.run('before', 'owner', { ...given, events }, told.bridge)
    expect(told.calls).toHaveLength(4)
  })
})

describe('other parts', () => {
  test('write, call, send, start and log by the bridge', async () => {
    const plugin = guestPlugin(
      definePlugin([
        afterSave('a.b', { name: 'all', on: ['update'] }, async (event, context) => {
          const { records, http, mail, jobs, log, sleep } = context
          await records.create('a.b', { name: event.recordId })
          await records.update('a.b', 'r', { name: 'y' }, { version: 2 })
          await records.list('a.b', { sort: '-name', limit: 5 })
          await records.delete('a.b', 'r')
          const answer = await http.fetch('https://example.org/x', {
            method: 'POST',
            headers: { Authorization: `Bearer ${secret('KEY')}` },
            body: { key: secret('KEY'), to: 1 },
          })
          log.info('answered', answer.json())
          await mail.send({ to: 'a@example.org', subject: 's', text: 't' })
          await jobs.start('later', { n: 1 })
          await sleep(5)
        }),
      ]),
    )
    const event = { id: '1', operation: 'update', entity: 'a.b', recordId: 'r', record, changed: ['name'], at: '' }
    const told = host(record, record, { data: [], next: null }, null, { status: 200, headers: {}, text: '{"a":1}' })
    expect(await plugin.run('after', 'all', { ...given, event }, told.bridge)).toBeNull()
    expect(told.calls).toEqual([
      ['records.create', { entity: 'a.b', values: { name: 'r' } }],
      ['records.update', { entity: 'a.b', id: 'r', values: { name: 'y' }, version: 2 }],
      ['records.list', { entity: 'a.b', sort: '-name', limit: 5 }],
      ['records.delete', { entity: 'a.b', id: 'r' }],
      [
        'http.fetch',
        {
          url: 'https://example.org/x',
          method: 'POST',
          headers: { authorization: 'Bearer {{secret:KEY}}', 'content-type': 'application/json' },
          body: '{"key":"{{secret:KEY}}","to":1}',
        },
      ],
      ['mail.send', { to: 'a@example.org', subject: 's', text: 't' }],
      ['jobs.start', { name: 'later', payload: { n: 1 } }],
      ['sleep', { ms: 5 }],
    ])
    expect(told.lines).toEqual(['info answered {"a":1}'])
  })

  test('an action answers, a route reads JSON, a migration goes on, a refusal is an error with its mark', async () => {
    const plugin = guestPlugin(
      definePlugin([
        action('a.win', ({ ids, input }) => ({ message: `${ids.length} ${String(input['why'])}` })),
        action('a.lose', () => refuse('Never', 'why')),
        route({ name: 'r', method: 'POST', path: 'r', access: 'open' }, (request) => ({ body: request.json() })),
        migration({ name: 'm', version: '1.0.0' }, ({ cursor }) =>
          cursor === 3 ? { done: true } : { next: Number(cursor ?? 0) + 1 },
        ),
        job({ name: 'j' }, ({ payload }, { log }) => log.warn('got', payload)),
      ]),
    )
    const { bridge, lines } = host()
    const input = { ...given, event: { ids: ['1', '2'], input: { why: 'because' } } }
    expect(await plugin.run('action', 'win', input, bridge)).toEqual({ message: '2 because' })
    await expect(plugin.run('action', 'lose', input, bridge)).rejects.toMatchObject({
      message: 'Never',
      [REFUSAL]: { message: 'Never', field: 'why' },
    })
    const request = { method: 'POST', path: 'r', query: {}, headers: {}, body: '{"a":1}' }
    expect(await plugin.run('route', 'r', { ...given, request }, bridge)).toEqual({ body: { a: 1 } })
    expect(await plugin.run('migration', 'm', { ...given, cursor: null }, bridge)).toEqual({ next: 1 })
    expect(await plugin.run('migration', 'm', { ...given, cursor: 3 }, bridge)).toEqual({ done: true })
    expect(await plugin.run('job', 'j', { ...given, payload: [1] }, bridge)).toBeNull()
    expect(lines).toEqual(['warn got [1]'])
    await expect(plugin.run('job', 'k', { ...given, payload: null }, bridge)).rejects.toThrow('has no job “k”')
  })
})
