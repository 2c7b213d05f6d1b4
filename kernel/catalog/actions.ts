// Actions: buttons with a form. What they do is said by the code of the plugin that brings them; here is checked where
// they stand, what their form asks, and for which records they are offered.
import { FORM_TYPES } from '../../sdk/fields/form-types.ts'
import { didYouMean, nearest } from '../../sdk/metadata/nearest.ts'
import type { Action } from '../../sdk/metadata/snapshot.ts'
import type { ActionSource } from '../../sdk/metadata/source.ts'
import { type Bench, type EntityDraft, requireEntity } from './bench.ts'
import { buildFieldList, checkDefault, isRule } from './fields.ts'
import type { Thing } from './layers.ts'
import type { RuleBook } from './rule-book.ts'
import { isRecord } from './trace.ts'

const PLACES = ['record', 'bulk', 'list'] as const
/** Of a field of a record only. */
const NOT_IN_FORMS = [
  ...['unique', 'indexed', 'searchable', 'read_only', 'required_if', 'read_only_if', 'visible_if', 'computed'],
]

export function buildActions(bench: Bench, book: RuleBook, things: readonly Thing<ActionSource>[]): Action[] {
  return things.flatMap((thing) => {
    const draft = requireEntity(bench, thing.value.entity, bench.trace.member(thing.value, 'entity'))
    return draft ? [buildAction(bench, book, draft, thing)] : []
  })
}

function buildAction(
  bench: Bench,
  book: RuleBook,
  draft: EntityDraft,
  { id, name, package: owner, value, place }: Thing<ActionSource>,
): Action {
  if (value.visible_if !== undefined)
    book.check(draft, value.visible_if, bench.trace.member(value, 'visible_if'), { kind: 'boolean' })
  const form: EntityDraft = {
    entity: { ...draft.entity, name, package: owner },
    source: draft.source,
    place,
    fields: [],
    absent: new Map(),
  }
  buildFieldList(bench, form, usable(bench, value.input ?? []))
  for (const field of form.fields) checkDefault(bench, field)
  return {
    id,
    name,
    package: owner,
    entity: draft.entity.name,
    label: value.label,
    ...(value.description === undefined ? {} : { description: value.description }),
    icon: value.icon ?? 'zap',
    on: PLACES.filter((one) => value.on.includes(one)),
    input: form.fields.map(({ field }) => field),
    ...(value.visible_if === undefined ? {} : { visibleIf: value.visible_if }),
    ...(value.confirm === undefined ? {} : { confirm: value.confirm }),
    isPromoted: value.promoted ?? false,
  }
}

/** Without those that no form can have; each is told. */
function usable(bench: Bench, list: readonly unknown[]): unknown[] {
  const { problems, trace } = bench
  return list.filter((values) => {
    if (!isRecord(values) || values['removed'] === true) return true
    const type = values['type']
    if (typeof type === 'string' && !FORM_TYPES.includes(type)) {
      const hint = didYouMean(nearest(type, FORM_TYPES)) ?? `Known here: ${FORM_TYPES.join(', ')}.`
      problems.error(trace.member(values, 'type'), 'unknown_type', `a form has no fields of type “${type}”`, { hint })
      return false
    }
    for (const member of NOT_IN_FORMS)
      if (values[member] !== undefined && values[member] !== false)
        problems.error(trace.member(values, member), 'bad_option', `“${member}” is for fields of records`)
    if (isRule(values['default']))
      problems.error(trace.member(values, 'default'), 'bad_default', 'a form has no record that a rule could read')
    return true
  })
}
