// Rights to fields. What is made of other fields is worth no more than they are: whoever may not read a salary learns
// nothing from a formula over it, nor from a display name that tells it. A roll-up has a right of its own.
import { FIELD_RIGHTS, type FieldRight } from '../../sdk/metadata/rights.ts'
import type { Field, Role } from '../../sdk/metadata/snapshot.ts'
import { checkRule, type RuleType } from '../../sdk/rules/index.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import { fieldRightOf } from '../catalog/rights.ts'
import { entityScope, everyRead } from '../catalog/scope.ts'
import { findPath } from './paths.ts'

export const isReadableRight = (right: FieldRight): boolean => right === 'read' || right === 'edit'

export function fieldRight(model: Model, roles: readonly Role[], entity: EntityModel, field: Field): FieldRight {
  const own = fieldRightOf(model, roles, entity, field)
  if (field.type !== 'formula' || own === 'none') return own
  return least([own, ...inputRights(model, roles, entity, field.options.rule)])
}

/** Of the display name. */
export const nameRight = (model: Model, roles: readonly Role[], entity: EntityModel): FieldRight =>
  least(inputRights(model, roles, entity, entity.entity.displayName, { kind: 'text' }))

function inputRights(
  model: Model,
  roles: readonly Role[],
  entity: EntityModel,
  rule: unknown,
  expected?: RuleType,
): FieldRight[] {
  const checked = checkRule(rule, entityScope(model, entity), expected)
  if (!checked.ok) return []
  return everyRead(model, entity, checked.rule).map(({ owner, path }) =>
    pathRight(model, roles, model.entity(owner.entity.name), path),
  )
}

/** Of every field on the way, and of the one at its end. */
function pathRight(model: Model, roles: readonly Role[], start: EntityModel, path: string): FieldRight {
  const found = findPath(model, start, path)
  if (!found) return 'none'
  const rights: FieldRight[] = []
  let current = start
  for (const step of found.steps) {
    const field = current.field(step.name)
    if (field) rights.push(fieldRightOf(model, roles, current, field))
    current = step.target
  }
  if (found.leaf.kind !== 'standard') rights.push(fieldRight(model, roles, found.entity, found.leaf.field))
  else if (found.leaf.standard.name === 'display_name') rights.push(nameRight(model, roles, found.entity))
  return least(rights)
}

function least(rights: readonly FieldRight[]): FieldRight {
  const lowest = Math.min(FIELD_RIGHTS.length - 1, ...rights.map((right) => FIELD_RIGHTS.indexOf(right)))
  return FIELD_RIGHTS[lowest] ?? 'none'
}
