// How many records migrations could touch at most: what the plugin may change of what is there. They do not say themselves
// which records they will go through.
import { asksOf } from '../../../sdk/plugin/asks.ts'
import type { PluginArchive } from '../../../sdk/plugin/archive.ts'
import { runSql } from '../../auth/system-table.ts'
import { pluginRights } from '../../plan/plugin-rights.ts'
import type { Queryable } from '../../run/database.ts'
import type { LoadedTenant } from '../../catalog/loaded-tenant.ts'
import { ident, sql, toStatement, param } from '../../sql/sql.ts'
import type { Holding } from './plan-removal.ts'

/** Larger tables are estimated as PostgreSQL does, for a plan is to cost little. */
const COUNTED = 10_000

export async function migrationReach(
  database: Queryable,
  { model }: LoadedTenant,
  { name, manifest, behaviour }: Pick<PluginArchive, 'name' | 'manifest' | 'behaviour'>,
): Promise<Holding[]> {
  const grants = new Set(asksOf(manifest, behaviour).map(({ key }) => key))
  const rights = pluginRights(model, { name, grants })
  const found: Holding[] = []
  for (const one of model.all()) {
    const { entity } = one
    if (entity.isLink || !(rights.can(one, 'update') || rights.can(one, 'delete'))) continue
    const table = ident(model.snapshot.schema, entity.table)
    const [row] = await runSql(
      database,
      sql`SELECT CASE WHEN c.reltuples >= ${param(String(COUNTED), 'int4')} THEN c.reltuples::int8 ELSE (SELECT count(*) FROM ${table}) END
        FROM pg_class AS c WHERE c.oid = to_regclass(${param(toStatement(table).text, 'text')})`,
    )
    found.push({ name: entity.name, label: entity.label, records: Number(row?.[0] ?? 0) })
  }
  return found
}
