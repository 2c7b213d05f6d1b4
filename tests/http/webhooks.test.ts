// Webhooks: signed calls to another program, in order, tried again, logged, with no more in them than their role may see.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import { isGenuine, type Receiver, startReceiver } from '../support/webhook-receiver.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

const role = (name: string, entities: object) => ({ name, label: name, entities })
const DESK: PackageSource = {
  name: 'desk',
  files: {
    'package.json': { name: 'desk', version: '1.0.0', label: 'Desk', requires: { system: '^1.0.0' } },
    'entities/note.json': {
      name: 'note',
      label: 'Note',
      fields: [
        { name: 'name', type: 'text' },
        { name: 'price', type: 'decimal' },
        { name: 'open', type: 'boolean', default: true },
      ],
    },
    'entities/safe.json': { name: 'safe', label: 'Safe', fields: [{ name: 'name', type: 'text' }] },
    'roles/all.json': role('all', { note: { read: 'all' }, safe: { read: 'all' } }),
    'roles/narrow.json': role('narrow', {
      note: { read: { rule: { '==': [{ var: 'open' }, true] } }, fields: { price: 'none' } },
    }),
  },
}
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

let tenant: TestTenant
let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
  tenant = await openTestTenant([DESK], { RELATA_WEBHOOK_PRIVATE: 'true' }, { pollS: 0.5 }, { webhookPauseS: 0 })
})
afterAll(() => receiver.close())
beforeEach(async () => {
  await settled()
  receiver.calls.length = 0
  receiver.answer = () => 200
})

const settled = () => tenant.kernel.services.events.settled(tenant.schema)
const make = async (body: object, entity = 'desk.note'): Promise<string> =>
  (await tenant.call('POST', `records/${entity}`, body)).body.id
const patch = (path: string, body: object) => tenant.call('PATCH', `records/${path}`, body, { 'if-match': '*' })
const list = async (entity: string, of: string, value: unknown) => {
  const filter = encodeURIComponent(JSON.stringify({ '==': [{ var: of }, value] }))
  return (await tenant.call('GET', `records/${entity}?filter=${filter}&sort=id`)).body.data
}

interface Hook {
  id: string
  remove(): Promise<unknown>
}
async function hook(more: object = {}): Promise<Hook> {
  const body = { name: 'Hook', url: receiver.url, secret: SECRET, role: 'desk.all', entities: ['desk.note'], ...more }
  const made = await tenant.call('POST', 'records/system.webhook', body)
  expect(made.status).toBe(201)
  const { id } = made.body
  return { id, remove: () => tenant.call('DELETE', `records/system.webhook/${id}`) }
}
const stateOf = async ({ id }: Hook) => (await tenant.call('GET', `records/system.webhook/${id}`)).body

describe('what is told', () => {
  test('each write, signed, with the record as it is; the log shows each call', async () => {
    const own = await hook()
    const id = await make({ name: 'Öl', price: '3' })
    await patch(`desk.note/${id}`, { price: '4' })
    await make({ name: 'Elsewhere' }, 'desk.safe')
    await settled()
    expect(receiver.calls.map(({ body }) => body.operation)).toEqual(['create', 'update'])
    expect(receiver.calls.every((call) => isGenuine(call, SECRET))).toBe(true)
    const [, update] = receiver.calls
    expect(update?.body).toMatchObject({ entity: 'desk.note', ids: [id], version: 2, changed: ['price'] })
    expect(update?.body.record).toMatchObject({ id, name: 'Öl', price: '4', version: 2 })
    expect(update?.headers['content-type']).toContain('application/json')
    const tampered = { ...receiver.calls[0], text: receiver.calls[0]?.text.replace('Öl', 'Oel') ?? '' }
    expect(isGenuine({ headers: {}, body: null, ...tampered }, SECRET)).toBe(false)

    const deliveries = await list('system.webhook_delivery', 'webhook', own.id)
    expect(deliveries).toMatchObject([
      { title: 'desk.note create', state: 'delivered', status: 200, attempt: 1, answer: 'answered 200', records: [id] },
      { title: 'desk.note update', message: update?.headers['webhook-id'] },
    ])
    expect(await stateOf(own)).toMatchObject({ state: 'working', error: null })
    expect(JSON.stringify(await stateOf(own))).not.toContain('MfKQ9r8')
    await own.remove()
  })

  test('no record and no field that its role may not see, and nothing of a change in these alone', async () => {
    const own = await hook({ role: 'desk.narrow', entities: [] })
    const hidden = await make({ name: 'Hidden', open: false })
    const id = await make({ name: 'Seen', price: '1' })
    await patch(`desk.note/${id}`, { price: '2' })
    await make({ name: 'Safe' }, 'desk.safe')
    await patch(`desk.note/${id}`, { name: 'Seen still', price: '3' })
    await settled()
    await tenant.call('DELETE', `records/desk.note/${id}`)
    await settled()
    expect(receiver.calls.map(({ body }) => [body.operation, body.changed])).toEqual([
      ['create', []],
      ['update', ['name']],
      ['delete', []],
    ])
    expect(receiver.calls[1]?.body.record).not.toHaveProperty('price')
    expect(receiver.calls[2]?.body).toMatchObject({ ids: [id], record: null })
    expect(JSON.stringify(receiver.calls)).not.toContain(hidden)
    await own.remove()
  })

  test('of a bulk load, many records in one message', async () => {
    const own = await hook({ operations: ['create'] })
    const csv = ['name', ...Array.from({ length: 100 }, (_, index) => `B${index}`)].join('\n')
    await tenant.send('POST', 'bulk/desk.note', csv, 'text/csv')
    await settled()
    expect(receiver.calls.length).toBeLessThanOrEqual(16)
    expect(new Set(receiver.calls.flatMap(({ body }) => body.ids)).size).toBe(100)
    await own.remove()
  })
})

describe('what goes wrong', () => {
  test('is tried again under the same id; later events of the same record wait, others do not', async () => {
    const own = await hook()
    const [slow, quick] = [await make({ name: 'Slow' }), await make({ name: 'Quick' })]
    await settled()
    receiver.calls.length = 0
    let failures = 2
    receiver.answer = ({ body }) => (body.ids[0] === slow && failures-- > 0 ? 503 : 200)
    await patch(`desk.note/${slow}`, { price: '1' })
    await patch(`desk.note/${slow}`, { price: '2' })
    await patch(`desk.note/${quick}`, { price: '1' })
    await settled()
    const mine = receiver.calls.filter(({ body }) => body.ids[0] === slow)
    expect(mine.map(({ body }) => body.version)).toEqual([2, 2, 2, 3])
    expect(new Set(mine.slice(0, 3).map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(receiver.calls.filter(({ body }) => body.ids[0] === quick)).toHaveLength(1)
    const failed = await list('system.webhook_delivery', 'state', 'failed')
    expect(failed).toMatchObject([
      { status: 503, attempt: 1, error: 'The address answered with 503.' },
      { status: 503, attempt: 2 },
    ])
    await own.remove()
  })

  test('for good, is a dead letter that can be run again', async () => {
    const own = await hook({ name: 'Refusing' })
    receiver.answer = () => 422
    const id = await make({ name: 'Refused' })
    await settled()
    expect(receiver.calls).toHaveLength(3)
    expect((await stateOf(own)).state).toBe('failing')
    const [letter] = await list('system.dead_letter', 'title', 'Webhook “Refusing”')
    expect(letter).toMatchObject({ kind: 'webhook', state: 'open', error: 'The address answered with 422.' })
    receiver.answer = () => 200
    await tenant.call('POST', `dead-letters/${letter.id}/run`)
    await settled()
    expect(receiver.calls.at(-1)?.body.ids).toEqual([id])
    expect(await stateOf(own)).toMatchObject({ state: 'working', failing_since: null })
    await own.remove()
  })

  test('a redirect is not followed', async () => {
    const elsewhere = await startReceiver()
    const own = await hook()
    receiver.answer = () => elsewhere.url
    const tried = await tenant.call('POST', `webhooks/${own.id}/test`)
    expect(tried.body).toMatchObject({ status: 302, error: 'The address sends elsewhere (302); that is not followed.' })
    expect(elsewhere.calls).toEqual([])
    await elsewhere.close()
    await own.remove()
  })

  test('an address that says it is gone, or has failed for days, is switched off, until somebody turns it on', async () => {
    const gone = await hook()
    receiver.answer = () => 410
    await make({ name: 'Gone' })
    await settled()
    expect(await stateOf(gone)).toMatchObject({ active: false, state: 'switched_off' })
    receiver.answer = () => 200
    await patch(`system.webhook/${gone.id}`, { active: true })
    expect(await stateOf(gone)).toMatchObject({ active: true, state: 'new', failing_since: null })

    const { schema } = tenant
    await tenant.database.query(
      `UPDATE "${schema}"."${tenant.tableOf('system.webhook')}" SET failing_since = now() - interval '6 days', state = 'failing' WHERE id = $1`,
      [gone.id],
    )
    receiver.answer = () => 500
    receiver.calls.length = 0
    await make({ name: 'Failing for days' })
    await settled()
    expect(await stateOf(gone)).toMatchObject({ active: false, state: 'switched_off' })
    expect(receiver.calls).toHaveLength(1)
    await gone.remove()
  })
})

describe('what administrators do', () => {
  test('send a test, send once more what was sent, make a new secret', async () => {
    const own = await hook()
    const tried = await tenant.call('POST', `webhooks/${own.id}/test`)
    expect(tried.body).toMatchObject({ status: 200, answer: 'answered 200', error: null })
    expect(receiver.calls[0]?.body).toMatchObject({ operation: 'test', ids: [], record: null })

    const id = await make({ name: 'Once more' })
    await settled()
    const [, delivery] = await list('system.webhook_delivery', 'webhook', own.id)
    await patch(`desk.note/${id}`, { name: 'Newer' })
    await settled()
    expect((await tenant.call('POST', `webhook-deliveries/${delivery.id}/replay`)).status).toBe(202)
    await settled()
    const [, first, , again] = receiver.calls
    expect(again?.headers['webhook-id']).toBe(first?.headers['webhook-id'])
    expect(again?.body).toMatchObject({ operation: 'create', record: { name: 'Newer' } })
    expect((await tenant.call('POST', `webhook-deliveries/${tried.body.delivery}/replay`)).status).toBe(404)

    const { secret } = (await tenant.call('POST', `webhooks/${own.id}/secret`)).body
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    await tenant.call('POST', `webhooks/${own.id}/test`)
    const last = receiver.calls.at(-1)
    expect(last && [isGenuine(last, secret), isGenuine(last, SECRET)]).toEqual([true, false])
    await own.remove()
  })

  test('nobody else does, whatever a role grants; what is no address is refused', async () => {
    const own = await hook()
    const member = await tenant.as('system.member')
    const body = { name: 'Mine', url: receiver.url, secret: SECRET, role: 'desk.all' }
    expect((await member.call('POST', 'records/system.webhook', body)).status).toBe(403)
    for (const path of [`webhooks/${own.id}/test`, `webhooks/${own.id}/secret`, `webhook-deliveries/${own.id}/replay`])
      expect((await member.call('POST', path)).status, path).toBe(403)
    expect((await tenant.call('POST', 'records/system.webhook', { ...body, role: 'no.such' })).status).toBe(422)
    for (const url of ['ftp://example.org/', 'http://me:secret@example.org/'])
      expect((await tenant.call('POST', 'records/system.webhook', { ...body, url })).status, url).toBe(422)
    await own.remove()
  })
})
