// The published versions of a tenant: what its authors wrote, what came of it, and which names the tables got.
import { RelataError } from '../../sdk/errors.ts'
import type { Snapshot } from '../../sdk/metadata/snapshot.ts'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import type { WireVersion } from '../../sdk/wire/metadata.ts'
import { deepFreeze } from '../catalog/freeze.ts'
import type { PhysicalNames } from '../catalog/physical-names.ts'
import { activePlugins, activePluginsSql } from '../plugins/active-plugins.ts'
import type { ActivePlugin } from '../plugins/contract.ts'
import type { Queryable } from '../run/database.ts'
import { ident, toStatement } from '../sql/sql.ts'
import type { PlanStep } from '../services.ts'
import type { Fences } from './fence.ts'
import { JOB_KINDS } from './later-work.ts'
import type { Retired } from './retired.ts'

export interface Version {
  version: number
  sources: readonly PackageSource[]
  snapshot: Snapshot
  names: PhysicalNames
  retired: Retired
  fences: Fences
}

const table = (schema: string): string => toStatement(ident(schema, '_version')).text

/** undefined before the first publish. */
export async function latestVersion(database: Queryable, schema: string): Promise<Version | undefined> {
  return readVersion(database, schema, `ORDER BY version DESC LIMIT 1`, [])
}

/** @throws RL213 */
export async function versionAt(database: Queryable, schema: string, version: number): Promise<Version> {
  const found = await readVersion(database, schema, `WHERE version = $1::int4`, [String(version)])
  if (!found) throw new RelataError('RL213', `There is no version ${version}.`)
  return found
}

async function readVersion(database: Queryable, schema: string, where: string, params: string[]) {
  const [row] = await database.query(
    `SELECT version, sources, snapshot, names, retired, fences FROM ${table(schema)} ${where}`,
    params,
  )
  if (!row) return undefined
  const [version, sources, snapshot, names, retired, fences] = row
  return {
    version: Number(version),
    sources: JSON.parse(sources ?? '[]'),
    snapshot: deepFreeze(JSON.parse(snapshot ?? '{}')),
    names: JSON.parse(names ?? '{}'),
    retired: JSON.parse(retired ?? '{}'),
    fences: JSON.parse(fences ?? '{}'),
  } satisfies Version
}

export interface LatestSnapshot {
  snapshot: Snapshot
  /** As text. */
  sizeBytes: number
  /** Ids of roll-ups whose last job has not come to its end. */
  pending: ReadonlySet<string>
  /** Those that are on. */
  plugins: readonly ActivePlugin[]
}

/** All that requests need of a version, as it is at one moment. */
export async function latestSnapshot(database: Queryable, schema: string): Promise<LatestSnapshot | undefined> {
  const jobs = toStatement(ident(schema, '_job')).text
  const [row] = await database.query(
    `SELECT snapshot, (
       SELECT json_agg(last.field) FROM (
         SELECT DISTINCT ON (f.field) f.field, j.state FROM ${jobs} AS j, json_array_elements_text(j.payload -> 'fieldIds') AS f(field)
         WHERE j.kind = '${JOB_KINDS.rollups}' ORDER BY f.field, j.id DESC
       ) AS last WHERE last.state <> 'done'
     ), (${activePluginsSql(schema)}) FROM ${table(schema)} ORDER BY version DESC LIMIT 1`,
  )
  const [text, pending, plugins] = row ?? []
  if (!text) return undefined
  return {
    snapshot: deepFreeze(JSON.parse(text)),
    sizeBytes: text.length,
    pending: new Set(JSON.parse(pending ?? '[]')),
    plugins: activePlugins(plugins),
  }
}

export interface NewVersion extends Version {
  steps: readonly PlanStep[]
  note: string | null
  by: string | null
}

export async function insertVersion(tx: Queryable, schema: string, version: NewVersion): Promise<void> {
  await tx.query(
    `INSERT INTO ${table(schema)} (version, sources, snapshot, names, retired, fences, steps, note, by)
     VALUES ($1::int4, $2::text::json, $3::text::json, $4::text::json, $5::text::json, $6::text::json, $7::text::json, $8, $9::uuid)`,
    [
      String(version.version),
      JSON.stringify(version.sources),
      JSON.stringify(version.snapshot),
      JSON.stringify(version.names),
      JSON.stringify(version.retired),
      JSON.stringify(version.fences),
      JSON.stringify(version.steps),
      version.note,
      version.by,
    ],
  )
}

/** Newest first. @param users table of `system.user`; null: names are not known @param only this version */
export async function listVersions(
  database: Queryable,
  schema: string,
  users: string | null,
  only?: number,
): Promise<WireVersion[]> {
  const name = users === null ? 'NULL::text' : 'u.display_name'
  const join = users === null ? '' : `LEFT JOIN ${toStatement(ident(schema, users)).text} AS u ON u.id = v.by`
  const rows = await database.query(
    `SELECT v.version, to_char(v.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), v.by, ${name}, v.note, v.snapshot -> 'packages'
     FROM ${table(schema)} AS v ${join} WHERE $1::int4 IS NULL OR v.version = $1::int4 ORDER BY v.version DESC`,
    [only === undefined ? null : String(only)],
  )
  return rows.map(([version, at, by, displayName, note, packages]) => ({
    version: Number(version),
    at: at ?? '',
    by: by ? { id: by, display_name: displayName ?? '' } : null,
    note: note ?? null,
    packages: packagesOf(packages ?? '[]'),
  }))
}

/** What the publish of a version did. */
export async function stepsOf(database: Queryable, schema: string, version: number): Promise<readonly PlanStep[]> {
  const [row] = await database.query(`SELECT steps FROM ${table(schema)} WHERE version = $1::int4`, [String(version)])
  return JSON.parse(row?.[0] ?? '[]')
}

function packagesOf(json: string): { name: string; version: string }[] {
  const packages: Snapshot['packages'] = JSON.parse(json)
  return packages.map(({ name, version }) => ({ name, version }))
}
