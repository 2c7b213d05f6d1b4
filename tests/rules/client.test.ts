// The client of the HTTP API, against a server that says what a test wants and notes what it was asked.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createClient, type RelataClient } from '../../sdk/client/index.ts'
import { type FakeServer, problem, startFakeServer } from '../support/fake-server.ts'

let server: FakeServer
let relata: RelataClient

beforeAll(async () => {
  server = await startFakeServer()
  relata = createClient({ url: `${server.url}/`, tenant: 'acme', key: 'rk_secret' })
})
afterAll(() => server.close())
beforeEach(() => {
  server.asked.length = 0
  server.answer = () => ({ body: { id: 'r1', version: 4 } })
})

describe('requests', () => {
  test('carry tenant, key and parameters', async () => {
    server.answer = () => ({ body: { data: [], next: null } })
    const filter = { '==': [{ var: 'name' }, 'Ann & Bob'] }
    await relata.records.list('base.person', {
      select: ['name', 'employer(name)'],
      filter,
      sort: ['-name'],
      count: 'exact',
    })
    expect(server.asked[0]).toMatchObject({
      method: 'GET',
      path: '/api/v1/acme/records/base.person',
      query: { select: 'name,employer(name)', filter: JSON.stringify(filter), sort: '-name', count: 'exact' },
      headers: { authorization: 'Bearer rk_secret' },
    })
    expect(Object.keys(server.asked[0]?.query ?? {})).toHaveLength(4)
  })

  test('name the version that is changed', async () => {
    await relata.records.update('base.person', 'r1', 3, { name: 'Ann' })
    await relata.records.update('base.person', 'r1', '*', { name: 'Ann' })
    expect(server.asked.map(({ method, headers, body }) => [method, headers['if-match'], body])).toEqual([
      ['PATCH', '"3"', '{"name":"Ann"}'],
      ['PATCH', '*', '{"name":"Ann"}'],
    ])
  })

  test('reach every call of the records API', async () => {
    await relata.records.create('a.b', {})
    await relata.records.get('a.b', 'r1', { at: '2026-01-01T00:00:00Z' })
    await relata.records.restore('a.b', 'r1')
    await relata.records.upsert('a.b', ['code', 'year'], {})
    server.answer = () => ({ status: 204, body: null })
    await relata.records.delete('a.b', 'r1', 2)
    await relata.records.purge('a.b', 'r1')
    server.answer = ({ query }) => ({ body: { data: [], next: query.before === undefined ? 7 : null } })
    await relata.records.history('a.b', 'r1')
    server.answer = () => ({ body: { data: [] } })
    await relata.records.aggregate('a.b', { group: ['stage'], measures: ['count'] })
    server.answer = () => ({ body: { results: [{ id: 'r1', version: 1 }, null] } })
    const results = await relata.records.batch([
      { op: 'create', entity: 'a.b', body: {} },
      { op: 'delete', entity: 'a.b', id: 'r2' },
    ])
    expect(results).toEqual([{ id: 'r1', version: 1 }, null])
    expect(
      server.asked.map(
        ({ method, path, query }) => `${method} ${path.slice('/api/v1/acme/'.length)}?${new URLSearchParams(query)}`,
      ),
    ).toEqual([
      'POST records/a.b?',
      'GET records/a.b/r1?at=2026-01-01T00%3A00%3A00Z',
      'POST records/a.b/r1/restore?',
      'PUT records/a.b?by=code%2Cyear',
      'DELETE records/a.b/r1?',
      'DELETE records/a.b/r1?purge=true',
      'GET records/a.b/r1/history?limit=500',
      'GET records/a.b/r1/history?limit=500&before=7',
      'GET aggregates/a.b?group=stage&measures=count',
      'POST batch?',
    ])
  })

  test('pages are fetched one after the other, as they are needed', async () => {
    server.answer = ({ query }) => ({
      body:
        query['cursor'] === 'c1'
          ? { data: [{ id: '3' }], next: null }
          : { data: [{ id: '1' }, { id: '2' }], next: 'c1' },
    })
    const ids: string[] = []
    for await (const record of relata.records.all('a.b', { limit: 2 })) ids.push(record.id)
    expect(ids).toEqual(['1', '2', '3'])
    server.asked.length = 0
    for await (const record of relata.records.all('a.b')) if (record.id === '2') break
    expect(server.asked).toHaveLength(1)
    expect(server.asked[0]?.query).toEqual({ limit: '500' })
  })

  test('a bulk load is streamed while its rows come', async () => {
    server.answer = ({ body }) => ({ body: { accepted: body.trim().split('\n').length, rejected: 0, errors: [] } })
    async function* rows() {
      for (let number = 1; number <= 20_000; number++) yield { number, text: 'Ännchen\n' }
    }
    expect(await relata.records.bulk('a.b', { rows: rows() })).toMatchObject({ accepted: 20_000 })
    expect(server.asked[0]?.headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'transfer-encoding': 'chunked',
    })
    expect(JSON.parse(server.asked[0]?.body.split('\n')[19_999] ?? '')).toEqual({ number: 20_000, text: 'Ännchen\n' })
    await relata.records.bulk('a.b', { csv: 'name\nAnn\n' })
    expect(server.asked[1]).toMatchObject({ body: 'name\nAnn\n', headers: { 'content-type': 'text/csv' } })
  })
})

describe('metadata and jobs', () => {
  const plan = { fromVersion: 6, steps: [], needsConfirmation: [], droppable: [], warnings: [] }

  test('a publish says what it was planned for', async () => {
    server.answer = () => ({ body: { version: 7, plan, jobs: ['j1'] } })
    const published = await relata.metadata.publish([{ name: 'shop', files: {} }], {
      expectedVersion: 6,
      confirm: ['drop:a'],
      note: 'why',
    })
    expect(published.jobs).toEqual(['j1'])
    expect(JSON.parse(server.asked[0]?.body ?? '')).toEqual({
      packages: [{ name: 'shop', files: {} }],
      expectedVersion: 6,
      confirm: ['drop:a'],
      note: 'why',
    })
  })

  test('reach actions, webhooks, dead letters, events, and what plugins are asked to do', async () => {
    server.answer = () => ({ body: { changed: [{ entity: 'a.b', id: 'r1' }], message: 'Done' } })
    expect(await relata.actions.run('a.win', { ids: ['r1'], input: { why: 'x' } })).toMatchObject({ message: 'Done' })
    await relata.actions.run('a.count', {})
    server.answer = () => ({
      body: { delivery: 'd1', status: null, duration_ms: 3, answer: null, error: 'away', secret: 's', id: 'w1' },
    })
    expect(await relata.webhooks.test('w1')).toMatchObject({ status: null, error: 'away' })
    expect(await relata.webhooks.newSecret('w1')).toBe('s')
    await relata.webhooks.replay('d1')
    server.answer = () => ({ status: 202, body: { count: 3, events: 7, waiting: 2 } })
    await relata.deadLetters.run('l1')
    await relata.deadLetters.drop('l1')
    expect(await relata.deadLetters.runKind('hook')).toBe(3)
    expect(await relata.events.replay({ since: '2026-01-01T00:00:00Z' })).toBe(7)
    expect(await relata.events.waiting()).toBe(2)
    await relata.plugins.runJob('visits', 'remind', { a: 1 })
    const data = { entity: 'a.b', version: '1.0.0', tried: 0, isComplete: true, hooks: [], records: [] }
    server.answer = () => ({ body: { data } })
    expect(await relata.plugins.dryRun('visits', { entity: 'a.b', archive: new Uint8Array([1, 2]) })).toEqual(data)
    expect(server.asked.map(({ method, path, body }) => `${method} ${path.slice(13)} ${body}`.trim())).toEqual([
      'POST actions/a.win {"ids":["r1"],"input":{"why":"x"}}',
      'POST actions/a.count {}',
      'POST webhooks/w1/test',
      'POST webhooks/w1/secret',
      'POST webhook-deliveries/d1/replay',
      'POST dead-letters/l1/run',
      'POST dead-letters/l1/drop',
      'POST dead-letters {"kind":"hook"}',
      'POST events/replay {"since":"2026-01-01T00:00:00Z"}',
      'GET work',
      'POST plugins/visits/jobs/remind/run {"payload":{"a":1}}',
      'POST plugins/visits/dry-run {"entity":"a.b","package":"AQI="}',
    ])
  })

  test('a job is watched until it is over', async () => {
    const states = ['waiting', 'running', 'done']
    server.answer = () => ({
      body: {
        id: 'j1',
        version: 1,
        title: 'Index',
        state: states[Math.min(server.asked.length, 3) - 1],
        progress: '50',
        error: null,
      },
    })
    const seen: string[] = []
    const job = await relata.jobs.wait('j1', { onProgress: ({ state }) => seen.push(state) })
    expect([job.state, job.progress, seen]).toEqual(['done', 50, states])
  })

  test('waiting ends when time is up, with the job as it stands', async () => {
    server.answer = () => ({ body: { id: 'j1', version: 1, state: 'running' } })
    expect(await relata.jobs.wait('j1', { timeoutMs: 50 })).toMatchObject({ state: 'running' })
  })
})

describe('refusals', () => {
  test('a problem document is the error it was on the server', async () => {
    const errors = [{ path: '/name', key: 'required', message: 'is required' }]
    server.answer = () => problem(422, 'RL206', { hint: 'Fill it in.', errors, current: 5 })
    await expect(relata.records.create('a.b', {})).rejects.toMatchObject({
      code: 'RL206',
      status: 422,
      message: 'What went wrong',
      hint: 'Fill it in.',
      problems: errors,
      members: { current: 5 },
    })
  })

  test('what no Relata server says is RL505, with what was said', async () => {
    server.answer = () => ({ status: 502, body: '<h1>Bad gateway</h1>' })
    await expect(relata.metadata.read()).rejects.toMatchObject({
      code: 'RL505',
      message: 'The server answered 502: <h1>Bad gateway</h1>.',
    })
    server.answer = () => problem(418, 'RL999')
    await expect(relata.metadata.read()).rejects.toMatchObject({ code: 'RL505' })
    server.answer = () => ({ body: '<html>' })
    await expect(relata.records.list('a.b')).rejects.toMatchObject({ code: 'RL505' })
    server.answer = () => ({ body: { data: {}, next: null } })
    await expect(relata.records.list('a.b')).rejects.toThrow('not as promised at /data')
  })

  test('a server that is not there, and an address that is none', async () => {
    const nobody = createClient({ url: 'http://127.0.0.1:1', tenant: 'acme' })
    await expect(nobody.records.list('a.b')).rejects.toMatchObject({
      code: 'RL505',
      hint: expect.stringContaining('running'),
    })
    expect(() => createClient({ url: 'localhost:3000', tenant: 'acme' })).toThrow('is not the address of a server')
  })
})
