// What the rights mean, written once more and as plainly as can be: every record in memory, every question a loop. Shares
// no code with the kernel.
import {
  type FieldRight,
  FIELD_RIGHTS,
  type Grant,
  type Operation,
  type RandomRole,
  type Scope,
  SCOPES,
} from './package.ts'

export interface Row {
  id: string
  entity: string
  owner: string | null
  owner_team: string | null
  created_by: string
  /** References as ids; polymorphic ones too. */
  values: Record<string, string | null>
}
export interface Share {
  record: string
  principal: string
  access: 'read' | 'edit' | 'full'
  isOver: boolean
}
export interface User {
  id: string
  manager: string | null
  roles: readonly RandomRole[]
}
export interface Team {
  id: string
  parent: string | null
  isUnit: boolean
  members: readonly string[]
}
export interface World {
  rows: readonly Row[]
  shares: readonly Share[]
  users: readonly User[]
  teams: readonly Team[]
}

const OWNED = new Set(['org.account', 'org.deal', 'org.remark'])
/** Field of each entity → the fields that it is made of. */
const MADE_OF: Readonly<Record<string, readonly [string, string][]>> = {
  'org.account/twice': [['org.account', 'budget']],
  'org.deal/account_region': [
    ['org.deal', 'account'],
    ['org.account', 'region'],
  ],
}

export class Reference {
  private readonly world: World

  constructor(world: World) {
    this.world = world
  }

  row(id: string | null): Row | undefined {
    return this.world.rows.find((row) => row.id === id)
  }

  may(user: User, row: Row, operation: Operation): boolean {
    if (!this.mayRead(user, row)) return false
    return operation === 'read' || this.isReached(user, row, operation)
  }

  mayRead(user: User, row: Row): boolean {
    if (row.entity === 'org.account_labels') return this.mayReadLink(user, row)
    if (row.entity !== 'org.remark') return this.isReached(user, row, 'read')
    const grants = user.roles.map((role) => scopeOf(role, row.entity, 'read'))
    if (grants.every((scope) => scope === 'none')) return false
    const about = this.row(row.values['about'] ?? null)
    return about ? this.mayRead(user, about) : this.isReached(user, row, 'read')
  }

  private mayReadLink(user: User, row: Row): boolean {
    const account = this.row(row.values['account'] ?? null)
    const label = this.row(row.values['label'] ?? null)
    return Boolean(account && label && this.mayRead(user, account) && this.mayRead(user, label))
  }

  /** By one of the roles alone. */
  isReached(user: User, row: Row, operation: Operation): boolean {
    return user.roles.some((role) => this.isWithin(user, row, operation, scopeOf(role, row.entity, operation)))
  }

  private isWithin(user: User, row: Row, operation: Operation, scope: Scope): boolean {
    if (scope === 'none') return false
    if (scope === 'all') return true
    if (this.isShared(user, row, operation)) return true
    if (typeof scope === 'object') return this.isTrue(scope.rule, row)
    const rank = SCOPES.indexOf(scope)
    const owner = OWNED.has(row.entity) ? row.owner : row.created_by
    if (rank >= SCOPES.indexOf('own') && owner === user.id) return true
    if (rank >= SCOPES.indexOf('reports') && owner !== null && this.isBelow(owner, user.id)) return true
    const teams = this.teamsOf(user, scope)
    if (OWNED.has(row.entity) && teams.some((team) => team.id === row.owner_team)) return true
    return teams.some((team) => owner !== null && team.members.includes(owner))
  }

  private isShared(user: User, row: Row, operation: Operation): boolean {
    const needs = { read: 0, export: 0, update: 1, delete: 2, share: 2, create: 9, import: 9 }[operation]
    const mine = [user.id, ...this.world.teams.filter((team) => team.members.includes(user.id)).map(({ id }) => id)]
    return this.world.shares.some(
      (share) =>
        share.record === row.id &&
        !share.isOver &&
        mine.includes(share.principal) &&
        ['read', 'edit', 'full'].indexOf(share.access) >= needs,
    )
  }

  private isBelow(user: string, manager: string): boolean {
    const seen = new Set<string>()
    let at = this.world.users.find(({ id }) => id === user)?.manager ?? null
    while (at !== null && !seen.has(at)) {
      if (at === manager) return user !== manager
      seen.add(at)
      at = this.world.users.find(({ id }) => id === at)?.manager ?? null
    }
    return false
  }

  private teamsOf(user: User, scope: (typeof SCOPES)[number]): Team[] {
    const mine = this.world.teams.filter((team) => team.members.includes(user.id))
    if (scope === 'team') return mine
    if (scope === 'team_below') return this.world.teams.filter((team) => mine.some((top) => this.isIn(team, top)))
    if (scope !== 'unit') return []
    const tops = mine.map((team) => this.lineage(team).find(({ isUnit }) => isUnit) ?? team)
    return this.world.teams.filter((team) => tops.some((top) => this.isIn(team, top)))
  }

  private isIn(team: Team, top: Team): boolean {
    return this.lineage(team).includes(top)
  }

  /** The team itself first, then those above it. */
  private lineage(team: Team): Team[] {
    const above = this.world.teams.find(({ id }) => id === team.parent)
    return above ? [team, ...this.lineage(above)] : [team]
  }

  /** Only of the rules that the roles of these tests use. */
  private isTrue(rule: unknown, row: Row): boolean {
    const text = JSON.stringify(rule)
    const [, operator, path = '', value = ''] = /^\{"([^"]+)":\[\{"var":"([^"]+)"\},"?([^"\]]+)"?\]\}$/.exec(text) ?? []
    const read = this.read(row, path.split('.'))
    if (operator === '==') return read === (text.endsWith(',null]}') ? null : value)
    if (operator === '>') return read !== null && Number(read) > Number(value)
    if (operator === 'starts_with') return read?.startsWith(value) ?? false
    throw new Error(`no reference for ${text}`)
  }

  private read(row: Row | undefined, [name = '', ...rest]: readonly string[]): string | null {
    const value = row?.values[name] ?? null
    return rest.length === 0 ? value : this.read(this.row(value), rest)
  }
}

export function scopeOf(role: RandomRole, entity: string, operation: Operation): Scope {
  const named: Grant | undefined = role.entities[entity]
  return (named ?? role.entities['*'])?.[operation] ?? 'none'
}

/** What the user may do with a field, formulas and names included. */
export function rightTo(user: User, entity: string, field: string): FieldRight {
  const own = FIELD_RIGHTS.findLast((right) =>
    user.roles.some(
      (role) =>
        scopeOf(role, entity, 'read') !== 'none' && (role.entities[entity]?.fields?.[field] ?? 'edit') === right,
    ),
  )
  const inputs = field === 'display_name' ? [[entity, 'name'] as const] : (MADE_OF[`${entity}/${field}`] ?? [])
  const all = [
    field === 'display_name' ? 'edit' : (own ?? 'none'),
    ...inputs.map(([on, name]) => rightTo(user, on, name)),
  ]
  return FIELD_RIGHTS.find((right) => all.includes(right)) ?? 'none'
}

export const isReadable = (right: FieldRight): boolean => right === 'read' || right === 'edit'
