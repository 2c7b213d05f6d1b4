// Checks that the write path runs within its transaction, after a write of records with these traits. They see the
// result of the write, and what they tell other processes is heard only if it is committed.
import { RelataError } from '../../sdk/errors.ts'
import { isSystem } from '../actor.ts'
import type { Model } from '../catalog/model.ts'
import { canAdminister } from '../catalog/rights.ts'
import type { GuardedWrite, WriteGuard } from '../run/guard.ts'
import type { Queryable } from '../run/database.ts'
import { ident, param, sql } from '../sql/sql.ts'
import { KEY_ENTITY } from './api-keys.ts'
import { AUDIT_GUARDS } from './audit.ts'
import { AUTH_CHANNEL, tenantMessage } from './channel.ts'
import { INVITATION_ENTITY } from './invitations.ts'
import { USER_ENTITY } from './members.ts'
import { SESSION_ENTITY } from './tenant-access.ts'
import { runSql, systemTable, textArray } from './system-table.ts'

/** Fields by which a user can stop being an administrator. */
const DECISIVE = ['roles', 'active', 'kind', 'identity'] as const

/** Whoever may take an administrator away, or the rights from a role, waits here for the others that do. */
export async function lockAdministrators(tx: Queryable, { snapshot }: Model): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${snapshot.schema} administrators`])
}

/**
 * For entities with the trait `member`. Race-free: those that take administrators away wait for each other and then
 * count anew, so that of two who remove each other at the same time the second is refused. (Locking the rows of the
 * remaining administrators instead would let those two wait for each other.)
 * @throws RL303
 */
const protectLastAdministrator: WriteGuard = async ({ tx, model, operation, fields }) => {
  if (operation !== 'delete' && !(operation === 'update' && DECISIVE.some((field) => fields.has(field)))) return
  await lockAdministrators(tx, model)
  await requireSomebody(tx, model, await rolesNow(tx, model))
}

/**
 * That somebody is left who can sign in and administer, by the roles of this model: for a publish.
 * @throws RL303
 */
export const requireAdministrator = (tx: Queryable, model: Model): Promise<void> =>
  requireSomebody(
    tx,
    model,
    model.snapshot.roles.filter(({ administer }) => administer).map((role) => role.name),
  )

/** Roles that administer, as published this very moment: a publish may have waited at the lock before us. */
async function rolesNow(tx: Queryable, { snapshot }: Model): Promise<string[]> {
  const rows = await runSql(
    tx,
    sql`SELECT r ->> 'name' FROM (SELECT v.snapshot FROM ${ident(snapshot.schema, '_version')} AS v ORDER BY v.version DESC LIMIT 1) AS latest,
      json_array_elements(latest.snapshot -> 'roles') AS r WHERE (r ->> 'administer')::boolean`,
  )
  return rows.map(([name]) => name ?? '')
}

async function requireSomebody(tx: Queryable, model: Model, roles: readonly string[]): Promise<void> {
  const { name, column: col, value } = systemTable(model, USER_ENTITY)
  const found = await runSql(
    tx,
    sql`SELECT 1 FROM ${name} WHERE ${col('deleted_at')} IS NULL AND ${col('active')} AND ${col('kind')} = 'person'
    AND ${col('identity')} IS NOT NULL AND ${col('roles')} && ${value('roles', textArray(roles))} LIMIT 1`,
  )
  if (found.length > 0) return
  throw new RelataError('RL303', 'Nobody would be left who can administer this organisation.', {
    hint: 'Make another user an administrator first.',
  })
}

/**
 * A role may allow to keep the list of users without administering. Even so, roles are given and taken by administrators
 * alone, and so are people who hold a role that administers. And users never go, or come back, along with a record that
 * somebody may delete who may not delete users.
 * @throws RL301
 */
const keepRolesApart: WriteGuard = async ({ tx, model, actor, rights, entity, ids, operation, fields }) => {
  if (operation === 'delete' || operation === 'restore') rights.require(entity, 'delete')
  if (isSystem(actor) || canAdminister(model, actor)) return
  if (operation === 'update' && fields.has('roles')) throw forAdministrators()
  if (operation === 'update' && !DECISIVE.some((field) => fields.has(field))) return
  const { name, column: col, value } = systemTable(model, USER_ENTITY)
  const high = value('roles', textArray(await rolesNow(tx, model)))
  const isHigh = operation === 'create' ? sql`cardinality(${col('roles')}) > 0` : sql`${col('roles')} && ${high}`
  const found = await runSql(
    tx,
    sql`SELECT 1 FROM ${name} WHERE ${col('id')} = ANY(${param(textArray(ids), 'uuid[]')}) AND ${isHigh} LIMIT 1`,
  )
  if (found.length > 0) throw forAdministrators()
}

const forAdministrators = () => new RelataError('RL301', 'Only administrators of this organisation may do this.')

/** Everyone's cached rights in this tenant are looked up anew once the change is committed. */
const tellEveryone: WriteGuard = async ({ tx, model }) => {
  await tx.query('SELECT pg_notify($1, $2)', [AUTH_CHANNEL, tenantMessage(model.snapshot.schema)])
}

/** While an ended session could come back, its row in the trash is what keeps it out. */
const keepEndedSessions: WriteGuard = async ({ tx, model, entity, ids, operation }) => {
  if (operation !== 'purge' || entity.entity.name !== SESSION_ENTITY) return
  const { name, column: col } = systemTable(model, SESSION_ENTITY)
  const list = param(textArray(ids), 'uuid[]')
  const alive = await runSql(
    tx,
    sql`SELECT 1 FROM ${name} WHERE ${col('id')} = ANY(${list}) AND ${col('expires_at')} > now() LIMIT 1`,
  )
  if (alive.length === 0) return
  throw new RelataError('RL209', 'An ended session can be removed for good only after its own time has run out.', {
    hint: 'Until then its row keeps the session out.',
  })
}

const DOORS: Readonly<Record<string, string>> = {
  [KEY_ENTITY]: 'Use POST keys.',
  [SESSION_ENTITY]: 'A session begins by signing in.',
  [INVITATION_ENTITY]: 'Use POST invitations.',
}

/**
 * Sessions, keys and invitations come to be by signing in, by POST keys and by POST invitations; as plain records they
 * would be of use to nobody.
 */
const comeByTheirDoor: WriteGuard = async ({ model, actor, entity, operation, fields, isAlong }) => {
  const { name } = entity.entity
  const hint = DOORS[name]
  if (hint === undefined) return
  if (operation === 'create') throw new RelataError('RL301', `Nobody can create ${name} as a record.`, { hint })
  if (name === INVITATION_ENTITY) keepInvitation(operation, fields)
  if (operation === 'restore' && name === SESSION_ENTITY && !isAlong)
    throw new RelataError('RL301', 'An ended session does not come back.', { hint: 'Sign in again.' })
  const letsIn = operation === 'restore' || operation === 'update'
  if (letsIn && name !== SESSION_ENTITY && !isSystem(actor) && !canAdminister(model, actor)) throw forAdministrators()
}

/** The link of an invitation speaks for one address, and one that was revoked stays so. */
function keepInvitation(operation: GuardedWrite['operation'], fields: ReadonlySet<string>): void {
  const hint = 'Delete it, and invite anew.'
  if (operation === 'restore') throw new RelataError('RL301', 'A revoked invitation does not come back.', { hint })
  if (operation === 'update' && fields.has('email'))
    throw new RelataError('RL301', 'The address of an invitation does not change.', { hint })
}

const OWN_GUARDS: Readonly<Record<string, WriteGuard>> = {
  team: tellEveryone,
  share: tellEveryone,
  team_link: tellEveryone,
  // Whoever names a provider says who may come in as whom.
  identity_provider: async ({ model, actor }) => {
    if (!isSystem(actor) && !canAdminister(model, actor)) throw forAdministrators()
  },
  member: async (write) => {
    if (write.entity.entity.name === USER_ENTITY && write.operation !== 'purge') {
      await keepRolesApart(write)
      await protectLastAdministrator(write)
    }
    await tellEveryone(write)
  },
  credential: async (write) => {
    await comeByTheirDoor(write)
    await keepEndedSessions(write)
    await tellEveryone(write)
  },
}

/** What is refused is not logged; the log is told before everybody is, so that both are within the transaction. */
export const AUTH_GUARDS: Readonly<Record<string, WriteGuard>> = Object.fromEntries(
  Object.entries(OWN_GUARDS).map(([trait, guard]) => [
    trait,
    async (write: GuardedWrite) => {
      await guard(write)
      await AUDIT_GUARDS[trait]?.(write)
    },
  ]),
)
