// Invitations: who was asked into a tenant, as records of `system.invitation`. Of the one-time link only the fingerprint
// is kept, in that row; the row's id stands in the token, so that it is found by its key. Making a new link ends the
// earlier one, deleting the record revokes it. Whether the address has an account somewhere plays no part until the
// person is there, and is never told to the tenant.
import { RelataError } from '../../sdk/errors.ts'
import type { Actor } from '../actor.ts'
import type { Queryable, Database } from '../run/database.ts'
import { createRecord } from '../run/write-records.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import { param, sql } from '../sql/sql.ts'
import { normalise } from './accounts.ts'
import { requireRoles, systemContext, USER_ENTITY } from './members.ts'
import { epochMs, runSql, setFields, systemTable } from './system-table.ts'
import { fingerprint, isSameText, newToken } from './token.ts'

export const INVITATION_ENTITY = 'system.invitation'
const VALID_MS = 7 * 24 * 60 * 60 * 1000
/** 43 random characters, and the id of the row in 22. */
const FORM = /^[A-Za-z0-9_-]{43}([A-Za-z0-9_-]{22})$/

export interface Invitation {
  id: string
  email: string
  roles: readonly string[]
  expiresAt: string
  /** The link went to the address itself: whoever has it reads its mail. */
  isProven: boolean
}

/** @throws RL206 address, roles · RL207 a user, or invited, already */
export async function createInvitation(
  database: Database,
  loaded: LoadedTenant,
  by: Actor,
  { email, roles }: { email: string; roles: readonly string[] },
): Promise<string> {
  const { model } = loaded
  requireRoles(model, roles)
  return database.transaction(async (tx) => {
    await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${model.snapshot.schema} invitations`])
    await requireStranger(tx, loaded, email)
    const { entity } = systemTable(model, INVITATION_ENTITY)
    const { id } = await createRecord(systemContext(loaded, by), { tx }, entity, {
      email: normalise(email),
      roles: [...roles],
    })
    await setFields(tx, model, INVITATION_ENTITY, id, {
      state: 'open',
      expires_at: new Date(Date.now() + VALID_MS).toISOString(),
    })
    return id
  })
}

/** What a tenant knows of itself; nothing is asked about other tenants. */
async function requireStranger(tx: Queryable, { model }: LoadedTenant, email: string): Promise<void> {
  const user = systemTable(model, USER_ENTITY)
  const u = (field: string) => user.column(field)
  const members = await runSql(
    tx,
    sql`SELECT 1 FROM ${user.name} WHERE lower(${u('email')}) = ${user.value('email', normalise(email))} AND ${u('deleted_at')} IS NULL AND ${u('identity')} IS NOT NULL`,
  )
  if (members.length > 0) throw taken('is_user', 'belongs to a user of this organisation')
  const { name, column: col, value } = systemTable(model, INVITATION_ENTITY)
  const open = await runSql(
    tx,
    sql`SELECT 1 FROM ${name} WHERE ${col('email')} = ${value('email', normalise(email))} AND ${col('deleted_at')} IS NULL AND ${col('state')} = ${value('state', 'open')}`,
  )
  if (open.length > 0)
    throw taken('is_invited', 'has been invited already', 'Send that invitation again, or delete it.')
}

const taken = (key: string, message: string, hint?: string) =>
  new RelataError('RL207', `This address ${message}.`, {
    problems: [{ path: '/email', key, message }],
    ...(hint ? { hint } : {}),
  })

/**
 * A new link for an invitation that nobody has accepted; it is valid for a week.
 * @param isMailed it goes to the address, and nobody else sees it
 * @returns its path; null: accepted or revoked
 */
export async function invitationLink(
  database: Queryable,
  { tenant, model }: LoadedTenant,
  id: string,
  isMailed: boolean,
): Promise<string | null> {
  const { name, column: col, value } = systemTable(model, INVITATION_ENTITY)
  const token = `${newToken()}${Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url')}`
  const rows = await runSql(
    database,
    sql`UPDATE ${name} SET ${col('hash')} = ${value('hash', fingerprint(token))}, ${col('proven')} = ${value('proven', String(isMailed))},
    ${col('expires_at')} = ${value('expires_at', new Date(Date.now() + VALID_MS).toISOString())}
    WHERE ${col('id')} = ${value('id', id)} AND ${col('deleted_at')} IS NULL AND ${col('state')} = ${value('state', 'open')} RETURNING 1`,
  )
  return rows.length > 0 ? `/invitation?tenant=${encodeURIComponent(tenant.slug)}&token=${token}` : null
}

/** Of those that are open. @throws RL205 */
export async function invitationById(database: Queryable, { model }: LoadedTenant, id: string): Promise<Invitation> {
  const [row] = await find(database, model, id)
  if (!row) throw new RelataError('RL205', 'There is no such invitation that is open.')
  return row.invitation
}

/** @throws RL305 unknown in this tenant, accepted, revoked, expired, or replaced by a newer link */
export async function invitationByToken(
  database: Queryable,
  { model }: LoadedTenant,
  token: string,
): Promise<Invitation> {
  const id = Buffer.from(FORM.exec(token)?.[1] ?? '', 'base64url')
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  const [row] = id === '' ? [] : await find(database, model, id)
  if (!row || !isSameText(row.hash, fingerprint(token))) throw noLonger()
  if (Date.parse(row.invitation.expiresAt) <= Date.now()) throw noLonger()
  return row.invitation
}

/** One answer for every fault. */
export const noLonger = () =>
  new RelataError('RL305', 'This invitation is no longer valid.', { hint: 'Ask for a new one.' })

async function find(database: Queryable, model: LoadedTenant['model'], id: string) {
  const { name, column: col, value } = systemTable(model, INVITATION_ENTITY)
  const rows = await runSql(
    database,
    sql`SELECT ${col('id')}, ${col('email')}, array_to_json(${col('roles')})::text, ${epochMs(col('expires_at'))}, ${col('proven')}, ${col('hash')}
    FROM ${name} WHERE ${col('id')} = ${value('id', id)} AND ${col('deleted_at')} IS NULL AND ${col('state')} = ${value('state', 'open')}`,
  )
  return rows.map(([rowId, email, roles, untilMs, proven, hash]) => {
    const list: unknown = JSON.parse(roles ?? '[]')
    const invitation: Invitation = {
      id: rowId ?? '',
      email: email ?? '',
      roles: Array.isArray(list) ? list.filter((role) => typeof role === 'string') : [],
      expiresAt: new Date(Number(untilMs)).toISOString(),
      isProven: proven === 't',
    }
    return { invitation, hash: hash ?? '' }
  })
}

/** Uses the link up; of two at once one wins. @throws RL305 */
export async function claimInvitation(
  database: Queryable,
  { model }: LoadedTenant,
  { id }: Invitation,
  token: string,
): Promise<void> {
  const { name, column: col, value } = systemTable(model, INVITATION_ENTITY)
  const rows = await runSql(
    database,
    sql`UPDATE ${name} SET ${col('state')} = ${value('state', 'accepted')}, ${col('updated_at')} = now(), ${col('version')} = ${col('version')} + ${param('1', 'int4')}
    WHERE ${col('id')} = ${value('id', id)} AND ${col('deleted_at')} IS NULL AND ${col('state')} = ${value('state', 'open')}
      AND ${col('hash')} = ${value('hash', fingerprint(token))} AND ${col('expires_at')} > now() RETURNING 1`,
  )
  if (rows.length === 0) throw noLonger()
}

/** What followed the claim came to nothing: the link works again. */
export const reopenInvitation = (database: Queryable, { model }: LoadedTenant, { id }: Invitation): Promise<void> =>
  setFields(database, model, INVITATION_ENTITY, id, { state: 'open' })

export const noteMember = (
  database: Queryable,
  { model }: LoadedTenant,
  { id }: Invitation,
  userId: string,
): Promise<void> => setFields(database, model, INVITATION_ENTITY, id, { user: userId })
