// Somebody with a lesser role at every door: what they read, what they change, whom they become.
import { beforeAll, describe, expect, test } from 'vitest'
import { createKey } from '../../kernel/auth/api-keys.ts'
import { systemActor } from '../../kernel/auth/index.ts'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import type { Answer } from '../support/sign-in.ts'
import { type Caller, openTestTenant, type TestTenant } from '../support/test-tenant.ts'
import { FORT } from './attack-package.ts'

const PASSWORD = 'correct horse battery'
const NOBODY = '01890000-0000-7000-8000-000000000000'
const ADMINISTRATOR = 'system.administrator'
let tenant: TestTenant
let reader: Caller
let member: Caller
let worker: Caller
let helpdesk: Caller
let ids: Record<'worker' | 'salary' | 'safe' | 'post', string>

beforeAll(async () => {
  tenant = await openTestTenant([FORT])
  ;[reader, member, worker, helpdesk] = await Promise.all([
    tenant.as('system.reader'),
    tenant.as('system.member'),
    tenant.as('fort.worker'),
    tenant.as('fort.helpdesk'),
  ])
  const make = async (entity: string, body: unknown): Promise<string> =>
    (await expectStatus(201, tenant.call('POST', `records/${entity}`, body))).body.id
  const one = await make('fort.worker', { name: 'Ann' })
  const salary = await make('fort.salary', { title: 'Ann’s', worker: one, amount: '77123' })
  const safe = await make('fort.safe', { name: 'Safe', token: 'open sesame' })
  const robot = (await tenant.call('POST', 'keys', { name: 'Robot', role: ADMINISTRATOR })).body.id
  const about = { entity: 'fort.salary', id: salary }
  ids = {
    worker: one,
    salary,
    safe,
    post: await make('fort.post', { name: 'Gate', safe, salary, robot, worker: one, about }),
  }
})

async function expectStatus(status: number, asked: Promise<Answer>): Promise<Answer> {
  const answer = await asked
  expect([answer.status, answer.body]).toEqual([status, answer.body])
  return answer
}

let people = 0
/** A person who could sign in. */
async function person(roles: readonly string[], more: Record<string, unknown> = {}): Promise<string> {
  const email = `person${++people}@example.org`
  const id = await tenant.addPerson({ email, name: email, roles, password: PASSWORD })
  if (Object.keys(more).length > 0)
    await expectStatus(200, tenant.call('PATCH', `records/system.user/${id}`, more, { 'if-match': '*' }))
  return id
}
const userOf = async (id: string) => (await tenant.call('GET', `records/system.user/${id}`)).body
const filterBy = (rule: unknown) => `filter=${encodeURIComponent(JSON.stringify(rule))}`
const ANY = { 'if-match': '*' }

describe('reading', () => {
  const secretPaths = ['token', 'safe.token', 'robot.hash', 'worker.created_by.keys']
  const hiddenPaths = ['salary.amount', 'salary.title', 'salary.worker.name', 'worker.paid', 'robot.name', 'robot.role']

  test('a secret is in no select, filter, sort, group or measure, for anybody', async () => {
    for (const caller of [tenant, worker, reader])
      for (const path of secretPaths) {
        const entity = path.includes('.') ? 'fort.post' : 'fort.safe'
        const asked = [
          ...(path === 'token' ? [] : [`records/${entity}?select=${path}`]),
          `records/${entity}?sort=${path}`,
          `records/${entity}?${filterBy({ '==': [{ var: path }, 'open sesame'] })}`,
          ...['group=', 'measures=count:', 'measures=min:'].map((what) => `aggregates/${entity}?${what}${path}`),
        ]
        for (const query of asked) {
          const answer = await caller.call('GET', query)
          expect([query, answer.status < 500, answer.status >= 400]).toEqual([query, true, true])
        }
      }
    const { body } = await reader.call('GET', 'records/fort.post?select=safe(token)')
    expect(body.data[0].safe).toEqual({ id: ids.safe, token: true })
  })

  test('records that a role may not read are not read through others', async () => {
    for (const path of hiddenPaths) {
      const asked = [
        `records/fort.post?select=${path}`,
        `records/fort.post?sort=${path}`,
        `records/fort.post?${filterBy({ '!=': [{ var: path }, null] })}`,
        ...['group=', 'measures=count:', 'measures=max:'].map((what) => `aggregates/fort.post?${what}${path}`),
      ]
      for (const query of asked) expect([query, (await worker.call('GET', query)).body.code]).toEqual([query, 'RL301'])
    }
    for (const query of [
      'records/fort.salary',
      `records/fort.salary/${ids.salary}`,
      `records/fort.salary/${ids.salary}?at=2999-01-01T00:00:00Z`,
      `records/fort.salary/${ids.salary}/history`,
      'aggregates/fort.salary',
      'records/fort.post?expand=salary',
      'records/fort.worker?select=s:fort.salary.worker(amount)',
      'records/fort.worker?select=paid',
      'records/fort.worker?sort=paid',
      'aggregates/fort.worker?measures=sum:paid',
      'records/system.user?select=s:system.session.user(ip)',
      'records/system.user?select=k:system.key.user(hash)',
      'records/system.key',
      'records/system.session',
      'records/system.job',
    ])
      expect([query, (await worker.call('GET', query)).body.code]).toEqual([query, 'RL301'])
  })

  test('nor told by what comes without being asked for', async () => {
    const answers = await Promise.all([
      worker.call('GET', 'records/fort.worker'),
      worker.call('GET', `records/fort.worker/${ids.worker}`),
      worker.call('GET', `records/fort.worker/${ids.worker}/history`),
      worker.call('PATCH', `records/fort.worker/${ids.worker}`, { name: 'Ann' }, ANY),
      worker.call('GET', 'records/fort.post?expand=about'),
      worker.call('DELETE', `records/fort.worker/${ids.worker}`),
      worker.call('GET', 'meta'),
      worker.call('GET', 'openapi.json'),
    ])
    const text = JSON.stringify(answers.map(({ body }) => body))
    expect(answers[5]?.body.code).toBe('RL209')
    for (const word of ['77123', 'Ann’s', 'fort.salary"', 'open sesame', '"hash"']) {
      const allowed = word === 'fort.salary"' ? text.replaceAll(`"entity":"fort.salary"`, '') : text
      expect([word, allowed.includes(word)]).toEqual([word, false])
    }
  })

  test('whether a record exists is not told by a refused write', async () => {
    const bodies = await Promise.all(
      ['Ann’s', 'Nobody’s'].map((title) => worker.call('PUT', 'records/fort.salary?by=title', { title })),
    )
    expect(bodies.map(({ body }) => ({ ...body, instance: '' }))).toEqual(
      [bodies[0]?.body, bodies[0]?.body].map((body) => ({ ...body, instance: '' })),
    )
    const deletes = await Promise.all(
      [ids.salary, NOBODY].map((id) => worker.call('DELETE', `records/fort.salary/${id}`)),
    )
    expect(deletes.map(({ body }) => body.code)).toEqual(['RL301', 'RL301'])
  })
})

describe('users, keys, sessions and what else the kernel keeps', () => {
  const KEPT = ['system.user', 'system.key', 'system.session', 'system.team', 'system.job', 'system.currency_rate']
  const counts = async () => {
    const rows = await Promise.all(
      KEPT.map((entity) =>
        tenant.database.query(
          `select count(*), coalesce(sum(version), 0) from "${tenant.schema}"."${tenant.tableOf(entity)}"`,
        ),
      ),
    )
    return rows.map(([row]) => row?.join())
  }

  test('are beyond everybody who does not administer, through every door of the records API', async () => {
    const before = await counts()
    for (const caller of [reader, member, worker])
      for (const entity of KEPT) {
        const doors: [string, Promise<Answer>][] = [
          ['create', caller.call('POST', `records/${entity}`, { name: 'x', roles: [ADMINISTRATOR] })],
          [
            'upsert',
            caller.call('PUT', `records/${entity}?by=email`, { email: 'x@example.org', roles: [ADMINISTRATOR] }),
          ],
          ['update', caller.call('PATCH', `records/${entity}/${tenant.userId}`, { name: 'x' }, ANY)],
          ['delete', caller.call('DELETE', `records/${entity}/${tenant.userId}`)],
          ['purge', caller.call('DELETE', `records/${entity}/${tenant.userId}?purge=true`)],
          ['restore', caller.call('POST', `records/${entity}/${tenant.userId}/restore`)],
          ['bulk', caller.send('POST', `bulk/${entity}`, 'name,roles\nx,system.administrator\n', 'text/csv')],
          ...(['create', 'update', 'delete', 'restore'] as const).map((op): [string, Promise<Answer>] => [
            `batch ${op}`,
            caller.call('POST', 'batch', {
              operations: [{ op, entity, id: tenant.userId, version: 1, body: { name: 'x', roles: [ADMINISTRATOR] } }],
            }),
          ]),
        ]
        for (const [door, asked] of doors)
          expect([entity, door, (await asked).body.code]).toEqual([entity, door, 'RL301'])
      }
    expect(await counts()).toEqual(before)
  })

  test('a key acts for its role alone, and for no account', async () => {
    const { body } = await tenant.call('POST', 'keys', { name: 'Operator?', role: ADMINISTRATOR })
    const headers = {
      authorization: `Bearer ${body.key}`,
      'content-type': 'application/json',
      origin: 'http://localhost',
    }
    for (const [method, path] of [
      ['POST', 'tenants'],
      ['DELETE', 'tenants/test'],
    ] as const) {
      const init = {
        method,
        headers,
        ...(method === 'POST' ? { body: JSON.stringify({ title: 'Mine', kind: 'empty' }) } : {}),
      }
      const answer = await tenant.kernel.app.request(`http://localhost/api/${path}`, init)
      expect([path, answer.status]).toEqual([path, 401])
    }
    const { body: me } = await member.call('GET', 'me')
    await tenant.call('PATCH', `records/system.user/${me.user_id}`, { roles: [ADMINISTRATOR] }, ANY)
    expect((await member.call('GET', 'me')).body).toMatchObject({ roles: ['system.member'], administer: false })
    expect((await member.call('PATCH', 'me', { roles: [ADMINISTRATOR] })).status).toBe(422)
  })

  test('sessions, keys and jobs are not made as records, not even by administrators', async () => {
    for (const entity of ['system.key', 'system.session', 'system.job']) {
      expect(
        (await tenant.call('POST', `records/${entity}`, entity === 'system.key' ? { name: 'x' } : {})).body.code,
      ).toBe('RL301')
      const row = entity === 'system.key' ? 'name\nx\n' : `id\n${NOBODY}\n`
      expect((await tenant.send('POST', `bulk/${entity}`, row, 'text/csv')).body.code).toBe('RL301')
    }
  })
})

describe('a role that keeps the list of users without administering', () => {
  beforeAll(() => person([ADMINISTRATOR]))

  test('makes and keeps people without roles', async () => {
    const { body } = await expectStatus(
      201,
      helpdesk.call('POST', 'records/system.user', { name: 'Newcomer', email: 'new@example.org' }),
    )
    await expectStatus(
      200,
      helpdesk.call('PATCH', `records/system.user/${body.id}`, { name: 'Newcomer 2', active: false }, ANY),
    )
    await expectStatus(204, helpdesk.call('DELETE', `records/system.user/${body.id}`))
    await expectStatus(200, helpdesk.call('POST', `records/system.user/${body.id}/restore`))
    expect((await helpdesk.send('POST', 'bulk/system.user', 'name\nOne\nTwo\n', 'text/csv')).body).toMatchObject({
      accepted: 2,
    })
  })

  test('gives and takes no roles', async () => {
    const id = await person(['system.reader'])
    const { version } = await userOf(id)
    const roles = [ADMINISTRATOR]
    const answers = await Promise.all([
      helpdesk.call('POST', 'records/system.user', { name: 'x', roles: ['system.reader'] }),
      helpdesk.call('PUT', 'records/system.user?by=email', { name: 'x', email: 'x@example.org', roles }),
      helpdesk.call('PATCH', `records/system.user/${id}`, { roles }, ANY),
      helpdesk.call('PATCH', `records/system.user/${id}`, { roles: [] }, ANY),
      helpdesk.call('POST', 'batch', {
        operations: [{ op: 'create', entity: 'system.user', body: { name: 'x', roles } }],
      }),
      helpdesk.call('POST', 'batch', {
        operations: [{ op: 'update', entity: 'system.user', id, version, body: { roles } }],
      }),
      helpdesk.send('POST', 'bulk/system.user', 'name,roles\nx,fort.chief\n', 'text/csv'),
    ])
    expect(answers.map(({ body }) => body.code)).toEqual(answers.map(() => 'RL301'))
    expect((await userOf(id)).roles).toEqual(['system.reader'])
    const { body } = await tenant.call('GET', `records/system.user?${filterBy({ '==': [{ var: 'name' }, 'x'] })}`)
    expect(body.data).toEqual([])
  })

  test('cannot remove, bring back or switch administrators', async () => {
    const [chief, gone] = [await person(['fort.chief']), await person(['fort.chief'])]
    await person([ADMINISTRATOR])
    await expectStatus(204, tenant.call('DELETE', `records/system.user/${gone}`))
    const answers = await Promise.all([
      helpdesk.call('DELETE', `records/system.user/${chief}`),
      helpdesk.call('PATCH', `records/system.user/${chief}`, { active: false }, ANY),
      helpdesk.call('POST', `records/system.user/${gone}/restore`),
    ])
    expect(answers.map(({ body }) => body.code)).toEqual(['RL301', 'RL301', 'RL301'])
  })

  test('shuts keys and sessions out, and lets none in again', async () => {
    const { body: key } = await tenant.call('POST', 'keys', { name: 'Leaked', role: ADMINISTRATOR })
    const expires_at = '2999-01-01T00:00:00Z'
    expect((await helpdesk.call('PATCH', `records/system.key/${key.id}`, { expires_at }, ANY)).body.code).toBe('RL301')
    await expectStatus(204, helpdesk.call('DELETE', `records/system.key/${key.id}`))
    expect((await helpdesk.call('POST', `records/system.key/${key.id}/restore`)).body.code).toBe('RL301')
    const use = () =>
      tenant.kernel.app.request('http://localhost/api/v1/test/me', { headers: { authorization: `Bearer ${key.key}` } })
    await expect.poll(async () => (await use()).status).toBe(401)
  })

  test('an ended session stays ended, whoever asks', async () => {
    const email = `person${people + 1}@example.org`
    await person(['system.reader'])
    const signedIn = await tenant.kernel.app.request('http://localhost/api/auth/sign-in/email', {
      method: 'POST',
      headers: { origin: 'http://localhost', 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: PASSWORD }),
    })
    const cookie = signedIn.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ')
    const visit = async () =>
      (await tenant.kernel.app.request('http://localhost/api/v1/test/me', { headers: { cookie } })).status
    expect(await visit()).toBe(200)
    const { body } = await tenant.call('GET', 'records/system.session?sort=-created_at&limit=1')
    const session = body.data[0].id
    await expectStatus(204, tenant.call('DELETE', `records/system.session/${session}`))
    await expect.poll(visit).toBe(401)
    expect((await tenant.call('POST', `records/system.session/${session}/restore`)).body.code).toBe('RL301')
    expect((await tenant.call('DELETE', `records/system.session/${session}?purge=true`)).body.code).toBe('RL209')
    expect(await visit()).toBe(401)
  })
})

describe('users that go along with another record', () => {
  test('do so for who may delete users', async () => {
    const { body: department } = await tenant.call('POST', 'records/fort.department', { name: 'Kitchen' })
    const id = await person(['system.reader'], { fort_department: department.id })
    expect((await member.call('DELETE', `records/fort.department/${department.id}`)).body.code).toBe('RL301')
    expect((await userOf(id)).deleted_at).toBeNull()
    await person([ADMINISTRATOR])
    await expectStatus(204, tenant.call('DELETE', `records/fort.department/${department.id}`))
    expect((await member.call('POST', `records/fort.department/${department.id}/restore`)).body.code).toBe('RL301')
    await expectStatus(200, tenant.call('POST', `records/fort.department/${department.id}/restore`))
    expect((await userOf(id)).deleted_at).toBeNull()
  })
})

describe('the last administrator', () => {
  let last: string
  let email: string
  const chiefs = async () =>
    (await tenant.call('GET', 'records/system.user?limit=500')).body.data.filter(
      ({ kind, active, roles }: { kind: string; active: boolean; roles: string[] | null }) =>
        kind === 'person' && active && roles?.some((role) => role === ADMINISTRATOR || role === 'fort.chief'),
    )

  beforeAll(async () => {
    last = await person([ADMINISTRATOR])
    email = (await userOf(last)).email
    for (const { id } of await chiefs())
      if (id !== last) await expectStatus(204, tenant.call('DELETE', `records/system.user/${id}`))
  })

  test('goes through no door', async () => {
    const { version } = await userOf(last)
    const entity = 'system.user'
    const { body: department } = await tenant.call('POST', 'records/fort.department', { name: 'Top' })
    await expectStatus(
      200,
      tenant.call('PATCH', `records/system.user/${last}`, { fort_department: department.id }, ANY),
    )
    const update = (body: unknown) => ({ op: 'update', entity, id: last, version: version + 1, body })
    const doors: Promise<Answer>[] = [
      tenant.call('DELETE', `records/system.user/${last}`),
      tenant.call('PATCH', `records/system.user/${last}`, { roles: [] }, ANY),
      tenant.call('PATCH', `records/system.user/${last}`, { roles: ['system.member'] }, ANY),
      tenant.call('PATCH', `records/system.user/${last}`, { active: false }, ANY),
      tenant.call('PUT', 'records/system.user?by=email', { email, roles: ['system.reader'] }),
      tenant.call('POST', 'batch', { operations: [{ op: 'delete', entity, id: last }] }),
      tenant.call('POST', 'batch', { operations: [update({ active: false })] }),
      // A row that nobody can sign in to is no administrator.
      tenant.call('POST', 'batch', {
        operations: [
          { op: 'create', entity, body: { name: 'Straw', roles: [ADMINISTRATOR] } },
          { op: 'delete', entity, id: last },
        ],
      }),
      tenant.call('DELETE', `records/fort.department/${department.id}`),
    ]
    for (const [index, door] of doors.entries()) expect([index, (await door).body.code]).toEqual([index, 'RL303'])
    expect((await tenant.call('DELETE', `records/system.user/${last}?purge=true`)).body.code).toBe('RL216')
    expect((await chiefs()).map(({ id }: { id: string }) => id)).toContain(last)
  })

  test('stays when many remove each other at once, through different doors', async () => {
    const others = [await person(['fort.chief']), await person([ADMINISTRATOR]), await person([ADMINISTRATOR])]
    const { version } = await userOf(others[1] ?? '')
    const answers = await Promise.all([
      tenant.call('DELETE', `records/system.user/${last}`),
      tenant.call('PATCH', `records/system.user/${others[0]}`, { active: false }, ANY),
      tenant.call('POST', 'batch', {
        operations: [{ op: 'update', entity: 'system.user', id: others[1], version, body: { roles: [] } }],
      }),
      tenant.call('PUT', 'records/system.user?by=email', {
        email: (await userOf(others[2] ?? '')).email,
        roles: ['system.reader'],
      }),
    ])
    expect(answers.filter(({ status }) => status < 300)).toHaveLength(3)
    expect(answers.filter(({ body }) => body.code === 'RL303')).toHaveLength(1)
    const left = (await chiefs()).filter(({ identity }: { identity: string | null }) => identity !== null)
    expect(left).toHaveLength(1)
  })

  test('stays when a publish takes the right from a role while somebody is removed', async () => {
    const [left] = (await chiefs()).filter(({ identity }: { identity: string | null }) => identity !== null)
    const chief = await person(['fort.chief'])
    await tenant.call('PATCH', `records/system.user/${left.id}`, { roles: [ADMINISTRATOR] }, ANY)
    const demoted: PackageSource = {
      ...FORT,
      files: {
        ...FORT.files,
        'roles/chief.json': { name: 'chief', label: 'Chief', entities: { '*': { read: 'all' } } },
      },
    }
    let answers: Promise<Answer[]> | undefined
    await tenant.database.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${tenant.schema} administrators`])
      answers = Promise.all([
        tenant.call('POST', 'metadata/publish', { packages: [demoted] }),
        tenant.call('DELETE', `records/system.user/${left.id}`),
      ])
      await waiting(2)
    })
    const statuses = (await answers)?.map(({ status }) => status >= 300)
    expect([...(statuses ?? [])].sort()).toEqual([false, true])
    expect((await userOf(chief)).deleted_at).toBeNull()
  })

  /** Until so many wait at a lock of the tenant. */
  async function waiting(count: number): Promise<void> {
    const look = `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    await expect
      .poll(async () => Number((await tenant.kernel.services.database.query(look))[0]?.[0]), { timeout: 8_000 })
      .toBe(count)
  }
})

describe('another tenant', () => {
  let there: Caller
  let theirs: Record<'worker' | 'safe' | 'user' | 'team' | 'file' | 'post', string>

  beforeAll(async () => {
    const { tenant: other } = await tenant.kernel.tenants.create({ title: 'Other', slug: 'other', kind: 'empty' })
    await tenant.kernel.services.publisher.publish(other, { packages: [FORT], by: null })
    const loaded = await tenant.kernel.services.catalog.reload('other')
    const { key } = await createKey(tenant.database, loaded, systemActor(other), { name: 'Other', role: ADMINISTRATOR })
    const ask = async (method: string, path: string, body: string | undefined, type: string): Promise<Answer> => {
      const response = await tenant.kernel.app.request(`http://localhost/api/v1/other/${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': type },
        ...(body === undefined ? {} : { body }),
      })
      const text = await response.text()
      return {
        status: response.status,
        body: text.startsWith('{') ? JSON.parse(text) : text,
        headers: response.headers,
      }
    }
    there = {
      call: (method, path, body) =>
        ask(method, path, body === undefined ? undefined : JSON.stringify(body), 'application/json'),
      send: (method, path, body, type) => ask(method, path, body.toString(), type),
      open: () => Promise.reject(new Error('not asked for here')),
    }
    const make = async (entity: string, body: unknown): Promise<string> =>
      (await expectStatus(201, there.call('POST', `records/${entity}`, body))).body.id
    theirs = {
      worker: await make('fort.worker', { name: 'Theirs' }),
      safe: await make('fort.safe', { name: 'Theirs' }),
      team: await make('system.team', { name: 'Theirs' }),
      user: (await there.call('GET', 'me')).body.user_id,
      file: (await expectStatus(201, there.send('POST', 'files?name=theirs.txt', 'their words', 'text/plain'))).body.id,
      post: await make('fort.post', { name: 'Theirs' }),
    }
  })

  test('its ids lead nowhere: references, owners, links, comments, files', async () => {
    const { body: meta } = await tenant.call('GET', 'meta')
    const post = meta.entities.find(({ name }: { name: string }) => name === 'fort.post')
    const { link } = post.fields.find(({ name }: { name: string }) => name === 'watch').options
    const attempts: [string, unknown][] = [
      ['fort.post', { safe: theirs.safe }],
      ['fort.post', { about: { entity: 'fort.worker', id: theirs.worker } }],
      ['fort.post', { owner: theirs.user }],
      ['fort.post', { owner_team: theirs.team }],
      [link.entity, { [link.source]: ids.post, [link.target]: theirs.worker }],
      [link.entity, { [link.source]: theirs.post, [link.target]: ids.worker }],
      ['system.comment', { body: 'x', on: { entity: 'fort.post', id: theirs.post } }],
      ['system.team', { name: 'x', parent: theirs.team }],
    ]
    for (const [entity, body] of attempts) {
      const problem = { code: 'RL206', errors: [{ key: 'no_such_record' }] }
      expect([entity, await tenant.call('POST', `records/${entity}`, body)]).toMatchObject([
        entity,
        { status: 422, body: problem },
      ])
      const operations = [{ op: 'create', entity, body }]
      expect((await tenant.call('POST', 'batch', { operations })).body.code).toBe('RL206')
      const line = JSON.stringify(body)
      expect((await tenant.send('POST', `bulk/${entity}`, line, 'application/x-ndjson')).body).toMatchObject({
        accepted: 0,
        rejected: 1,
      })
    }
    expect((await tenant.call('PATCH', `records/fort.post/${ids.post}`, { safe: theirs.safe }, ANY)).status).toBe(422)
    const on = encodeURIComponent(JSON.stringify({ entity: 'fort.post', id: theirs.post }))
    expect((await tenant.send('POST', `files?name=x.txt&on=${on}`, 'x', 'text/plain')).status).toBe(422)
  })

  test('its records are not there to be read, changed, deleted or restored', async () => {
    const at = `records/fort.worker/${theirs.worker}`
    const asked = [
      tenant.call('GET', at),
      tenant.call('GET', `${at}/history`),
      tenant.call('GET', `${at}?at=2999-01-01T00:00:00Z`),
      tenant.call('PATCH', at, { name: 'Mine' }, ANY),
      tenant.call('DELETE', at),
      tenant.call('DELETE', `${at}?purge=true`),
      tenant.call('POST', `${at}/restore`),
      tenant.call('GET', `files/${theirs.file}`),
      tenant.call('POST', `users/${theirs.user}/password-link`),
    ]
    for (const [index, answer] of (await Promise.all(asked)).entries())
      expect([index, answer.status, answer.body.code]).toEqual([index, 404, 'RL205'])
    const { body } = await tenant.call(
      'GET',
      `records/fort.worker?${filterBy({ '==': [{ var: 'id' }, theirs.worker] })}`,
    )
    expect(body.data).toEqual([])
    expect((await there.call('GET', at)).body.name).toBe('Theirs')
  })
})
