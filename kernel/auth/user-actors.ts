// Users as the actors that they would be, were they to ask: to tell what they may. People and API keys; those who are
// not active may nothing.
import { type Actor, ALONE } from '../actor.ts'
import type { Queryable, RawRow } from '../run/database.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import { param, type Sql, sql } from '../sql/sql.ts'
import { KEY_ENTITY, rolesOfKey } from './api-keys.ts'
import { findCircle } from './circle.ts'
import { USER_ENTITY } from './members.ts'
import { safeTimeZone } from './preferences.ts'
import { runSql, systemTable } from './system-table.ts'
import { rolesOf } from './tenant-access.ts'

export interface UserWindow {
  /** Display name and id of the last one before. */
  after?: readonly [string, string] | undefined
  /** Part of the name. */
  search?: string | undefined
  limit: number
}

/** Without their circle (`withCircle`), which few questions need. */
export async function findUser(queryable: Queryable, loaded: LoadedTenant, id: string): Promise<Actor | undefined> {
  const { column } = systemTable(loaded.model, USER_ENTITY)
  const [row] = await runSql(queryable, usersSql(loaded, sql`${column('id', 'u')} = ${param(id, 'uuid')}`))
  return row && toActor(loaded, row)
}

/** By name. */
export async function listUsers(
  queryable: Queryable,
  loaded: LoadedTenant,
  { after, search, limit }: UserWindow,
): Promise<Actor[]> {
  const { column } = systemTable(loaded.model, USER_ENTITY)
  const place = sql`(${column('display_name', 'u')} COLLATE "C", ${column('id', 'u')})`
  const later = after ? sql`${place} > (${param(after[0], 'text')}, ${param(after[1], 'uuid')})` : sql`TRUE`
  const found = search
    ? sql`strpos(lower(${column('display_name', 'u')}), lower(${param(search, 'text')})) > 0`
    : sql`TRUE`
  const rows = await runSql(
    queryable,
    sql`${usersSql(loaded, sql`${later} AND ${found}`)} ORDER BY ${place} LIMIT ${param(String(limit), 'bigint')}`,
  )
  return rows.map((row) => toActor(loaded, row))
}

export async function withCircle(queryable: Queryable, { model }: LoadedTenant, actor: Actor): Promise<Actor> {
  return { ...actor, circle: await findCircle(queryable, model, actor.userId, actor.roles) }
}

function usersSql({ model }: LoadedTenant, where: Sql): Sql {
  const user = systemTable(model, USER_ENTITY)
  const key = systemTable(model, KEY_ENTITY)
  const [u, k] = [(field: string) => user.column(field, 'u'), (field: string) => key.column(field, 'k')]
  const isValid = sql`${k('deleted_at')} IS NULL AND (${k('expires_at')} IS NULL OR ${k('expires_at')} > now())`
  return sql`SELECT ${u('id')}, ${u('display_name')}, ${u('email')}, array_to_json(${u('roles')})::text, ${u('locale')}, ${u('time_zone')}, ${u('kind')},
    ${k('id')}, ${k('role')}, ${k('entities')}, ${k('only_reads')}
    FROM ${user.name} AS u LEFT JOIN ${key.name} AS k ON ${k('user')} = ${u('id')} AND ${u('kind')} = 'key' AND ${isValid}
    WHERE ${u('deleted_at')} IS NULL AND ${u('active')} AND (${u('kind')} = 'person' OR ${k('id')} IS NOT NULL) AND ${where}`
}

function toActor({ tenant }: LoadedTenant, row: RawRow): Actor {
  const [userId, displayName, email, roles, locale, timeZone, kind, keyId, role, entities, onlyReads] = row
  return {
    kind: kind === 'key' ? 'key' : 'person',
    tenant: tenant.slug,
    userId: userId ?? '',
    displayName: displayName ?? '',
    email: email ?? null,
    roles: kind === 'key' ? rolesOfKey(role, entities, onlyReads) : rolesOf(roles),
    circle: ALONE,
    keyId: keyId ?? null,
    locale: locale ?? 'en',
    timeZone: safeTimeZone(timeZone ?? null),
  }
}
