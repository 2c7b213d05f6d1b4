// Roles come with packages. Each has a row in `system.role`, so that people see on a generated page which there are.
import { isDeepStrictEqual } from 'node:util'
import type { Role, Snapshot } from '../../sdk/metadata/snapshot.ts'
import { SYSTEM_USER_ID, USER_ENTITY } from '../auth/members.ts'
import { epochMs, runSql, systemTable } from '../auth/system-table.ts'
import type { Model } from '../catalog/model.ts'
import type { Queryable } from '../run/database.ts'
import { join, param, type Sql, sql } from '../sql/sql.ts'
import { plain } from './difference.ts'

const ROLE_ENTITY = 'system.role'
const idOf = (role: Role): Sql => sql`md5(${param(role.id, 'text')})::uuid`

export interface RolePublish {
  /** What was published until now; undefined: nothing. */
  before: Snapshot | undefined
  /** Who publishes; null: the system itself. */
  by: string | null
}

/**
 * Part of a publish: the rows become those of the version, and say who changed a role last. A role keeps its row through
 * a renaming.
 */
export async function writeRoles(tx: Queryable, model: Model, { before, by }: RolePublish): Promise<void> {
  if (!model.find(ROLE_ENTITY)) return
  const { roles } = model.snapshot
  const table = systemTable(model, ROLE_ENTITY)
  const who = table.value('updated_by', by)
  const touch = sql`, ${table.column('updated_at')} = now(), ${table.column('updated_by')} = ${who}`
  for (const role of roles) {
    const isSame = before?.roles.some((old) => isDeepStrictEqual(old, role)) ?? false
    const values: Readonly<Record<string, string | null>> = {
      display_name: plain(role.label),
      title: plain(role.label),
      role: role.name,
      description: role.description === undefined ? null : plain(role.description),
      administer: String(role.administer),
      package: role.package,
    }
    const names = Object.keys(values)
    const columns = join(
      ['id', 'created_by', 'updated_by', ...names].map((name) => table.column(name)),
      ', ',
    )
    const list = join([idOf(role), who, who, ...names.map((name) => table.value(name, values[name] ?? null))], ', ')
    const sets = names.map((name) => sql`${table.column(name)} = excluded.${table.column(name)}`)
    await runSql(
      tx,
      sql`INSERT INTO ${table.name} (${columns}) VALUES (${list}) ON CONFLICT (id) DO UPDATE SET ${join(sets, ', ')}${isSame ? sql`` : touch}`,
    )
  }
  const kept = join(roles.map(idOf), ', ')
  await runSql(tx, sql`DELETE FROM ${table.name} WHERE ${table.column('id')} <> ALL (ARRAY[${kept}]::uuid[])`)
}

export interface RoleRow {
  id: string
  /** null: the row is not there, until the next publish writes it. */
  changed: { at: string; by: { id: string; display_name: string } | null } | null
}

export async function readRoleRow(database: Queryable, model: Model, role: Role): Promise<RoleRow> {
  const table = systemTable(model, ROLE_ENTITY)
  const user = systemTable(model, USER_ENTITY)
  const r = (field: string): Sql => table.column(field, 'r')
  const [row] = await runSql(
    database,
    sql`SELECT i.id, ${epochMs(r('updated_at'))}, ${r('updated_by')}, ${user.column('display_name', 'u')} FROM (SELECT ${idOf(role)} AS id) AS i
    LEFT JOIN ${table.name} AS r ON ${r('id')} = i.id LEFT JOIN ${user.name} AS u ON ${user.column('id', 'u')} = ${r('updated_by')}`,
  )
  const [id, at, by, name] = row ?? []
  const isPerson = by !== null && by !== undefined && by !== SYSTEM_USER_ID
  const person = isPerson ? { id: by, display_name: name ?? '' } : null
  return { id: id ?? '', changed: at ? { at: new Date(Number(at)).toISOString(), by: person } : null }
}
