// An option that is no longer offered stays where it stands and is set nowhere else, whichever way a value comes in.
import { beforeAll, describe, expect, test } from 'vitest'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

const SHIP = (isRetired: boolean, standard?: string): PackageSource => {
  const old = { value: 'old', ...(isRetired ? { inactive: true } : {}) }
  return {
    name: 'fleet',
    files: {
      'package.json': { name: 'fleet', version: '1.0.0', label: 'Fleet', requires: { system: '^1.0.0' } },
      'entities/ship.json': {
        name: 'ship',
        label: 'Ship',
        fields: [
          { name: 'name', type: 'text', unique: true },
          {
            name: 'kind',
            type: 'choice',
            options: [old, { value: 'new' }],
            ...(standard === undefined ? {} : { default: standard }),
          },
          { name: 'flags', type: 'multi_choice', options: [old, { value: 'blue' }, { value: 'red' }] },
        ],
      },
    },
  }
}

let tenant: TestTenant
let keeper: { id: string; version: number }

const create = (body: unknown) => tenant.call('POST', 'records/fleet.ship', body)
const update = (id: string, body: unknown, version: number | '*' = '*') =>
  tenant.call('PATCH', `records/fleet.ship/${id}`, body, { 'if-match': version === '*' ? '*' : `"${version}"` })
const inactiveAt = (path: string) => ({
  status: 422,
  body: { code: 'RL206', errors: [{ path, key: 'inactive_option', params: { value: 'old' } }] },
})

beforeAll(async () => {
  tenant = await openTestTenant([SHIP(false)])
  const made = await create({ name: 'keeper', kind: 'old', flags: ['old', 'red'] })
  expect(made.status).toBe(201)
  keeper = made.body
  const info = (await tenant.kernel.services.catalog.load('test')).tenant
  await tenant.kernel.services.publisher.publish(info, { packages: [SHIP(true)], by: null })
  await tenant.kernel.services.catalog.reload('test')
})

describe('a new record', () => {
  test('cannot have it', async () => {
    expect(await create({ kind: 'old' })).toMatchObject(inactiveAt('/kind'))
    expect(await create({ flags: ['red', 'old'] })).toMatchObject(inactiveAt('/flags'))
    expect((await create({ kind: 'new', flags: ['red'] })).status).toBe(201)
  })

  test('nor through a batch, an upsert or a bulk load', async () => {
    const operations = [{ op: 'create', entity: 'fleet.ship', body: { kind: 'old' } }]
    expect(await tenant.call('POST', 'batch', { operations })).toMatchObject(inactiveAt('/operations/0/body/kind'))
    expect(await tenant.call('PUT', 'records/fleet.ship?by=name', { name: 'upserted', kind: 'old' })).toMatchObject(
      inactiveAt('/kind'),
    )
    const csv = 'name,kind,flags\none,new,red\ntwo,old,\nthree,,blue;old\n'
    expect((await tenant.send('POST', 'bulk/fleet.ship', csv, 'text/csv')).body).toMatchObject({
      accepted: 1,
      rejected: 2,
      errors: [
        { line: 3, field: 'kind', message: 'can no longer be “old”' },
        { line: 4, field: 'flags', message: 'can no longer be “old”' },
      ],
    })
  })
})

describe('a record that has it', () => {
  test('is saved as it is, and may lose it', async () => {
    const saved = await update(keeper.id, { name: 'keeper 2', kind: 'old', flags: ['old', 'red'] }, keeper.version)
    expect([saved.status, saved.body.kind, saved.body.flags]).toEqual([200, 'old', ['old', 'red']])
    const more = await update(keeper.id, { flags: ['blue', 'old'] })
    expect([more.status, more.body.flags]).toEqual([200, ['old', 'blue']])
    const again = await tenant.call('PUT', 'records/fleet.ship?by=name', { name: 'keeper 2', kind: 'old' })
    expect([again.status, again.body.kind]).toEqual([200, 'old'])
    expect((await update(keeper.id, { kind: 'new' })).body.kind).toBe('new')
    expect(await update(keeper.id, { kind: 'old' })).toMatchObject(inactiveAt('/kind'))
  })

  test('keeps it through the trash', async () => {
    expect((await tenant.call('DELETE', `records/fleet.ship/${keeper.id}`)).status).toBe(204)
    const back = await tenant.call('POST', `records/fleet.ship/${keeper.id}/restore`)
    expect([back.status, back.body.flags]).toEqual([200, ['old', 'blue']])
  })
})

describe('a record that does not have it', () => {
  test('cannot be changed to it, and every such field is named', async () => {
    const { body: ship } = await create({ kind: 'new', flags: ['red'] })
    const { body: bare } = await create({})
    const answer = await update(ship.id, { kind: 'old', flags: ['red', 'old'] })
    expect(answer.body.errors.map(({ path }: { path: string }) => path)).toEqual(['/kind', '/flags'])
    expect(await update(bare.id, { kind: 'old' })).toMatchObject(inactiveAt('/kind'))
    const operations = [
      { op: 'update', entity: 'fleet.ship', id: ship.id, version: ship.version, body: { kind: 'old' } },
    ]
    expect(await tenant.call('POST', 'batch', { operations })).toMatchObject(inactiveAt('/operations/0/body/kind'))
    expect((await tenant.call('GET', `records/fleet.ship/${ship.id}`)).body).toMatchObject({ kind: 'new', version: 1 })
  })

  test('hears of somebody else’s change first', async () => {
    const { body: ship } = await create({ kind: 'new' })
    await update(ship.id, { name: 'changed meanwhile' })
    expect((await update(ship.id, { kind: 'old' }, ship.version)).body.code).toBe('RL208')
    expect((await update('01890000-0000-7000-8000-000000000000', { kind: 'old' })).body.code).toBe('RL205')
  })
})

test('a default that is no longer offered is a fault of the metadata', async () => {
  const packages = [SHIP(true, 'old')]
  const plan = await tenant.call('POST', 'metadata/plan', { packages })
  expect([plan.status, plan.body.errors]).toEqual([422, [expect.objectContaining({ key: 'bad_default' })]])
})
