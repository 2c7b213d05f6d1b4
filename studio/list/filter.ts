// The chips of a list together with its view, as one rule.
import type { ClientEntity } from '../../sdk/wire/meta.ts'
import { type ClientView, meta } from '../app/meta.ts'
import { filterRule } from './kit.ts'
import type { Chip } from './state.ts'

/** undefined: everything. A chip that is not complete, or whose field is gone, does not narrow. */
export function filterOf(entity: ClientEntity, view: ClientView | undefined, chips: readonly Chip[]): unknown {
  const rules = chips.flatMap(({ path, operator, value }) => {
    const field = meta.field(entity.name, path)
    const rule = field ? filterRule(field, operator, value, path) : null
    return rule === null || rule === undefined ? [] : [rule]
  })
  const all = [...(view?.filter === undefined ? [] : [view.filter]), ...rules]
  return all.length > 1 ? { and: all } : all[0]
}
