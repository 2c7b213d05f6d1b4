// Forms: fields found, defaults filled in; an entity without one gets a form made from its fields.
import type { Form, FormItem, FormSection, FormTab, View } from '../../sdk/metadata/snapshot.ts'
import type { FormSource } from '../../sdk/metadata/source.ts'
import { type Bench, type EntityDraft, findField, requireEntity } from './bench.ts'
import { reportUnknownField } from './entities.ts'
import { defaultForm, isWide } from './default-form.ts'
import type { Thing } from './layers.ts'
import { requireView } from './navigation.ts'
import { pointer } from '../../sdk/metadata/pointer.ts'
import type { RuleBook } from './rule-book.ts'
import { hasStandard } from './scope.ts'

type TabSource = NonNullable<FormSource['tabs']>[number]
type SectionSource = NonNullable<TabSource['sections']>[number]
type ItemSource = NonNullable<SectionSource['items']>[number]

interface Context {
  bench: Bench
  book: RuleBook
  draft: EntityDraft
  views: readonly View[]
}

const YES_NO = { kind: 'boolean' } as const

export function buildForms(
  bench: Bench,
  book: RuleBook,
  things: readonly Thing<FormSource>[],
  views: readonly View[],
): Form[] {
  const written = things.flatMap((thing) => {
    const draft = requireEntity(bench, thing.value.entity, bench.trace.member(thing.value, 'entity'))
    return draft ? [buildForm({ bench, book, draft, views }, thing)] : []
  })
  const names = new Set(written.map((form) => form.name))
  const made = bench.entities
    .filter(({ entity }) => !written.some((form) => form.entity === entity.name))
    .map((draft) => defaultForm(bench, draft, names))
  return [...written, ...made]
}

function buildForm(context: Context, thing: Thing<FormSource>): Form {
  const { bench, draft } = context
  const { value } = thing
  const facts = (value.facts ?? []).flatMap((name, index) => {
    const place = bench.trace.locate(value, `/facts/${index}`)
    return fieldName(context, name, place) ?? []
  })
  const tabs = (value.tabs ?? []).map((tab) => buildTab(context, tab))
  const made = tabs.length > 0 ? tabs : defaultForm(bench, draft, new Set()).tabs
  return {
    id: thing.id,
    name: thing.name,
    package: thing.package,
    entity: draft.entity.name,
    label: value.label ?? draft.entity.label,
    facts,
    tabs: made,
  }
}

function buildTab(context: Context, tab: TabSource): FormTab {
  return {
    id: tab.id,
    ...(tab.label === undefined ? {} : { label: tab.label }),
    ...rules(context, tab, { visible_if: 'visibleIf' }),
    sections: (tab.sections ?? []).map((section) => buildSection(context, section)),
  }
}

function buildSection(context: Context, section: SectionSource): FormSection {
  return {
    id: section.id,
    ...(section.label === undefined ? {} : { label: section.label }),
    columns: section.columns ?? 2,
    collapsed: section.collapsed ?? false,
    ...rules(context, section, { visible_if: 'visibleIf' }),
    items: (section.items ?? []).flatMap((item) => buildItem(context, item) ?? []),
  }
}

function buildItem(context: Context, item: ItemSource): FormItem | undefined {
  const { bench, draft } = context
  const { problems, trace } = bench
  const place = trace.locate(item)
  const kinds = [item.field, item.text, item.related].filter((one) => one !== undefined)
  if (kinds.length !== 1) {
    problems.error(place, 'bad_form_item', 'must have one of "field", "text" and "related"')
    return undefined
  }
  const id = item.id ?? 'item'
  const conditions = rules(context, item, {
    visible_if: 'visibleIf',
    required_if: 'requiredIf',
    read_only_if: 'readOnlyIf',
  })
  if (item.text !== undefined) return { id, text: item.text, width: item.width ?? 'full', ...conditions }
  if (item.field !== undefined) {
    const name = fieldName(context, item.field, trace.member(item, 'field'))
    const own = name === undefined ? undefined : findField(draft, name)
    return name === undefined
      ? undefined
      : { id, field: name, width: item.width ?? (own && isWide(own) ? 'full' : 'half'), ...conditions }
  }
  const related = item.related && relatedList(context, item.related)
  return related && { id, related, width: item.width ?? 'full', ...conditions }
}

function relatedList(context: Context, related: NonNullable<ItemSource['related']>): FormItem['related'] {
  const { bench, draft } = context
  const other = requireEntity(bench, related.entity, bench.trace.member(related, 'entity'))
  if (!other) return undefined
  const place = bench.trace.member(related, 'field')
  const reference = findField(other, related.field, place.package)
  if (!reference) {
    if (other.absent.get(related.field) !== 'broken') reportUnknownField(bench, other, related.field, place)
    return undefined
  }
  const leadsHere = draft.entity.inbound.some(
    (one) => one.entity === other.entity.name && one.field === reference.field.name,
  )
  const isUserField = reference.field.options.to?.includes(draft.entity.name) ?? false
  if (!leadsHere && !isUserField) {
    bench.problems.error(
      place,
      'bad_form_item',
      `${other.entity.name}.${reference.field.name} does not point to ${draft.entity.name}`,
    )
    return undefined
  }
  const view =
    related.view === undefined ? undefined : requireView(bench, related.view, related, other.entity.name, context.views)
  return {
    entity: other.entity.name,
    field: reference.field.name,
    ...(view === undefined ? {} : { view }),
    ...(related.label === undefined ? {} : { label: related.label }),
  }
}

/** The API name of a field that a form may show; a field that a layer took out leaves the form quietly. */
function fieldName(context: Context, name: string, place: ReturnType<Bench['trace']['locate']>): string | undefined {
  const { bench, draft } = context
  if (hasStandard(draft.entity, name)) return name
  const found = findField(draft, name, place.package)
  if (found) return found.field.name
  const absent = draft.absent.get(name)
  if (absent === 'removed')
    bench.problems.warn(place, 'removed_field', `the field “${name}” was taken out, so it is not shown here`)
  else if (absent === undefined) reportUnknownField(bench, draft, name, place)
  return undefined
}

function rules<T extends string>(
  context: Context,
  source: object,
  members: Readonly<Record<string, T>>,
): Partial<Record<T, unknown>> {
  const found: Partial<Record<T, unknown>> = {}
  for (const [member, name] of Object.entries(members)) {
    const rule: unknown = Object.entries(source).find(([key]) => key === member)?.[1]
    if (rule === undefined) continue
    context.book.check(context.draft, rule, context.bench.trace.locate(source, pointer('', member)), YES_NO)
    found[name] = rule
  }
  return found
}
