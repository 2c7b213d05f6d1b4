// What people see of a plugin on generated pages: its row in `system.plugin`, and its row in `system.user`, under which it
// writes. Both have the same id in every tenant, so that a plugin that comes back is the one that history names.
import type { Text } from '../../sdk/metadata/source.ts'
import { SYSTEM_USER_ID, USER_ENTITY } from '../auth/members.ts'
import { runSql, systemTable } from '../auth/system-table.ts'
import type { Model } from '../catalog/model.ts'
import type { Queryable } from '../run/database.ts'
import { plain } from '../schema/difference.ts'
import { join, param, type Sql, sql } from '../sql/sql.ts'
import { findPlugin, type PluginRow } from './plugin-rows.ts'

export const PLUGIN_ENTITY = 'system.plugin'

const idOf = (name: string): Sql => sql`md5(${param(`plugin ${name}`, 'text')})::uuid`

/** Part of an install: the actor that the plugin is. @returns its id */
export async function writePluginUser(tx: Queryable, model: Model, name: string, label: Text): Promise<string> {
  const table = systemTable(model, USER_ENTITY)
  const { column: col, value } = table
  const by = value('created_by', SYSTEM_USER_ID)
  const title = plain(label)
  const [row] = await runSql(
    tx,
    sql`INSERT INTO ${table.name} (${col('id')}, ${col('display_name')}, ${col('created_by')}, ${col('updated_by')}, ${col('name')}, ${col('kind')}, ${col('active')})
    VALUES (${idOf(name)}, ${value('display_name', title)}, ${by}, ${by}, ${value('name', title)}, ${value('kind', 'plugin')}, ${value('active', 'true')})
    ON CONFLICT (id) DO UPDATE SET ${col('display_name')} = excluded.${col('display_name')}, ${col('name')} = excluded.${col('name')}, ${col('active')} = true, ${col('deleted_at')} = NULL
    RETURNING ${col('id')}`,
  )
  return row?.[0] ?? ''
}

/** It stays, since history names it, and does nothing more. */
export async function retirePluginUser(tx: Queryable, model: Model, name: string): Promise<void> {
  const table = systemTable(model, USER_ENTITY)
  await runSql(
    tx,
    sql`UPDATE ${table.name} SET ${table.column('active')} = false WHERE ${table.column('id')} = ${idOf(name)}`,
  )
}

/** Make the face what the row is now; without a row it goes. */
export async function writePluginFace(tx: Queryable, model: Model, name: string, by: string): Promise<void> {
  if (!model.find(PLUGIN_ENTITY)) return
  const plugin = await findPlugin(tx, model.snapshot.schema, name)
  const table = systemTable(model, PLUGIN_ENTITY)
  if (!plugin) {
    await runSql(tx, sql`DELETE FROM ${table.name} WHERE ${table.column('id')} = ${idOf(name)}`)
    return
  }
  const values = faceOf(plugin)
  const names = Object.keys(values)
  const who = table.value('updated_by', by)
  const columns = join(
    ['id', 'created_by', 'updated_by', ...names].map((field) => table.column(field)),
    ', ',
  )
  const cells = join([idOf(name), who, who, ...names.map((field) => table.value(field, values[field] ?? null))], ', ')
  const sets = ['updated_by', ...names].map((field) => sql`${table.column(field)} = excluded.${table.column(field)}`)
  const version = sql`${table.column('version')} = ${table.name}.${table.column('version')} + 1`
  await runSql(
    tx,
    sql`INSERT INTO ${table.name} (${columns}) VALUES (${cells})
    ON CONFLICT (id) DO UPDATE SET ${join([...sets, version, sql`${table.column('updated_at')} = now()`], ', ')}`,
  )
}

function faceOf(plugin: PluginRow): Record<string, string | null> {
  const title = plain(plugin.label)
  return {
    display_name: title,
    title,
    plugin: plugin.name,
    release: plugin.version,
    state: plugin.state,
    next_release: plugin.next?.version ?? null,
    error: plugin.error,
    signer: plugin.signer,
    development: String(plugin.isDevelopment),
  }
}
