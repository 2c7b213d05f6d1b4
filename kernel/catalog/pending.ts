// Roll-ups whose first values a job is still computing, and formulas that read one: until then they have no value that
// anybody should believe.
import type { Field } from '../../sdk/metadata/snapshot.ts'
import { checkRule } from '../../sdk/rules/index.ts'
import type { EntityModel, Model } from './model.ts'
import { entityScope, everyRead, findLeaf, type ScopeEntity } from './scope.ts'

const known = new WeakMap<Model, Map<Field, boolean>>()

/** Costs nothing while no job is at work. */
export function isPending(model: Model, owner: EntityModel, field: Field): boolean {
  return model.pending.size > 0 && look(model, owner, field)
}

function look(model: Model, owner: ScopeEntity, field: Field): boolean {
  if (field.type === 'rollup') return model.pending.has(field.id)
  if (field.type !== 'formula') return false
  const answers = known.get(model) ?? new Map<Field, boolean>()
  known.set(model, answers)
  const before = answers.get(field)
  if (before !== undefined) return before
  const checked = checkRule(field.options.rule, entityScope(model, owner))
  const answer =
    checked.ok &&
    everyRead(model, owner, checked.rule).some((read) => {
      const leaf = findLeaf(model, read.owner, read.path)
      return leaf?.field !== undefined && look(model, leaf.owner, leaf.field)
    })
  answers.set(field, answer)
  return answer
}
