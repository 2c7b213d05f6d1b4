// Checks that the write path runs within its transaction, after a write of records with these traits. They see the
// result of the write, and what they tell other processes is heard only if it is committed.
import { RelataError } from '../../sdk/errors.ts'
import type { Model } from '../catalog/model.ts'
import type { WriteGuard } from '../run/context.ts'
import type { Queryable } from '../run/database.ts'
import { param, sql } from '../sql/sql.ts'
import { AUTH_CHANNEL, tenantMessage } from './channel.ts'
import { USER_ENTITY } from './members.ts'
import { SESSION_ENTITY } from './tenant-access.ts'
import { runSql, systemTable, textArray } from './system-table.ts'

/** Fields by which a user can stop being an administrator. */
const DECISIVE = ['roles', 'active', 'kind', 'identity'] as const

/**
 * For entities with the trait `member`. Race-free: whoever may take an administrator away waits here for the others
 * that do, and then counts anew, so that of two who remove each other at the same time the second is refused. (Locking
 * the rows of the remaining administrators instead would let those two wait for each other.)
 * @throws RL303
 */
export const protectLastAdministrator: WriteGuard = async ({ tx, model, entity, operation, fields }) => {
  if (entity.entity.name !== USER_ENTITY) return
  if (operation === 'purge') return
  if (operation === 'update' && !DECISIVE.some((field) => fields.has(field))) return
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${model.snapshot.schema} administrators`])
  await requireAdministrator(tx, model)
}

/**
 * That somebody is left who can sign in and administer; also for a publish, which may take the right from a role.
 * @throws RL303
 */
export async function requireAdministrator(tx: Queryable, model: Model): Promise<void> {
  const { name, column: col } = systemTable(model, USER_ENTITY)
  const roles = model.snapshot.roles.filter(({ administer }) => administer).map((role) => role.name)
  const held = systemTable(model, USER_ENTITY).value('roles', textArray(roles))
  const found = await runSql(
    tx,
    sql`SELECT 1 FROM ${name} WHERE ${col('deleted_at')} IS NULL AND ${col('active')} AND ${col('kind')} = 'person'
    AND ${col('identity')} IS NOT NULL AND ${col('roles')} && ${held} LIMIT 1`,
  )
  if (found.length > 0) return
  throw new RelataError('RL303', 'Nobody would be left who can administer this organisation.', {
    hint: 'Make another user an administrator first.',
  })
}

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

export const AUTH_GUARDS: Readonly<Record<string, WriteGuard>> = {
  member: async (write) => {
    await protectLastAdministrator(write)
    await tellEveryone(write)
  },
  credential: async (write) => {
    await keepEndedSessions(write)
    await tellEveryone(write)
  },
}
