// Organisations: made, listed, removed, and finished after a server that was stopped in the middle.
import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { findBySlug, insertTenant, setState, type Tenant } from '../../kernel/tenants/registry.ts'
import { readPackages } from '../../kernel/tenants/packages.ts'
import { METADATA_FOLDER, openTestInstallation, type TestInstallation } from './support.ts'

let it: TestInstallation
beforeAll(async () => {
  it = await openTestInstallation()
})

const founder = () => ({ identity: randomUUID(), email: 'ada@example.org', name: 'Ada' })
const schemas = async () =>
  (await it.database.query(`SELECT nspname FROM pg_namespace WHERE nspname LIKE 't\\_%'`)).flat()

test('a new one has the tables of its packages, and its founder administers it', async () => {
  const person = founder()
  const { tenant, job } = await it.tenants.create({ title: 'Ромашка GmbH', kind: 'empty', founder: person })
  expect([tenant.slug, job, tenant.isDemo]).toEqual(['romashka-gmbh', null, false])
  const { model } = await it.catalog.load(tenant.slug)
  expect(model.snapshot.packages.map(({ name }) => name)).toEqual(['system', 'base'])
  for (const { entity } of model.all()) {
    const columns = entity.fields.flatMap((field) => field.columns.map(({ column }) => `"${column}"`))
    await it.database.query(
      `SELECT ${['id', 'version', ...columns].join(', ')} FROM "${tenant.schema}"."${entity.table}"`,
    )
  }
  const users = await it.database.query(
    `SELECT display_name, roles, identity FROM "${tenant.schema}".system_user ORDER BY kind`,
  )
  expect(users).toEqual([
    ['Ada', '{system.administrator}', person.identity],
    ['Relata', null, null],
  ])
  const other = await it.tenants.create({ title: 'Ромашка GmbH', kind: 'empty', packages: [] })
  expect(other.tenant.slug).toBe('romashka-gmbh-2')
  const listed = await it.tenants.list()
  expect(listed.map(({ slug }) => slug)).toEqual(['romashka-gmbh', 'romashka-gmbh-2'])
})

test('an address is taken once, and a failed attempt leaves nothing', async () => {
  await it.tenants.create({ title: 'One', slug: 'one', kind: 'empty', packages: [] })
  await expect(it.tenants.create({ title: 'Two', slug: 'one', kind: 'empty', packages: [] })).rejects.toMatchObject({
    code: 'RL207',
  })
  await expect(it.tenants.create({ title: 'Two', slug: 'Two!', kind: 'empty' })).rejects.toMatchObject({
    code: 'RL206',
  })
  const before = await schemas()
  const bad = { name: 'bad', files: {} }
  await expect(it.tenants.create({ title: 'Bad', slug: 'bad', kind: 'empty', packages: [bad] })).rejects.toMatchObject({
    code: 'RL200',
  })
  expect(await schemas()).toEqual(before)
  expect(await findBySlug(it.database, 'bad')).toBeUndefined()
})

test('a removed one is gone with everything in it, at once and everywhere', async () => {
  const person = founder()
  const { tenant } = await it.tenants.create({ title: 'Gone', slug: 'gone', kind: 'empty', founder: person })
  await it.catalog.load('gone')
  await it.tenants.remove('gone')
  await expect(it.catalog.load('gone')).rejects.toMatchObject({ code: 'RL215' })
  expect(await schemas()).not.toContain(tenant.schema)
  expect(await it.database.query('SELECT 1 FROM auth.membership WHERE identity = $1::uuid', [person.identity])).toEqual(
    [],
  )
  await expect(it.tenants.remove('gone')).rejects.toMatchObject({ code: 'RL215' })
  // The address is free again, and leads to the new one.
  const again = await it.tenants.create({ title: 'Gone', slug: 'gone', kind: 'empty' })
  expect((await it.catalog.load('gone')).tenant.id).toBe(again.tenant.id)
})

describe('after a server was stopped in the middle', () => {
  const row = (slug: string): Omit<Tenant, 'state' | 'version' | 'plugins'> => ({
    id: randomUUID(),
    slug,
    title: slug,
    schema: `t_${slug}`,
    isDemo: false,
    baseCurrency: 'CHF',
    founder: founder(),
  })

  test('a tenant that had only its row is made', async () => {
    const tenant = row('early')
    await insertTenant(it.database, tenant)
    await expect(it.catalog.load('early')).rejects.toMatchObject({ code: 'RL215' })
    await it.tenants.resume()
    expect((await it.catalog.load('early')).model.snapshot.baseCurrency).toBe('CHF')
    const people = await it.database.query(`SELECT count(*) FROM "t_early".system_user WHERE identity = $1`, [
      tenant.founder?.identity ?? '',
    ])
    expect(people).toEqual([['1']])
  })

  test('one that had its tables and its founder is only made ready', async () => {
    await it.database.query(
      `UPDATE relata.tenants SET state = 'making', founder = $1::text::json WHERE slug = 'early'`,
      [JSON.stringify(founder())],
    )
    await it.tenants.resume()
    expect((await it.catalog.load('early')).model.version).toBe(1)
  })

  test('one that was being removed is removed', async () => {
    const { tenant } = await it.tenants.create({ title: 'Late', slug: 'late', kind: 'empty' })
    await setState(it.database, tenant.id, 'removing')
    await it.database.query(`DROP TABLE "${tenant.schema}".system_job CASCADE`)
    await it.tenants.resume()
    expect(await findBySlug(it.database, 'late')).toBeUndefined()
    expect(await schemas()).not.toContain(tenant.schema)
  })
})

test('a newer server brings its own package to everybody, and leaves the rest alone', async () => {
  const [system, base] = await readPackages(METADATA_FOLDER)
  if (!system || !base) throw new Error('no packages')
  const older = structuredClone(system)
  delete older.files['views/job_all.json']
  const { tenant } = await it.tenants.create({ title: 'Old', kind: 'empty', packages: [older, base] })
  const current = await it.tenants.create({ title: 'New', kind: 'empty' })
  await it.tenants.resume()
  const { model } = await it.catalog.load(tenant.slug)
  expect(model.version).toBe(2)
  expect(model.snapshot.views.map(({ name }) => name)).toContain('system.job_all')
  expect((await it.catalog.load(current.tenant.slug)).model.version).toBe(1)
  await it.tenants.resume()
  expect((await it.catalog.load(tenant.slug)).model.version).toBe(2)
})

test('a demo without people is adopted by the first administrator', async () => {
  const demo = await it.tenants.ensureDemo()
  expect(demo).toMatchObject({ isDemo: true, slug: 'demo' })
  expect(await it.tenants.ensureDemo()).toEqual(demo)
  const person = founder()
  await it.tenants.adopt(person)
  await it.tenants.adopt(founder())
  const people = await it.database.query(`SELECT identity FROM "${demo.schema}".system_user WHERE identity IS NOT NULL`)
  expect(people).toEqual([[person.identity]])
})
