// What administrators are told of a role: what it gives, where that comes from, who changed it and who holds it.
import { beforeAll, expect, test } from 'vitest'
import type { WireRole } from '../../sdk/wire/role.ts'
import { pack } from '../support/packages.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

const thing = { name: 'thing', fields: ['name', 'price', 'secret_note'].map((name) => ({ name, type: 'text' })) }
const shop = pack('shop', {
  'entities/thing.json': thing,
  'entities/part.json': { name: 'part', fields: [{ name: 'things', type: 'many_to_many', to: 'thing' }] },
  'roles/clerk.json': {
    name: 'clerk',
    label: 'Clerk',
    entities: {
      '*': { read: 'team', create: 'all' },
      thing: {
        read: 'own',
        update: { rule: { '==': [{ var: 'name' }, 'x'] } },
        fields: { price: 'read', name: 'edit' },
      },
      'system.file': { read: 'all' },
    },
  },
})

let tenant: TestTenant
beforeAll(async () => {
  tenant = await openTestTenant([shop])
})

const publish = (files: Record<string, unknown>, name = 'custom') =>
  tenant.call('POST', 'metadata/publish', {
    packages: [
      {
        name,
        files: {
          'package.json': { name, version: '1.0.0', label: 'Custom', requires: { shop: '*', system: '*' } },
          ...files,
        },
      },
    ],
  })
const role = async (name: string): Promise<WireRole> => (await tenant.call('GET', `access/roles/${name}`)).body
const entityOf = ({ entities }: WireRole, name: string) => entities.find(({ entity }) => entity === name)

test('each right of a role says where it comes from', async () => {
  const clerk = await role('shop.clerk')
  expect(clerk).toMatchObject({ name: 'shop.clerk', package: 'shop', label: 'Clerk', administer: false })
  expect(entityOf(clerk, 'shop.thing')).toMatchObject({
    grants: {
      read: { scope: 'own', from: 'entity' },
      update: { scope: { rule: { '==': [{ var: 'name' }, 'x'] } }, from: 'entity' },
      // A line of its own replaces the line for all others, so what it does not say is not given.
      create: { scope: 'none', from: 'entity' },
    },
    fields: { price: 'read' },
    impossible: [],
  })
  expect(entityOf(clerk, 'base.person')).toMatchObject({
    grants: { read: { scope: 'team', from: 'others' }, create: { scope: 'all', from: 'others' } },
  })
  expect(entityOf(clerk, 'system.user')).toMatchObject({
    grants: { read: { scope: 'all', from: 'kernel' }, update: { scope: 'none', from: 'kernel' } },
  })
  expect(entityOf(clerk, 'system.user')?.everyone).toEqual(['read'])
  expect(entityOf(clerk, 'system.role')?.impossible).toEqual(['create', 'update', 'delete', 'import', 'share'])
  const administrator = await role('system.administrator')
  expect(entityOf(administrator, 'system.user')?.grants.update).toEqual({ scope: 'all', from: 'administer' })
  expect(entityOf(administrator, 'system.session')?.impossible).toContain('create')
  // Links follow the record that they hang on.
  expect(clerk.entities.some(({ entity }) => entity.startsWith('shop.part_'))).toBe(false)
})

test('what it says is what happens: the list of a door agrees with the matrix', async () => {
  const clerk = await role('shop.clerk')
  const caller = await tenant.as('shop.clerk')
  const { body } = await caller.call('GET', 'meta')
  for (const { name, can } of body.entities) {
    const grants = entityOf(clerk, name)?.grants
    if (grants)
      expect([name, can.read, can.create]).toEqual([name, grants.read.scope !== 'none', grants.create.scope !== 'none'])
  }
})

test('who holds it, and who changed it last', async () => {
  const before = await role('shop.clerk')
  expect([before.users.count, before.invitations.count, before.changed?.by]).toEqual([0, 0, null])
  const ada = await tenant.addPerson({ email: 'ada@example.org', password: 'long enough words', roles: ['shop.clerk'] })
  await tenant.call('POST', 'invitations', { email: 'grace@example.org', roles: ['shop.clerk'] })
  await publish({ 'roles/shop_clerk.json': { extends: 'shop.clerk', entities: { 'shop.thing': { read: 'team' } } } })
  const after = await role('shop.clerk')
  expect(after.users).toEqual({ count: 1, first: [{ id: ada, display_name: 'ada' }] })
  expect([after.keys.count, after.keys.first.map(({ display_name }) => display_name)]).toEqual([1, ['shop.clerk']])
  expect(after.invitations).toMatchObject({ count: 1, first: [{ display_name: 'grace@example.org' }] })
  expect(after.changed?.by?.id).toBe(tenant.userId)
  expect(Date.parse(after.changed?.at ?? '')).toBeGreaterThan(Date.parse(before.changed?.at ?? ''))
  // Nobody touched that one.
  expect((await role('system.reader')).changed?.by).toBeNull()
})

test('what each package says of it stands apart', async () => {
  await publish({
    'roles/shop_clerk.json': {
      extends: 'shop.clerk',
      administer: true,
      entities: { 'shop.thing': { read: 'all', fields: { secret_note: 'masked' } } },
    },
  })
  const { layers, administer, entities } = await role('shop.clerk')
  expect(layers.map((layer) => [layer.package, layer.administer])).toEqual([
    ['shop', undefined],
    ['custom', true],
  ])
  expect(layers[0]?.entities['shop.thing']).toMatchObject({ read: 'own', fields: { price: 'read', name: 'edit' } })
  expect(layers[1]?.entities).toEqual({ 'shop.thing': { read: 'all', fields: { secret_note: 'masked' } } })
  expect(administer).toBe(true)
  expect(entities.find(({ entity }) => entity === 'shop.thing')).toMatchObject({
    grants: { read: { scope: 'all' }, update: { scope: { rule: expect.anything() } } },
    fields: { secret_note: 'masked' },
  })
})

test('only administrators are told, and an unknown name is answered with the nearest', async () => {
  const reader = await tenant.as('system.reader')
  expect((await reader.call('GET', 'access/roles/system.reader')).body.code).toBe('RL301')
  const { status, body } = await tenant.call('GET', 'access/roles/shop.clerc')
  expect([status, body.code, body.hint]).toEqual([404, 'RL205', 'Did you mean “shop.clerk”?'])
})

test('a role that somebody holds is not taken out from under them', async () => {
  const temp = { name: 'temp', label: 'Temp', entities: {} }
  expect((await publish({ 'roles/temp.json': temp }, 'staff')).status).toBe(200)
  const users: string[] = []
  for (const name of ['Ada', 'Bob', 'Cem', 'Дина'])
    users.push((await tenant.call('POST', 'records/system.user', { name, roles: ['staff.temp'] })).body.id)
  const key = (await tenant.call('POST', 'keys', { name: 'ERP', role: 'staff.temp' })).body

  const refused = await publish({}, 'staff')
  expect(refused.status).toBe(409)
  expect(refused.body).toMatchObject({
    code: 'RL214',
    errors: [
      {
        path: 'staff.temp',
        key: 'role_held',
        message: 'the role staff.temp is held by 4 users (Ada, Bob, Cem, …) and 1 API key (ERP)',
        hint: 'Give them another role first.',
      },
    ],
  })
  expect(refused.body.detail).toBe('The role staff.temp is held by 4 users (Ada, Bob, Cem, …) and 1 API key (ERP).')
  expect((await role('staff.temp')).name).toBe('staff.temp')

  for (const id of users) await tenant.call('PATCH', `records/system.user/${id}`, { roles: [] }, { 'if-match': '*' })
  expect((await tenant.call('DELETE', `records/system.key/${key.id}`, undefined, { 'if-match': '*' })).status).toBe(204)
  expect((await publish({}, 'staff')).status).toBe(200)
})
