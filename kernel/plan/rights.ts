// The pass over a plan that asks whether the actor may. Today a right is yes or no per entity; record and field rules
// join here as predicates and column lists.
import { RelataError } from '../../sdk/errors.ts'
import type { Operation } from '../../sdk/metadata/snapshot.ts'
import type { Actor } from '../actor.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import { can } from '../catalog/rights.ts'

export interface Rights {
  can(entity: EntityModel, operation: Operation): boolean
  /** @throws RL301 */
  require(entity: EntityModel, operation: Operation): void
  /** Equal keys mean equal rights; part of every statement's cache key. */
  readonly key: string
}

export function rightsOf(model: Model, actor: Actor): Rights {
  const allowed = (entity: EntityModel, operation: Operation) => can(model, actor, entity, operation)
  return {
    key: actor.roles.join(','),
    can: allowed,
    require(entity, operation) {
      if (allowed(entity, operation)) return
      throw new RelataError('RL301', `Your role does not allow you to ${operation} ${entity.entity.name}.`, {
        hint: 'Ask an administrator of this organisation for a role that allows it.',
      })
    },
  }
}

/** Everything allowed: the system's own work, such as seeding and jobs. */
export const ALL_RIGHTS: Rights = { key: '*', can: () => true, require: () => undefined }
