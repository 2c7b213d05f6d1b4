// API keys: a program's way into one tenant, with one role. The key is shown once; its fingerprint is kept. Each key
// acts as a user of its own, so that history says which program did it.
import type { Logger } from 'pino'
import { RelataError } from '../../sdk/errors.ts'
import type { Actor } from '../actor.ts'
import type { Model } from '../catalog/model.ts'
import { narrowedName } from '../catalog/narrowed-role.ts'
import type { Database, RawRow } from '../run/database.ts'
import { createRecord } from '../run/write-records.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import { type Sql, sql } from '../sql/sql.ts'
import { findCircle } from './circle.ts'
import { requireRoles, systemContext, USER_ENTITY } from './members.ts'
import { safeTimeZone } from './preferences.ts'
import { epochMs, runSql, setFields, systemTable } from './system-table.ts'
import { fingerprint, isSameText, newToken } from './token.ts'

export const KEY_ENTITY = 'system.key'
const PREFIX = 'rk_'
/** `rk_`, 43 random characters, and the id of the row in 22, by which it is found. */
const FORM = /^rk_[A-Za-z0-9_-]{43}([A-Za-z0-9_-]{22})$/
/** So much of the key is kept in clear, for people to tell keys apart. */
const SHOWN = 10
/** The last use is written at most so often. */
const USED_MS = 60_000

export interface NewKey {
  name: string
  /** Qualified name of a role. */
  role: string
  /** Qualified names: nothing but these, as far as the role reaches; empty or absent: all. */
  entities?: readonly string[]
  /** Writes nothing, whatever the role may. */
  isReadOnly?: boolean
  /** ISO 8601. */
  expiresAt?: string
}

/** @throws RL206 name, unknown role, unknown entity, expires_at */
export async function createKey(
  database: Database,
  loaded: LoadedTenant,
  by: Actor,
  { name, role, entities = [], isReadOnly = false, expiresAt }: NewKey,
): Promise<{ id: string; key: string }> {
  const { model } = loaded
  if (!model.role(role)) throw unknownRole(role)
  requireRoles(model, [role])
  requireEntities(model, entities)
  const context = systemContext(loaded, by)
  return database.transaction(async (tx) => {
    const body = { name, ...(expiresAt === undefined ? {} : { expires_at: expiresAt }) }
    const { id } = await createRecord(context, { tx }, systemTable(model, KEY_ENTITY).entity, body)
    // The role stands on the key alone: whoever changes the roles of this user changes nothing.
    const user = await createRecord(context, { tx }, systemTable(model, USER_ENTITY).entity, { name, active: true })
    await setFields(tx, model, USER_ENTITY, user.id, { kind: 'key' })
    const key = `${PREFIX}${newToken()}${Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url')}`
    await setFields(tx, model, KEY_ENTITY, id, {
      role,
      entities: entities.length > 0 ? entities.join(SEPARATOR) : null,
      only_reads: String(isReadOnly),
      user: user.id,
      hash: fingerprint(key),
      prefix: key.slice(0, SHOWN),
    })
    return { id, key }
  })
}

/** Between the names of entities, as people read them on the page of the key. */
const SEPARATOR = ', '

/** @throws RL206 */
function requireEntities(model: Model, entities: readonly string[]): void {
  const problems = entities.flatMap((name, index) =>
    model.find(name)
      ? []
      : [{ path: `/entities/${index}`, key: 'unknown_entity', message: `There is no entity “${name}”.` }],
  )
  if (problems.length > 0) throw new RelataError('RL206', 'Some entities are not known.', { problems })
}

const unknownRole = (role: string) =>
  new RelataError('RL206', 'The role is not known.', {
    problems: [{ path: '/role', key: 'unknown_role', message: `There is no role “${role}”.` }],
  })

/** The key of an Authorization header. @throws RL302 not of the form of a key */
export function keyOfHeader(header: string): string {
  const key = /^bearer +(\S+)$/i.exec(header)?.[1]
  if (key === undefined || !FORM.test(key)) throw badKey()
  return key
}

/** @throws RL302 unknown in this tenant, deleted, its user not active, or expired, which is said */
export async function findKey(
  database: Database,
  { tenant, model }: LoadedTenant,
  key: string,
  log: Logger,
): Promise<{ value: Actor; untilMs?: number }> {
  const id = Buffer.from(FORM.exec(key)?.[1] ?? '', 'base64url')
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
  const [row] = await runSql(database, findSql(model, id))
  if (!row || !isSameText(row[1] ?? '', fingerprint(key))) throw badKey()
  const [, , role, untilMs, usedMs, userId, displayName, locale, timeZone, entities, onlyReads] = row
  if (untilMs !== null && untilMs !== undefined && Number(untilMs) <= Date.now()) throw expiredKey(Number(untilMs))
  if (isLongAgo(usedMs)) {
    noteUse(database, model, id).catch((error: unknown) =>
      log.warn({ err: error }, 'could not note the use of an API key'),
    )
  }
  const roles = rolesOfKey(role, entities, onlyReads)
  const value: Actor = {
    kind: 'key',
    tenant: tenant.slug,
    userId: userId ?? '',
    displayName: displayName ?? '',
    email: null,
    roles,
    circle: await findCircle(database, model, userId ?? '', roles),
    keyId: id,
    locale: locale ?? 'en',
    timeZone: safeTimeZone(timeZone ?? null),
  }
  return untilMs ? { value, untilMs: Number(untilMs) } : { value }
}

/** From the columns `role`, `entities` and `only_reads` of a key. */
export function rolesOfKey(role: Cell, entities: Cell, onlyReads: Cell): string[] {
  return role ? [narrowedName(role, { entities: listOf(entities), isReadOnly: onlyReads === 't' })] : []
}

type Cell = RawRow[number] | undefined

const listOf = (entities: Cell): string[] => (entities ? entities.split(SEPARATOR) : [])

const isLongAgo = (usedMs: RawRow[number] | undefined): boolean => !usedMs || Date.now() - Number(usedMs) >= USED_MS

function findSql(model: Model, id: string): Sql {
  const key = systemTable(model, KEY_ENTITY)
  const user = systemTable(model, USER_ENTITY)
  const [k, u] = [(field: string) => key.column(field, 'k'), (field: string) => user.column(field, 'u')]
  return sql`SELECT ${k('id')}, ${k('hash')}, ${k('role')}, ${epochMs(k('expires_at'))}, ${epochMs(k('last_used_at'))},
    ${u('id')}, ${u('display_name')}, ${u('locale')}, ${u('time_zone')}, ${k('entities')}, ${k('only_reads')}
    FROM ${key.name} AS k JOIN ${user.name} AS u ON ${u('id')} = ${k('user')}
    WHERE ${k('id')} = ${key.value('id', id)} AND ${k('deleted_at')} IS NULL AND ${u('deleted_at')} IS NULL AND ${u('active')} AND ${u('kind')} = 'key'`
}

async function noteUse(database: Database, model: Model, id: string): Promise<void> {
  const { name, column: col, value } = systemTable(model, KEY_ENTITY)
  await runSql(database, sql`UPDATE ${name} SET ${col('last_used_at')} = now() WHERE ${col('id')} = ${value('id', id)}`)
}

/** Only who has the whole key is told. */
const expiredKey = (untilMs: number) =>
  new RelataError('RL302', `This API key expired on ${new Date(untilMs).toISOString()}.`, {
    hint: 'Ask an administrator of the organisation for a new one.',
    members: { expiredAt: new Date(untilMs).toISOString() },
  })

/** One answer for every other fault: nobody learns which keys exist. */
export const badKey = () =>
  new RelataError('RL302', 'This API key is not valid here.', {
    hint: 'It may have been deleted, have expired, or belong to another organisation.',
  })
