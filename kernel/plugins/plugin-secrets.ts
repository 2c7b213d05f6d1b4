// Texts that an administrator enters once for a plugin. They are sealed for their place and answered to nobody; the host
// opens them while it sends a request for the plugin.
import { RelataError } from '../../sdk/errors.ts'
import { didYouMean, nearest } from '../../sdk/metadata/nearest.ts'
import type { PluginManifest } from '../../sdk/plugin/manifest.ts'
import type { WirePlugin } from '../../sdk/wire/plugins.ts'
import { runSql } from '../auth/system-table.ts'
import type { Keyring } from '../platform/secret.ts'
import type { Queryable } from '../run/database.ts'
import { ident, param, type Sql, sql } from '../sql/sql.ts'

/** Where a sealed text belongs: it opens nowhere else. */
export const pluginSecretPlace = (schema: string, plugin: string, name: string): string =>
  `plugin secret ${schema} ${plugin} ${name}`

const table = (schema: string): Sql => ident(schema, '_plugin_secret')

/** @returns undefined: nobody has entered it @throws RL500 its key is gone */
export async function readPluginSecret(
  database: Queryable,
  keys: Pick<Keyring, 'open'>,
  schema: string,
  plugin: string,
  name: string,
): Promise<string | undefined> {
  const [row] = await runSql(
    database,
    sql`SELECT sealed FROM ${table(schema)} WHERE plugin = ${param(plugin, 'text')} AND name = ${param(name, 'text')}`,
  )
  return row?.[0] ? keys.open(row[0], pluginSecretPlace(schema, plugin, name)) : undefined
}

export async function writePluginSecret(
  tx: Queryable,
  keys: Pick<Keyring, 'seal'>,
  schema: string,
  plugin: string,
  name: string,
  value: string | null,
): Promise<void> {
  const [which, what] = [param(plugin, 'text'), param(name, 'text')]
  if (value === null) {
    await runSql(tx, sql`DELETE FROM ${table(schema)} WHERE plugin = ${which} AND name = ${what}`)
    return
  }
  const sealed = param(keys.seal(value, pluginSecretPlace(schema, plugin, name)), 'text')
  await runSql(
    tx,
    sql`INSERT INTO ${table(schema)} (plugin, name, sealed) VALUES (${which}, ${what}, ${sealed})
    ON CONFLICT (plugin, name) DO UPDATE SET sealed = excluded.sealed, changed_at = now()`,
  )
}

/** @throws RL205 the plugin asks for no such secret */
export function requireSecret({ secrets = {} }: PluginManifest, name: string): void {
  if (Object.hasOwn(secrets, name)) return
  const hint = didYouMean(nearest(name, Object.keys(secrets)))
  throw new RelataError('RL205', `The plugin has no secret “${name}”.`, hint === undefined ? {} : { hint })
}

export async function secretStates(
  database: Queryable,
  schema: string,
  plugin: string,
  { secrets = {} }: PluginManifest,
): Promise<WirePlugin['secrets']> {
  const rows = await runSql(
    database,
    sql`SELECT name, to_char(changed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') FROM ${table(schema)} WHERE plugin = ${param(plugin, 'text')}`,
  )
  const known = new Map(rows.map(([name, changedAt]) => [name, changedAt ?? null]))
  return Object.entries(secrets).map(([name, { label, help, hosts = [] }]) => ({
    name,
    label,
    ...(help === undefined ? {} : { help }),
    hosts,
    isSet: known.has(name),
    changedAt: known.get(name) ?? null,
  }))
}
