// A signed-in account at the door of a tenant: is it a member, and has nobody ended this session here? One statement,
// and at the first use one more that notes the session down, so that people and administrators see and end it.
import { createHash } from 'node:crypto'
import type { Logger } from 'pino'
import { RelataError } from '../../sdk/errors.ts'
import type { Actor } from '../actor.ts'
import type { Model } from '../catalog/model.ts'
import type { Database, RawRow } from '../run/database.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import { type Sql, sql } from '../sql/sql.ts'
import { writeAudit } from './audit.ts'
import { findCircle } from './circle.ts'
import { describeDevice } from './device.ts'
import { USER_ENTITY } from './members.ts'
import { safeTimeZone } from './preferences.ts'
import type { SignedIn } from './sessions.ts'
import { epochMs, runSql, setFields, systemTable } from './system-table.ts'

export const SESSION_ENTITY = 'system.session'
/** A session's last use is written at most so often. */
const SEEN_MS = 60_000

export interface Visit {
  userAgent: string
  address: string
}

/**
 * Id of a session's row in a tenant, made from the fingerprint of its token: found by primary key, the same for two
 * first requests at once, and of no use to who reads it.
 */
export function sessionRowId(tokenHash: string, tenantId: string): string {
  const bytes = createHash('sha256').update(`relata session ${tenantId} ${tokenHash}`).digest().subarray(0, 16)
  // RFC 9562, version 8: bits of our own making.
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** null: not a member, not active, or the session was ended here. */
export async function findMember(
  database: Database,
  loaded: LoadedTenant,
  signedIn: SignedIn,
  visit: Visit,
  log: Logger,
): Promise<Actor | null> {
  const { tenant, model } = loaded
  if (signedIn.onlyTenant !== null && signedIn.onlyTenant !== tenant.id) return null
  const id = sessionRowId(signedIn.tokenHash, tenant.id)
  const [row] = await runSql(database, findSql(model, signedIn.id, id))
  if (!row) return null
  const [userId, displayName, email, roles, locale, timeZone, sessionUser, isEnded, seenMs] = row
  if (isEnded === 't') return null
  if (sessionUser === null) await noteSession(database, model, id, userId ?? '', signedIn, visit)
  else if (sessionUser !== userId) return null
  else if (Date.now() - Number(seenMs) >= SEEN_MS) {
    // Nobody waits for it, and nothing is lost when it fails.
    noteUse(database, model, id, signedIn, visit).catch((error: unknown) =>
      log.warn({ err: error }, 'could not note the use of a session'),
    )
  }
  const held = rolesOf(roles)
  if (!signedIn.isStrong && held.some((role) => model.role(role)?.secondFactor)) throw needsSecondFactor()
  return {
    kind: 'person',
    tenant: tenant.slug,
    userId: userId ?? '',
    displayName: displayName ?? '',
    email: email ?? null,
    roles: held,
    circle: await findCircle(database, model, userId ?? '', held),
    keyId: null,
    locale: locale ?? 'en',
    timeZone: safeTimeZone(timeZone ?? null),
  }
}

const needsSecondFactor = () =>
  new RelataError('RL307', 'Your role asks for a second factor.', {
    hint: 'Set one up for your account; until then nothing of this organisation is open to you.',
  })

/** Sorted and without doubles, from a JSON list. */
export function rolesOf(json: RawRow[number] | undefined): string[] {
  const list: unknown = JSON.parse(json ?? '[]')
  return Array.isArray(list) ? [...new Set(list.filter((role) => typeof role === 'string'))].sort() : []
}

function findSql(model: Model, identity: string, sessionId: string): Sql {
  const user = systemTable(model, USER_ENTITY)
  const session = systemTable(model, SESSION_ENTITY)
  const [u, s] = [(field: string) => user.column(field, 'u'), (field: string) => session.column(field, 's')]
  return sql`SELECT ${u('id')}, ${u('display_name')}, ${u('email')}, array_to_json(${u('roles')})::text, ${u('locale')}, ${u('time_zone')},
    ${s('user')}, ${s('id')} IS NOT NULL AND ${s('deleted_at')} IS NOT NULL, ${epochMs(s('last_seen_at'))}
    FROM ${user.name} AS u LEFT JOIN ${session.name} AS s ON ${s('id')} = ${session.value('id', sessionId)}
    WHERE ${u('identity')} = ${user.value('identity', identity)} AND ${u('deleted_at')} IS NULL AND ${u('active')} AND ${u('kind')} = 'person'`
}

async function noteSession(
  database: Database,
  model: Model,
  id: string,
  userId: string,
  signedIn: SignedIn,
  { userAgent, address }: Visit,
): Promise<void> {
  const { name, column: col, value } = systemTable(model, SESSION_ENTITY)
  const device = describeDevice(userAgent)
  const by = value('created_by', userId)
  const made = await runSql(
    database,
    sql`INSERT INTO ${name} (${col('id')}, ${col('display_name')}, ${col('created_by')}, ${col('updated_by')}, ${col('user')}, ${col('device')}, ${col('user_agent')}, ${col('ip')}, ${col('last_seen_at')}, ${col('expires_at')})
    VALUES (${value('id', id)}, ${value('display_name', device)}, ${by}, ${by}, ${value('user', userId)}, ${value('device', device)},
      ${value('user_agent', userAgent.slice(0, 500))}, ${value('ip', address)}, now(), ${value('expires_at', new Date(signedIn.expiresAtMs).toISOString())})
    ON CONFLICT DO NOTHING RETURNING 1`,
  )
  // Of two first requests at once one notes it down.
  if (made.length > 0) {
    await writeAudit(database, model, { action: 'signed_in', by: userId, address, userAgent })
    await setFields(database, model, USER_ENTITY, userId, { signed_in_at: new Date().toISOString() })
  }
  await runSql(
    database,
    sql`DELETE FROM ${name} WHERE ${col('user')} = ${value('user', userId)} AND ${col('expires_at')} < now()`,
  )
}

async function noteUse(
  database: Database,
  model: Model,
  id: string,
  signedIn: SignedIn,
  { address }: Visit,
): Promise<void> {
  const { name, column: col, value } = systemTable(model, SESSION_ENTITY)
  await runSql(
    database,
    sql`UPDATE ${name} SET ${col('last_seen_at')} = now(), ${col('ip')} = ${value('ip', address)}, ${col('expires_at')} = ${value('expires_at', new Date(signedIn.expiresAtMs).toISOString())}
    WHERE ${col('id')} = ${value('id', id)} AND ${col('deleted_at')} IS NULL`,
  )
}

/** After signing out: the row goes, for the session behind it can never come back. */
export async function dropSessionRow(
  database: Database,
  { tenant, model }: LoadedTenant,
  tokenHash: string,
): Promise<void> {
  const { name, column: col, value } = systemTable(model, SESSION_ENTITY)
  await runSql(
    database,
    sql`DELETE FROM ${name} WHERE ${col('id')} = ${value('id', sessionRowId(tokenHash, tenant.id))}`,
  )
}

/** After a change of password: all sessions of the account. */
export async function dropSessionRows(database: Database, { model }: LoadedTenant, identity: string): Promise<void> {
  const session = systemTable(model, SESSION_ENTITY)
  const user = systemTable(model, USER_ENTITY)
  await runSql(
    database,
    sql`DELETE FROM ${session.name} WHERE ${session.column('user')} IN
      (SELECT ${user.column('id')} FROM ${user.name} WHERE ${user.column('identity')} = ${user.value('identity', identity)})`,
  )
}

export async function isMember(database: Database, { model }: LoadedTenant, identity: string): Promise<boolean> {
  const { name, column: col, value } = systemTable(model, USER_ENTITY)
  const rows = await runSql(
    database,
    sql`SELECT 1 FROM ${name} WHERE ${col('identity')} = ${value('identity', identity)} AND ${col('deleted_at')} IS NULL AND ${col('active')} AND ${col('kind')} = 'person'`,
  )
  return rows.length > 0
}
