// A key with less than its role: only some entities, only reading, only for a while.
import { beforeAll, describe, expect, test } from 'vitest'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

let tenant: TestTenant
let person: string
beforeAll(async () => {
  tenant = await openTestTenant([])
  person = (await tenant.call('POST', 'records/base.person', { name: { family: 'Byron' } })).body.id
  await tenant.call('POST', 'records/base.organisation', { name: 'Engines Ltd' })
})

async function keyWith(more: object, role = 'system.administrator') {
  const made = await tenant.call('POST', 'keys', { name: 'Robot', role, ...more })
  expect([made.status, made.body]).toEqual([201, { id: expect.any(String), key: expect.any(String) }])
  return (method: string, path: string, body?: unknown) =>
    tenant.call(method, path, body, { authorization: `Bearer ${made.body.key}`, 'if-match': '*' })
}

const WRITES: [string, string, unknown?][] = [
  ['POST', 'records/base.person', { name: { family: 'X' } }],
  ['PATCH', 'records/base.person/ID', { name: { family: 'X' } }],
  ['DELETE', 'records/base.person/ID'],
  ['POST', 'records/base.person/ID/restore'],
  ['PUT', 'records/base.organisation?by=name', { name: 'Engines Ltd' }],
  ['POST', 'batch', { operations: [{ op: 'create', entity: 'base.person', body: { name: { family: 'X' } } }] }],
  ['POST', 'bulk/base.person', {}],
  ['POST', 'files?name=x.txt', 'x'],
  ['PATCH', 'me', { display_name: 'X' }],
  ['POST', 'keys', { name: 'More', role: 'system.administrator' }],
  ['POST', 'invitations', { email: 'x@example.org', roles: ['system.administrator'] }],
  ['POST', 'metadata/publish', { packages: [] }],
  ['PATCH', 'records/system.user/ID', { active: false }],
]

describe('a key that only reads', () => {
  test('reads what its role reads and changes nothing, by no door', async () => {
    const call = await keyWith({ read_only: true })
    expect((await call('GET', `records/base.person/${person}`)).status).toBe(200)
    expect((await call('GET', 'records/system.key')).status).toBe(200)
    expect((await call('GET', 'aggregates/base.person?measures=count')).status).toBe(200)
    for (const [method, path, body] of WRITES) {
      const answer = await call(method, path.replace('ID', path.includes('user') ? tenant.userId : person), body)
      expect([method, path, answer.status, answer.body.code]).toEqual([method, path, 403, 'RL301'])
    }
    const { body } = await call('GET', 'meta')
    expect(body.administer).toBe(false)
    expect(body.entities.filter(({ can }: { can: Record<string, boolean> }) => can['create'] || can['update'])).toEqual(
      [],
    )
    expect((await tenant.call('GET', `records/base.person/${person}`)).body.display_name).toBe('Byron')
  })
})

describe('a key for some entities', () => {
  test('knows of no other one, also by what leads to it', async () => {
    const call = await keyWith({ entities: ['base.person'] })
    expect((await call('POST', 'records/base.person', { name: { family: 'Lovelace' } })).status).toBe(201)
    for (const path of [
      'records/base.organisation',
      'records/system.user',
      'records/system.key',
      'records/system.comment',
      'records/base.person?select=name,created_by(name)',
      'records/base.person?filter={"==":[{"var":"created_by.name"},"x"]}',
      'records/base.person?sort=created_by.name',
      'aggregates/base.organisation?measures=count',
      'metadata',
    ]) {
      const { status } = await call('GET', path)
      expect([path, status >= 400 && status < 500]).toEqual([path, true])
    }
    const { body } = await call('GET', 'meta')
    expect(body.entities.map(({ name }: { name: string }) => name)).toEqual(['base.person'])
    const paths = Object.keys((await call('GET', 'openapi.json')).body.paths)
    expect(paths.filter((path) => path.includes('base.organisation'))).toEqual([])
  })

  test('reaches no further than its role', async () => {
    const call = await keyWith({ entities: ['base.person', 'system.key'] }, 'system.reader')
    expect((await call('GET', 'records/base.person')).status).toBe(200)
    expect((await call('POST', 'records/base.person', { name: { family: 'X' } })).status).toBe(403)
    expect((await call('GET', 'records/system.key')).status).toBe(403)
  })

  test('is refused when one of them is not there, and shown as it was made', async () => {
    const wrong = await tenant.call('POST', 'keys', { name: 'x', role: 'system.reader', entities: ['base.persn'] })
    expect([wrong.status, wrong.body.errors[0].path]).toEqual([422, '/entities/0'])
    await keyWith({ entities: ['base.person', 'base.organisation'], read_only: true })
    const { body } = await tenant.call('GET', 'records/system.key?sort=-created_at&limit=1')
    expect(body.data[0]).toMatchObject({ entities: 'base.person, base.organisation', only_reads: true })
  })
})

test('two keys of one role and different scopes are told apart, whatever was asked before', async () => {
  const [whole, narrow, reading] = [
    await keyWith({}, 'system.member'),
    await keyWith({ entities: ['base.person'] }, 'system.member'),
    await keyWith({ read_only: true }, 'system.member'),
  ]
  for (let round = 0; round < 2; round++) {
    expect((await whole('GET', 'records/base.organisation')).status).toBe(200)
    expect((await narrow('GET', 'records/base.organisation')).status).toBe(403)
    expect((await reading('POST', 'records/base.person', { name: { family: 'X' } })).status).toBe(403)
    expect((await narrow('POST', 'records/base.person', { name: { family: 'X' } })).status).toBe(201)
  }
  expect((await narrow('GET', 'me')).body.roles).toEqual(['system.member'])
})

test('a key that has run out is told so; one that is wrong learns nothing', async () => {
  const { body } = await tenant.call('POST', 'keys', {
    name: 'Short',
    role: 'system.reader',
    expires_at: new Date(Date.now() + 3_600_000).toISOString(),
  })
  const ask = (key: string) => tenant.call('GET', 'me', undefined, { authorization: `Bearer ${key}` })
  const table = `"${tenant.schema}"."${tenant.tableOf('system.key')}"`
  await tenant.database.query(`update ${table} set expires_at = '2026-01-31T10:00:00Z' where id = $1::uuid`, [body.id])
  const expired = await ask(body.key)
  expect([expired.status, expired.body.code, expired.body.expiredAt]).toEqual([
    401,
    'RL302',
    '2026-01-31T10:00:00.000Z',
  ])
  expect(expired.body.detail).toBe('This API key expired on 2026-01-31T10:00:00.000Z.')
  const other = body.key.endsWith('A') ? 'B' : 'A'
  const wrong = await ask(`rk_${other.repeat(43)}${body.key.slice(-22)}`)
  expect([wrong.status, wrong.body.detail]).toEqual([401, 'This API key is not valid here.'])
})
