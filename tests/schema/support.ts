// An installation without its HTTP door: catalog, publisher, jobs and tenants over a database of the test's own.
import path from 'node:path'
import { afterAll } from 'vitest'
import { type CatalogStore, openCatalog } from '../../kernel/catalog/store.ts'
import { openAuth } from '../../kernel/auth/index.ts'
import { jobHandlers } from '../../kernel/jobs/handlers.ts'
import { type Jobs, startJobs } from '../../kernel/jobs/runner.ts'
import { createKeyring } from '../../kernel/platform/secret.ts'
import { createLogger } from '../../kernel/platform/log.ts'
import { type Database, openDatabase, type RawRow } from '../../kernel/run/database.ts'
import { createPublisher, type SchemaPublisher } from '../../kernel/schema/publisher.ts'
import { createTenants, type Tenants } from '../../kernel/tenants/index.ts'
import { readPackages } from '../../kernel/tenants/packages.ts'
import { prepareInstallation } from '../../kernel/tenants/registry.ts'
import type { LoadedTenant, TenantInfo } from '../../kernel/catalog/loaded-tenant.ts'
import type { PublishPlan, PublishRequest } from '../../kernel/services.ts'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import { createTestDatabase } from '../support/test-database.ts'

export const METADATA_FOLDER = path.join(import.meta.dirname, '../../metadata')
const log = createLogger({ logLevel: 'error', logFormat: 'text' })

export interface TestInstallation {
  url: string
  database: Database
  catalog: CatalogStore
  jobs: Jobs
  publisher: SchemaPublisher
  tenants: Tenants
}

export async function openTestInstallation(): Promise<TestInstallation> {
  const { url } = await createTestDatabase()
  const one = await openProcess(url)
  return one
}

/** What one server process has; several may share a database. */
export async function openProcess(url: string): Promise<TestInstallation> {
  const database = openDatabase({ url, poolSize: 4, longPoolSize: 4 })
  await prepareInstallation(database)
  const catalog = await openCatalog({ database, log })
  const jobs = startJobs({
    database,
    catalog,
    log,
    handlers: jobHandlers({ database, metadataFolder: METADATA_FOLDER, seal: (text) => text }),
  })
  const publisher = createPublisher({ database, catalog, jobs, log })
  const auth = await openAuth({
    database,
    databaseUrl: url,
    catalog,
    findTenants: (ids) => catalog.findTenants(ids),
    secrets: ['a secret of thirty-two characters'],
    keys: createKeyring(['a secret of thirty-two characters']),
    publicUrl: null,
    minPasswordLength: 10,
    log,
  })
  const tenants = createTenants({
    services: { database, catalog, log },
    publisher,
    jobs,
    metadataFolder: METADATA_FOLDER,
  })
  afterAll(async () => {
    await jobs.stop()
    await catalog.close()
    await auth.close()
    await database.close()
  })
  return { url, database, catalog, jobs, publisher, tenants }
}

export interface TestTenant extends TestInstallation {
  info: TenantInfo
  schema: string
  load(): Promise<LoadedTenant>
  plan(packages: readonly PackageSource[], options?: Parameters<SchemaPublisher['plan']>[2]): Promise<PublishPlan>
  publish(packages: readonly PackageSource[], request?: Partial<PublishRequest>): ReturnType<SchemaPublisher['publish']>
  /** `name type`, sorted. */
  columns(table: string): Promise<string[]>
  /** Names of valid indexes. */
  indexes(table: string): Promise<string[]>
  /** Run a statement in which `@` stands for the schema. */
  sql(text: string, params?: readonly (string | null)[]): Promise<RawRow[]>
  /** Background work is over. */
  settled(): Promise<void>
}

/** An organisation that has the kernel's own package. */
export async function openTenant(packages: readonly PackageSource[] = []): Promise<TestTenant> {
  const installation = await openTestInstallation()
  return tenantOf(installation, packages)
}

let count = 0
export async function tenantOf(
  installation: TestInstallation,
  packages: readonly PackageSource[] = [],
): Promise<TestTenant> {
  const { tenants, catalog, publisher, database, jobs } = installation
  const all = [...(await readPackages(METADATA_FOLDER, ['system'])), ...packages]
  const { tenant } = await tenants.create({ title: `Test ${++count}`, kind: 'empty', packages: all })
  const sql = (text: string, params: readonly (string | null)[] = []) =>
    database.query(text.replaceAll('@', `"${tenant.schema}"`), params)
  return {
    ...installation,
    info: tenant,
    schema: tenant.schema,
    load: () => catalog.load(tenant.slug),
    plan: (some, options) => publisher.plan(tenant, some, options),
    publish: (some, request) => publisher.publish(tenant, { packages: some, by: USER, ...request }),
    async columns(table) {
      const rows = await database.query(
        `SELECT a.attname || ' ' || format_type(a.atttypid, a.atttypmod) FROM pg_attribute AS a WHERE a.attrelid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped`,
        [`"${tenant.schema}"."${table}"`],
      )
      return rows.map(([text]) => text ?? '').sort()
    },
    async indexes(table) {
      const rows = await database.query(
        `SELECT c.relname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid WHERE i.indrelid = to_regclass($1) AND i.indisvalid`,
        [`"${tenant.schema}"."${table}"`],
      )
      return rows.map(([text]) => text ?? '').sort()
    },
    sql,
    settled: () => jobs.settled(tenant.slug),
  }
}

const USER = '00000000-0000-7000-8000-0000000000aa'

/** A package of these files. */
export function pack(name: string, files: Record<string, unknown>, manifest: object = {}): PackageSource {
  return {
    name,
    files: {
      'package.json': { name, version: '1.0.0', label: name, requires: { system: '*' }, ...manifest },
      ...files,
    },
  }
}
