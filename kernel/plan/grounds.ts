// Why somebody may do something with a record: what each of their roles says by itself, and the records that it hangs
// on. The same conditions that the statements of every road are made of (plan/access.ts), taken apart.
import type { Operation, Scope } from '../../sdk/metadata/rights.ts'
import type { Field, Role } from '../../sdk/metadata/snapshot.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import { scopeOf } from '../catalog/rights.ts'
import { type Condition, type Holder, parentConditions, reachCondition } from './access.ts'

/** One role's word, with the records that it reaches. */
export interface Ground {
  operation: Operation
  role: Role
  scope: Scope
  condition: Condition
}

/** Of what the roles say nothing about there is none. Shares are no ground of a role: they stand beside all of them. */
export function groundsOf(
  model: Model,
  roles: readonly Role[],
  target: EntityModel,
  operations: readonly Operation[],
): Ground[] {
  return operations.flatMap((operation) =>
    roles.flatMap((role) => {
      const scope = scopeOf(model, role, target, operation)
      if (scope === 'none') return []
      const alone: Holder = { roles: [role], isShared: () => false }
      return [{ operation, role, scope, condition: reachCondition(model, alone, target, operation) }]
    }),
  )
}

/** The references of `access_from`, each with what the record that it leads to must meet to be readable. */
export const parentGrounds = (
  model: Model,
  holder: Holder,
  target: EntityModel,
): { field: Field; condition: Condition }[] => parentConditions(model, holder, target, 0)
