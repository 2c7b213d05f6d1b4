// Things → entities in the making: defaults filled in, fields built, tables and columns named.
import { Value } from '@sinclair/typebox/value'
import { didYouMean, nearest } from '../../sdk/metadata/nearest.ts'
import type { Entity, Ownership, Unique } from '../../sdk/metadata/snapshot.ts'
import { type EntitySource, Unique as UniqueSource } from '../../sdk/metadata/source.ts'
import { type Bench, type EntityDraft, findField } from './bench.ts'
import { buildFields, nameColumns } from './fields.ts'
import { qualifiedFieldName } from './identity.ts'
import type { Thing, Things } from './layers.ts'
import { type LinkThing, linksOf } from './links.ts'
import { humanise, pluralOf } from './naming.ts'
import { qualify } from './qualify.ts'
import { checkMatches, fillInbound, isToOne } from './references.ts'
import { isRecord } from './trace.ts'

const OWNERSHIPS = ['none', 'user', 'team', 'tenant'] as const satisfies readonly Ownership[]
const DEFAULT_ICON = 'box'

export function buildEntities(bench: Bench, things: Things): void {
  const links = linksOf(things.entities, bench.trace)
  for (const thing of things.entities) addEntity(bench, thing, false)
  for (const link of links) addEntity(bench, link, true)
  for (const draft of bench.entities) buildFields(bench, draft)
  for (const draft of bench.entities) for (const field of draft.fields) nameColumns(bench, draft, field)
  for (const draft of bench.entities) draft.entity.uniques = uniquesOf(bench, draft)
  joinLinks(bench, links)
  checkMatches(bench)
  fillInbound(bench)
  for (const draft of bench.entities) draft.entity.accessFrom = accessFromOf(bench, draft)
  for (const draft of bench.entities) draft.entity.fields = draft.fields.map(({ field }) => field)
}

function addEntity(bench: Bench, thing: Thing<EntitySource>, isLink: boolean): void {
  const twin = bench.entities.find(({ entity }) => entity.name === thing.name || entity.id === thing.id)
  if (twin) {
    bench.problems.error(thing.place, 'duplicate_name', `the entity “${thing.name}” is already in ${twin.place.file}`)
    return
  }
  const { value } = thing
  const label = value.label ?? humanise(value.name)
  const entity: Entity = {
    id: thing.id,
    name: thing.name,
    package: thing.package,
    aliases: (value.aliases ?? []).map((alias) => qualify(alias, thing.package)),
    label,
    plural: value.plural ?? pluralOf(label),
    ...(value.description === undefined ? {} : { description: value.description }),
    icon: value.icon ?? DEFAULT_ICON,
    table: bench.book.table(thing.id, thing.name.replace('.', '_')),
    ownership: OWNERSHIPS.find((one) => one === value.ownership) ?? 'user',
    traits: value.traits ?? [],
    history: value.history ?? true,
    activities: value.activities ?? false,
    comments: value.comments ?? false,
    files: value.files ?? false,
    search: value.search ?? true,
    displayName: { var: 'id' },
    fields: [],
    uniques: [],
    validations: [],
    duplicates: [],
    feeds: [],
    inbound: [],
    isLink,
    accessFrom: [],
  }
  bench.entities.push({ entity, source: value, place: thing.place, fields: [], absent: new Map() })
}

function uniquesOf(bench: Bench, draft: EntityDraft): Unique[] {
  const { problems, trace } = bench
  const found: Unique[] = []
  for (const source of draft.source.uniques ?? []) {
    if (!isRecord(source) || !Value.Check(UniqueSource, source)) continue
    const owner = trace.place(source)?.package ?? draft.entity.package
    const name = qualifiedFieldName(owner, draft.entity.package, source.name)
    const id = source.id ?? `${owner}:${source.name}`
    if (found.some((one) => one.name === name)) {
      problems.error(
        trace.member(source, 'name'),
        'duplicate_name',
        `${draft.entity.name} already has a unique “${name}”`,
      )
      continue
    }
    const fields = source.fields.flatMap((written, index) => {
      const place = trace.locate(source, `/fields/${index}`)
      const field = findField(draft, written, place.package)
      if (!field) {
        if (draft.absent.get(written) !== 'broken') reportUnknownField(bench, draft, written, place)
        return []
      }
      if (field.type.canBeUnique) return [field.field.name]
      problems.error(place, 'not_unique', `values of type ${field.type.name} cannot be unique`)
      return []
    })
    if (fields.length < source.fields.length) continue
    const index = bench.book.index(draft.entity.id, id, name)
    found.push({ id, name, fields, ...(source.message === undefined ? {} : { message: source.message }), index })
  }
  return [...found, ...uniqueFields(bench, draft, found)]
}

/** `"unique": true` on a field says the same as a unique of that one field. */
function uniqueFields(bench: Bench, draft: EntityDraft, declared: readonly Unique[]): Unique[] {
  return draft.fields.flatMap(({ field }) => {
    const isSaid = declared.some(({ fields }) => fields.length === 1 && fields[0] === field.name)
    if (!field.unique || isSaid) return []
    const id = `${field.id}__unique`
    return [
      {
        id,
        name: `${field.name}__unique`,
        fields: [field.name],
        index: bench.book.index(draft.entity.id, id, field.name),
      },
    ]
  })
}

/** A link is as readable as both its ends. */
function accessFromOf(bench: Bench, draft: EntityDraft): string[] {
  if (draft.entity.isLink) return draft.fields.slice(0, 2).map(({ field }) => field.name)
  return (draft.source.access_from ?? []).flatMap((written, index) => {
    const place = bench.trace.locate(draft.source, `/access_from/${index}`)
    const found = findField(draft, written, place.package)
    if (!found) {
      if (draft.absent.get(written) !== 'broken') reportUnknownField(bench, draft, written, place)
      return []
    }
    if (isToOne(found.field.type) || found.field.type === 'any_reference') return [found.field.name]
    bench.problems.error(place, 'not_a_reference', `“${written}” leads to no record`)
    return []
  })
}

export function reportUnknownField(
  bench: Bench,
  draft: EntityDraft,
  name: string,
  place: { package: string; file: string; path: string },
): void {
  const names = draft.fields.map(({ field }) => field.name)
  bench.problems.error(
    place,
    'unknown_field',
    draft.absent.get(name) === 'removed'
      ? `the field “${name}” of ${draft.entity.name} was taken out`
      : `${draft.entity.name} has no field “${name}”`,
    { hint: didYouMean(nearest(name, names)) },
  )
}

function joinLinks(bench: Bench, links: readonly LinkThing[]): void {
  for (const link of links) {
    const owner = bench.entities.find(({ entity }) => entity.id === link.owner.entityId)
    const field = owner?.fields.find((one) => one.field.id === link.owner.fieldId)?.field
    if (!field) continue
    field.options = { ...field.options, link: { entity: link.name, source: link.source, target: link.target } }
  }
}
