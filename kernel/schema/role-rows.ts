// Roles come with packages. Each has a row in `system.role`, so that people see on a generated page which there are.
import type { Role } from '../../sdk/metadata/snapshot.ts'
import { runSql, systemTable } from '../auth/system-table.ts'
import type { Model } from '../catalog/model.ts'
import type { Queryable } from '../run/database.ts'
import { join, param, sql } from '../sql/sql.ts'
import { plain } from './difference.ts'

const ROLE_ENTITY = 'system.role'

/** Part of a publish: the rows become those of the version. A role keeps its row through a renaming. */
export async function writeRoles(tx: Queryable, model: Model): Promise<void> {
  if (!model.find(ROLE_ENTITY)) return
  const { roles } = model.snapshot
  const table = systemTable(model, ROLE_ENTITY)
  const idOf = (role: Role) => sql`md5(${param(role.id, 'text')})::uuid`
  for (const role of roles) {
    const values: Readonly<Record<string, string | null>> = {
      display_name: plain(role.label),
      title: plain(role.label),
      role: role.name,
      description: role.description === undefined ? null : plain(role.description),
      administer: String(role.administer),
      package: role.package,
    }
    const names = Object.keys(values)
    const columns = join([table.column('id'), ...names.map((name) => table.column(name))], ', ')
    const list = join([idOf(role), ...names.map((name) => table.value(name, values[name] ?? null))], ', ')
    const sets = names.map((name) => sql`${table.column(name)} = excluded.${table.column(name)}`)
    await runSql(
      tx,
      sql`INSERT INTO ${table.name} (${columns}) VALUES (${list}) ON CONFLICT (id) DO UPDATE SET ${join(sets, ', ')}`,
    )
  }
  const kept = join(roles.map(idOf), ', ')
  await runSql(tx, sql`DELETE FROM ${table.name} WHERE ${table.column('id')} <> ALL (ARRAY[${kept}]::uuid[])`)
}
