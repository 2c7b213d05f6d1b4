// Views: columns, filters and sort keys found; an entity without one gets a grid, and one view is the default.
import type { View } from '../../sdk/metadata/snapshot.ts'
import type { ViewSource } from '../../sdk/metadata/source.ts'
import { didYouMean, nearest } from '../../sdk/metadata/nearest.ts'
import { type Bench, type EntityDraft, findField, requireEntity } from './bench.ts'
import { defaultView } from './default-form.ts'
import { reportUnknownField } from './entities.ts'
import { findFieldType } from './fields.ts'
import type { Thing } from './layers.ts'
import type { Place } from './problems.ts'
import type { RuleBook } from './rule-book.ts'
import { findLeaf, type Leaf } from './scope.ts'

const KINDS = ['grid']

export function buildViews(bench: Bench, book: RuleBook, things: readonly Thing<ViewSource>[]): View[] {
  const written = things.flatMap((thing) => {
    const draft = requireEntity(bench, thing.value.entity, bench.trace.member(thing.value, 'entity'))
    return draft ? [buildView(bench, book, draft, thing)] : []
  })
  const names = new Set(written.map((view) => view.name))
  const made: View[] = []
  for (const draft of bench.entities) {
    const own = written.filter((view) => view.entity === draft.entity.name)
    const defaults = own.filter((view) => view.isDefault)
    const [first] = own
    if (!first) made.push(defaultView(draft, names))
    else if (defaults.length === 0) first.isDefault = true
    for (const extra of defaults.slice(1)) {
      const thing = things.find((one) => one.id === extra.id)
      const message = `${draft.entity.name} has another default view, ${defaults[0]?.name}`
      if (thing) bench.problems.error(bench.trace.member(thing.value, 'default'), 'two_defaults', message)
    }
  }
  return [...inOrder(written, things), ...made]
}

/** Those that say where they stand first; the others stay as the packages and their files are ordered. */
function inOrder(views: readonly View[], things: readonly Thing<ViewSource>[]): View[] {
  const orders = new Map(things.map(({ id, value }) => [id, value.order ?? Number.POSITIVE_INFINITY]))
  const orderOf = ({ id }: View): number => orders.get(id) ?? Number.POSITIVE_INFINITY
  return views.toSorted((a, b) => (orderOf(a) === orderOf(b) ? 0 : orderOf(a) - orderOf(b)))
}

function buildView(
  bench: Bench,
  book: RuleBook,
  draft: EntityDraft,
  { id, name, package: owner, value }: Thing<ViewSource>,
): View {
  const { problems, trace } = bench
  const kind = value.kind ?? 'grid'
  if (!KINDS.includes(kind)) {
    problems.error(trace.member(value, 'kind'), 'unknown_type', `there is no kind of view “${kind}”`, {
      hint: didYouMean(nearest(kind, KINDS)) ?? `Known kinds: ${KINDS.join(', ')}.`,
    })
  }
  if (value.filter !== undefined) book.check(draft, value.filter, trace.member(value, 'filter'), { kind: 'boolean' })
  const columns = (value.columns ?? []).flatMap((column) => {
    const field = shownPath(bench, book, draft, column.field, trace.member(column, 'field'))
    return field === undefined
      ? []
      : [{ field, ...(column.width_px === undefined ? {} : { widthPx: column.width_px }) }]
  })
  return {
    id,
    name,
    package: owner,
    entity: draft.entity.name,
    label: value.label ?? draft.entity.plural,
    kind,
    columns: columns.length > 0 ? columns : defaultView(draft, new Set()).columns,
    ...(value.filter === undefined ? {} : { filter: value.filter }),
    sort: (value.sort ?? []).flatMap((key, index) => {
      const field = sortPath(bench, book, draft, key.field, trace.locate(value, `/sort/${index}/field`))
      return field === undefined ? [] : [{ field, direction: key.direction ?? 'asc' }]
    }),
    group: (value.group ?? []).flatMap(
      (path, index) => sortPath(bench, book, draft, path, trace.locate(value, `/group/${index}`)) ?? [],
    ),
    isDefault: value.default ?? false,
  }
}

/** A column may show a whole field (all its parts) or what a path leads to. */
function shownPath(bench: Bench, book: RuleBook, draft: EntityDraft, path: string, place: Place): string | undefined {
  const own = findField(draft, path, place.package)
  if (own?.type.isReadable) return own.field.name
  const steps = path.split('.')
  const parent = steps.length > 1 ? leafOf(book, draft, `${steps.slice(0, -1).join('.')}.id`) : undefined
  const last = steps.at(-1) ?? ''
  if (parent?.owner.field(last) || leafOf(book, draft, path)) return path
  return refuse(bench, draft, path, place)
}

function sortPath(bench: Bench, book: RuleBook, draft: EntityDraft, path: string, place: Place): string | undefined {
  const own = findField(draft, path, place.package)
  const name = own?.field.name ?? path
  const leaf = leafOf(book, draft, name)
  if (!leaf && !own) return refuse(bench, draft, path, place)
  const type = leaf?.field ? findFieldType(leaf.field.type) : own?.type
  const isOnePart = leaf !== undefined && leaf.part !== ''
  if (type && !type.isSortable && !isOnePart) {
    bench.problems.error(place, 'not_sortable', `values of type ${type.name} have no order`)
    return undefined
  }
  return name
}

function leafOf(book: RuleBook, draft: EntityDraft, path: string): Leaf | undefined {
  const view = book.lookup.find(draft.entity.name)
  return view && findLeaf(book.lookup, view, path)
}

/** A field that a layer took out leaves the view quietly. */
function refuse(bench: Bench, draft: EntityDraft, path: string, place: Place): undefined {
  const absent = draft.absent.get(path.split('.')[0] ?? '')
  if (absent === 'removed')
    bench.problems.warn(place, 'removed_field', `the field “${path}” was taken out, so it is not shown here`)
  else if (absent === undefined) reportUnknownField(bench, draft, path, place)
}
