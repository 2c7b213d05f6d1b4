// The whole demo, loaded into real tables: everything fits, quickly, and what is computed from it is right.
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ALONE } from '../../kernel/actor.ts'
import { Model } from '../../kernel/catalog/model.ts'
import { demoRecords, loadDemo, readDemo } from '../../kernel/demo/index.ts'
import { makeContext } from '../../kernel/run/context.ts'
import { type Database, openDatabase } from '../../kernel/run/database.ts'
import { createIndex, createSequence, createTable } from '../../kernel/schema/ddl.ts'
import { physicalOf } from '../../kernel/schema/physical.ts'
import { NO_PLUGINS } from '../../kernel/plugins/contract.ts'
import { tenantTables } from '../../kernel/schema/tenant-tables.ts'
import { METADATA_FOLDER, readSources, resolveSources } from '../support/metadata-sources.ts'
import { createTestDatabase } from '../support/test-database.ts'

const demo = readDemo(path.join(METADATA_FOLDER, 'demo'))
const nowMs = Date.parse('2026-11-23T00:00:00Z')
const { url } = await createTestDatabase()
let database: Database
let model: Model
let made = 0

beforeAll(async () => {
  database = openDatabase({ url, poolSize: 2, longPoolSize: 2 })
  const resolved = resolveSources(await readSources(demo.packages))
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.problems))
  const { snapshot } = resolved
  model = new Model(snapshot)
  const physical = physicalOf(snapshot, { trigramSchema: null })
  const tables = physical.tables.flatMap((table) => [
    createTable(snapshot.schema, table),
    ...table.indexes.map((index) => createIndex(snapshot.schema, table.name, index)),
  ])
  const sequences = physical.sequences.map(({ name }) => createSequence(snapshot.schema, name))
  await database.reserve((connection) =>
    connection.execute([...tenantTables(snapshot.schema), ...sequences, ...tables].join(';\n')),
  )
  const tenant = { id: randomUUID(), slug: 'demo', title: 'Demo', schema: snapshot.schema, isDemo: true }
  const actor = {
    kind: 'system' as const,
    tenant: 'demo',
    userId: randomUUID(),
    displayName: 'System',
    email: null,
    roles: ['system.administrator'],
    keyId: null,
    locale: 'en',
    timeZone: 'UTC',
    circle: ALONE,
  }
  const context = makeContext({ tenant, model, plugins: NO_PLUGINS }, actor, (text) => `sealed ${text}`)
  made = await loadDemo(context, database, demo, { seed: 1, nowMs })
}, 120_000)
afterAll(() => database?.close())

test('every record that was thought out is there, made when its id says', async () => {
  const counts = new Map<string, number>()
  for (const batch of demoRecords(demo, { seed: 1, nowMs })) {
    if (batch.op === 'create') counts.set(batch.entity, (counts.get(batch.entity) ?? 0) + batch.rows.length)
  }
  const all = [...counts.values()].reduce((sum, one) => sum + one)
  expect(all).toBeGreaterThan(50_000)
  expect(made).toBe(all)
  for (const [name, count] of counts) {
    const { table } = model.entity(name).entity
    const rows = await database.query(`SELECT count(*), bool_and(created_at <= updated_at) FROM test."${table}"`)
    expect([name, ...(rows[0] ?? [])]).toEqual([name, String(count), 't'])
  }
  const revenue = model.entity('base.organisation').field('annual_revenue')?.columns
  const [amount, base] = ['amount', 'base'].map((part) => revenue?.find((one) => one.part === part)?.column)
  const [money] = await database.query(`
    SELECT count(*) FILTER (WHERE "${amount}" IS NOT NULL) > 1000, count(*) FILTER (WHERE "${amount}" IS NOT NULL AND "${base}" IS NULL)
    FROM test.base_organisation`)
  expect(money).toEqual(['t', '0'])
  const [years] = await database.query("SELECT min(created_at) < now() - interval '4 years' FROM test.base_person")
  expect(years).toEqual(['t'])
})

test('changes stand in the history with their own time and person', async () => {
  const [row] = await database.query(`
    SELECT count(*) > 2000, min(h.at) < now() - interval '3 years', bool_and(h.at <= '2026-11-23'),
           count(DISTINCT h.actor) > 5, bool_and(h.changes <> '{}')
    FROM test._history h WHERE h.operation = 'update'`)
  expect(row).toEqual(['t', 't', 't', 't', 't'])
  const wrong = await database.query(`
    SELECT p.id FROM test.base_person p JOIN LATERAL
      (SELECT max(at) AS at, count(*) + 1 AS version FROM test._history h WHERE h.record = p.id AND h.operation = 'update') h ON true
    WHERE p.version > 1 AND (p.updated_at <> h.at OR p.version <> h.version)`)
  expect(wrong).toEqual([])
})

test('roll-ups hold what a recomputation gives', async () => {
  const sideOf = (entity: string, field: string) => {
    const rollup = model.entity(entity).field(field)?.options.rollup
    const column = rollup?.columns[0]?.column
    return { table: rollup?.table, column }
  }
  const people = sideOf('base.organisation', 'number_of_people')
  const unpaid = sideOf('municipal.parcel', 'outstanding_tax')
  const wrong = await database.query(`
    SELECT o.id FROM test.base_organisation o LEFT JOIN test."${people.table}" r ON r.id = o.id
    WHERE coalesce(r."${people.column}", 0) <> (SELECT count(*) FROM test.base_person p WHERE p.employer = o.id)
    UNION ALL
    SELECT o.id FROM test.municipal_parcel o LEFT JOIN test."${unpaid.table}" r ON r.id = o.id
    WHERE coalesce(r."${unpaid.column}", 0) <> coalesce((SELECT sum(t.tax__base) FROM test.municipal_property_tax_assessment t
      WHERE t.parcel = o.id AND t.state IN ('issued', 'reminded', 'overdue', 'enforced')), 0)`)
  expect(wrong).toEqual([])
})
