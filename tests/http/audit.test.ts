// The log of an organisation: what is told, who may read it, and that nobody can change it.
import { beforeAll, describe, expect, test } from 'vitest'
import { totpCode, totpStep } from '../../kernel/auth/totp.ts'
import { pack } from '../support/packages.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

const PASSWORD = 'correct horse battery'
let tenant: TestTenant
beforeAll(async () => {
  tenant = await openTestTenant([
    pack('shop', {
      'roles/all.json': { name: 'all', label: 'All', entities: { '*': ALL, 'system.audit_entry': ALL } },
    }),
  ])
})
const ALL = { create: 'all', read: 'all', update: 'all', delete: 'all', export: 'all', import: 'all', share: 'all' }

interface Entry {
  id: string
  action: string
  about: string | null
  kind: string | null
  record_id: string | null
  details: string | null
  address: string | null
  device: string | null
  created_by: { id: string; display_name: string }
}

async function send(method: string, path: string, body?: unknown, cookie = '', address = '10.9.0.1') {
  const response = await tenant.kernel.app.request(
    `http://localhost${path}`,
    {
      method,
      headers: {
        origin: 'http://localhost',
        'content-type': 'application/json',
        'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
        ...(cookie ? { cookie } : {}),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    },
    { incoming: { socket: { remoteAddress: address } } },
  )
  const text = await response.text()
  const cookies = response.headers.getSetCookie().map((line) => line.split(';')[0])
  return { status: response.status, body: text === '' ? null : JSON.parse(text), cookie: cookies.join('; ') }
}

async function entries(filter: object): Promise<Entry[]> {
  const query = `filter=${encodeURIComponent(JSON.stringify(filter))}&expand=created_by&sort=-created_at`
  const { status, body } = await tenant.call('GET', `records/system.audit_entry?${query}`)
  expect(status, JSON.stringify(body)).toBe(200)
  return body.data
}
const ofAction = (action: string) => ({ '==': [{ var: 'action' }, action] })

/** What an account does is written beside its answer. */
async function eventually<T>(ask: () => Promise<T[]>): Promise<T[]> {
  const startMs = Date.now()
  for (;;) {
    const found = await ask()
    if (found.length > 0 || Date.now() - startMs > 5_000) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const signIn = (email: string, password: string, address?: string) =>
  send('POST', '/api/auth/sign-in/email', { email, password }, '', address)

describe('signing in', () => {
  test('is told with where and with what, failures and lock-outs too', async () => {
    const email = 'log@example.org'
    const id = await tenant.addPerson({ email, roles: ['system.member'], password: PASSWORD })
    const mine = { '==': [{ var: 'created_by' }, id] }
    const of = (action: string) => eventually(() => entries({ and: [ofAction(action), mine] }))
    const { cookie } = await signIn(email, PASSWORD)
    await send('GET', `/api/v1/${tenant.slug}/me`, undefined, cookie)
    const signedIn = await of('signed_in')
    expect(signedIn).toHaveLength(1)
    expect(signedIn[0]).toMatchObject({ address: '10.9.0.1', device: expect.stringContaining('Firefox') })
    for (let index = 0; index < 7; index++) await signIn(email, 'wrong', '10.9.0.2')
    expect((await of('sign_in_failed')).map(({ address }) => address)).toContain('10.9.0.2')
    expect(await of('locked_out')).toHaveLength(1)
    await send('POST', '/api/auth/sign-out', {}, cookie)
    expect(await of('signed_out')).toHaveLength(1)
    // What somebody typed is nobody's business, and may be a password.
    const [rows] = await tenant.database.query(
      `SELECT json_agg(t)::text FROM "${tenant.schema}"."${tenant.tableOf('system.audit_entry')}" AS t`,
    )
    expect(rows?.[0]).not.toContain('wrong')
  })

  test('a second factor is told from its beginning to its end', async () => {
    const email = 'factor@example.org'
    const id = await tenant.addPerson({ email, roles: ['system.member'], password: PASSWORD })
    const { cookie } = await signIn(email, PASSWORD)
    const { body } = await send('POST', '/api/second-factor', { password: PASSWORD }, cookie)
    await send('POST', '/api/second-factor/confirm', { code: totpCode(body.secret, totpStep(Date.now())) }, cookie)
    const step = await signIn(email, PASSWORD)
    await send('POST', '/api/sign-in/second-factor', { token: step.body.second_step, code: '000000' })
    await send('POST', '/api/second-factor/off', { password: PASSWORD }, cookie)
    const mine = { '==': [{ var: 'created_by' }, id] }
    for (const action of ['second_factor_on', 'sign_in_failed', 'second_factor_off'])
      expect(await eventually(() => entries({ and: [ofAction(action), mine] })), action).toHaveLength(1)
  })
})

describe('administration', () => {
  test('of users, teams, keys, shares and metadata is told, with who and of what', async () => {
    await tenant.addPerson({ email: 'chief@example.org', roles: ['system.administrator'], password: PASSWORD })
    const user = await tenant.call('POST', 'records/system.user', { name: 'Ida', active: true })
    const given = { roles: ['shop.all'] }
    const changed = await tenant.call('PATCH', `records/system.user/${user.body.id}`, given, { 'if-match': '*' })
    expect(changed.status, JSON.stringify(changed.body)).toBe(200)
    await tenant.call('PATCH', `records/system.user/${user.body.id}`, { theme: 'dark' }, { 'if-match': '*' })
    const team = await tenant.call('POST', 'records/system.team', { name: 'North' })
    await tenant.call('POST', 'records/system.team_members', { team: team.body.id, user: user.body.id })
    const key = await tenant.call('POST', 'keys', { name: 'Robot', role: 'shop.all' })
    await tenant.call('DELETE', `records/system.key/${key.body.id}`)
    const about = (id: string) => entries({ '==': [{ var: 'record_id' }, id] })
    expect((await about(user.body.id)).map(({ action, details }) => [action, details])).toEqual([
      ['changed', 'roles'],
      ['created', expect.stringContaining('name')],
    ])
    expect(await about(team.body.id)).toMatchObject([{ action: 'created', about: 'North', kind: 'system.team' }])
    expect((await about(key.body.id)).map(({ action }) => action)).toEqual(['deleted', 'created'])
    const [first] = await about(user.body.id)
    expect(first?.created_by.id).toBe(tenant.userId)
    await tenant.call('GET', 'records/system.user?purpose=export')
    expect(await entries(ofAction('exported'))).toMatchObject([{ kind: 'system.user' }])
    const { body } = await tenant.call('GET', 'metadata')
    const packages = [pack('shop', { 'roles/all.json': { name: 'all', label: 'Everything', entities: { '*': ALL } } })]
    const published = await tenant.call('POST', 'metadata/publish', {
      packages,
      expectedVersion: body.version,
      note: 'Renamed',
    })
    expect(published.status, JSON.stringify(published.body)).toBe(200)
    expect(await entries(ofAction('published'))).toMatchObject([{ details: 'Renamed' }])
  })

  test('what is refused leaves no entry', async () => {
    const { body } = await tenant.call('GET', 'records/system.audit_entry?count=exact&limit=1')
    await tenant.call('POST', 'records/system.user', { name: 'X', roles: ['no.such'] })
    await tenant.call('PATCH', `records/system.user/${tenant.userId}`, { name: null }, { 'if-match': '*' })
    const after = await tenant.call('GET', 'records/system.audit_entry?count=exact&limit=1')
    expect(after.body.count).toEqual(body.count)
  })
})

describe('the log itself', () => {
  test('is changed and deleted by nobody, whatever the role', async () => {
    const { body } = await tenant.call('GET', 'records/system.audit_entry?limit=1')
    const [{ id }] = body.data
    const path = `records/system.audit_entry/${id}`
    expect((await tenant.call('POST', 'records/system.audit_entry', { about: 'x' })).status).toBe(403)
    expect((await tenant.call('PATCH', path, { about: 'x' }, { 'if-match': '*' })).status).toBe(403)
    expect((await tenant.call('DELETE', path)).status).toBe(403)
    expect((await tenant.call('DELETE', `${path}?purge=true`)).status).toBe(403)
    const batch = { operations: [{ op: 'delete', entity: 'system.audit_entry', id, version: 1 }] }
    expect((await tenant.call('POST', 'batch', batch)).status).toBe(403)
  })

  test('is read by administrators', async () => {
    const email = 'reader@example.org'
    await tenant.addPerson({ email, roles: ['system.member'], password: PASSWORD })
    const { cookie } = await signIn(email, PASSWORD)
    const { status } = await send('GET', `/api/v1/${tenant.slug}/records/system.audit_entry`, undefined, cookie)
    expect(status).toBe(403)
  })

  test('forgets what is older than two years', async () => {
    const table = `"${tenant.schema}"."${tenant.tableOf('system.audit_entry')}"`
    const old = '01000000-0000-7000-8000-000000000001'
    await tenant.database.query(
      `INSERT INTO ${table} (id, display_name, created_by, updated_by) SELECT $1::uuid, 'old', created_by, updated_by FROM ${table} LIMIT 1`,
      [old],
    )
    await tenant.call('GET', 'records/system.user?purpose=export')
    const [left] = await tenant.database.query(`SELECT count(*) FROM ${table} WHERE id = $1::uuid`, [old])
    expect(left?.[0]).toBe('0')
  })
})
