// Entities and actions of package folders, without a server: each package is laid over those that it requires. Nothing is
// checked; of packages without faults the types are those that the server has (docs/plugins.md, “Types without a server”).
import type { PackageSource } from '../../metadata/source.ts'
import { formulaTypes } from './formula-types.ts'
import type { TypedAction, TypedEntity, TypedField, TypedModel } from './model.ts'
import { humanise, isRecord, isTexts, labelOf, typedField } from './typed-field.ts'

interface Item {
  /** Package that brought it. */
  owner: string
  values: Record<string, unknown>
}
interface Draft {
  owner: string
  values: Record<string, unknown>
  /** By `package:id`. */
  fields: Map<string, Item>
}

/**
 * @param packages in the order of their requirements; the last is the one whose code is typed
 * @param below what a tenant has already
 */
export function modelOf(
  packages: readonly PackageSource[],
  below: TypedModel = { entities: [], actions: [] },
): TypedModel {
  const drafts = new Map<string, Draft>()
  for (const source of packages) {
    const files = filesIn(source, 'entities')
    for (const values of files.filter((one) => one['extends'] === undefined)) add(drafts, source.name, values)
    for (const values of files.filter((one) => one['extends'] !== undefined)) extend(drafts, below, source.name, values)
  }
  const author = packages.at(-1)?.name
  const own = [...drafts].flatMap(([name, draft]) => [
    typedEntity(
      name,
      draft,
      below.entities.find((one) => one.name === name),
      author,
    ),
    ...linksOf(name, draft),
  ])
  const names = new Set(own.map(({ name }) => name))
  const entities = [...below.entities.filter(({ name }) => !names.has(name)), ...own]
  const actions = packages.flatMap(actionsOf)
  const actionNames = new Set(actions.map(({ name }) => name))
  return formulaTypes({
    entities,
    actions: [...below.actions.filter(({ name }) => !actionNames.has(name)), ...actions],
  })
}

export const qualify = (name: string, owner: string): string => (name.includes('.') ? name : `${owner}.${name}`)

function filesIn({ files }: PackageSource, kind: string): Record<string, unknown>[] {
  return Object.entries(files).flatMap(([path, value]) =>
    path.startsWith(`${kind}/`) && isRecord(value) ? [value] : [],
  )
}

function add(drafts: Map<string, Draft>, owner: string, values: Record<string, unknown>): void {
  const draft: Draft = { owner, values: { ...values }, fields: new Map() }
  addFields(draft, owner, values['fields'])
  drafts.set(`${owner}.${String(values['name'])}`, draft)
}

function extend(drafts: Map<string, Draft>, below: TypedModel, owner: string, values: Record<string, unknown>): void {
  const name = qualify(String(values['extends']), owner)
  const isBelow = below.entities.some((one) => one.name === name)
  const draft =
    drafts.get(name) ?? (isBelow ? { owner: name.split('.')[0] ?? owner, values: {}, fields: new Map() } : undefined)
  if (!draft) return
  const { extends: _extends, fields: _fields, ...others } = values
  Object.assign(draft.values, others)
  addFields(draft, owner, values['fields'])
  drafts.set(name, draft)
}

function addFields(draft: Draft, owner: string, list: unknown): void {
  for (const item of Array.isArray(list) ? list : []) {
    if (!isRecord(item)) continue
    const key = String(item['id'] ?? item['name'])
    const candidates = key.includes(':') ? [key] : [`${owner}:${key}`, `${draft.owner}:${key}`]
    const found = candidates.find((id) => draft.fields.has(id))
    const known = found === undefined ? undefined : draft.fields.get(found)
    const values = qualified(item, owner)
    if (known) Object.assign(known.values, values, optionsMerged(known.values['options'], values['options']))
    else draft.fields.set(candidates[0] ?? key, { owner, values })
  }
}

function qualified(item: Record<string, unknown>, owner: string): Record<string, unknown> {
  const { to, rollup } = item
  const target =
    typeof to === 'string' ? qualify(to, owner) : isTexts(to) ? to.map((one) => qualify(one, owner)) : undefined
  const over = isRecord(rollup) ? rollup['over'] : undefined
  return {
    ...item,
    ...(target === undefined ? {} : { to: target }),
    ...(isRecord(rollup) && typeof over === 'string'
      ? { rollup: { ...rollup, over: over.split('.').length > 2 ? over : `${owner}.${over}` } }
      : {}),
  }
}

/** Options add up by their value; one that is removed goes. */
function optionsMerged(below: unknown, above: unknown): { options?: unknown[] } {
  if (!Array.isArray(below) || !Array.isArray(above)) return {}
  const keyOf = (item: unknown): unknown => (isRecord(item) ? (item['id'] ?? item['value']) : item)
  const merged = new Map<unknown, unknown>(below.map((item: unknown) => [keyOf(item), item]))
  for (const item of above) {
    const before = merged.get(keyOf(item))
    merged.set(keyOf(item), isRecord(before) && isRecord(item) ? { ...before, ...item } : item)
  }
  return { options: [...merged.values()] }
}

function typedEntity(
  name: string,
  { owner, values, fields }: Draft,
  below: TypedEntity | undefined,
  author: string | undefined,
): TypedEntity {
  const description = labelOf(values['description']) ?? below?.description
  const ownership = values['ownership']
  const own = [...fields.values()].flatMap((item) => fieldOf(name, owner, item, author) ?? [])
  const names = new Set(own.map((field) => field.name))
  return {
    name,
    label: labelOf(values['label']) ?? below?.label ?? humanise(name.slice(name.indexOf('.') + 1)),
    ...(description === undefined ? {} : { description }),
    hasOwner: ownership === undefined ? (below?.hasOwner ?? false) : ownership !== 'none' && ownership !== 'tenant',
    fields: [...(below?.fields ?? []).filter((field) => !names.has(field.name)), ...own],
  }
}

/** A field that another package adds has that package's name in front. */
function fieldOf(
  entity: string,
  home: string,
  { owner, values }: Item,
  author: string | undefined,
): TypedField | undefined {
  if (values['removed'] === true) return undefined
  const short = String(values['name'])
  return typedField(owner === home ? short : `${owner}_${short}`, values, entity, owner === author)
}

/** The entity behind a many-to-many field: its records are the links. */
function linksOf(entity: string, { fields }: Draft): TypedEntity[] {
  const source = entity.slice(entity.indexOf('.') + 1)
  return [...fields.values()].flatMap(({ owner, values }) => {
    const to = isTexts(values['to']) ? values['to'][0] : values['to']
    if (values['type'] !== 'many_to_many' || values['removed'] === true || typeof to !== 'string') return []
    const target = to.slice(to.indexOf('.') + 1)
    const end = (name: string, leadsTo: string): TypedField | undefined =>
      typedField(name, { type: 'reference', required: true, to: leadsTo }, entity)
    const more = Array.isArray(values['link_fields']) ? values['link_fields'] : []
    const parts = [
      end(source, entity),
      end(target === source ? `related_${source}` : target, to),
      ...more.flatMap((item: unknown) => (isRecord(item) ? [typedField(String(item['name']), item, entity)] : [])),
    ]
    const name = `${owner}.${source}_${String(values['name'])}`
    return [
      {
        name,
        label: labelOf(values['label']) ?? humanise(String(values['name'])),
        hasOwner: false,
        fields: parts.filter((part) => part !== undefined),
      },
    ]
  })
}

function actionsOf(source: PackageSource): TypedAction[] {
  return filesIn(source, 'actions').flatMap((values) => {
    const { name, entity, input } = values
    if (typeof name !== 'string' || typeof entity !== 'string') return []
    return [
      {
        name: `${source.name}.${name}`,
        label: labelOf(values['label']) ?? humanise(name),
        entity: qualify(entity, source.name),
        input: inputFields(input, source.name),
      },
    ]
  })
}

/** Fields of a form that is no entity: of an action, or of the settings. */
export function inputFields(list: unknown, owner: string): TypedField[] {
  const items: unknown[] = Array.isArray(list) ? list : []
  return items.flatMap((item) =>
    isRecord(item) ? (typedField(String(item['name']), qualified(item, owner), `${owner}.`) ?? []) : [],
  )
}
