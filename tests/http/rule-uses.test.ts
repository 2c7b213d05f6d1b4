// Every place where a rule stands, seen at work with what the language knows of times, of who asks, of earlier values and
// of related records; and no door around it.
import { beforeAll, describe, expect, test } from 'vitest'
import { pack } from '../support/packages.ts'
import { type Caller, openTestTenant, type TestTenant } from '../support/test-tenant.ts'

const v = (name: string) => ({ var: name })
const ALL = { create: 'all', read: 'all', update: 'all', delete: 'all', export: 'all', import: 'all', share: 'all' }
const TODAY = new Date().toISOString().slice(0, 10)
const daysFromToday = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)

const DESK = pack('desk', {
  'entities/client.json': {
    name: 'client',
    ownership: 'user',
    fields: [
      { name: 'name', type: 'text', required: true },
      {
        name: 'open_cases',
        type: 'formula',
        rule: { count: ['desk.case.client', { '!=': [v('state'), 'done'] }] },
      },
      {
        name: 'has_late',
        type: 'formula',
        rule: { some: ['desk.case.client', { '<': [v('due_on'), { today: [] }] }] },
      },
      {
        name: 'done_cases',
        type: 'rollup',
        rollup: { over: 'case.client', aggregate: 'count', filter: { '==': [v('state'), 'done'] } },
      },
    ],
  },
  'entities/case.json': {
    name: 'case',
    ownership: 'user',
    fields: [
      { name: 'title', type: 'text' },
      { name: 'client', type: 'reference', to: 'client' },
      {
        name: 'state',
        type: 'choice',
        default: 'new',
        options: [{ value: 'new' }, { value: 'work' }, { value: 'done', if: { '!=': [v('answer'), null] } }],
      },
      { name: 'received_on', type: 'date', default: { rule: { today: [] } } },
      { name: 'days', type: 'number', default: 14 },
      { name: 'due_on', type: 'date', default: { rule: { add: [v('received_on'), v('days'), 'days'] } } },
      { name: 'clerk', type: 'user', default: { rule: { me: [] } } },
      { name: 'answer', type: 'text', required_if: { '==': [v('state'), 'done'] } },
      { name: 'price', type: 'decimal', scale: 2, read_only_if: { '==': [v('state'), 'done'] } },
      { name: 'gross', type: 'decimal', scale: 2, computed: { '*': [v('price'), '1.2'] } },
      { name: 'reason', type: 'text', required_if: { changed: ['price'] } },
    ],
    validations: [
      {
        name: 'no_way_back',
        rule: { '!': { and: [{ '==': [{ before: ['state'] }, 'done'] }, { '!=': [v('state'), 'done'] }] } },
        message: 'What is done stays done.',
        field: 'state',
      },
      {
        name: 'due_after',
        rule: { or: [{ '==': [v('due_on'), null] }, { '>=': [v('due_on'), v('received_on')] }] },
        message: 'Due before it came.',
        field: 'due_on',
      },
    ],
  },
  'roles/all.json': { name: 'all', label: 'All', entities: { '*': ALL } },
  'roles/busy.json': {
    name: 'busy',
    label: 'Clients with open cases',
    entities: { client: { read: { rule: { some: ['desk.case.client', { '!=': [v('state'), 'done'] }] } } } },
  },
  'roles/own.json': { name: 'own', label: 'Own', entities: { client: { read: 'own' }, case: { read: 'own' } } },
  'roles/teamwork.json': {
    name: 'teamwork',
    label: 'Cases of the team',
    entities: { case: { read: { rule: { in: [v('owner_team'), { my_teams: [] }] } } } },
  },
})

let tenant: TestTenant
let all: Caller
beforeAll(async () => {
  tenant = await openTestTenant([DESK])
  all = await tenant.as('desk.all')
})

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers and fail where they are not as expected.
async function make(entity: string, body: object, by = all): Promise<any> {
  const answer = await by.call('POST', `records/desk.${entity}`, body)
  expect(answer.status, JSON.stringify(answer.body)).toBe(201)
  return answer.body
}
const change = (id: string, body: object) => all.call('PATCH', `records/desk.case/${id}`, body, { 'if-match': '*' })
const list = async (filter: unknown, entity = 'case', by = all): Promise<string[]> => {
  const { status, body } = await by.call(
    'GET',
    `records/desk.${entity}?filter=${encodeURIComponent(JSON.stringify(filter))}`,
  )
  expect(status, JSON.stringify(body)).toBe(200)
  return body.data.map(({ id }: { id: string }) => id)
}

describe('each use', () => {
  test('defaults: of the day, of who writes, of values beside them', async () => {
    const { body: me } = await all.call('GET', 'me')
    const plain = await make('case', { title: 'x' })
    expect(plain).toMatchObject({ received_on: TODAY, due_on: daysFromToday(14), clerk: me.user_id })
    const given = await make('case', { received_on: '2026-01-31', days: 1 })
    expect(given.due_on).toBe('2026-02-01')
    const bulk = await all.send(
      'POST',
      'bulk/desk.case',
      '{"title":"in bulk","received_on":"2026-02-27","days":3}',
      'application/x-ndjson',
    )
    expect(bulk.body, JSON.stringify(bulk.body)).toMatchObject({ accepted: 1 })
    const found = await all.call(
      'GET',
      `records/desk.case?filter=${encodeURIComponent('{"==":[{"var":"title"},"in bulk"]}')}`,
    )
    expect(found.body.data[0]).toMatchObject({ due_on: '2026-03-02', clerk: me.user_id })
  })

  test('options, required and read-only: by what stands beside them, and by what changed', async () => {
    const { id } = await make('case', { price: '10', reason: 'first price' })
    expect(await change(id, { state: 'done' })).toMatchObject({
      status: 422,
      body: {
        errors: expect.arrayContaining([
          expect.objectContaining({ path: '/state', key: 'option_not_offered' }),
          expect.objectContaining({ path: '/answer', key: 'required' }),
        ]),
      },
    })
    expect((await change(id, { state: 'done', answer: 'yes' })).status).toBe(200)
    expect(await change(id, { price: '11', reason: 'dearer' })).toMatchObject({
      status: 422,
      body: { errors: [{ path: '/price', key: 'read_only_now' }] },
    })
    const other = await make('case', {})
    expect((await change(other.id, { price: '5' })).body).toMatchObject({
      errors: [{ path: '/reason', key: 'required' }],
    })
    expect((await change(other.id, { price: '5', reason: 'agreed' })).body).toMatchObject({ gross: '6.00' })
    expect((await change(other.id, { reason: null })).status).toBe(200)
  })

  test('a validation looks back', async () => {
    const { id } = await make('case', { state: 'done', answer: 'yes' })
    expect(await change(id, { state: 'work' })).toMatchObject({
      status: 422,
      body: { errors: [{ path: '/state', key: 'validation', message: 'What is done stays done.' }] },
    })
    expect((await change(id, { title: 'named' })).status).toBe(200)
  })

  test('formulas and roll-ups ask the records that lead here', async () => {
    const client = await make('client', { name: 'Ada' })
    await make('case', { client: client.id })
    await make('case', { client: client.id, received_on: '2020-01-01', days: 1 })
    await make('case', { client: client.id, state: 'done', answer: 'yes', received_on: '2020-01-01' })
    const { body } = await all.call('GET', `records/desk.client/${client.id}`)
    expect(body).toMatchObject({ open_cases: 2, has_late: true, done_cases: 1 })
    expect(await list({ '>': [v('open_cases'), 1] }, 'client')).toContain(client.id)
  })

  test('lists: mine, of this month, with some', async () => {
    const other = await tenant.as('desk.all')
    const mine = await make('case', { title: 'mine' })
    const theirs = await make('case', { title: 'theirs' }, other)
    const ids = await list({ '==': [v('clerk'), { me: [] }] })
    expect([ids.includes(mine.id), ids.includes(theirs.id)]).toEqual([true, false])
    const [old, now] = [await make('case', { received_on: '2001-05-05' }), await make('case', {})]
    const month = await list({
      '<=': [{ start_of: [{ today: [] }, 'month'] }, v('received_on'), { end_of: [{ today: [] }, 'month'] }],
    })
    expect([month.includes(old.id), month.includes(now.id)]).toEqual([false, true])
  })

  test('rights of roles', async () => {
    const [busy, idle] = [await make('client', { name: 'busy' }), await make('client', { name: 'idle' })]
    await make('case', { client: busy.id })
    const reader = await tenant.as('desk.busy')
    const { body } = await reader.call('GET', 'records/desk.client?limit=500')
    const ids = body.data.map(({ id }: { id: string }) => id)
    expect([ids.includes(busy.id), ids.includes(idle.id)]).toEqual([true, false])
    const clerk = await tenant.as('desk.teamwork')
    const { body: me } = await clerk.call('GET', 'me')
    const team = (await tenant.call('POST', 'records/system.team', { name: 'T' })).body.id
    await tenant.call('POST', 'records/system.team_members', { team, user: me.user_id })
    const shared = await make('case', { owner_team: team })
    // Whoever joined a team is known to have when the database has told all processes.
    const seen = async () => {
      const { body: cases } = await clerk.call('GET', 'records/desk.case?limit=500')
      return cases.data.map(({ id }: { id: string }) => id)
    }
    await expect.poll(seen).toEqual([shared.id])
  })
})

describe('no door around', () => {
  const BAD = { title: 'bad', due_on: '2000-01-01', received_on: '2000-01-02' }

  test('a record that breaks a rule comes in by none of them', async () => {
    const { id } = await make('case', {})
    const doors: [string, () => Promise<{ status: number; body: unknown }>][] = [
      ['create', () => all.call('POST', 'records/desk.case', BAD)],
      ['change', () => change(id, BAD)],
      ['batch', () => all.call('POST', 'batch', { operations: [{ op: 'create', entity: 'desk.case', body: BAD }] })],
      [
        'batch change',
        () =>
          all.call('POST', 'batch', { operations: [{ op: 'update', entity: 'desk.case', id, version: 1, body: BAD }] }),
      ],
    ]
    for (const [name, door] of doors) {
      const { status, body } = await door()
      expect([name, status, JSON.stringify(body).includes('Due before it came.')]).toEqual([name, 422, true])
    }
    const lines = await all.send('POST', 'bulk/desk.case', JSON.stringify(BAD), 'application/x-ndjson')
    expect(lines.body).toMatchObject({ accepted: 0, rejected: 1, errors: [{ message: 'Due before it came.' }] })
    const csv = await all.send(
      'POST',
      'bulk/desk.case',
      'title,due_on,received_on\nbad,2000-01-01,2000-01-02\n',
      'text/csv',
    )
    expect(csv.body).toMatchObject({ accepted: 0, rejected: 1 })
    expect(await list({ '==': [v('title'), 'bad'] })).toEqual([])
  })

  test('nor out of the trash', async () => {
    const { id } = await make('case', {})
    await all.call('DELETE', `records/desk.case/${id}`)
    await tenant.database.query(
      `UPDATE "${tenant.schema}"."${tenant.tableOf('desk.case')}" SET due_on = '2000-01-01', received_on = '2000-01-02' WHERE id = $1::uuid`,
      [id],
    )
    expect((await all.call('POST', `records/desk.case/${id}/restore`)).status).toBe(422)
  })
})

describe('what asking tells', () => {
  test('related records that somebody may not read are neither found nor counted', async () => {
    const reader = await tenant.as('desk.own')
    const { body: me } = await reader.call('GET', 'me')
    const client = await make('client', { name: 'Shown', owner: me.user_id })
    await make('case', { client: client.id, title: 'hidden' })
    const ask = (rule: unknown) => list(rule, 'client', reader)
    expect(await ask({ some: ['desk.case.client', { '==': [v('title'), 'hidden'] }] })).toEqual([])
    expect(await ask({ '>': [{ count: ['desk.case.client'] }, 0] })).toEqual([])
    const { body } = await reader.call('GET', `records/desk.client/${client.id}`)
    expect(body.open_cases).toBe(0)
    await make('case', { client: client.id, title: 'theirs', owner: me.user_id })
    expect(await ask({ some: ['desk.case.client', { '==': [v('title'), 'theirs'] }] })).toEqual([client.id])
    expect((await reader.call('GET', `records/desk.client/${client.id}`)).body.open_cases).toBe(1)
  })

  test('who reads none of them may not ask', async () => {
    const reader = await tenant.as('desk.busy')
    const filter = encodeURIComponent(JSON.stringify({ some: ['desk.case.client', { '==': [v('title'), 'x'] }] }))
    expect((await reader.call('GET', `records/desk.client?filter=${filter}`)).status).toBe(403)
  })
})
