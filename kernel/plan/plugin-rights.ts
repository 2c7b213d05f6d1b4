// What a plugin may: everything with what its own package brings, and with other packages' records what an administrator
// granted. Acting for somebody it may what both may. Pure.
import { RelataError } from '../../sdk/errors.ts'
import { FIELD_RIGHTS, type FieldRight, type Operation } from '../../sdk/metadata/rights.ts'
import type { Entity, Field } from '../../sdk/metadata/snapshot.ts'
import { fieldKey } from '../../sdk/plugin/asks.ts'
import type { Actor, PluginPart } from '../actor.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import { isForNobody, linkOwner, ofOwner } from '../catalog/rights.ts'
import { ALL, every, NOTHING } from './access.ts'
import { fieldRight, nameRight, type OwnRight } from './field-rights.ts'
import { ALL_RIGHTS, type Rights, rightsOf } from './rights.ts'

/** Of the kernel's own entities: what is content like any other. The others decide over people, keys and metadata. */
const CONTENT: ReadonlySet<string> = new Set([
  'system.comment',
  'system.currency_rate',
  'system.file',
  'system.relationship',
])
/** Those that may be granted to be read. */
const TOLD: ReadonlySet<string> = new Set([...CONTENT, 'system.user', 'system.team', 'system.role'])

/** Whom an actor stands for: the person or key, cut down to what the plugin may where one acts. */
export function actorRights(model: Model, actor: Pick<Actor, 'kind' | 'roles' | 'circle' | 'plugin'>): Rights {
  const { plugin, kind } = actor
  if (!plugin) return rightsOf(model, actor)
  const own = pluginRights(model, plugin)
  return kind === 'plugin' ? own : intersect(rightsOf(model, actor), own)
}

const known = new WeakMap<Model, WeakMap<ReadonlySet<string>, Map<string, Rights>>>()

/** Made once for a version and what was granted. */
export function pluginRights(model: Model, { name, grants }: Pick<PluginPart, 'name' | 'grants'>): Rights {
  const byGrants = known.get(model) ?? new WeakMap<ReadonlySet<string>, Map<string, Rights>>()
  known.set(model, byGrants)
  const byName = byGrants.get(grants) ?? new Map<string, Rights>()
  byGrants.set(grants, byName)
  const made = byName.get(name) ?? makeRights(model, name, grants)
  byName.set(name, made)
  return made
}

type Kind = 'read' | 'create' | 'update'

function makeRights(model: Model, plugin: string, grants: ReadonlySet<string>): Rights {
  const list = [...grants].sort()
  const isOwn = ({ entity }: EntityModel): boolean => entity.package === plugin
  const namesOf = ({ entity }: EntityModel): string[] => [entity.name, ...entity.aliases]
  const isGranted = (kind: Kind, target: EntityModel, { name, aliases }: Field): boolean =>
    namesOf(target).some((of) => [null, name, ...aliases].some((one) => grants.has(fieldKey(kind, of, one))))
  /** The entity as a whole, or a field of it. */
  const some = (kind: Kind, target: EntityModel): boolean =>
    namesOf(target).some((of) => {
      const whole = fieldKey(kind, of, null)
      return list.some((key) => key === whole || key.startsWith(`${whole}.`))
    })
  const isExtended = ({ entity }: EntityModel): boolean => entity.fields.some((field) => field.package === plugin)

  const can = (target: EntityModel, operation: Operation): boolean => {
    if (isForNobody(target, operation) || isClosed(target.entity, operation)) return false
    const owner = target.entity.isLink && !isOwn(target) ? linkOwner(model, target) : undefined
    // Links are read where that was granted by their own name, and otherwise go by the field that they are of.
    const isNamed = owner && operation === 'read' && !isClosed(owner.entity, 'read') && some('read', target)
    if (owner) return isNamed || (can(owner, ofOwner(operation)) && mayLink(owner, target, operation))
    switch (operation) {
      case 'read':
      case 'update':
        return isOwn(target) || some(operation, target) || isExtended(target)
      case 'create':
        return isOwn(target) || some('create', target)
      case 'delete':
        return isOwn(target) || namesOf(target).some((of) => grants.has(`delete:${of}`))
      case 'export':
      case 'import':
      case 'share':
        return false
    }
  }
  /** By the many-to-many field that the links are of. */
  const mayLink = (owner: EntityModel, link: EntityModel, operation: Operation): boolean =>
    owner.entity.fields.some(
      (field) =>
        field.options.link?.entity === link.entity.name &&
        (isMine(owner, field) || isGranted(operation === 'read' ? 'read' : 'update', owner, field)),
    )
  const isMine = (target: EntityModel, field: Field): boolean => isOwn(target) || field.package === plugin

  const ownRight: OwnRight = (target, field) => {
    if (!can(target, 'read')) return 'none'
    if (isMine(target, field) || target.entity.isLink) return 'edit'
    if (!isGranted('read', target, field)) return 'none'
    return isGranted('update', target, field) ? 'edit' : 'read'
  }
  const field: Rights['field'] = (target, one, write) => {
    const right = fieldRight(model, ownRight, target, one)
    if (write === undefined) return right
    if (isMine(target, one) || target.entity.isLink || isGranted(write, target, one)) return 'edit'
    return right === 'edit' ? 'read' : right
  }
  return {
    key: `plugin ${plugin} ${list.join(' ')}`,
    can,
    field,
    name: (target) => (can(target, 'read') ? nameRight(model, ownRight, target) : 'none'),
    condition: (target, operation) => (can(target, operation) ? ALL : NOTHING),
    require(target, operation) {
      if (!can(target, operation)) throw notGranted(plugin, target, operation)
    },
  }
}

function isClosed({ package: owner, isLink, name }: Entity, operation: Operation): boolean {
  return owner === 'system' && !isLink && !(operation === 'read' ? TOLD : CONTENT).has(name)
}

/** What both may. A key of its own for each pair, so that nobody gets the statements of another. */
export function intersect(a: Rights, b: Rights): Rights {
  if (a === ALL_RIGHTS) return b
  return {
    key: `(${a.key}) and (${b.key})`,
    can: (entity, operation) => a.can(entity, operation) && b.can(entity, operation),
    require(entity, operation) {
      a.require(entity, operation)
      b.require(entity, operation)
    },
    condition: (entity, operation) => every([a.condition(entity, operation), b.condition(entity, operation)]),
    field: (entity, field, write) => lesser(a.field(entity, field, write), b.field(entity, field, write)),
    name: (entity) => lesser(a.name(entity), b.name(entity)),
  }
}

const lesser = (a: FieldRight, b: FieldRight): FieldRight =>
  FIELD_RIGHTS.indexOf(a) <= FIELD_RIGHTS.indexOf(b) ? a : b

/** Of these members of a body: fields that the plugin may not set, whoever it acts for. Unknown ones are told elsewhere. */
export function fieldsNotGranted(
  model: Model,
  plugin: Pick<PluginPart, 'name' | 'grants'>,
  target: EntityModel,
  write: 'create' | 'update',
  names: readonly string[],
): string[] {
  const rights = pluginRights(model, plugin)
  const { entity } = target
  return names.filter((name) => {
    const field = target.field(name)
    if (field) return rights.field(target, field, write) !== 'edit'
    if (entity.package === plugin.name || (name !== 'owner' && name !== 'owner_team')) return false
    return [null, name].every((one) => !plugin.grants.has(fieldKey(write, entity.name, one)))
  })
}

/** @param fields that it asked for, of those that it was not granted */
export function notGranted(
  plugin: string,
  { entity }: EntityModel,
  operation: Operation,
  fields?: readonly string[],
): RelataError {
  const what = fields ? ` ${fields.map((name) => `“${name}”`).join(', ')} of` : ''
  const hint = isClosed(entity, operation) ? undefined : manifestLine(entity.name, operation, fields)
  return new RelataError('RL404', `The plugin ${plugin} may not ${operation}${what} ${entity.name}.`, {
    hint: hint ?? 'No plugin may: it decides over people, keys or metadata.',
    members: { grants: keysOf(entity.name, operation, fields) },
  })
}

function keysOf(entity: string, operation: Operation, fields?: readonly string[]): string[] {
  if (operation !== 'read' && operation !== 'create' && operation !== 'update') return [`${operation}:${entity}`]
  const list: readonly (string | null)[] = fields ?? [null]
  return list.map((field) => fieldKey(operation, entity, field))
}

function manifestLine(entity: string, operation: Operation, fields?: readonly string[]): string {
  const asked = operation === 'delete' ? true : (fields ?? true)
  const line = JSON.stringify({ records: { [entity]: { [operation]: asked } } })
  return `Ask for it in plugin.json: "permissions": ${line.replaceAll(':', ': ').replaceAll('{', '{ ').replaceAll('}', ' }').replaceAll(',', ', ')}`
}
