// The plugins of a tenant that run, read in the same statement as the version that they belong to. Their code is not
// read here: whoever runs it asks for it.
import type { ActivePlugin } from './contract.ts'
import { ident, sql, toStatement } from '../sql/sql.ts'

/** While a later version is being migrated to, the earlier one runs on. */
const RUNNING = ['on', 'upgrading']

/** A scalar subquery. */
export function activePluginsSql(schema: string): string {
  const table = toStatement(sql`${ident(schema, '_plugin')}`).text
  return `SELECT json_agg(json_build_object('name', name, 'version', version, 'hash', hash, 'userId', user_id, 'manifest', manifest,
    'behaviour', behaviour, 'grants', grants, 'settings', settings) ORDER BY name) FROM ${table}
    WHERE state IN (${RUNNING.map((state) => `'${state}'`).join(', ')})`
}

export function activePlugins(json: string | null | undefined): ActivePlugin[] {
  if (!json) return []
  const rows: (Omit<ActivePlugin, 'grants'> & { grants: string[] })[] = JSON.parse(json)
  return rows.map((row) => ({ ...row, grants: new Set(row.grants) }))
}
