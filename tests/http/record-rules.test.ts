// Rules of the metadata hold for every record, whichever door it comes in by.
import { beforeAll, describe, expect, test } from 'vitest'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

const is = (path: string, value: unknown) => ({ '==': [{ var: path }, value] })

const HARBOUR: PackageSource = {
  name: 'harbour',
  files: {
    'package.json': { name: 'harbour', version: '1.0.0', label: 'Harbour', requires: { system: '^1.0.0' } },
    'entities/berth.json': {
      name: 'berth',
      label: 'Berth',
      fields: [
        { name: 'name', type: 'text', unique: true },
        { name: 'length', type: 'decimal', scale: 1 },
        { name: 'closed', type: 'boolean', default: false },
      ],
    },
    'entities/ship.json': {
      name: 'ship',
      label: 'Ship',
      fields: [
        { name: 'name', type: 'text', unique: true },
        { name: 'length', type: 'decimal', scale: 1 },
        { name: 'berth', type: 'reference', to: 'berth', on_delete: 'detach' },
        { name: 'cargo', type: 'choice', options: [{ value: 'none' }, { value: 'oil', if: is('kind', 'tanker') }] },
        {
          name: 'flags',
          type: 'multi_choice',
          options: [{ value: 'red' }, { value: 'pilot', if: is('kind', 'tanker') }],
        },
        { name: 'kind', type: 'choice', options: [{ value: 'tanker' }, { value: 'yacht' }], default: 'yacht' },
        { name: 'permit', type: 'text', required_if: is('cargo', 'oil') },
        { name: 'price', type: 'money', read_only_if: is('sold', true) },
        { name: 'terms', type: 'text', read_only_if: is('sold', true), default: 'cash' },
        { name: 'sold', type: 'boolean', default: false },
        { name: 'room', type: 'decimal', scale: 2, computed: { '-': [{ var: 'berth.length' }, { var: 'length' }] } },
        { name: 'tight', type: 'boolean', computed: { '<': [{ var: 'room' }, 1] } },
        { name: 'title', type: 'text', computed: { cat: [{ var: 'name' }, ' / ', { var: 'berth.name' }] } },
        {
          name: 'crew',
          type: 'many_to_many',
          to: 'system.user',
          link_fields: [
            { name: 'role', type: 'text' },
            { name: 'licence', type: 'text', required_if: is('role', 'captain') },
          ],
        },
        { name: 'passengers', type: 'rollup', rollup: { over: 'passenger.ship', aggregate: 'count' } },
      ],
      validations: [
        {
          name: 'fits',
          rule: { or: [is('berth', null), { '<=': [{ var: 'length' }, { var: 'berth.length' }] }] },
          message: { en: 'The ship is longer than its berth.', ru: 'Судно длиннее причала.' },
          field: 'berth',
        },
        { name: 'open', rule: { '!': { var: 'berth.closed' } }, message: 'The berth is closed.' },
        { name: 'crowd', rule: { '<': [{ var: 'passengers' }, 3] }, message: 'Too many aboard to change the ship.' },
      ],
    },
    'entities/passenger.json': {
      name: 'passenger',
      label: 'Passenger',
      fields: [
        { name: 'name', type: 'text' },
        { name: 'ship', type: 'reference', to: 'ship', on_delete: 'cascade' },
      ],
    },
  },
}

let tenant: TestTenant
let small: string
let large: string

const ship = (body: unknown) => tenant.call('POST', 'records/harbour.ship', body)
const change = (id: string, body: unknown) =>
  tenant.call('PATCH', `records/harbour.ship/${id}`, body, { 'if-match': '*' })
const refused = (...errors: object[]) => ({ status: 422, body: { code: 'RL206', errors } })
const TOO_LONG = {
  path: '/berth',
  key: 'validation',
  message: 'The ship is longer than its berth.',
  text: { en: 'The ship is longer than its berth.', ru: 'Судно длиннее причала.' },
  params: { name: 'fits' },
}

beforeAll(async () => {
  tenant = await openTestTenant([HARBOUR])
  const berth = async (name: string, length: string) =>
    (await tenant.call('POST', 'records/harbour.berth', { name, length })).body.id
  small = await berth('small', '10')
  large = await berth('large', '100')
})

describe('a validation', () => {
  test('refuses a create, following references, and says so in every language it knows', async () => {
    expect(await ship({ name: 'v1', length: '20', berth: small })).toMatchObject(refused(TOO_LONG))
    expect((await ship({ name: 'v1', length: '20', berth: large })).status).toBe(201)
    expect((await ship({ name: 'v2', length: '20' })).status).toBe(201)
  })

  test('tells all problems at once', async () => {
    expect(await ship({ name: 'v3', length: '20', berth: small, cargo: 'oil' })).toMatchObject(
      refused({ path: '/permit', key: 'required' }, { path: '/cargo', key: 'option_not_offered' }, TOO_LONG),
    )
  })

  test('refuses a change of either side of it, an upsert and a batch, and leaves nothing behind', async () => {
    const { id } = (await ship({ name: 'v4', length: '8', berth: small })).body
    expect(await change(id, { length: '11' })).toMatchObject(refused(TOO_LONG))
    const upsert = { name: 'v4', length: '12' }
    expect(await tenant.call('PUT', 'records/harbour.ship?by=name', upsert)).toMatchObject(refused(TOO_LONG))
    const operations = [
      { op: 'create', entity: 'harbour.ship', body: { name: 'v5' } },
      { op: 'update', entity: 'harbour.ship', id, version: 1, body: { length: '13' } },
    ]
    expect(await tenant.call('POST', 'batch', { operations })).toMatchObject(
      refused({ ...TOO_LONG, path: '/operations/1/body/berth' }),
    )
    const list = await tenant.call('GET', 'records/harbour.ship?filter={"in":[{"var":"name"},["v4","v5"]]}')
    expect(list.body.data).toMatchObject([{ name: 'v4', length: '8.0', version: 1 }])
  })

  test('refuses lines of a bulk load with every reason, and the others load', async () => {
    const lines = [
      { name: 'b1', length: '5', berth: small },
      { name: 'b2', length: '50', berth: small, cargo: 'oil' },
      { name: 'b3', length: '50', berth: large },
    ]
    const body = lines.map((line) => JSON.stringify(line)).join('\n')
    expect((await tenant.send('POST', 'bulk/harbour.ship', body, 'application/x-ndjson')).body).toMatchObject({
      accepted: 2,
      rejected: 1,
      errors: [
        {
          line: 2,
          field: 'permit',
          message:
            'is required; cargo is set to an option that is not offered here; berth The ship is longer than its berth.',
        },
      ],
    })
  })

  test('refuses to bring back a record that no longer holds to it', async () => {
    const { id } = (await ship({ name: 'v6', length: '9', berth: small })).body
    const berth = (await tenant.call('POST', 'records/harbour.berth', { name: 'shrinking', length: '20' })).body
    await change(id, { berth: berth.id, length: '20' })
    expect((await tenant.call('DELETE', `records/harbour.ship/${id}`)).status).toBe(204)
    await tenant.call('PATCH', `records/harbour.berth/${berth.id}`, { length: '15' }, { 'if-match': '*' })
    expect(await tenant.call('POST', `records/harbour.ship/${id}/restore`)).toMatchObject(refused(TOO_LONG))
    expect((await tenant.call('GET', `records/harbour.ship/${id}`)).status).toBe(404)
    await tenant.call('PATCH', `records/harbour.berth/${berth.id}`, { length: '25' }, { 'if-match': '*' })
    expect((await tenant.call('POST', `records/harbour.ship/${id}/restore`)).status).toBe(200)
  })

  test('reads roll-ups, and what hangs on a record may grow without asking it', async () => {
    const { id } = (await ship({ name: 'v7' })).body
    for (const name of ['a', 'b', 'c']) {
      expect((await change(id, { length: String(name.charCodeAt(0)) })).status).toBe(200)
      expect((await tenant.call('POST', 'records/harbour.passenger', { name, ship: id })).status).toBe(201)
    }
    expect(await change(id, { length: '7' })).toMatchObject(refused({ path: '', params: { name: 'crowd' } }))
  })
})

describe('a link', () => {
  test('holds to the rules of its fields', async () => {
    const { id } = (await ship({ name: 'l1' })).body
    const me = (await tenant.call('GET', 'me')).body.user_id
    const link = (body: object) => tenant.call('POST', 'records/harbour.ship_crew', { ship: id, user: me, ...body })
    expect(await link({ role: 'captain' })).toMatchObject(refused({ path: '/licence', key: 'required' }))
    expect((await link({ role: 'captain', licence: 'A' })).status).toBe(201)
  })
})

describe('a field that is read-only under a condition', () => {
  test('goes by the record before a change', async () => {
    const price = { amount: '10.00', currency: 'EUR' }
    const { id } = (await ship({ name: 'r1' })).body
    expect((await change(id, { price, sold: true })).status).toBe(200)
    expect(await change(id, { price: { amount: '11.00', currency: 'EUR' } })).toMatchObject(
      refused({ path: '/price', key: 'read_only_now' }),
    )
    expect((await change(id, { price, length: '3' })).status).toBe(200)
    const both = { price: { amount: '12.00', currency: 'EUR' }, sold: false }
    expect(await change(id, both)).toMatchObject(refused({ path: '/price' }))
  })

  test('of a new record takes nothing, or its default', async () => {
    const price = { amount: '10.00', currency: 'EUR' }
    expect(await ship({ name: 'r2', sold: true, price, terms: 'credit' })).toMatchObject(
      refused({ path: '/price' }, { path: '/terms' }),
    )
    const made = await ship({ name: 'r2', sold: true, terms: 'cash' })
    expect([made.status, made.body.terms]).toEqual([201, 'cash'])
    const csv = 'name,sold,terms\nr3,true,\nr4,true,cash\nr5,true,credit\n'
    expect((await tenant.send('POST', 'bulk/harbour.ship', csv, 'text/csv')).body).toMatchObject({
      accepted: 2,
      errors: [{ line: 4, field: 'terms' }],
    })
  })
})

describe('an option under a condition', () => {
  test('is taken where it holds, and stays where it stood', async () => {
    expect(await ship({ name: 'o1', cargo: 'oil', permit: 'P', flags: ['red', 'pilot'] })).toMatchObject(
      refused({ path: '/cargo', key: 'option_not_offered' }, { path: '/flags', key: 'option_not_offered' }),
    )
    const { id } = (await ship({ name: 'o1', kind: 'tanker', cargo: 'oil', permit: 'P', flags: ['pilot'] })).body
    const changed = await change(id, { kind: 'yacht', cargo: 'oil', flags: ['red', 'pilot'] })
    expect([changed.status, changed.body.kind, changed.body.flags]).toEqual([200, 'yacht', ['red', 'pilot']])
    expect((await change(id, { cargo: 'none' })).status).toBe(200)
    expect(await change(id, { cargo: 'oil' })).toMatchObject(refused({ path: '/cargo' }))
  })
})

describe('a computed field', () => {
  test('is set by its rule at every write, and by nobody else', async () => {
    const made = (await ship({ name: 'c1', length: '9.5', berth: small })).body
    expect(made).toMatchObject({ room: '0.50', tight: true, title: 'c1 / small' })
    expect(await ship({ name: 'c2', room: '1' })).toMatchObject(refused({ path: '/room', key: 'read_only' }))
    const moved = (await change(made.id, { berth: large })).body
    expect(moved).toMatchObject({ room: '90.50', tight: false, title: 'c1 / large' })
    const history = (await tenant.call('GET', `records/harbour.ship/${made.id}/history`)).body.data[0]
    expect(Object.keys(history.changes).sort()).toEqual(['berth', 'room', 'tight', 'title'])
    const csv = `name,length,berth\nc3,9,${small}\n`
    await tenant.send('POST', 'bulk/harbour.ship', csv, 'text/csv')
    const list = await tenant.call('GET', 'records/harbour.ship?filter={"==":[{"var":"name"},"c3"]}')
    expect(list.body.data).toMatchObject([{ room: '1.00', tight: false, title: 'c3 / small' }])
  })
})
