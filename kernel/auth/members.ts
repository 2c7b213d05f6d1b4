// Members of a tenant: rows of `system.user` that carry an account of the installation. They are made through the same
// write path as any record, so that they have history, events and checks.
import { RelataError } from '../../sdk/errors.ts'
import { type Actor, ALONE } from '../actor.ts'
import { AUDIT_GUARDS } from './audit.ts'
import { actorInputs, environmentOf } from '../run/actor-inputs.ts'
import type { Model } from '../catalog/model.ts'
import { ALL_RIGHTS } from '../plan/rights.ts'
import type { Context } from '../run/context.ts'
import type { Database, Queryable } from '../run/database.ts'
import { restoreRecord } from '../run/trash-records.ts'
import { createRecord, updateRecord } from '../run/write-records.ts'
import type { LoadedTenant, TenantInfo } from '../catalog/loaded-tenant.ts'
import { sql } from '../sql/sql.ts'
import { rememberMembership } from './memberships.ts'
import { runSql, setFields, systemTable } from './system-table.ts'

export const USER_ENTITY = 'system.user'
export const ADMINISTRATOR_ROLE = 'system.administrator'

/** The same row in every tenant: what the system itself does is done by it. */
export const SYSTEM_USER_ID = '00000000-0000-7000-8000-000000000001'

export function systemActor(tenant: TenantInfo): Actor {
  return {
    kind: 'system',
    tenant: tenant.slug,
    userId: SYSTEM_USER_ID,
    displayName: 'Relata',
    email: null,
    roles: [],
    keyId: null,
    locale: 'en',
    timeZone: 'UTC',
    circle: ALONE,
  }
}

/** For the kernel's own writes: everything allowed, nothing sealed, and the log told. */
export function systemContext(loaded: LoadedTenant, actor: Actor): Context {
  const seal = () => {
    throw new RelataError('RL500', 'The kernel’s own entities have no secrets to seal here.')
  }
  const environment = environmentOf(actor)
  const who = { actor, hooks: null, rights: ALL_RIGHTS, environment, inputs: actorInputs(actor, environment) }
  return { loaded, model: loaded.model, ...who, seal, guards: AUDIT_GUARDS, acceptsDuplicates: false }
}

/** Made with the first member; safe to call again. */
export async function ensureSystemUser(
  tx: Queryable,
  { tenant, model }: Pick<LoadedTenant, 'tenant' | 'model'>,
): Promise<void> {
  const table = systemTable(model, USER_ENTITY)
  const { column: col, value } = table
  const id = value('id', SYSTEM_USER_ID)
  const name = systemActor(tenant).displayName
  await runSql(
    tx,
    sql`INSERT INTO ${table.name} (${col('id')}, ${col('display_name')}, ${col('created_by')}, ${col('updated_by')}, ${col('name')}, ${col('kind')}, ${col('active')})
    VALUES (${id}, ${value('display_name', name)}, ${id}, ${id}, ${value('name', name)}, ${value('kind', 'system')}, ${value('active', 'true')})
    ON CONFLICT DO NOTHING`,
  )
}

export interface NewMember {
  /** Account of the installation. */
  identity: string
  email: string
  name: string
  roles: readonly string[]
}

/**
 * Let an account into a tenant: a new user row, or the one that was prepared under this e-mail address or was removed.
 * @param by who lets in; absent: the system
 * @throws RL206 values, unknown roles · RL207 is a member already
 */
export async function addMember(
  database: Database,
  loaded: LoadedTenant,
  member: NewMember,
  by?: Actor,
): Promise<{ userId: string }> {
  const { tenant, model } = loaded
  requireRoles(model, member.roles)
  const context = systemContext(loaded, by ?? systemActor(tenant))
  const userId = await database.transaction(async (tx) => {
    await ensureSystemUser(tx, loaded)
    const found = await findRow(tx, model, member)
    if (found && !found.isTrashed && found.isLinked) throw isMemberAlready()
    if (found?.isTrashed) await restoreRecord(context, { tx }, systemTable(model, USER_ENTITY).entity, found.id)
    const body = { name: member.name, email: member.email, roles: [...member.roles], active: true }
    const { entity } = systemTable(model, USER_ENTITY)
    const { id } = found
      ? await updateRecord(context, { tx }, entity, found.id, undefined, body)
      : await createRecord(context, { tx }, entity, body)
    await setFields(tx, model, USER_ENTITY, id, { identity: member.identity, kind: 'person' })
    return id
  })
  await rememberMembership(database, member.identity, tenant.id)
  return { userId }
}

interface FoundRow {
  id: string
  isTrashed: boolean
  isLinked: boolean
}

/** By account first; else a live row with this address that nobody signs in as yet. */
async function findRow(tx: Queryable, model: Model, { identity, email }: NewMember): Promise<FoundRow | undefined> {
  const { name, column: col, value } = systemTable(model, USER_ENTITY)
  const isOurs = sql`${col('identity')} = ${value('identity', identity)}`
  const isPrepared = sql`(${col('identity')} IS NULL AND ${col('deleted_at')} IS NULL AND lower(${col('email')}) = lower(${value('email', email)}) AND ${col('kind')} = 'person')`
  const [row] = await runSql(
    tx,
    sql`SELECT ${col('id')}, ${col('deleted_at')} IS NOT NULL, ${col('identity')} IS NOT NULL FROM ${name}
    WHERE ${isOurs} OR ${isPrepared} ORDER BY ${col('deleted_at')} IS NOT NULL, ${col('identity')} IS NULL, ${col('deleted_at')} DESC LIMIT 1 FOR UPDATE`,
  )
  return row ? { id: row[0] ?? '', isTrashed: row[1] === 't', isLinked: row[2] === 't' } : undefined
}

/** @throws RL206 */
export function requireRoles(model: Model, roles: readonly string[]): void {
  const problems = roles.flatMap((role, index) =>
    model.role(role) ? [] : [{ path: `/roles/${index}`, key: 'unknown_role', message: `There is no role “${role}”.` }],
  )
  if (problems.length > 0) throw new RelataError('RL206', 'Some roles are not known.', { problems })
}

const isMemberAlready = () =>
  new RelataError('RL207', 'This person is a user already.', {
    problems: [{ path: '/email', key: 'not_unique', message: 'belongs to a user of this organisation' }],
  })
