// Roles and other records that the system keeps: seen on generated pages, written by nobody.
import { beforeAll, expect, test } from 'vitest'
import { pack } from '../support/packages.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

const role = (name: string, label: string, id: string) => ({
  [`roles/${name}.json`]: { id, name, label, entities: { thing: { read: 'all' } } },
})
const files = (roles: object) =>
  pack('shop', {
    'entities/thing.json': { name: 'thing', fields: [{ name: 'name', type: 'text' }] },
    ...roles,
  })

let tenant: TestTenant
beforeAll(async () => {
  tenant = await openTestTenant([files(role('clerk', 'Clerk', 'r1'))])
})

const listed = async (): Promise<{ id: string; role: string; display_name: string; administer: boolean }[]> =>
  (await tenant.call('GET', 'records/system.role?sort=role')).body.data

test('roles of all packages are records that follow what is published', async () => {
  const before = await listed()
  expect(before).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ role: 'shop.clerk', display_name: 'Clerk', package: 'shop', administer: false }),
      expect.objectContaining({ role: 'system.administrator', administer: true }),
    ]),
  )
  const info = await tenant.kernel.services.catalog.load(tenant.slug)
  await tenant.kernel.services.publisher.publish(info.tenant, {
    packages: [files({ ...role('cashier', 'Cashier', 'r1'), ...role('guard', 'Guard', 'r2') })],
    by: null,
  })
  const after = await listed()
  const idOf = (rows: typeof before, name: string) => rows.find((row) => row.role === name)?.id
  expect(after.map((row) => row.role)).not.toContain('shop.clerk')
  expect(idOf(after, 'shop.cashier')).toBe(idOf(before, 'shop.clerk'))
  expect(idOf(after, 'shop.guard')).toBeDefined()
})

test('nobody writes them by hand, nor what else the system keeps', async () => {
  const [first] = await listed()
  const refused = async (method: string, path: string, body?: unknown) =>
    (await tenant.call(method, path, body, { 'if-match': '*' })).body.code
  expect(await refused('POST', 'records/system.role', {})).toBe('RL301')
  expect(await refused('PATCH', `records/system.role/${first?.id}`, { title: 'Mine' })).toBe('RL301')
  expect(await refused('DELETE', `records/system.role/${first?.id}`)).toBe('RL301')
  expect(await refused('POST', 'records/system.job', {})).toBe('RL301')
  const { body } = await tenant.call('GET', 'meta')
  const can = (name: string) => body.entities.find((entity: { name: string }) => entity.name === name)?.can
  expect(can('system.role')).toMatchObject({ create: false, read: true, update: false, delete: false, export: true })
  expect(can('system.job')).toMatchObject({ create: false, update: false })
})
