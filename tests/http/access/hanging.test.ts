// What hangs on a record is as readable as it: files with their contents, and comments.
import { beforeAll, describe, expect, test } from 'vitest'
import { pack } from '../../support/packages.ts'
import { type Caller, openTestTenant, type TestTenant } from '../../support/test-tenant.ts'

const OWN = { create: 'all', read: 'own', update: 'own', share: 'own' }
const OPEN = { create: 'all', read: 'all', update: 'all', delete: 'all' }
let tenant: TestTenant
let ada: Caller
let eve: Caller
let eveId: string
let record: string
let file: string
let comment: string

beforeAll(async () => {
  tenant = await openTestTenant([
    pack('desk', {
      'entities/case.json': {
        name: 'case',
        ownership: 'user',
        comments: true,
        files: true,
        fields: [{ name: 'title', type: 'text' }],
      },
      'roles/clerk.json': {
        name: 'clerk',
        label: 'Clerk',
        entities: { case: OWN, 'system.file': OPEN, 'system.comment': OPEN },
      },
    }),
  ])
  ada = await tenant.as('desk.clerk')
  eve = await tenant.as('desk.clerk')
  eveId = (await eve.call('GET', 'me')).body.user_id
  record = (await ada.call('POST', 'records/desk.case', { title: 'Secret plan' })).body.id
  const on = { entity: 'desk.case', id: record }
  const query = `name=plan.txt&on=${encodeURIComponent(JSON.stringify(on))}`
  const uploaded = await ada.send('POST', `files?${query}`, 'the plan itself', 'text/plain')
  expect(uploaded.status, JSON.stringify(uploaded.body)).toBe(201)
  file = uploaded.body.id
  const said = await ada.call('POST', 'records/system.comment', { on, body: 'Nobody may know.' })
  expect(said.status, JSON.stringify(said.body)).toBe(201)
  comment = said.body.id
})

const doors = () => [`files/${file}`, `records/system.file/${file}`, `records/system.comment/${comment}`]

describe('files and comments', () => {
  test('are not there for who may not read the record', async () => {
    for (const door of doors()) {
      expect([door, (await ada.call('GET', door)).status]).toEqual([door, 200])
      expect([door, (await eve.call('GET', door)).status]).toEqual([door, 404])
    }
    for (const entity of ['system.file', 'system.comment'])
      expect((await eve.call('GET', `records/${entity}?count=exact`)).body).toMatchObject({
        data: [],
        count: { value: 0 },
      })
    expect((await eve.call('GET', 'records/system.file?q=plan')).body.data).toEqual([])
  })

  test('cannot be put on such a record, nor moved away from it', async () => {
    const on = { entity: 'desk.case', id: record }
    const said = await eve.call('POST', 'records/system.comment', { on, body: 'Hello' })
    expect(said.status, JSON.stringify(said.body)).toBeGreaterThanOrEqual(400)
    const query = `name=x.txt&on=${encodeURIComponent(JSON.stringify(on))}`
    expect((await eve.send('POST', `files?${query}`, 'x', 'text/plain')).status).toBeGreaterThanOrEqual(400)
    const moved = await eve.call('PATCH', `records/system.file/${file}`, { on: null }, { 'if-match': '*' })
    expect(moved.status).toBe(404)
  })

  test('open with a share of the record, and close with it', async () => {
    const shared = await tenant.call('POST', `records/desk.case/${record}/shares`, {
      with: { entity: 'system.user', id: eveId },
      access: 'read',
    })
    expect(shared.status, JSON.stringify(shared.body)).toBe(201)
    for (const door of doors()) expect([door, (await eve.call('GET', door)).status]).toEqual([door, 200])
    await tenant.call('DELETE', `records/desk.case/${record}/shares/${shared.body.id}`)
    for (const door of doors()) expect([door, (await eve.call('GET', door)).status]).toEqual([door, 404])
  })
})
