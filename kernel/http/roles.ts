// A role for its administrators: what it gives where, which package says so, who changed it and who holds it.
import { Hono } from 'hono'
import { RelataError } from '../../sdk/errors.ts'
import type { WireHolders, WireRole } from '../../sdk/wire/role.ts'
import { KEY_ENTITY } from '../auth/api-keys.ts'
import { INVITATION_ENTITY } from '../auth/invitations.ts'
import { USER_ENTITY } from '../auth/members.ts'
import { requireAdminister } from '../auth/rights.ts'
import { runSql, systemTable, textArray } from '../auth/system-table.ts'
import type { Model } from '../catalog/model.ts'
import { roleLayers, roleMatrix } from '../catalog/role-matrix.ts'
import { nearest } from '../../sdk/metadata/nearest.ts'
import { inTenant, type TenantEnv } from '../request.ts'
import { jsonAnswer } from '../respond/json.ts'
import type { Queryable } from '../run/database.ts'
import { readRoleRow } from '../schema/role-rows.ts'
import { latestVersion } from '../schema/versions.ts'
import type { Services } from '../services.ts'
import { type Sql, sql, trusted } from '../sql/sql.ts'

const SHOWN = 20

export function roleRoutes(services: Services): Hono<TenantEnv> {
  const { database } = services
  const app = new Hono<TenantEnv>()
  app.get('/access/roles/:name', (c) =>
    inTenant(c, services, async ({ model, actor }) => {
      requireAdminister(model, actor)
      const body = await readRole(database, model, c.req.param('name'))
      return jsonAnswer(body, 200, { 'cache-control': 'private, no-store' })
    }),
  )
  return app
}

/** @throws RL205 */
async function readRole(database: Queryable, model: Model, name: string): Promise<WireRole> {
  const role = model.role(name)
  if (!role) throw noSuchRole(model, name)
  const row = await readRoleRow(database, model, role)
  const latest = await latestVersion(database, model.snapshot.schema)
  return {
    id: row.id,
    name: role.name,
    package: role.package,
    label: role.label,
    ...(role.description === undefined ? {} : { description: role.description }),
    administer: role.administer,
    secondFactor: role.secondFactor,
    changed: row.changed,
    ...(await readHolders(database, model, name)),
    layers: roleLayers(model, role, latest?.sources ?? []),
    entities: roleMatrix(model, role),
    packages: model.snapshot.packages.map(({ name: owner, label }) => ({ name: owner, label })),
  }
}

function noSuchRole(model: Model, name: string): RelataError {
  const near = nearest(
    name,
    model.snapshot.roles.map((role) => role.name),
  )
  return new RelataError('RL205', `There is no role “${name}”.`, near ? { hint: `Did you mean “${near}”?` } : {})
}

/** A key holds its role itself; the user that it acts as holds none. */
async function readHolders(
  database: Queryable,
  model: Model,
  role: string,
): Promise<Pick<WireRole, 'users' | 'keys' | 'invitations'>> {
  const user = systemTable(model, USER_ENTITY)
  const key = systemTable(model, KEY_ENTITY)
  const invitation = systemTable(model, INVITATION_ENTITY)
  const has = (table: typeof user) => sql`${table.column('roles')} @> ${table.value('roles', textArray([role]))}`
  return {
    users: await holders(database, user, has(user)),
    keys: await holders(database, key, sql`${key.column('role')} = ${key.value('role', role)}`),
    invitations: await holders(
      database,
      invitation,
      sql`${has(invitation)} AND ${invitation.column('state')} = ${invitation.value('state', 'open')}`,
    ),
  }
}

async function holders(
  database: Queryable,
  { name, column: col }: ReturnType<typeof systemTable>,
  which: Sql,
): Promise<WireHolders> {
  const rows = await runSql(
    database,
    sql`SELECT ${col('id')}, ${col('display_name')}, count(*) OVER () FROM ${name} WHERE ${which} AND ${col('deleted_at')} IS NULL
    ORDER BY ${col('display_name')}, ${col('id')} LIMIT ${trusted(String(SHOWN))}`,
  )
  return {
    count: Number(rows[0]?.[2] ?? 0),
    first: rows.map(([id, display]) => ({ id: id ?? '', display_name: display ?? '' })),
  }
}
