// Who gets in, and what they cannot reach from where they are.
import { beforeAll, describe, expect, test } from 'vitest'
import { createKey } from '../../kernel/auth/api-keys.ts'
import { systemActor } from '../../kernel/auth/index.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

const PASSWORD = 'correct horse battery'
let tenant: TestTenant
let setupToken: string

beforeAll(async () => {
  tenant = await openTestTenant([])
  setupToken = (await tenant.kernel.auth.setup.newToken()) ?? ''
})

interface Reply {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers and fail where they are not as expected.
  body: any
  cookies: string[]
}

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  const response = await tenant.kernel.app.request(`http://localhost${path}`, {
    method,
    headers: {
      origin: 'http://localhost',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    body: text.startsWith('{') ? JSON.parse(text) : text,
    cookies: response.headers.getSetCookie(),
  }
}
const cookieOf = (reply: Reply) => reply.cookies.map((line) => line.split(';')[0]).join('; ')
const signIn = (email: string, password: string) => ask('POST', '/api/auth/sign-in/email', { email, password })

/** Somebody with these roles in the tenant, signed in. */
async function member(email: string, roles: readonly string[]): Promise<{ id: string; cookie: string }> {
  const id = await tenant.addPerson({ email, roles, password: PASSWORD })
  const signedIn = await signIn(email, PASSWORD)
  expect(signedIn.status).toBe(200)
  return { id, cookie: cookieOf(signedIn) }
}

describe('the set-up link', () => {
  test('makes the first administrator, once', async () => {
    const person = { email: 'first@example.org', password: PASSWORD, name: 'First' }
    expect((await ask('POST', '/api/setup', { ...person, token: 'x'.repeat(43) })).status).toBe(410)
    expect((await ask('POST', '/api/setup', { ...person, password: 'short', token: setupToken })).status).toBe(422)
    const answers = await Promise.all(
      [1, 2, 3].map((n) => ask('POST', '/api/setup', { ...person, email: `first${n}@example.org`, token: setupToken })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 410, 410])
    expect((await ask('GET', '/api/session')).body).toMatchObject({ user: null, setup: 'done' })
  })
})

describe('signing in', () => {
  test('gives a cookie that scripts cannot read', async () => {
    await member('cookie@example.org', ['system.reader'])
    const [cookie] = (await signIn('cookie@example.org', PASSWORD)).cookies
    expect(cookie).toMatch(/HttpOnly/i)
    expect(cookie).toMatch(/SameSite=Lax/i)
    expect(cookie).not.toContain(PASSWORD)
  })

  test('says the same for a wrong password as for nobody', async () => {
    await member('known@example.org', ['system.reader'])
    const [wrong, nobody] = [
      await signIn('known@example.org', 'wrong horse battery'),
      await signIn('nobody@example.org', 'wrong horse battery'),
    ]
    expect([wrong.status, wrong.body.code, wrong.body.detail]).toEqual([
      nobody.status,
      nobody.body.code,
      nobody.body.detail,
    ])
    expect(wrong.status).toBe(401)
  })

  test('is slowed down for who keeps guessing', async () => {
    const statuses: number[] = []
    for (let attempt = 0; attempt < 30; attempt++)
      statuses.push((await signIn('guessed@example.org', `guess number ${attempt}`)).status)
    expect(statuses).toContain(429)
  })

  test('ends at once when signing out', async () => {
    const { cookie } = await member('leaving@example.org', ['system.reader'])
    expect((await ask('GET', '/api/v1/test/me', undefined, { cookie })).status).toBe(200)
    await ask('POST', '/api/auth/sign-out', {}, { cookie })
    expect((await ask('GET', '/api/v1/test/me', undefined, { cookie })).status).toBe(401)
  })

  test('a page of another site cannot act for the person', async () => {
    const { cookie } = await member('victim@example.org', ['system.administrator'])
    const forged = await ask(
      'POST',
      '/api/v1/test/records/system.team',
      { name: 'Forged' },
      { cookie, origin: 'https://evil.example' },
    )
    expect([forged.status, forged.body.code]).toEqual([403, 'RL304'])
    expect((await ask('GET', '/api/v1/test/me', undefined, { cookie: `${cookie}x` })).status).toBe(401)
  })
})

describe('roles', () => {
  test('a reader reads, a member writes, only administrators administer', async () => {
    const [reader, writer] = [await tenant.as('system.reader'), await tenant.as('system.member')]
    expect((await reader.call('GET', 'records/base.person')).status).toBe(200)
    expect((await reader.call('POST', 'records/base.person', { name: { family: 'X' } })).body.code).toBe('RL301')
    expect((await writer.call('POST', 'records/base.person', { name: { family: 'X' } })).status).toBe(201)
    for (const caller of [reader, writer]) {
      expect((await caller.call('POST', 'metadata/plan', { packages: [] })).status).toBe(403)
      expect((await caller.call('POST', 'keys', { name: 'k', role: 'system.administrator' })).status).toBe(403)
      expect(
        (await caller.call('POST', 'users', { email: 'x@example.org', name: 'x', roles: ['system.administrator'] }))
          .status,
      ).toBe(403)
      const { body } = await caller.call('GET', 'meta')
      expect(body.administer).toBe(false)
    }
  })

  test('nobody makes themselves more than they are', async () => {
    const { id, cookie } = await member('climber@example.org', ['system.member'])
    const raised = await ask(
      'PATCH',
      `/api/v1/test/records/system.user/${id}`,
      { roles: ['system.administrator'] },
      { cookie, 'if-match': '*' },
    )
    expect(raised.status).toBe(403)
    const made = await ask(
      'POST',
      '/api/v1/test/records/system.user',
      { name: 'Twin', roles: ['system.administrator'] },
      { cookie },
    )
    expect(made.status).toBe(403)
  })

  test('losing a role counts from the next request on', async () => {
    const { id, cookie } = await member('demoted@example.org', ['system.member'])
    expect((await ask('POST', '/api/v1/test/records/base.note', { text: 'x' }, { cookie })).status).not.toBe(403)
    await tenant.call('PATCH', `records/system.user/${id}`, { roles: ['system.reader'] }, { 'if-match': '*' })
    await expect
      .poll(async () => (await ask('POST', '/api/v1/test/records/base.note', { text: 'x' }, { cookie })).status, {
        timeout: 1_000,
      })
      .toBe(403)
  })

  test('the last administrator stays, also when two take each other away at once', async () => {
    const [one, two] = [
      await member('admin1@example.org', ['system.administrator']),
      await member('admin2@example.org', ['system.administrator']),
    ]
    const users = await tenant.call('GET', 'records/system.user?limit=500')
    for (const user of users.body.data) {
      const isOther =
        user.kind === 'person' && user.roles?.includes('system.administrator') && ![one.id, two.id].includes(user.id)
      if (isOther) expect((await tenant.call('DELETE', `records/system.user/${user.id}`)).status).toBe(204)
    }
    const answers = await Promise.all([
      tenant.call('DELETE', `records/system.user/${one.id}`),
      tenant.call('PATCH', `records/system.user/${two.id}`, { roles: ['system.reader'] }, { 'if-match': '*' }),
    ])
    expect(answers.map(({ status }) => status < 300).sort()).toEqual([false, true])
    expect(answers.find(({ status }) => status >= 300)?.body.code).toBe('RL303')
  })
})

describe('API keys', () => {
  test('work for their tenant, with their role, until they are deleted or run out', async () => {
    const { body: made } = await tenant.call('POST', 'keys', { name: 'Robot', role: 'system.reader' })
    const as = (key: string) => ({ authorization: `Bearer ${key}` })
    expect((await ask('GET', '/api/v1/test/me', undefined, as(made.key))).status).toBe(200)
    expect((await ask('POST', '/api/v1/test/records/system.team', { name: 'x' }, as(made.key))).status).toBe(403)
    expect((await ask('GET', '/api/v1/test/me', undefined, as(`${made.key.slice(0, -1)}x`))).status).toBe(401)
    await tenant.call('DELETE', `records/system.key/${made.id}`)
    await expect
      .poll(async () => (await ask('GET', '/api/v1/test/me', undefined, as(made.key))).status, { timeout: 1_000 })
      .toBe(401)
    const loaded = await tenant.kernel.services.catalog.load('test')
    const expired = await createKey(tenant.database, loaded, systemActor(loaded.tenant), {
      name: 'Old',
      role: 'system.reader',
      expiresAt: '2020-01-01T00:00:00Z',
    })
    expect((await ask('GET', '/api/v1/test/me', undefined, as(expired.key))).status).toBe(401)
  })

  test('and what guards them are in no answer', async () => {
    const { body: made } = await tenant.call('POST', 'keys', { name: 'Secret', role: 'system.reader' })
    const stored = await tenant.database.query(`select hash from "${tenant.schema}"."${tenant.tableOf('system.key')}"`)
    const answers = await Promise.all(
      [
        'records/system.key',
        'records/system.session',
        'records/system.user',
        `records/system.key/${made.id}`,
        'meta',
        'openapi.json',
      ].map((path) => tenant.call('GET', path)),
    )
    const text = JSON.stringify(answers.map(({ body }) => body))
    expect(text).not.toContain(made.key)
    for (const [hash] of stored) if (hash) expect(text).not.toContain(hash)
  })
})

describe('another tenant', () => {
  test('cannot be reached, nor told from one that does not exist', async () => {
    await tenant.kernel.tenants.create({ title: 'Other', slug: 'other', kind: 'empty' })
    const { cookie } = await member('neighbour@example.org', ['system.administrator'])
    const { body: key } = await tenant.call('POST', 'keys', { name: 'Neighbour', role: 'system.administrator' })
    for (const headers of [{ cookie }, { authorization: `Bearer ${key.key}` }]) {
      for (const path of ['me', 'meta', 'records/system.user', 'metadata', 'openapi.json']) {
        const [real, none] = [
          await ask('GET', `/api/v1/other/${path}`, undefined, headers),
          await ask('GET', `/api/v1/nobody/${path}`, undefined, headers),
        ]
        expect([path, real.status]).toEqual([path, 401])
        expect({ ...real.body, instance: '' }).toEqual({ ...none.body, instance: '' })
      }
    }
    expect((await ask('DELETE', '/api/tenants/other', undefined, { cookie })).status).toBe(403)
    expect(
      (await ask('GET', '/api/session', undefined, { cookie })).body.tenants.map((one: { slug: string }) => one.slug),
    ).toEqual(['test'])
  })

  test('an id of one is nothing in the other', async () => {
    const team = await tenant.call('POST', 'records/system.team', { name: 'Ours' })
    const other = await tenant.kernel.services.catalog.load('other')
    const { key } = await createKey(tenant.database, other, systemActor(other.tenant), {
      name: 'Other',
      role: 'system.administrator',
    })
    const there = await ask('GET', `/api/v1/other/records/system.team/${team.body.id}`, undefined, {
      authorization: `Bearer ${key}`,
    })
    expect(there.status).toBe(404)
  })
})
