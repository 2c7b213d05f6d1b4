// Who a request is from, within one tenant. Made by auth/, read by plan/ and written into history.

export type ActorKind = 'person' | 'key' | 'system' | 'plugin'

export interface Actor {
  kind: ActorKind
  /** Tenant slug, as in the address. */
  tenant: string
  /** Row in the tenant's `system.user` entity: every actor has one, key and system included. */
  userId: string
  displayName: string
  email: string | null
  /** Names of the roles held; grants add up. Sorted, so that equal sets give equal cache keys. */
  roles: readonly string[]
  circle: Circle
  /** API key id when kind is `key`. */
  keyId: string | null
  locale: string
  /** IANA time zone of the person. */
  timeZone: string
  /**
   * A plugin acts here: the rest says for whom (rights are then what both have), or, when kind is `plugin`, that it acts
   * for itself.
   */
  plugin?: PluginPart
}

export interface PluginPart {
  name: string
  /** Its row in `system.user`, which history names. */
  userId: string
  /** Keys of what the administrator granted (sdk/plugin/asks.ts). */
  grants: ReadonlySet<string>
  /** How many hooks of plugins stand between this and what a person did. */
  depth: number
}

/** The kernel's own work; never that of a plugin, whoever started it. */
export const isSystem = ({ kind, plugin }: Pick<Actor, 'kind' | 'plugin'>): boolean => kind === 'system' && !plugin

/** Whom history names. */
export const writerOf = ({ plugin, userId }: Actor): string => plugin?.userId ?? userId
/** For whom a plugin writes; null: nobody, or no plugin is at work. */
export const onBehalfOf = ({ plugin, userId, kind }: Actor): string | null =>
  plugin && kind !== 'plugin' ? userId : null

/** People and teams around an actor, by which rights reach further than their own records. Ids of users and teams. */
export interface Circle {
  /** Those that the actor is in. */
  teams: readonly string[]
  /** And those below them. */
  teamsBelow: readonly string[]
  /** All teams of the organisation units that theirs belong to; theirs and those below where there is no unit. */
  unitTeams: readonly string[]
  /** Users who report to the actor, directly or not. */
  reports: readonly string[]
  /** Members of those teams, as far as a role of the actor asks for them. */
  people: Readonly<Record<'team' | 'team_below' | 'unit', readonly string[]>>
  /** Names of entities of which some record is shared with them. */
  shared: readonly string[]
  /** The partner's or customer's record that the actor belongs to; null for people of the tenant itself. */
  organisation: string | null
}

export const ALONE: Circle = {
  teams: [],
  teamsBelow: [],
  unitTeams: [],
  reports: [],
  people: { team: [], team_below: [], unit: [] },
  shared: [],
  organisation: null,
}
