// Rows of a tenant's `_plugin`: one for each plugin that is installed. Only this file knows how they are written.
import { RelataError } from '../../sdk/errors.ts'
import type { Text } from '../../sdk/metadata/source.ts'
import { nearest } from '../../sdk/metadata/nearest.ts'
import { type PluginArchive, readArchive } from '../../sdk/plugin/archive.ts'
import type { Behaviour } from '../../sdk/plugin/behaviour.ts'
import type { PluginManifest } from '../../sdk/plugin/manifest.ts'
import { runSql } from '../auth/system-table.ts'
import type { Queryable, RawRow } from '../run/database.ts'
import { ident, join, param, type Sql, sql } from '../sql/sql.ts'
import type { PluginState } from './contract.ts'

export interface PluginRow {
  /** Of the package. */
  name: string
  version: string
  label: Text
  state: PluginState
  manifest: PluginManifest
  behaviour: Behaviour
  /** SHA-256 of the code, hex. */
  hash: string
  /** Of the whole package: what was agreed to. */
  archiveHash: string
  /** Fingerprint of the key that signed it; null: unsigned. */
  signer: string | null
  /** Put here from somebody's folder, and granted what it asks for without a question. */
  isDevelopment: boolean
  /** Keys of what was granted, and of what was asked for and not granted (sdk/plugin/asks.ts). */
  grants: readonly string[]
  refused: readonly string[]
  settings: Readonly<Record<string, unknown>>
  /** Its row in `system.user`. */
  userId: string
  /** Why the last upgrade came to nothing; null: it did not. */
  error: string | null
  /** A later version that waits. */
  next: NextVersion | null
  /** ISO 8601. */
  installedAt: string
  changedAt: string
}

export interface NextVersion {
  version: string
  archiveHash: string
  /** grant: it asks for more · migration: its steps are under way · failed: see `error` of the row */
  phase: 'grant' | 'migration' | 'failed'
  /** Base64. */
  archive: string
  grants: readonly string[]
  refused: readonly string[]
  /** User who brought it. */
  by: string
}

const SHOWN = [
  ...['name', 'version', 'label', 'state', 'manifest', 'behaviour', 'hash', 'archive_hash', 'signer', 'is_development'],
  ...['grants', 'refused', 'settings', 'user_id', 'error', 'next'],
]
const at = (column: string): Sql => sql`to_char(${ident(column)} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
const COLUMNS = join([...SHOWN.map((name) => ident(name)), at('installed_at'), at('changed_at')], ', ')

function rowOf(row: RawRow): PluginRow {
  const [name, version, label, state, manifest, behaviour, hash, archiveHash, signer, isDevelopment, ...more] = row
  const [grants, refused, settings, userId, error, next, installedAt, changedAt] = more
  return {
    name: name ?? '',
    version: version ?? '',
    label: JSON.parse(label ?? '""'),
    state: stateOf(state),
    manifest: JSON.parse(manifest ?? '{}'),
    behaviour: JSON.parse(behaviour ?? '{}'),
    hash: hash ?? '',
    archiveHash: archiveHash ?? '',
    signer: signer ?? null,
    isDevelopment: isDevelopment === 't',
    grants: JSON.parse(grants ?? '[]'),
    refused: JSON.parse(refused ?? '[]'),
    settings: JSON.parse(settings ?? '{}'),
    userId: userId ?? '',
    error: error ?? null,
    next: next ? JSON.parse(next) : null,
    installedAt: installedAt ?? '',
    changedAt: changedAt ?? '',
  }
}

const STATES: readonly PluginState[] = ['waiting', 'on', 'off', 'upgrading', 'removing']
const stateOf = (text: string | null | undefined): PluginState => STATES.find((state) => state === text) ?? 'off'

const table = (schema: string): Sql => ident(schema, '_plugin')

export async function listPlugins(database: Queryable, schema: string): Promise<PluginRow[]> {
  const rows = await runSql(database, sql`SELECT ${COLUMNS} FROM ${table(schema)} ORDER BY name`)
  return rows.map(rowOf)
}

/** @param lock hold the row until the end of the transaction */
export async function findPlugin(
  database: Queryable,
  schema: string,
  name: string,
  { lock = false } = {},
): Promise<PluginRow | undefined> {
  const how = lock ? sql`FOR UPDATE` : sql``
  const [row] = await runSql(
    database,
    sql`SELECT ${COLUMNS} FROM ${table(schema)} WHERE name = ${param(name, 'text')} ${how}`,
  )
  return row && rowOf(row)
}

/** @throws RL205 */
export async function requirePlugin(
  database: Queryable,
  schema: string,
  name: string,
  options?: { lock?: boolean },
): Promise<PluginRow> {
  const found = await findPlugin(database, schema, name, options)
  if (found) return found
  const names = (await listPlugins(database, schema)).map((plugin) => plugin.name)
  const near = nearest(name, names)
  throw new RelataError(
    'RL205',
    `There is no plugin “${name}”.`,
    near ? { hint: `Did you mean “${near}”?` } : { hint: 'GET plugins lists those that are installed.' },
  )
}

export async function pluginNames(database: Queryable, schema: string): Promise<string[]> {
  const rows = await runSql(database, sql`SELECT name FROM ${table(schema)} ORDER BY name`)
  return rows.map(([name]) => name ?? '')
}

/** Code and map of the version that is installed. */
export async function readCode(
  database: Queryable,
  schema: string,
  name: string,
): Promise<{ hash: string; code: string; sourceMap: string | null } | undefined> {
  const [row] = await runSql(
    database,
    sql`SELECT hash, code, source_map FROM ${table(schema)} WHERE name = ${param(name, 'text')}`,
  )
  return row ? { hash: row[0] ?? '', code: row[1] ?? '', sourceMap: row[2] ?? null } : undefined
}

/** The package as it came. */
export async function readArchiveBytes(
  database: Queryable,
  schema: string,
  name: string,
): Promise<Uint8Array | undefined> {
  const [row] = await runSql(
    database,
    sql`SELECT encode(archive, 'base64') FROM ${table(schema)} WHERE name = ${param(name, 'text')}`,
  )
  return row?.[0] ? Buffer.from(row[0], 'base64') : undefined
}

export async function readReadme(database: Queryable, schema: string, name: string): Promise<string | null> {
  const bytes = await readArchiveBytes(database, schema, name)
  return bytes ? readArchive(bytes).readme : null
}

/** What an archive brings into a row. */
export function partsOf(
  archive: PluginArchive,
): Pick<PluginRow, 'name' | 'version' | 'label' | 'manifest' | 'behaviour' | 'hash' | 'archiveHash' | 'signer'> {
  const { name, version, label, manifest, behaviour, codeHash: hash, hash: archiveHash, signer } = archive
  return { name, version, label, manifest, behaviour, hash, archiveHash, signer }
}

export type NewPlugin = Omit<PluginRow, 'installedAt' | 'changedAt'>

/** The first time, or in place of the version that is there. */
export async function putPlugin(
  tx: Queryable,
  schema: string,
  plugin: NewPlugin,
  { code, sourceMap }: Pick<PluginArchive, 'code' | 'sourceMap'>,
  bytes: Uint8Array,
): Promise<void> {
  const values: Readonly<Record<string, Sql>> = {
    ...cells(plugin),
    name: param(plugin.name, 'text'),
    version: param(plugin.version, 'text'),
    label: json(plugin.label),
    manifest: json(plugin.manifest),
    behaviour: json(plugin.behaviour),
    code: param(code ?? '', 'text'),
    source_map: param(sourceMap, 'text'),
    hash: param(plugin.hash, 'text'),
    archive: param(`\\x${Buffer.from(bytes).toString('hex')}`, 'bytea'),
    archive_hash: param(plugin.archiveHash, 'text'),
    signer: param(plugin.signer, 'text'),
    is_development: param(String(plugin.isDevelopment), 'bool'),
    user_id: param(plugin.userId, 'uuid'),
  }
  const names = Object.keys(values)
  const sets = names.filter((name) => name !== 'name').map((name) => sql`${ident(name)} = excluded.${ident(name)}`)
  await runSql(
    tx,
    sql`INSERT INTO ${table(schema)} (${join(
      names.map((name) => ident(name)),
      ', ',
    )}) VALUES (${join(Object.values(values), ', ')})
    ON CONFLICT (name) DO UPDATE SET ${join([...sets, sql`changed_at = now()`], ', ')}`,
  )
}

export type PluginChange = Partial<Pick<PluginRow, 'state' | 'grants' | 'refused' | 'settings' | 'error' | 'next'>>

export async function changePlugin(tx: Queryable, schema: string, name: string, change: PluginChange): Promise<void> {
  const sets = Object.entries(cells(change)).map(([column, value]) => sql`${ident(column)} = ${value}`)
  await runSql(
    tx,
    sql`UPDATE ${table(schema)} SET ${join([...sets, sql`changed_at = now()`], ', ')} WHERE name = ${param(name, 'text')}`,
  )
}

function cells({ state, grants, refused, settings, error, next }: PluginChange): Record<string, Sql> {
  return {
    ...(state === undefined ? {} : { state: param(state, 'text') }),
    ...(grants === undefined ? {} : { grants: json(grants) }),
    ...(refused === undefined ? {} : { refused: json(refused) }),
    ...(settings === undefined ? {} : { settings: json(settings) }),
    ...(error === undefined ? {} : { error: param(error, 'text') }),
    ...(next === undefined ? {} : { next: next === null ? param(null, 'json') : json(next) }),
  }
}

const json = (value: unknown): Sql => param(JSON.stringify(value), 'json')

/** With what is only about it: secrets, log, usage. Its records and their history stay. */
export async function deletePlugin(tx: Queryable, schema: string, name: string): Promise<void> {
  const which = param(name, 'text')
  for (const [of, column] of [
    ['_plugin', 'name'],
    ['_plugin_secret', 'plugin'],
    ['_plugin_migration', 'plugin'],
    ['_plugin_done', 'plugin'],
    ['_plugin_usage', 'plugin'],
    ['_plugin_log', 'plugin'],
  ] as const)
    await runSql(tx, sql`DELETE FROM ${ident(schema, of)} WHERE ${ident(column)} = ${which}`)
}
