// May this actor do this with this entity? Grants of all roles held add up; a role's own line for an entity replaces
// its `*` line. Nothing here reads the database: roles come with the actor, grants with the snapshot.
import { fieldType } from '../../sdk/fields/index.ts'
import type { Operation, Role } from '../../sdk/metadata/snapshot.ts'
import type { Actor } from '../actor.ts'
import type { EntityModel, Model } from './model.ts'
import { roleNamed } from './narrowed-role.ts'

/** Entities of the kernel whose records everyone with a role may read: names of colleagues and teams. */
const READABLE_SYSTEM_ENTITIES: ReadonlySet<string> = new Set(['system.user', 'system.team'])

/** Made by the kernel alone: a session by signing in, a job by what asks for it. */
const MADE_BY_THE_KERNEL: ReadonlySet<string> = new Set(['system.session', 'system.job', 'system.mail_message'])

export function can(model: Model, actor: Actor, entity: EntityModel, operation: Operation): boolean {
  if (refuses(entity, operation)) return false
  return rolesOf(model, actor).some((role) => grants(model, role, entity, operation))
}

/**
 * What nobody may do, whatever the role: write records that follow what is published, make or change records of which
 * the system sets every field.
 */
function refuses(target: EntityModel, operation: Operation): boolean {
  if (operation === 'read' || operation === 'export') return false
  if (target.entity.traits.includes('published')) return true
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
export function rolesOf(model: Model, actor: Actor): Role[] {
  return actor.roles.flatMap((name) => roleNamed(model, name) ?? [])
}

/** May change metadata, users and roles. */
export function canAdminister(model: Model, actor: Actor): boolean {
  return rolesOf(model, actor).some((role) => role.administer)
}

function grants(model: Model, role: Role, target: EntityModel, operation: Operation): boolean {
  const { entity } = target
  if (operation === 'create' && MADE_BY_THE_KERNEL.has(entity.name)) return false
  const named = Object.hasOwn(role.entities, entity.name) ? role.entities[entity.name] : undefined
  if (named) return named[operation] === 'all'
  if (entity.package === 'system') {
    return role.administer || (operation === 'read' && READABLE_SYSTEM_ENTITIES.has(entity.name))
  }
  const owner = entity.isLink ? linkOwner(model, target) : undefined
  if (owner) return grants(model, role, owner, operation === 'read' || operation === 'export' ? operation : 'update')
  return role.entities['*']?.[operation] === 'all'
}

/** Linking two records changes the one that the many-to-many field is on, so its rights decide. */
function linkOwner(model: Model, link: EntityModel): EntityModel | undefined {
  const [name] = link.entity.fields[0]?.options.to ?? []
  const owner = name ? model.find(name) : undefined
  return owner === link ? undefined : owner
}
