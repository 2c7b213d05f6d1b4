// Who would be left with a role that is to go: users, keys, open invitations, and providers that give it to those who
// join. A role that somebody holds stays, or they would silently be able to do nothing.
import type { Problem } from '../../sdk/errors.ts'
import type { Model } from '../catalog/model.ts'
import type { Queryable } from '../run/database.ts'
import { param, type Sql, sql, trusted } from '../sql/sql.ts'
import { INVITATION_ENTITY } from './invitations.ts'
import { KEY_ENTITY } from './api-keys.ts'
import { USER_ENTITY } from './members.ts'
import { runSql, systemTable, type SystemTable } from './system-table.ts'

/** So many are named; the others are counted. */
const NAMED = 3

interface Kind {
  entity: string
  one: string
  many: string
  holds(table: SystemTable, role: string): Sql
}

const amongRoles: Kind['holds'] = ({ column }, role) => sql`${param(role, 'text')} = ANY(${column('roles')})`

const KINDS: readonly Kind[] = [
  { entity: USER_ENTITY, one: 'user', many: 'users', holds: amongRoles },
  {
    entity: KEY_ENTITY,
    one: 'API key',
    many: 'API keys',
    holds: ({ column }, role) => sql`${column('role')} = ${param(role, 'text')}`,
  },
  {
    entity: INVITATION_ENTITY,
    one: 'open invitation',
    many: 'open invitations',
    holds: (table, role) => sql`${amongRoles(table, role)} AND ${table.column('state')} = 'open'`,
  },
  {
    entity: 'system.identity_provider',
    one: 'single sign-on provider',
    many: 'single sign-on providers',
    holds: amongRoles,
  },
]

/**
 * One problem for each of these roles that is held.
 * @param model what is published until now
 * @param roles qualified names, as published until now
 */
export async function heldRoles(queryable: Queryable, model: Model, roles: readonly string[]): Promise<Problem[]> {
  const problems: Problem[] = []
  for (const role of roles) {
    const holders: string[] = []
    for (const kind of KINDS)
      if (model.find(kind.entity)) holders.push(...(await holdersOf(queryable, model, kind, role)))
    if (holders.length > 0) problems.push(problemOf(role, holders))
  }
  return problems
}

async function holdersOf(queryable: Queryable, model: Model, kind: Kind, role: string): Promise<string[]> {
  const table = systemTable(model, kind.entity)
  const name = table.column('display_name')
  const rows = await runSql(
    queryable,
    sql`SELECT ${name}, count(*) OVER () FROM ${table.name} WHERE ${table.column('deleted_at')} IS NULL AND ${kind.holds(table, role)}
    ORDER BY ${name}, ${table.column('id')} LIMIT ${trusted(String(NAMED))}`,
  )
  const count = Number(rows[0]?.[1] ?? 0)
  if (count === 0) return []
  const names = rows.map(([text]) => text ?? '').join(', ')
  return [`${count} ${count === 1 ? kind.one : kind.many} (${names}${count > NAMED ? ', …' : ''})`]
}

const problemOf = (role: string, holders: readonly string[]): Problem => ({
  path: role,
  key: 'role_held',
  message: `the role ${role} is held by ${holders.join(' and ')}`,
  hint: 'Give them another role first.',
})
