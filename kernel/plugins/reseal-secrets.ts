// Secrets of a tenant's plugins, sealed again with the newest key. There are few, so that no run is cut into batches.
import { RelataError } from '../../sdk/errors.ts'
import type { Keyring } from '../platform/secret.ts'
import { runSql } from '../auth/system-table.ts'
import type { Queryable } from '../run/database.ts'
import { ident, param, sql } from '../sql/sql.ts'
import { pluginSecretPlace } from './plugin-secrets.ts'

export async function resealPluginSecrets(
  database: Queryable,
  keys: Keyring,
  schema: string,
): Promise<{ resealed: number; unopened: { place: string; why: string }[] }> {
  const [isThere] = await database.query('SELECT to_regclass($1)', [`"${schema}"."_plugin_secret"`])
  if (!isThere?.[0]) return { resealed: 0, unopened: [] }
  const table = ident(schema, '_plugin_secret')
  const rows = await runSql(database, sql`SELECT plugin, name, sealed FROM ${table} ORDER BY plugin, name`)
  const unopened: { place: string; why: string }[] = []
  let resealed = 0
  for (const [plugin = '', name = '', sealed] of rows) {
    if (!plugin || !name || !sealed || !keys.isOutdated(sealed)) continue
    const place = pluginSecretPlace(schema, plugin, name)
    try {
      const next = keys.seal(keys.open(sealed, place), place)
      // One that was entered anew meanwhile was sealed by whoever entered it.
      const written = await runSql(
        database,
        sql`UPDATE ${table} SET sealed = ${param(next, 'text')} WHERE plugin = ${param(plugin, 'text')} AND name = ${param(name, 'text')} AND sealed = ${param(sealed, 'text')} RETURNING 1`,
      )
      resealed += written.length
    } catch (error) {
      if (!(error instanceof RelataError)) throw error
      unopened.push({ place, why: error.message })
    }
  }
  return { resealed, unopened }
}
