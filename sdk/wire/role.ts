// Answer of `GET access/roles/{name}`: what a role lets people do, where each right comes from, and who holds it.
import type { FieldRight, Grant, Operation, Scope } from '../metadata/rights.ts'
import type { Text } from '../metadata/source.ts'

/**
 * Where a right comes from. `entity`: the role's own line for the entity; `others`: its line `*`; `administer`: whoever
 * administers has it; `kernel`: nobody or everybody has it, whatever the role says; `link`: links of records follow the
 * entity that has the field.
 */
export type GrantOrigin = 'entity' | 'others' | 'administer' | 'kernel' | 'link'

export interface WireGrant {
  scope: Scope
  from: GrantOrigin
}

export interface WireRoleEntity {
  /** Qualified. */
  entity: string
  grants: Readonly<Record<Operation, WireGrant>>
  /** Those that differ from `edit`. */
  fields: Readonly<Record<string, FieldRight>>
  /** What no role can give for this entity. */
  impossible: readonly Operation[]
  /** What every role gives that has no line for this entity. */
  everyone: readonly Operation[]
}

/** What one package says of the role, names qualified; members that it does not set are absent. */
export interface WireRoleLayer {
  package: string
  label?: Text
  description?: Text
  administer?: boolean
  secondFactor?: boolean
  entities: Readonly<Record<string, Grant>>
}

/** People, keys or invitations; `first` are at most 20, by name. */
export interface WireHolders {
  count: number
  first: readonly { id: string; display_name: string }[]
}

export interface WireRole {
  /** Of the record of `system.role`. */
  id: string
  /** Qualified. */
  name: string
  /** That brought it. */
  package: string
  label: Text
  description?: Text
  administer: boolean
  /** Whoever holds it must have a second factor. */
  secondFactor: boolean
  /** The last publish that changed the role; by null: the system itself. null: not known. */
  changed: { at: string; by: { id: string; display_name: string } | null } | null
  users: WireHolders
  keys: WireHolders
  /** Open ones. */
  invitations: WireHolders
  /** The first brought the role, each of the others changes what stands before it. */
  layers: readonly WireRoleLayer[]
  entities: readonly WireRoleEntity[]
  /** In the order in which one stands on another. */
  packages: readonly { name: string; label: Text }[]
}
