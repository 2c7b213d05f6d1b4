// Whatever way the metadata took, the tables end up as if the last version had been published at once, apart from what
// was retired on the way.
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import type { Model } from '../../kernel/catalog/model.ts'
import { openTestInstallation, pack, tenantOf, type TestInstallation, type TestTenant } from './support.ts'

let installation: TestInstallation
beforeAll(async () => {
  installation = await openTestInstallation()
})

const choice = { options: [{ value: 'x' }, { value: 'y' }] }
const plainField = fc.oneof(
  fc.record({
    type: fc.constantFrom('text', 'email'),
    indexed: fc.boolean(),
    unique: fc.boolean(),
    searchable: fc.boolean(),
  }),
  fc.record({
    type: fc.constantFrom('number', 'decimal', 'boolean', 'date'),
    indexed: fc.boolean(),
    required: fc.boolean(),
  }),
  fc.record({
    type: fc.constantFrom('long_text', 'json', 'money', 'address', 'person_name', 'secret', 'auto_number', 'user'),
  }),
  fc.record({ type: fc.constant('date_time'), zoned: fc.boolean(), indexed: fc.boolean() }),
  fc.constantFrom<object>(
    { type: 'choice', ...choice },
    { type: 'multi_choice', ...choice },
    { type: 'any_reference', to: ['a'] },
  ),
  fc.constantFrom<object>({ type: 'reference', to: 'a' }, { type: 'reference', to: 'b' }, { type: 'parent' }),
)
/** Same ids with other names: renames. */
const field = fc.tuple(fc.nat(4), fc.boolean(), plainField)
const entity = fc.record({
  fields: fc.uniqueArray(field, { selector: ([id]) => id, maxLength: 4 }),
  ownership: fc.constantFrom('none', 'user'),
  isRenamed: fc.boolean(),
  pair: fc.constantFrom(null, ['code', 'place'], ['place', 'code']),
  hasRollup: fc.boolean(),
})
const version = fc.record({ a: entity, b: entity, c: fc.option(entity, { nil: null }) })
type Version = typeof version extends fc.Arbitrary<infer T> ? T : never

/** `b` always has a reference to `a`, for roll-ups to go over. */
function sourceOf(one: Version): PackageSource {
  const files: Record<string, unknown> = {}
  for (const [id, what] of Object.entries(one)) {
    if (!what) continue
    const fields = what.fields.map(([number, isRenamed, rest]) => ({
      id: `f${number}`,
      name: `${isRenamed ? 'g' : 'f'}${number}`,
      ...rest,
    }))
    const own = [
      { name: 'code', type: 'text' },
      { name: 'place', type: 'text' },
    ]
    const fixed =
      id === 'b' ? [...own, { name: 'up', type: 'reference', to: 'a' }, { name: 'size', type: 'decimal' }] : own
    const rollup = { name: 'total', type: 'rollup', rollup: { over: 'b.up', aggregate: 'average', field: 'size' } }
    files[`entities/${id}.json`] = {
      id,
      name: id === 'c' && what.isRenamed ? 'd' : id,
      ownership: what.ownership,
      display_name: 'code',
      fields: [...fixed, ...fields, ...(id === 'a' && what.hasRollup ? [rollup] : [])],
      uniques: what.pair ? [{ name: 'pair', fields: what.pair }] : [],
    }
  }
  return pack('rnd', files)
}

test('random sequences of versions', { timeout: 300_000 }, async () => {
  const numRuns = process.env['RELATA_TEST_LONG'] ? 100 : 10
  await fc.assert(
    fc.asyncProperty(fc.array(version, { minLength: 2, maxLength: 5 }), async (versions) => {
      const walked = await tenantOf(installation)
      for (const one of versions) await walked.publish([sourceOf(one)])
      const last = versions.at(-1)
      const direct = await tenantOf(installation, last ? [sourceOf(last)] : [])
      expect(await tablesOf(walked)).toEqual(await tablesOf(direct))
      await Promise.all([walked, direct].map(({ info }) => installation.tenants.remove(info.slug)))
    }),
    { numRuns },
  )
})

/** Columns and indexes by what they are for, since names remember where they came from. */
async function tablesOf(tenant: TestTenant): Promise<Record<string, unknown>> {
  const { model } = await tenant.load()
  const tables: Record<string, unknown> = {}
  for (const { entity: one } of model.all()) {
    if (one.package !== 'rnd') continue
    const columns = columnsOf(model, one.id)
    const actual = await tenant.columns(one.table)
    const types = actual.flatMap((text) => {
      const [name = '', ...type] = text.split(' ')
      const meaning = columns.get(name)
      return meaning === undefined ? [] : [`${meaning} ${type.join(' ')}`]
    })
    const sides = one.fields.flatMap(({ options }) => options.rollup?.table ?? [])
    tables[one.id] = {
      columns: types.sort(),
      indexes: await indexesOf(tenant, one.table, columns),
      sides: await Promise.all(sides.map((table) => tenant.columns(table))),
    }
  }
  return tables
}

const STANDARD = ['id', 'version', 'display_name', 'created_at', 'created_by', 'updated_at', 'updated_by', 'deleted_at']

function columnsOf(model: Model, entityId: string): Map<string, string> {
  const found = model.all().find(({ entity: one }) => one.id === entityId)?.entity
  const owners = found?.ownership === 'user' ? ['owner', 'owner_team'] : []
  const own = (found?.fields ?? []).flatMap((one) =>
    one.columns.map(({ column, part }) => [column, `${one.id}/${part}`] as const),
  )
  return new Map([...[...STANDARD, ...owners].map((name) => [name, name] as const), ...own])
}

async function indexesOf(tenant: TestTenant, table: string, columns: ReadonlyMap<string, string>): Promise<string[]> {
  const rows = await tenant.sql(
    `SELECT am.amname, i.indisunique, pg_get_expr(i.indpred, i.indrelid),
       (SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute AS a WHERE a.attrelid = c.oid)
     FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_am AS am ON am.oid = c.relam
     WHERE i.indrelid = $1::text::regclass AND i.indisvalid`,
    [`"${tenant.schema}"."${table}"`],
  )
  return rows
    .map(([method, isUnique, where, names]) => {
      const keys = (JSON.parse(names ?? '[]') as string[]).map((name) => columns.get(name) ?? `retired ${name}`)
      return `${isUnique === 't' ? 'unique ' : ''}${method} (${keys.join(', ')}) ${where ?? ''}`.trim()
    })
    .sort()
}
