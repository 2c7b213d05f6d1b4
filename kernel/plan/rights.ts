// The pass over a plan that asks whether the actor may: entities by name, records by condition, fields by list.
import { RelataError } from '../../sdk/errors.ts'
import type { FieldRight, Operation } from '../../sdk/metadata/rights.ts'
import type { Field } from '../../sdk/metadata/snapshot.ts'
import type { Actor } from '../actor.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import { fieldRightOf, rolesOf } from '../catalog/rights.ts'
import { accessCondition, ALL, type Condition, type Holder } from './access.ts'
import { fieldRight, nameRight, type OwnRight } from './field-rights.ts'

export interface Rights {
  /** With some record at least. */
  can(entity: EntityModel, operation: Operation): boolean
  /** @throws RL301 */
  require(entity: EntityModel, operation: Operation): void
  /** Which records. */
  condition(entity: EntityModel, operation: Operation): Condition
  /** @param write asked of a write: plugins may set some fields in new records only, or in those that are there */
  field(entity: EntityModel, field: Field, write?: 'create' | 'update'): FieldRight
  /** To the display name, which tells what its rule reads. */
  name(entity: EntityModel): FieldRight
  /** Equal keys mean equal rights; part of every statement's cache key. */
  readonly key: string
}

/** What roles of one version come to, worked out once. */
interface Worked {
  conditions: Map<string, Condition>
  possible: Map<string, boolean>
  fields: Map<Field, FieldRight>
  names: Map<EntityModel, FieldRight>
}
const worked = new WeakMap<Model, Map<string, Worked>>()
const MAX_ROLE_SETS = 200

function workedOf(model: Model, key: string): Worked {
  const sets = worked.get(model) ?? new Map<string, Worked>()
  worked.set(model, sets)
  const known = sets.get(key)
  if (known) return known
  const [oldest] = sets.keys()
  if (sets.size >= MAX_ROLE_SETS && oldest !== undefined) sets.delete(oldest)
  const made: Worked = { conditions: new Map(), possible: new Map(), fields: new Map(), names: new Map() }
  sets.set(key, made)
  return made
}

function remembered<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

export function rightsOf(model: Model, actor: Pick<Actor, 'roles' | 'circle'>): Rights {
  return rightsOfHolder(model, `${actor.roles.join(',')} ${actor.circle.shared.join(',')}`, holderOf(model, actor))
}

export function holderOf(model: Model, { roles, circle }: Pick<Actor, 'roles' | 'circle'>): Holder {
  const names = new Set(circle.shared.map((name) => model.find(name)?.entity.name))
  return { roles: rolesOf(model, { roles }), isShared: ({ entity }) => names.has(entity.name) }
}

function rightsOfHolder(model: Model, key: string, holder: Holder): Rights {
  const { roles } = holder
  const { conditions, possible, fields, names } = workedOf(model, key)
  const ownRight: OwnRight = (entity, field) => fieldRightOf(model, roles, entity, field)
  const condition = (entity: EntityModel, operation: Operation): Condition =>
    remembered(conditions, `${operation} ${entity.entity.id}`, () => accessCondition(model, holder, entity, operation))
  // Of what could be shared nothing may be shared as yet: an empty list is no refusal.
  const perhaps: Holder = { roles, isShared: () => true }
  const can = (entity: EntityModel, operation: Operation): boolean =>
    remembered(
      possible,
      `${operation} ${entity.entity.id}`,
      () => accessCondition(model, perhaps, entity, operation).kind !== 'nothing',
    )
  return {
    key,
    can,
    condition,
    field: (entity, field) => remembered(fields, field, () => fieldRight(model, ownRight, entity, field)),
    name: (entity) => remembered(names, entity, () => nameRight(model, ownRight, entity)),
    require(entity, operation) {
      if (!can(entity, operation)) throw notAllowed(entity, operation)
    },
  }
}

export function notAllowed({ entity }: EntityModel, operation: Operation): RelataError {
  return new RelataError('RL301', `Your role does not allow you to ${operation} ${entity.name}.`, {
    hint: 'Ask an administrator of this organisation for a role that allows it.',
  })
}

/** Everything allowed: the system's own work, such as seeding and jobs. */
export const ALL_RIGHTS: Rights = {
  key: '*',
  can: () => true,
  require: () => undefined,
  condition: () => ALL,
  field: () => 'edit',
  name: () => 'edit',
}
