// Organisations come and go: each as one operation that is finished at the next start when the server was stopped in the
// middle of it.
import { randomBytes } from 'node:crypto'
import { RelataError } from '../../sdk/errors.ts'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import { addMember, forgetMemberships } from '../auth/index.ts'
import { ADMINISTRATOR_ROLE, USER_ENTITY } from '../auth/members.ts'
import { runSql, systemTable } from '../auth/system-table.ts'
import { NO_PLUGINS } from '../plugins/contract.ts'
import { Model } from '../catalog/model.ts'
import { SYSTEM_PACKAGE } from '../catalog/reserved.ts'
import { VERSION_CHANNEL } from '../catalog/store.ts'
import type { FileStore } from '../files/file-store.ts'
import type { Jobs } from '../jobs/runner.ts'
import { insertJob } from '../jobs/job-rows.ts'
import type { Database } from '../run/database.ts'
import { newId } from '../run/new-id.ts'
import { tenantTables } from '../schema/tenant-tables.ts'
import { latestSnapshot } from '../schema/versions.ts'
import type { LoadedTenant, TenantInfo } from '../catalog/loaded-tenant.ts'
import type { Publisher, Services } from '../services.ts'
import { sql } from '../sql/sql.ts'
import { demoJob, demoPackages, type Filling, fillingOf } from './demo.ts'
import { dropSchema } from './drop-schema.ts'
import { readPackages } from './packages.ts'
import {
  deleteTenant,
  findBySlug,
  type Founder,
  infoOf,
  insertTenant,
  listTenants,
  noSuchTenant,
  outdatedTenants,
  setState,
  systemHash,
  type Tenant,
} from './registry.ts'
import { numbered, requireSlug, slugOf } from './slug.ts'

export interface NewTenant {
  title: string
  /** Absent: made from the title. */
  slug?: string
  kind: 'empty' | 'demo'
  /** ISO 4217; default EUR. */
  baseCurrency?: string
  /** Becomes its administrator. */
  founder?: Founder
  /** In place of those that every organisation gets. */
  packages?: readonly PackageSource[]
}

export interface Tenants {
  /** @returns the tenant, ready, and the job that fills a demo @throws RL206 slug · RL207 taken */
  create(wish: NewTenant): Promise<{ tenant: TenantInfo; job: string | null }>
  list(): Promise<readonly TenantInfo[]>
  /** How far a demo is that is being filled; null: it is whole, or no demo. */
  fillingOf(tenant: TenantInfo): Promise<Filling | null>
  /** With everything in it. @throws RL215 */
  remove(slug: string): Promise<void>
  /** What a stopped server left half done, and what a newer server brings. Run at each start. */
  resume(): Promise<void>
  /** A demo, unless there is one. */
  ensureDemo(founder?: Founder): Promise<TenantInfo>
  /** Makes an account the administrator of organisations that nobody has entered yet: a demo made before the set-up. */
  adopt(founder: Founder): Promise<void>
}

export interface TenantsOptions {
  services: Pick<Services, 'database' | 'catalog' | 'log'>
  publisher: Publisher
  jobs: Jobs
  /** Contents of files go with their tenant. */
  files?: Pick<FileStore, 'removeTenant'>
  /** metadata/: the packages that tenants get. */
  metadataFolder: string
}

const MAX_NUMBER = 1_000

export function createTenants({ services, publisher, jobs, files, metadataFolder }: TenantsOptions): Tenants {
  const { database, log } = services
  /** From the row to a tenant that people can enter. Every step may be done already. */
  const make = async (tenant: Tenant, packages: readonly PackageSource[]): Promise<string | null> => {
    if (tenant.version === 0) await publisher.publish(tenant, { packages, by: null, note: 'New organisation' })
    const loaded = await loadedOf(database, tenant)
    if (tenant.founder) await addFounder(loaded, tenant.founder)
    const job = await database.transaction(async (tx) => {
      await setState(tx, tenant.id, 'ready')
      return tenant.isDemo ? insertJob(tx, loaded.model, demoJob()) : null
    })
    if (job) jobs.wake(tenant.slug)
    return job
  }

  const addFounder = async (loaded: LoadedTenant, founder: Founder): Promise<void> => {
    try {
      await addMember(database, loaded, { ...founder, roles: [ADMINISTRATOR_ROLE] })
    } catch (error) {
      // Stopped right after this step, and now run again.
      if (!(error instanceof RelataError) || error.code !== 'RL207') throw error
    }
  }

  const finishRemoval = async (tenant: Tenant): Promise<void> => {
    await forgetMemberships(database, tenant.id)
    await dropSchema(database, tenant.schema)
    await files?.removeTenant(tenant.schema)
    await deleteTenant(database, tenant.id)
  }

  const create = async (wish: NewTenant): Promise<{ tenant: TenantInfo; job: string | null }> => {
    const packages = wish.packages ?? (await packagesOf(wish.kind === 'demo'))
    const tenant = await register(database, wish)
    try {
      const job = await make(tenant, packages)
      log.info({ tenant: tenant.slug }, 'organisation made')
      return { tenant: infoOf(tenant), job }
    } catch (error) {
      // Nobody has entered it: what is there of it goes again.
      await setState(database, tenant.id, 'removing')
        .then(() => finishRemoval(tenant))
        .catch((err: unknown) => log.warn({ err, tenant: tenant.slug }, 'could not clean up; the next start does'))
      throw error
    }
  }

  /** A newer server brings a newer package of the kernel's own entities. */
  const bringUpToDate = async (): Promise<void> => {
    const packages = await readPackages(metadataFolder, [SYSTEM_PACKAGE])
    for (const tenant of await outdatedTenants(database, systemHash(packages) ?? '')) {
      try {
        // Tables first: an organisation whose metadata cannot be brought along is read by this server all the same.
        await database.transaction((tx) => tx.execute(tenantTables(tenant.schema).join(';\n')))
        await publisher.publish(tenant, { packages, by: null, note: 'New version of the server' })
      } catch (error) {
        // One organisation's metadata that does not go together with it must not keep the others out.
        log.error({ err: error, tenant: tenant.slug }, 'could not bring an organisation up to date')
      }
    }
  }

  const packagesOf = (isDemo: boolean) => (isDemo ? demoPackages(metadataFolder) : readPackages(metadataFolder))

  return {
    create,
    list: async () => (await listTenants(database)).map(infoOf),
    async fillingOf(tenant) {
      return tenant.isDemo ? fillingOf(database, await services.catalog.load(tenant.slug)) : null
    },
    async remove(slug) {
      const tenant = await findBySlug(database, slug)
      if (!tenant || tenant.state === 'making') throw noSuchTenant()
      await setState(database, tenant.id, 'removing')
      await database.notify(VERSION_CHANNEL, `${slug} 0`)
      await finishRemoval(tenant)
      log.info({ tenant: slug }, 'organisation removed')
    },
    async resume() {
      for (const tenant of await listTenants(database, ['making', 'removing'])) {
        log.info({ tenant: tenant.slug, state: tenant.state }, 'finishing what a stopped server left')
        if (tenant.state === 'removing') await finishRemoval(tenant)
        else await make(tenant, await packagesOf(tenant.isDemo))
      }
      await bringUpToDate()
    },
    async ensureDemo(founder) {
      const present = (await listTenants(database)).find(({ isDemo }) => isDemo)
      if (present) return infoOf(present)
      const { tenant } = await create({ title: 'Demo', kind: 'demo', ...(founder ? { founder } : {}) })
      return tenant
    },
    async adopt(founder) {
      for (const tenant of await listTenants(database)) {
        const loaded = await loadedOf(database, tenant)
        if (loaded.model.find(USER_ENTITY) && !(await hasPeople(database, loaded))) await addFounder(loaded, founder)
      }
    },
  }
}

/** Reserve the address. A wished one is taken as it is; one made from the title gives way to others. */
async function register(database: Database, wish: NewTenant): Promise<Tenant> {
  if (wish.slug !== undefined) requireSlug(wish.slug)
  const first = wish.slug ?? slugOf(wish.title)
  for (let number = 1; ; number++) {
    const tenant: Tenant = {
      id: newId(),
      slug: number === 1 ? first : numbered(first, number),
      title: wish.title,
      schema: `t_${randomBytes(5).toString('hex')}`,
      isDemo: wish.kind === 'demo',
      baseCurrency: wish.baseCurrency ?? 'EUR',
      founder: wish.founder ?? null,
      state: 'making',
      version: 0,
      plugins: 0,
    }
    try {
      await insertTenant(database, tenant)
      return tenant
    } catch (error) {
      const isTaken = error instanceof RelataError && error.code === 'RL207'
      if (!isTaken || wish.slug !== undefined || number === MAX_NUMBER) throw error
    }
  }
}

/** Straight from its tables: one that is being made is not in the catalog yet. */
async function loadedOf(database: Database, tenant: Tenant): Promise<LoadedTenant> {
  const found = await latestSnapshot(database, tenant.schema)
  if (!found) throw new RelataError('RL500', `${tenant.slug} has no version`)
  return { tenant: infoOf(tenant), model: new Model(found.snapshot, found.pending), plugins: NO_PLUGINS }
}

async function hasPeople(database: Database, { model }: LoadedTenant): Promise<boolean> {
  const { name, column: col } = systemTable(model, USER_ENTITY)
  const rows = await runSql(database, sql`SELECT 1 FROM ${name} WHERE ${col('identity')} IS NOT NULL LIMIT 1`)
  return rows.length > 0
}
