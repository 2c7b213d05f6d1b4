// What a form and a list look like until somebody designs them: short fields side by side, long ones across, and a tab
// with the records that point here.
import type { Form, FormItem, FormTab, View } from '../../sdk/metadata/snapshot.ts'
import type { Bench, EntityDraft, FieldDraft } from './bench.ts'
import { isComputed } from './scope.ts'

const WIDE: ReadonlySet<string> = new Set(['multiline', 'address', 'json', 'links'])
const FACT_TYPES: ReadonlySet<string> = new Set([
  'choice',
  'user',
  'reference',
  'money',
  'date',
  'datetime',
  'date_time',
  'email',
  'phone',
])
const MAX_FACTS = 4
const MAX_COLUMNS = 7

export function isWide({ type }: FieldDraft): boolean {
  return WIDE.has(type.widget)
}

export function defaultForm(bench: Bench, draft: EntityDraft, taken: ReadonlySet<string>): Form {
  const { entity, fields } = draft
  const short = unused(`${shortName(entity.name)}_form`, entity.package, taken)
  const details: FormItem[] = [...fields.filter((one) => !isWide(one)), ...fields.filter(isWide)].map((one) => ({
    id: one.field.name,
    field: one.field.name,
    width: isWide(one) ? 'full' : 'half',
  }))
  const owner: FormItem[] =
    entity.ownership === 'user' || entity.ownership === 'team' ? [{ id: 'owner', field: 'owner', width: 'half' }] : []
  const main: FormTab = {
    id: 'main',
    sections: [{ id: 'details', columns: 2, collapsed: false, items: [...details, ...owner] }],
  }
  const lists = relatedItems(bench, draft)
  const related: FormTab = {
    id: 'related',
    label: { en: 'Related', ru: 'Связанное' },
    sections: [{ id: 'lists', columns: 1, collapsed: false, items: lists }],
  }
  return {
    id: `${entity.package}:${short}`,
    name: `${entity.package}.${short}`,
    package: entity.package,
    entity: entity.name,
    label: entity.label,
    facts: fields
      .filter(({ field }) => FACT_TYPES.has(field.type))
      .slice(0, MAX_FACTS)
      .map(({ field }) => field.name),
    tabs: lists.length > 0 ? [main, related] : [main],
  }
}

/** Lists of records that point here; people and files are pointed at by almost everything and get none. */
function relatedItems(bench: Bench, { entity, fields }: EntityDraft): FormItem[] {
  return entity.inbound.flatMap(({ entity: other, field, isPolymorphic }) => {
    const reference = bench.entities
      .find((draft) => draft.entity.name === other)
      ?.fields.find((one) => one.field.name === field)?.field
    // Links that a field of this entity shows already.
    const isOwnLink = fields.some(
      ({ field: { options } }) => options.link?.entity === other && options.link.source === field,
    )
    if (isOwnLink || isPolymorphic || !reference || (reference.type !== 'reference' && reference.type !== 'parent'))
      return []
    const label = reference.options.inverseLabel
    const related = { entity: other, field, ...(label === undefined ? {} : { label }) }
    return [{ id: `${other}.${field}`, related, width: 'full' as const }]
  })
}

export function defaultView({ entity, fields }: EntityDraft, taken: ReadonlySet<string>): View {
  const short = unused(`${shortName(entity.name)}_all`, entity.package, taken)
  const columns = fields
    .filter((one) => !isWide(one) && one.type.isReadable && one.type.widget !== 'file')
    .filter(({ field, type }) => field.columns.length > 0 && (type.isSortable || field.type !== 'json'))
    .map(({ field }) => field.name)
  const computed = fields.filter(({ field }) => isComputed(field)).map(({ field }) => field.name)
  const chosen = [
    'display_name',
    ...[...columns, ...computed].filter((name) => !isWholeTitle(entity.displayName, name)),
  ]
  return {
    id: `${entity.package}:${short}`,
    name: `${entity.package}.${short}`,
    package: entity.package,
    entity: entity.name,
    label: entity.plural,
    kind: 'grid',
    columns: chosen.slice(0, MAX_COLUMNS).map((field) => ({ field })),
    sort: [{ field: 'display_name', direction: 'asc' }],
    group: [],
    isDefault: true,
  }
}

/** Is the display name nothing but this field? Then the list does not show it twice. */
function isWholeTitle(rule: unknown, name: string): boolean {
  return JSON.stringify(rule) === JSON.stringify({ var: name })
}

export function shortName(name: string): string {
  return name.slice(name.indexOf('.') + 1)
}

function unused(short: string, owner: string, taken: ReadonlySet<string>): string {
  let name = short
  for (let number = 2; taken.has(`${owner}.${name}`); number++) name = `${short}_${number}`
  return name
}
