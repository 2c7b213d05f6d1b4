// Live updates: open pages are told what has changed, as far as their reader may see it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import { type EventStream, readEvents } from '../support/event-stream.ts'
import { type Caller, openTestTenant, type TestTenant } from '../support/test-tenant.ts'

const note = {
  name: 'note',
  label: 'Note',
  ownership: 'user',
  fields: [
    { name: 'name', type: 'text' },
    { name: 'open', type: 'boolean', default: false },
  ],
}
const role = (name: string, entities: object) => ({ name, label: name, entities })
const DESK: PackageSource = {
  name: 'desk',
  files: {
    'package.json': { name: 'desk', version: '1.0.0', label: 'Desk', requires: { system: '^1.0.0' } },
    'entities/note.json': note,
    'entities/safe.json': { name: 'safe', label: 'Safe', fields: [{ name: 'name', type: 'text' }] },
    'roles/all.json': role('all', { note: { read: 'all' } }),
    'roles/own.json': role('own', { note: { create: 'all', read: 'own' } }),
    'roles/open.json': role('open', { note: { read: { rule: { '==': [{ var: 'open' }, true] } } } }),
    'roles/other.json': role('other', { safe: { read: 'all' } }),
  },
}

let tenant: TestTenant
const streams: EventStream[] = []
/** By role. */
const callers = new Map<string, Caller>()
beforeAll(async () => {
  tenant = await openTestTenant([DESK])
  for (const name of ['all', 'own', 'open', 'other']) callers.set(name, await tenant.as(`desk.${name}`))
  await tenant.kernel.services.events.settled(tenant.schema)
})
afterAll(() => Promise.all(streams.map((stream) => stream.close())))

const as = (role: string): Caller => callers.get(role) ?? tenant
async function listen(caller: Pick<Caller, 'open'>, lastEventId?: string): Promise<EventStream> {
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
  const stream = readEvents(await caller.open('live', headers))
  streams.push(stream)
  await stream.next('ready')
  return stream
}
const make = async (body: object, entity = 'desk.note', caller: Caller = tenant): Promise<string> =>
  (await caller.call('POST', `records/${entity}`, body)).body.id
/** Everything that was told so far, and what comes of a write that all who listen may hear of. */
const told = (stream: EventStream): string => JSON.stringify(stream.events)

describe('who is told what', () => {
  test('whoever sees all of an entity is told each record; who sees none of it hears nothing', async () => {
    const [all, other] = [await listen(as('all')), await listen(as('other'))]
    const id = await make({ name: 'One' })
    const { data, id: cursor } = await all.next('change')
    expect(data).toEqual({ changes: [{ entity: 'desk.note', ids: [id] }] })
    expect(cursor).toMatch(/^\d+$/)
    const safe = await make({ name: 'S' }, 'desk.safe')
    expect((await other.next('change')).data).toEqual({ changes: [{ entity: 'desk.safe', ids: [safe] }] })
    expect(told(other)).not.toContain('note')
    expect(told(all)).not.toContain('safe')
  })

  test('who sees some records hears of these alone: theirs, or those that a rule lets them see', async () => {
    const [mine, open] = [await listen(as('own')), await listen(as('open'))]
    const hidden = await make({ name: 'Hidden' })
    const visible = await make({ name: 'Visible', open: true })
    const ours = await make({ name: 'Ours' }, 'desk.note', as('own'))
    expect((await mine.next('change')).data.changes).toEqual([{ entity: 'desk.note', ids: [ours] }])
    expect((await open.next('change')).data.changes).toEqual([{ entity: 'desk.note', ids: [visible] }])
    await tenant.call('DELETE', `records/desk.note/${visible}`)
    expect((await open.next('change')).data.changes).toEqual([{ entity: 'desk.note', ids: [visible] }])
    for (const stream of [mine, open]) expect(told(stream)).not.toContain(hidden)
  })

  test('when very many change, that is told without ids', async () => {
    const all = await listen(as('all'))
    const csv = ['name', ...Array.from({ length: 400 }, (_, index) => `B${index}`)].join('\n')
    expect((await tenant.send('POST', 'bulk/desk.note', csv, 'text/csv')).status).toBe(200)
    expect((await all.next('change')).data.changes).toEqual([{ entity: 'desk.note' }])
  })
})

describe('a page that was away', () => {
  test('is told what it missed, or that it is too much', async () => {
    const reader = as('own')
    const before = await listen(reader)
    const first = await make({ name: 'First' }, 'desk.note', reader)
    const { id: cursor } = await before.next('change')
    await before.close()
    const [missed, hidden] = [await make({ name: 'Missed' }, 'desk.note', reader), await make({ name: 'Not mine' })]
    await tenant.kernel.services.events.settled(tenant.schema)
    const after = await listen(reader, cursor)
    expect((await after.next('change')).data.changes).toEqual([{ entity: 'desk.note', ids: [missed] }])
    expect(told(after)).not.toContain(hidden)
    expect(told(after)).not.toContain(first)
    for (const unknown of ['999999', 'x', '-1'])
      await readEvents(await reader.open(`live?last_event_id=${unknown}`)).next('resync')
  })
})

describe('the stream ends', () => {
  const endOf = async (stream: EventStream): Promise<string> => (await stream.next('end')).data.reason

  test('when its key is taken away', async () => {
    const made = (await tenant.call('POST', 'keys', { name: 'Short', role: 'desk.all' })).body
    const open = async () =>
      tenant.kernel.app.request('http://localhost/api/v1/test/live', {
        headers: { authorization: `Bearer ${made.key}` },
      })
    const stream = await listen({ open })
    expect((await tenant.call('DELETE', `records/system.key/${made.id}`)).status).toBe(204)
    expect(await endOf(stream)).toBe('signed_out')
    await stream.ended
  })

  test('when its person signs out or is made inactive; rights that are taken away count at once', async () => {
    const account = { email: 'ann@example.org', password: 'correct horse battery' }
    await tenant.addPerson({ email: 'boss@example.org', roles: ['system.administrator'] })
    const ann = await tenant.addPerson({ ...account, roles: ['desk.all'] })
    const ask = (path: string, cookie: string, body?: object) =>
      tenant.kernel.app.request(`http://localhost/api/${path}`, {
        headers: { cookie, origin: 'http://localhost', 'content-type': 'application/json' },
        ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      })
    const visit = async () => {
      const cookies = (await ask('auth/sign-in/email', '', account)).headers.getSetCookie()
      const cookie = cookies.map((line) => line.split(';')[0]).join('; ')
      return { cookie, stream: await listen({ open: async () => ask('v1/test/live', cookie) }) }
    }
    const [one, other] = [await visit(), await visit()]
    await ask('auth/sign-out', one.cookie, {})
    expect(await endOf(one.stream)).toBe('signed_out')
    const change = (body: object) => tenant.call('PATCH', `records/system.user/${ann}`, body, { 'if-match': '*' })
    expect(await change({ roles: ['desk.other'] })).toMatchObject({ status: 200 })
    const note = await make({ name: 'After' })
    await make({ name: 'Safe after' }, 'desk.safe')
    await expect.poll(() => told(other.stream)).toContain('desk.safe')
    expect(told(other.stream)).not.toContain(note)
    await change({ active: false })
    expect(await endOf(other.stream)).toBe('signed_out')
  })

  test('for those without a session there is none; nobody opens more than a few', async () => {
    expect((await tenant.kernel.app.request('http://localhost/api/v1/test/live')).status).toBe(401)
    const caller = await tenant.as('desk.all')
    for (const stream of streams.splice(0)) await stream.close()
    const open = await Promise.all(Array.from({ length: 20 }, () => caller.open('live')))
    expect(open.every(({ status }) => status === 200)).toBe(true)
    expect((await caller.open('live')).status).toBe(429)
    for (const { body } of open) await body?.cancel()
    const again = await caller.open('live')
    expect(again.status).toBe(200)
    await again.body?.cancel()
  })
})

test('a new version is told to everybody', async () => {
  const stream = await listen(as('other'))
  const fields = [...note.fields, { name: 'more', type: 'text' }]
  const packages = [{ ...DESK, files: { ...DESK.files, 'entities/note.json': { ...note, fields } } }]
  const loaded = await tenant.kernel.services.catalog.load(tenant.slug)
  await tenant.kernel.services.publisher.publish(loaded.tenant, { packages, by: null })
  expect((await stream.next('version')).data).toEqual({ version: loaded.model.version + 1 })
})
