// Publishing: under the tenant's lock the plan is made against what is there, and carried out in one transaction that
// also writes the version. What takes long has been done before it (copies) or is left to jobs.
import type { Logger } from 'pino'
import { RelataError } from '../../sdk/errors.ts'
import type { Snapshot } from '../../sdk/metadata/snapshot.ts'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import { AUTH_CHANNEL, tenantMessage } from '../auth/channel.ts'
import { lockAdministrators, requireAdministrator } from '../auth/index.ts'
import { type EntityModel, Model } from '../catalog/model.ts'
import { VERSION_CHANNEL } from '../catalog/store.ts'
import { writeAudit } from '../auth/audit.ts'
import { insertJob } from '../jobs/job-rows.ts'
import type { Jobs } from '../jobs/runner.ts'
import { pluginNames } from '../plugins/plugin-rows.ts'
import type { Database, Reserved } from '../run/database.ts'
import { fromPostgres, isUniqueViolation } from '../run/postgres-error.ts'
import type { TenantInfo } from '../catalog/loaded-tenant.ts'
import type { Catalog, Publisher, PublishPlan, PublishRequest } from '../services.ts'
import { setVersion, systemHash, type Tenant, tenantById } from '../tenants/registry.ts'
import { prepareCopy } from './copies.ts'
import { type Draft, planPublish } from './planner.ts'
import { rehearse } from './rehearse.ts'
import { writeRoles } from './role-rows.ts'
import { type Trial, tryDraft } from './try-draft.ts'
import { insertVersion, latestVersion, versionAt } from './versions.ts'

export interface PublisherOptions {
  database: Database
  catalog: Catalog
  jobs: Jobs
  log: Logger
}

export interface SchemaPublisher extends Publisher {
  /**
   * Publish the sources of an earlier version as a new one; the kernel's own package and those of plugins stay as they
   * are. @throws RL213
   */
  restore(
    tenant: TenantInfo,
    version: number,
    request: Omit<PublishRequest, 'packages' | 'remove'>,
  ): ReturnType<Publisher['publish']>
  /** The draft that these packages would make, run on records and taken back. @throws RL200 RL214 as a plan */
  tryOut(
    tenant: TenantInfo,
    draft: Pick<PublishRequest, 'packages' | 'remove'>,
    entity: EntityModel,
    ids: readonly string[],
  ): Promise<Trial>
  /**
   * Work in a transaction that is rolled back, with these packages as if they were published; none: with what is.
   * @throws RL200 RL214 as a plan · RL502 the tables are busy
   */
  rehearse<T>(tenant: TenantInfo, packages: readonly PackageSource[], work: (stage: Stage) => Promise<T>): Promise<T>
}

export interface Stage {
  tx: Reserved
  /** undefined: as it is published. */
  snapshot: Snapshot | undefined
  /** Tables are changed, and nobody else gets at them until the end. */
  holdsTables: boolean
}

/** How long to wait for another publish of the same tenant. */
const PUBLISH_WAIT_MS = 30_000
/**
 * How long to wait for each table that is changed: everybody else waits behind us meanwhile. Less than PostgreSQL's
 * deadlock_timeout, so that where a write and a publish wait for each other it is the publish that gives way.
 */
const TABLE_WAIT_MS = 600
const MAX_TRIES = 20

export function createPublisher({ database, catalog, jobs, log }: PublisherOptions): SchemaPublisher {
  const publish = async (info: TenantInfo, requestOf: (connection: Reserved) => Promise<PublishRequest>) => {
    const tenant = await tenantById(database, info.id)
    const done = await locked(database, tenant, async (connection) => {
      const request = await requestOf(connection)
      return carryOut(connection, tenant, request)
    })
    log.info({ tenant: tenant.slug, version: done.version, steps: done.plan.steps.length }, 'published')
    if (tenant.state === 'ready') {
      await catalog.reload(tenant.slug)
      if (done.jobs.length > 0) jobs.wake(tenant.slug)
    }
    return done
  }
  return {
    async plan(info, packages, { remove = [], confirm = [] } = {}) {
      const tenant = await tenantById(database, info.id)
      const latest = await latestIfAny(database, tenant)
      const draft = await planPublish(database, {
        tenant,
        latest,
        packages,
        remove,
        confirm,
        isSystem: false,
      })
      return planOf(draft)
    },
    async tryOut(info, { packages, remove = [] }, entity, ids) {
      const tenant = await tenantById(database, info.id)
      return database.reserve(async (connection) => {
        const latest = await latestIfAny(connection, tenant)
        const draft = await planPublish(connection, { tenant, latest, packages, remove, confirm: [], isSystem: false })
        try {
          return await tryDraft(connection, draft, entity, ids)
        } catch (error) {
          throw busy(error, 'The tables are in use by something that takes long.')
        }
      })
    },
    async rehearse(info, packages, work) {
      const tenant = await tenantById(database, info.id)
      return database.reserve(async (connection) => {
        const input = { tenant, packages, remove: [], confirm: [], isSystem: false }
        const isPlanned = packages.length > 0
        const draft = isPlanned
          ? await planPublish(connection, { ...input, latest: await latestIfAny(connection, tenant) })
          : undefined
        const statements = draft?.statements ?? []
        const stage = { snapshot: draft?.snapshot, holdsTables: statements.length > 0 }
        try {
          return await rehearse(connection, statements, (tx) => work({ ...stage, tx }))
        } catch (error) {
          throw busy(error, 'The tables are in use by something that takes long.')
        }
      })
    },
    publish: (info, request) => publish(info, async () => request),
    restore: (info, version, request) =>
      publish(info, async (connection) => {
        const [old, now] = [
          await versionAt(connection, info.schema, version),
          await latestVersion(connection, info.schema),
        ]
        // What came as a plugin stays as its code knows it.
        const fixed = new Set(['system', ...(await pluginNames(connection, info.schema))])
        const packages = old.sources.filter(({ name }) => !fixed.has(name))
        const names = new Set(old.sources.map(({ name }) => name))
        const remove = (now?.sources ?? [])
          .map(({ name }) => name)
          .filter((name) => !fixed.has(name) && !names.has(name))
        return { note: `Version ${version} restored`, ...request, packages, remove }
      }),
  }
}

const planOf = ({ fromVersion, snapshot, steps, needsConfirmation, droppable, warnings }: Draft): PublishPlan => ({
  fromVersion,
  snapshot,
  steps,
  needsConfirmation,
  droppable,
  warnings,
})

/** A tenant that is being made has no schema yet. */
async function latestIfAny(database: Database | Reserved, { schema }: Tenant) {
  const [found] = await database.query('SELECT to_regclass($1)', [`"${schema}"."_version"`])
  return found?.[0] ? latestVersion(database, schema) : undefined
}

/**
 * One publish of a tenant at a time, over all processes. The lock belongs to the connection: it ends with the process.
 * @throws RL502 another one is taking too long
 */
async function locked<T>(
  database: Database,
  { schema }: Tenant,
  work: (connection: Reserved) => Promise<T>,
): Promise<T> {
  return database.reserve(async (connection) => {
    const key = `${schema} publish`
    try {
      await connection.execute(`SET lock_timeout = '${PUBLISH_WAIT_MS}ms'`)
      await connection.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [key])
    } catch (error) {
      await connection.execute('RESET lock_timeout').catch(() => undefined)
      throw busy(error, 'Another publish of this organisation is still going on.')
    }
    try {
      await connection.execute('RESET lock_timeout')
      return await work(connection)
    } catch (error) {
      throw fromPostgres(error)
    } finally {
      await connection.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [key]).catch(() => undefined)
    }
  })
}

/** Lock timeouts in words that fit; everything else as it is. */
function busy(cause: unknown, message: string): unknown {
  const error = fromPostgres(cause)
  if (!(error instanceof RelataError) || error.code !== 'RL502') return error
  return new RelataError('RL502', message, { cause, hint: 'Try again in a moment.' })
}

async function carryOut(connection: Reserved, tenant: Tenant, request: PublishRequest) {
  const latest = await latestIfAny(connection, tenant)
  const version = latest?.version ?? 0
  if (request.expectedVersion !== undefined && request.expectedVersion !== version) {
    throw new RelataError('RL210', `The organisation is at version ${version}, not ${request.expectedVersion}.`, {
      hint: 'Look at what was published meanwhile, and plan again.',
      members: { current: version },
    })
  }
  const input = {
    tenant,
    latest,
    packages: request.packages,
    remove: request.remove ?? [],
    confirm: request.confirm ?? [],
    isSystem: request.by === null,
  }
  let draft = await planPublish(connection, input)
  if (draft.copies.length > 0) {
    for (const copy of draft.copies) await prepareCopy(connection, tenant.schema, copy)
    draft = await planPublish(connection, input)
  }
  const mustKeepAdministrator = latest ? await hasAdministrator(connection, latest.snapshot) : false
  const jobs = await tryPublish(connection, tenant, draft, {
    ...request,
    before: latest?.snapshot,
    mustKeepAdministrator,
  })
  return { version: draft.snapshot.version, plan: planOf(draft), jobs }
}

/** A publish that takes the right to administer from everybody's roles would lock the organisation out of itself. */
interface CheckedRequest extends PublishRequest {
  mustKeepAdministrator: boolean
  /** What is published now; undefined: nothing. */
  before: Snapshot | undefined
}

async function hasAdministrator(connection: Reserved, snapshot: Snapshot): Promise<boolean> {
  try {
    await requireAdministrator(connection, new Model(snapshot))
    return true
  } catch (error) {
    if (error instanceof RelataError && error.code === 'RL303') return false
    throw error
  }
}

async function tryPublish(
  connection: Reserved,
  tenant: Tenant,
  draft: Draft,
  request: CheckedRequest,
): Promise<string[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      await connection.execute(`BEGIN; SET LOCAL lock_timeout = '${TABLE_WAIT_MS}ms'`)
      const jobs = await publishOnce(connection, tenant, draft, request)
      await connection.execute('COMMIT')
      return jobs
    } catch (cause) {
      await connection.execute('ROLLBACK').catch(() => undefined)
      if (isUniqueViolation(cause)) throw notUnique(cause)
      if (isInUse(cause)) throw inUse(cause)
      const error = busy(cause, 'The tables are in use by something that takes long.')
      const isWorthAnother = error instanceof RelataError && error.code === 'RL502' && attempt < MAX_TRIES
      if (!isWorthAnother) throw error
      // Whoever waits behind our lock request gets a turn.
      await new Promise((resolve) => setTimeout(resolve, Math.min(attempt, 6) * 100 * (1 + Math.random())))
    }
  }
}

async function publishOnce(
  connection: Reserved,
  tenant: Tenant,
  draft: Draft,
  request: CheckedRequest,
): Promise<string[]> {
  const { snapshot } = draft
  const model = new Model(snapshot)
  if (draft.statements.length > 0) await connection.execute(draft.statements.join(';\n'))
  if (request.mustKeepAdministrator) {
    await lockAdministrators(connection, model)
    await requireAdministrator(connection, model)
  }
  await insertVersion(connection, tenant.schema, {
    version: snapshot.version,
    sources: draft.sources,
    snapshot,
    names: draft.names,
    retired: draft.retired,
    fences: draft.fences,
    steps: draft.steps,
    note: request.note ?? null,
    by: request.by,
  })
  if (request.by !== null)
    await writeAudit(connection, model, {
      action: 'published',
      by: request.by,
      about: `Version ${snapshot.version}`,
      details: request.note ?? request.packages.map(({ name }) => name).join(', '),
    })
  await writeRoles(connection, model, request)
  const jobs: string[] = []
  for (const job of draft.jobs) jobs.push(await insertJob(connection, model, job))
  await request.also?.(connection, model)
  await setVersion(connection, tenant.id, snapshot.version, systemHash(draft.sources))
  await connection.query('SELECT pg_notify($1, $2)', [AUTH_CHANNEL, tenantMessage(tenant.schema)])
  await connection.query('SELECT pg_notify($1, $2)', [VERSION_CHANNEL, `${tenant.slug} ${snapshot.version}`])
  return jobs
}

/** SQLSTATE dependent_objects_still_exist: somebody has made views of their own over ours. */
const isInUse = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === '2BP01'

function inUse(cause: unknown): RelataError {
  const detail =
    cause instanceof Error && 'detail' in cause && typeof cause.detail === 'string' ? ` ${cause.detail}` : ''
  return new RelataError('RL214', `Something that was made in the database by hand depends on what changes.${detail}`, {
    cause,
    hint: 'Drop it there, publish, and make it again.',
  })
}

function notUnique(cause: unknown): RelataError {
  return new RelataError('RL214', 'Values that should be unique are used more than once.', { cause })
}
