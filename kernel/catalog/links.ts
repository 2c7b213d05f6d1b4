// A many-to-many field is two references on an entity of its own, written here as an author would write it, so that
// links have history, rights and fields like any record.
import { Value } from '@sinclair/typebox/value'
import { EntitySource } from '../../sdk/metadata/source.ts'
import type { Thing } from './layers.ts'
import { humanise } from './naming.ts'
import { qualify } from './qualify.ts'
import { MANY_TO_MANY } from './references.ts'
import { isRecord, type Trace } from './trace.ts'

export interface LinkThing extends Thing<EntitySource> {
  /** Where `options.link` goes. */
  owner: { entityId: string; fieldId: string }
  source: string
  target: string
}

export function linksOf(entities: readonly Thing<EntitySource>[], trace: Trace): LinkThing[] {
  return entities.flatMap((thing) =>
    (thing.value.fields ?? []).flatMap((values) =>
      isRecord(values) && values['type'] === MANY_TO_MANY && values['removed'] !== true
        ? (linkOf(thing, values, entities, trace) ?? [])
        : [],
    ),
  )
}

function linkOf(
  thing: Thing<EntitySource>,
  values: Record<string, unknown>,
  entities: readonly Thing<EntitySource>[],
  trace: Trace,
): LinkThing | undefined {
  const place = trace.locate(values)
  const to: unknown = Array.isArray(values['to']) ? values['to'][0] : values['to']
  const { name, id } = values
  if (typeof to !== 'string' || typeof name !== 'string' || typeof id !== 'string') return undefined
  const wanted = qualify(to, trace.member(values, 'to').package)
  const target = entities.find(
    (one) => one.name === wanted || one.value.aliases?.some((alias) => qualify(alias, one.package) === wanted),
  )
  if (!target) return undefined
  const source = thing.value.name
  const targetField = target.value.name === source ? `related_${source}` : target.value.name
  const short = `${source}_${name}`
  const written = {
    name: short,
    label: values['label'] ?? humanise(name),
    plural: values['label'] ?? humanise(name),
    ownership: 'none',
    // Who keeps watch over teams is told of their members, too.
    traits: (thing.value.traits ?? []).map((trait) => `${trait}_link`),
    search: false,
    fields: [
      end(`${place.package}:source`, source, thing, values['label'] ?? humanise(name)),
      end(`${place.package}:target`, targetField, target, values['inverse_label']),
      ...linkFields(values['link_fields'], place.package, trace),
    ],
    uniques: [{ id: `${place.package}:pair`, name: 'pair', fields: [source, targetField] }],
  }
  for (const part of [...written.fields, ...written.uniques]) if (!trace.place(part)) trace.put(part, place)
  // The name may be longer than an author's; all else has the shape of any entity.
  const shaped: unknown = { ...written, name: 'link' }
  if (!Value.Check(EntitySource, shaped)) return undefined
  const value = { ...shaped, name: short }
  trace.put(value, place)
  return {
    id: `${place.package}:${shortId(thing.id)}_${shortId(id)}`,
    name: `${place.package}.${short}`,
    package: place.package,
    value,
    place,
    owner: { entityId: thing.id, fieldId: id },
    source,
    target: targetField,
  }
}

/** @param inverseLabel title of the list of links on the record at this end */
function end(id: string, name: string, to: Thing<EntitySource>, inverseLabel: unknown): Record<string, unknown> {
  const label = to.value.label ?? humanise(to.value.name)
  return {
    id,
    name,
    label,
    type: 'reference',
    to: to.name,
    required: true,
    on_delete: 'cascade',
    indexed: true,
    ...(inverseLabel === undefined ? {} : { inverse_label: inverseLabel }),
  }
}

function linkFields(items: unknown, owner: string, trace: Trace): Record<string, unknown>[] {
  const list: unknown[] = Array.isArray(items) ? items : []
  return list.filter(isRecord).map((item) => {
    item['id'] = `${trace.place(item)?.package ?? owner}:${String(item['id']).replace(/^.*:/, '')}`
    return item
  })
}

function shortId(id: string): string {
  return id.slice(id.indexOf(':') + 1)
}
