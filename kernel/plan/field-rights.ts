// Rights to fields. What is made of other fields is worth no more than they are: whoever may not read a salary learns
// nothing from a formula over it, nor from a display name that tells it. A roll-up has a right of its own.
import { FIELD_RIGHTS, type FieldRight } from '../../sdk/metadata/rights.ts'
import type { Field } from '../../sdk/metadata/snapshot.ts'
import { checkRule, type RuleType } from '../../sdk/rules/index.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import { entityScope, everyRead } from '../catalog/scope.ts'
import { findPath } from './paths.ts'

/** What is said of a field itself, whatever it is made of. */
export type OwnRight = (entity: EntityModel, field: Field) => FieldRight

export const isReadableRight = (right: FieldRight): boolean => right === 'read' || right === 'edit'

export function fieldRight(model: Model, ownRight: OwnRight, entity: EntityModel, field: Field): FieldRight {
  const own = ownRight(entity, field)
  if (field.type !== 'formula' || own === 'none') return own
  return least([own, ...inputRights(model, ownRight, entity, field.options.rule)])
}

/** Of the display name. */
export const nameRight = (model: Model, ownRight: OwnRight, entity: EntityModel): FieldRight =>
  least(inputRights(model, ownRight, entity, entity.entity.displayName, { kind: 'text' }))

function inputRights(
  model: Model,
  ownRight: OwnRight,
  entity: EntityModel,
  rule: unknown,
  expected?: RuleType,
): FieldRight[] {
  const checked = checkRule(rule, entityScope(model, entity), expected)
  if (!checked.ok) return []
  return everyRead(model, entity, checked.rule).map(({ owner, path }) =>
    pathRight(model, ownRight, model.entity(owner.entity.name), path),
  )
}

/** Of every field on the way, and of the one at its end. */
function pathRight(model: Model, ownRight: OwnRight, start: EntityModel, path: string): FieldRight {
  const found = findPath(model, start, path)
  if (!found) return 'none'
  const rights: FieldRight[] = []
  let current = start
  for (const step of found.steps) {
    const field = current.field(step.name)
    if (field) rights.push(ownRight(current, field))
    current = step.target
  }
  if (found.leaf.kind !== 'standard') rights.push(fieldRight(model, ownRight, found.entity, found.leaf.field))
  else if (found.leaf.standard.name === 'display_name') rights.push(nameRight(model, ownRight, found.entity))
  return least(rights)
}

export function least(rights: readonly FieldRight[]): FieldRight {
  const lowest = Math.min(FIELD_RIGHTS.length - 1, ...rights.map((right) => FIELD_RIGHTS.indexOf(right)))
  return FIELD_RIGHTS[lowest] ?? 'none'
}
