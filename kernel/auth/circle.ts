// The people and teams around a user, looked up when they come to the door: by them rights reach further than one's own
// records. Teams stand in a tree, and so do people by who reports to whom.
import type { Circle } from '../actor.ts'
import type { Model } from '../catalog/model.ts'
import { reachesBy } from '../catalog/rights.ts'
import type { Queryable } from '../run/database.ts'
import { SHARE_ENTITY } from '../sql/shared-with.ts'
import { ident, param, type Sql, sql } from '../sql/sql.ts'
import { USER_ENTITY } from './members.ts'
import { runSql, systemTable, textArray } from './system-table.ts'

const TEAM_ENTITY = 'system.team'

interface Team {
  id: string
  parent: string | null
  isUnit: boolean
  isMine: boolean
}

/** @param roles of the actor: what none of them asks for is not looked up */
export async function findCircle(
  queryable: Queryable,
  model: Model,
  userId: string,
  roles: readonly string[],
): Promise<Circle> {
  const teams = await findTeams(queryable, model, userId)
  const mine = teams.filter(({ isMine }) => isMine)
  const below = withThoseBelow(teams, mine)
  const unit = withThoseBelow(
    teams,
    mine.map((team) => unitOf(teams, team)),
  )
  const asked = reachesBy(model, roles)
  const organisation = await findOrganisation(queryable, model, userId)
  const membersOf = (scope: 'team' | 'team_below' | 'unit', of: readonly Team[]) =>
    asked.has(scope) && of.length > 0 ? findMembers(queryable, model, of) : []
  const isManager = (['reports', 'team', 'team_below', 'unit'] as const).some((scope) => asked.has(scope))
  return {
    teams: ids(mine),
    teamsBelow: ids(below),
    unitTeams: ids(unit),
    reports: isManager ? await findReports(queryable, model, userId) : [],
    people: {
      team: await membersOf('team', mine),
      team_below: await membersOf('team_below', below),
      unit: await membersOf('unit', unit),
    },
    shared: await findShared(queryable, model, [userId, ...ids(mine), ...(organisation ? [organisation] : [])]),
    organisation,
  }
}

const ids = (teams: readonly Team[]): string[] => teams.map(({ id }) => id).sort()

function withThoseBelow(all: readonly Team[], start: readonly Team[]): Team[] {
  const found = new Set(start)
  // A set is walked in the order of its growing.
  for (const team of found) for (const one of all) if (one.parent === team.id) found.add(one)
  return [...found]
}

/** The nearest team upwards that is a unit; the team itself where there is none. */
function unitOf(all: readonly Team[], team: Team): Team {
  const seen = new Set<Team>()
  for (let at: Team | undefined = team; at && !seen.has(at); at = all.find(({ id }) => id === at?.parent)) {
    if (at.isUnit) return at
    seen.add(at)
  }
  return team
}

async function findTeams(queryable: Queryable, model: Model, userId: string): Promise<Team[]> {
  const { name, entity, column } = systemTable(model, TEAM_ENTITY)
  const link = entity.field('members')?.options.link
  if (!link) return []
  const members = systemTable(model, link.entity)
  const t = (field: string): Sql => column(field, 't')
  const m = (field: string): Sql => members.column(field, 'm')
  const isMine = sql`EXISTS (SELECT 1 FROM ${members.name} AS m WHERE ${m(link.source)} = ${t('id')} AND ${m(link.target)} = ${members.value(link.target, userId)} AND ${m('deleted_at')} IS NULL)`
  const rows = await runSql(
    queryable,
    sql`SELECT ${t('id')}, ${t('parent')}, ${t('is_unit')}, ${isMine} FROM ${name} AS t WHERE ${t('deleted_at')} IS NULL`,
  )
  return rows.map(([id, parent, isUnit, mine]) => ({
    id: id ?? '',
    parent: parent ?? null,
    isUnit: isUnit === 't',
    isMine: mine === 't',
  }))
}

async function findMembers(queryable: Queryable, model: Model, teams: readonly Team[]): Promise<string[]> {
  const link = systemTable(model, TEAM_ENTITY).entity.field('members')?.options.link
  if (!link) return []
  const { name, column } = systemTable(model, link.entity)
  const rows = await runSql(
    queryable,
    sql`SELECT DISTINCT ${column(link.target)} FROM ${name} WHERE ${column(link.source)} = ANY(${param(textArray(ids(teams)), 'uuid[]')}) AND ${column('deleted_at')} IS NULL`,
  )
  return rows.map(([id]) => id ?? '').sort()
}

async function findReports(queryable: Queryable, model: Model, userId: string): Promise<string[]> {
  const { name, column, value } = systemTable(model, USER_ENTITY)
  const [id, manager] = [column('id', 'u'), column('manager', 'u')]
  const alive = sql`${column('deleted_at', 'u')} IS NULL`
  const rows = await runSql(
    queryable,
    sql`WITH RECURSIVE below AS (SELECT ${id} AS id FROM ${name} AS u WHERE ${manager} = ${value('manager', userId)} AND ${alive}
    UNION SELECT ${id} FROM ${name} AS u JOIN below ON ${manager} = below.id WHERE ${alive}) SELECT below.id FROM below`,
  )
  return rows
    .map(([found]) => found ?? '')
    .filter((found) => found !== userId)
    .sort()
}

/** Those in the trash count: their records may be there too. */
async function findShared(queryable: Queryable, model: Model, principals: readonly string[]): Promise<string[]> {
  const { name, entity } = systemTable(model, SHARE_ENTITY)
  const [kind] = entity.field('on')?.columns ?? []
  const who = entity.field('principal')?.columns.at(-1)
  if (!kind || !who) return []
  const column = ident(kind.column)
  // Of each entity the first share suffices, however many there are.
  const rows = await runSql(
    queryable,
    sql`WITH RECURSIVE kinds AS (
      SELECT (SELECT ${column} FROM ${name} WHERE ${ident(who.column)} = ANY(${param(textArray(principals), 'uuid[]')}) ORDER BY ${column} LIMIT 1) AS kind
      UNION ALL SELECT (SELECT ${column} FROM ${name} WHERE ${ident(who.column)} = ANY(${param(textArray(principals), 'uuid[]')}) AND ${column} > kinds.kind ORDER BY ${column} LIMIT 1) FROM kinds WHERE kinds.kind IS NOT NULL)
    SELECT kinds.kind FROM kinds WHERE kinds.kind IS NOT NULL`,
  )
  return rows.map(([kind]) => kind ?? '')
}

async function findOrganisation(queryable: Queryable, model: Model, userId: string): Promise<string | null> {
  const { name, column, value } = systemTable(model, USER_ENTITY)
  const [row] = await runSql(
    queryable,
    sql`SELECT ${column('organisation')} FROM ${name} WHERE ${column('id')} = ${value('id', userId)}`,
  )
  return row?.[0] ?? null
}
