// What the roles of an actor say of an entity: which operations, how far, and which of its fields. Grants of all roles
// held add up; a role's own line for an entity replaces its `*` line. Nothing here reads the database: roles come with
// the actor, grants with the snapshot. Which records a right reaches is said by plan/access.ts.
import { fieldType } from '../../sdk/fields/index.ts'
import {
  FIELD_RIGHTS,
  type FieldRight,
  OPERATIONS,
  type Operation,
  reaches,
  type Scope,
  type ScopeName,
} from '../../sdk/metadata/rights.ts'
import type { Field, Role } from '../../sdk/metadata/snapshot.ts'
import type { Actor } from '../actor.ts'
import type { EntityModel, Model } from './model.ts'
import { roleNamed } from './narrowed-role.ts'

/** Entities of the kernel whose records everyone with a role may read: names of colleagues and teams. */
const READABLE_SYSTEM_ENTITIES: ReadonlySet<string> = new Set(['system.user', 'system.team'])

/** Made by the kernel alone: a session by signing in, a job by what asks for it. */
const MADE_BY_THE_KERNEL: ReadonlySet<string> = new Set(['system.session', 'system.job', 'system.mail_message'])

/** How far a right reaches, all roles taken together. */
export interface Reach {
  scope: ScopeName
  /** Rules of roles beside the scope: any of them suffices. */
  rules: readonly unknown[]
}

const NOWHERE: Reach = { scope: 'none', rules: [] }

/** Refused whatever a role says: nobody can be given it. */
export const isForNobody = (target: EntityModel, operation: Operation): boolean =>
  refuses(target, operation) || (operation === 'create' && MADE_BY_THE_KERNEL.has(target.entity.name))

/** Given by every role that has no line for the entity. */
export const isForEverybody = ({ entity }: EntityModel, operation: Operation): boolean =>
  operation === 'read' && READABLE_SYSTEM_ENTITIES.has(entity.name)

/** May the actor do this with some record at least? */
export function can(model: Model, actor: Actor, entity: EntityModel, operation: Operation): boolean {
  return isSome(reachOf(model, rolesOf(model, actor), entity, operation))
}

export const isSome = ({ scope, rules }: Reach): boolean => scope !== 'none' || rules.length > 0

export function reachOf(model: Model, roles: readonly Role[], target: EntityModel, operation: Operation): Reach {
  if (refuses(target, operation)) return NOWHERE
  const scopes = roles.map((role) => scopeOf(model, role, target, operation))
  const named = scopes.filter((scope) => typeof scope === 'string')
  const rules = scopes.flatMap((scope) => (typeof scope === 'string' ? [] : [scope.rule]))
  const scope = named.reduce((most, one) => (reaches(one, most) ? one : most), rules.length > 0 ? 'shared' : 'none')
  return { scope, rules: scope === 'all' ? [] : rules }
}

/** Of these traits: what follows the published metadata, and what is to say what happened. */
const UNWRITTEN: ReadonlySet<string> = new Set(['published', 'log'])

/**
 * What nobody may do, whatever the role: write records that follow what is published, make or change records of which
 * the system sets every field.
 */
function refuses(target: EntityModel, operation: Operation): boolean {
  if (operation === 'read' || operation === 'export') return false
  if (target.entity.traits.some((trait) => UNWRITTEN.has(trait))) return true
  return operation !== 'delete' && !hasWritable(target)
}

const writable = new WeakMap<EntityModel, boolean>()
function hasWritable(target: EntityModel): boolean {
  const known = writable.get(target)
  if (known !== undefined) return known
  const { fields, ownership } = target.entity
  const isOwned = ownership === 'user' || ownership === 'team'
  const found =
    isOwned || fields.length === 0 || fields.some((field) => !field.readOnly && fieldType(field.type).isWritable)
  writable.set(target, found)
  return found
}

/** Roles that the snapshot knows; unknown names grant nothing. */
export function rolesOf(model: Model, actor: Pick<Actor, 'roles'>): Role[] {
  return actor.roles.flatMap((name) => roleNamed(model, name) ?? [])
}

/** May change metadata, users and roles. No plugin may, whoever it acts for. */
export function canAdminister(model: Model, actor: Pick<Actor, 'roles' | 'plugin'>): boolean {
  return !actor.plugin && rolesOf(model, actor).some((role) => role.administer)
}

/** What one role says. */
export function scopeOf(model: Model, role: Role, target: EntityModel, operation: Operation): Scope {
  const { entity } = target
  if (operation === 'create' && MADE_BY_THE_KERNEL.has(entity.name)) return 'none'
  const named = Object.hasOwn(role.entities, entity.name) ? role.entities[entity.name] : undefined
  if (named) return named[operation] ?? 'none'
  if (entity.package === 'system') {
    return role.administer || isForEverybody(target, operation) ? 'all' : 'none'
  }
  const owner = entity.isLink ? linkOwner(model, target) : undefined
  // Which links, is said by the records at their ends.
  if (owner) return scopeOf(model, role, owner, ofOwner(operation)) === 'none' ? 'none' : 'all'
  return role.entities['*']?.[operation] ?? 'none'
}

/** Linking two records changes the one that the many-to-many field is on, so its rights decide. */
export function linkOwner(model: Model, link: EntityModel): EntityModel | undefined {
  const [name] = link.entity.fields[0]?.options.to ?? []
  const owner = name ? model.find(name) : undefined
  return owner === link ? undefined : owner
}

export const ofOwner = (operation: Operation): Operation =>
  operation === 'read' || operation === 'export' ? operation : 'update'

/** What the roles say of a field itself; of a role that cannot read the entity nothing is asked. */
export function fieldRightOf(model: Model, roles: readonly Role[], target: EntityModel, field: Field): FieldRight {
  let most = 0
  for (const role of roles) {
    if (scopeOf(model, role, target, 'read') === 'none') continue
    const right = role.entities[target.entity.name]?.fields?.[field.name] ?? 'edit'
    most = Math.max(most, FIELD_RIGHTS.indexOf(right))
  }
  return FIELD_RIGHTS[most] ?? 'none'
}

/** Scopes that any grant of these roles names: whom else the actor's rights depend on. */
export function reachesBy(model: Model, roles: readonly string[]): ReadonlySet<ScopeName> {
  const grants = rolesOf(model, { roles }).flatMap((role) => Object.values(role.entities))
  const scopes = grants.flatMap((grant) => OPERATIONS.map((operation) => grant[operation]))
  return new Set(scopes.filter((scope) => typeof scope === 'string'))
}
