// The organisations of this installation: one row each, in a schema of their own beside all tenants' schemas. A statement
// here never touches a tenant's tables.
import { createHash } from 'node:crypto'
import { RelataError } from '../../sdk/errors.ts'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import { SYSTEM_PACKAGE } from '../catalog/reserved.ts'
import type { Database, Queryable, RawRow } from '../run/database.ts'
import { isUniqueViolation } from '../run/postgres-error.ts'
import type { TenantInfo } from '../catalog/loaded-tenant.ts'

export const INSTALLATION_SCHEMA = 'relata'

/** `making` and `removing` are finished at the next start when the server was stopped meanwhile. */
export type TenantState = 'making' | 'ready' | 'removing'

export interface Tenant extends TenantInfo {
  state: TenantState
  /** ISO 4217. */
  baseCurrency: string
  /** Last published; 0 before the first. */
  version: number
  /** Grows with each change of its plugins. */
  plugins: number
  /** Who is to be its first administrator; null: nobody. */
  founder: Founder | null
}

export interface Founder {
  /** Account of the installation. */
  identity: string
  email: string
  name: string
}

/** Processes that start together take turns. */
const LOCK = "hashtextextended('relata installation', 0)"

/** Tables of the installation. Safe to run at each start. */
export async function prepareInstallation(database: Database): Promise<void> {
  await database.transaction(async (tx) => {
    await tx.query(`SELECT pg_advisory_xact_lock(${LOCK})`)
    await tx.execute(TABLES)
  })
  // Not every role may install extensions; searching works without, slower.
  await database.query(`CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA ${INSTALLATION_SCHEMA}`).catch(() => undefined)
}

const TABLES = `
CREATE SCHEMA IF NOT EXISTS ${INSTALLATION_SCHEMA};
CREATE TABLE IF NOT EXISTS ${INSTALLATION_SCHEMA}.tenants (
  id text PRIMARY KEY,
  slug text NOT NULL UNIQUE,
  title text NOT NULL,
  schema text NOT NULL UNIQUE,
  is_demo boolean NOT NULL DEFAULT false,
  base_currency text NOT NULL DEFAULT 'EUR',
  state text NOT NULL,
  version int4 NOT NULL DEFAULT 0,
  founder json,
  system_hash text,
  created_at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE ${INSTALLATION_SCHEMA}.tenants ADD COLUMN IF NOT EXISTS plugins int8 NOT NULL DEFAULT 0;
CREATE TABLE IF NOT EXISTS ${INSTALLATION_SCHEMA}.plugin_violations (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  schema text NOT NULL,
  plugin text NOT NULL,
  at_ms int8 NOT NULL,
  is_kill boolean NOT NULL
);
CREATE INDEX IF NOT EXISTS plugin_violations__plugin ON ${INSTALLATION_SCHEMA}.plugin_violations (schema, plugin)`

const COLUMNS = 'id, slug, title, schema, is_demo, base_currency, state, version, founder, plugins'

function tenantOf([id, slug, title, schema, isDemo, baseCurrency, state, version, founder, plugins]: RawRow): Tenant {
  return {
    id: id ?? '',
    slug: slug ?? '',
    title: title ?? '',
    schema: schema ?? '',
    isDemo: isDemo === 't',
    baseCurrency: baseCurrency ?? 'EUR',
    state: state === 'making' || state === 'removing' ? state : 'ready',
    version: Number(version),
    founder: founder ? JSON.parse(founder) : null,
    plugins: Number(plugins),
  }
}

/** What the world outside sees of it. */
export const infoOf = ({ id, slug, title, schema, isDemo }: TenantInfo): TenantInfo => ({
  id,
  slug,
  title,
  schema,
  isDemo,
})

export async function findBySlug(database: Queryable, slug: string): Promise<Tenant | undefined> {
  const [row] = await database.query(`SELECT ${COLUMNS} FROM ${INSTALLATION_SCHEMA}.tenants WHERE slug = $1`, [slug])
  return row && tenantOf(row)
}

/** Of a tenant that is ready. */
export async function slugOfSchema(database: Queryable, schema: string): Promise<string | undefined> {
  const [row] = await database.query(
    `SELECT slug FROM ${INSTALLATION_SCHEMA}.tenants WHERE schema = $1 AND state = 'ready'`,
    [schema],
  )
  return row?.[0] ?? undefined
}

/** @throws RL215 */
export async function tenantById(database: Queryable, id: string): Promise<Tenant> {
  const [row] = await database.query(`SELECT ${COLUMNS} FROM ${INSTALLATION_SCHEMA}.tenants WHERE id = $1`, [id])
  if (!row) throw noSuchTenant()
  return tenantOf(row)
}

export const noSuchTenant = (): RelataError => new RelataError('RL215', 'There is no such organisation.')

/** In the order in which they were made. */
export async function listTenants(database: Queryable, states: readonly TenantState[] = ['ready']): Promise<Tenant[]> {
  const rows = await database.query(
    `SELECT ${COLUMNS} FROM ${INSTALLATION_SCHEMA}.tenants WHERE state = ANY(string_to_array($1::text, ',')) ORDER BY created_at, id`,
    [states.join(',')],
  )
  return rows.map(tenantOf)
}

/** @throws RL207 the slug is taken */
export async function insertTenant(
  database: Queryable,
  tenant: Omit<Tenant, 'state' | 'version' | 'plugins'>,
): Promise<void> {
  try {
    await database.query(
      `INSERT INTO ${INSTALLATION_SCHEMA}.tenants (id, slug, title, schema, is_demo, base_currency, state, founder)
       VALUES ($1, $2, $3, $4, $5::text::boolean, $6, 'making', $7::text::json)`,
      [
        tenant.id,
        tenant.slug,
        tenant.title,
        tenant.schema,
        String(tenant.isDemo),
        tenant.baseCurrency,
        tenant.founder && JSON.stringify(tenant.founder),
      ],
    )
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    throw new RelataError('RL207', `The address “${tenant.slug}” is used by another organisation.`, {
      problems: [{ path: '/slug', key: 'not_unique', message: 'is used by another organisation' }],
      cause: error,
    })
  }
}

export async function setState(database: Queryable, id: string, state: TenantState): Promise<void> {
  await database.query(`UPDATE ${INSTALLATION_SCHEMA}.tenants SET state = $2, founder = NULL WHERE id = $1`, [
    id,
    state,
  ])
}

/** Part of a publish's transaction, so that processes that only ask now and then learn of it too. */
export async function setVersion(tx: Queryable, id: string, version: number, system: string | null): Promise<void> {
  await tx.query(`UPDATE ${INSTALLATION_SCHEMA}.tenants SET version = $2::int4, system_hash = $3 WHERE id = $1`, [
    id,
    String(version),
    system,
  ])
}

/** Part of the transaction that changes a plugin: a process that only asks now and then learns of it too. */
export async function countPluginChange(tx: Queryable, id: string): Promise<void> {
  await tx.query(`UPDATE ${INSTALLATION_SCHEMA}.tenants SET plugins = plugins + 1 WHERE id = $1`, [id])
}

/** Tells whether a tenant has the kernel's own package as this server brings it; null: it has none. */
export function systemHash(packages: readonly PackageSource[]): string | null {
  const system = packages.find(({ name }) => name === SYSTEM_PACKAGE)
  return system
    ? createHash('sha256')
        .update(JSON.stringify(sorted(system.files)))
        .digest('hex')
    : null
}

const sorted = (files: Record<string, unknown>): [string, unknown][] =>
  Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1))

/** Ready tenants whose kernel's own package is another one than this. */
export async function outdatedTenants(database: Queryable, system: string): Promise<Tenant[]> {
  const rows = await database.query(
    `SELECT ${COLUMNS} FROM ${INSTALLATION_SCHEMA}.tenants WHERE state = 'ready' AND system_hash <> $1 ORDER BY created_at, id`,
    [system],
  )
  return rows.map(tenantOf)
}

export async function deleteTenant(database: Queryable, id: string): Promise<void> {
  await database.query(
    `WITH gone AS (DELETE FROM ${INSTALLATION_SCHEMA}.tenants WHERE id = $1 RETURNING schema)
     DELETE FROM ${INSTALLATION_SCHEMA}.plugin_violations WHERE schema IN (SELECT schema FROM gone)`,
    [id],
  )
}
