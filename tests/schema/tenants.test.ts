import { expect, test } from 'vitest'
import { openTestInstallation } from './support.ts'

test('a new organisation has tables for every package, and loads', { timeout: 60_000 }, async () => {
  const { tenants, catalog, database } = await openTestInstallation()
  const t0 = performance.now()
  const { tenant, job } = await tenants.create({ title: 'Ромашка GmbH', kind: 'empty' })
  console.log('create ms', performance.now() - t0)
  expect(job).toBeNull()
  expect(tenant.slug).toBe('romashka-gmbh')
  const loaded = await catalog.load(tenant.slug)
  expect(loaded.model.find('base.person')).toBeDefined()
  for (const { entity } of loaded.model.all()) {
    const rows = await database.query(`SELECT * FROM "${tenant.schema}"."${entity.table}"`)
    expect(rows).toEqual([])
  }
})
