// Types of relationship as they read from one end: “works for” on a person’s page, “employs” on the organisation’s.
import type { ClientEntity, ClientMeta } from '../../sdk/wire/meta.ts'
import type { WireRecord, WireValue } from '../../sdk/wire/records.ts'
import { meta, text } from '../app/meta.ts'

type RelationshipType = ClientMeta['relationships'][number]
type End = RelationshipType['from']

export interface RelationshipKind {
  /** Unique among the kinds of an entity. */
  id: string
  type: RelationshipType
  /** Where this record stands, and the other one. */
  here: 'from' | 'to'
  there: 'from' | 'to'
  /** As a sentence goes on from this record's name. */
  label: string
}

export const RELATIONSHIP = 'system.relationship'

const allows = ({ entities, traits }: End, entity: ClientEntity): boolean =>
  (entities.length === 0 && traits.length === 0) ||
  entities.includes(entity.name) ||
  entity.traits.some((trait) => traits.includes(trait))

/** In the order of their words. A symmetric type reads the same from both ends, so it is one kind. */
export function kindsFrom(entity: ClientEntity): RelationshipKind[] {
  return meta.all.relationships
    .flatMap((type) => {
      const from = kindOf(type, 'from')
      if (type.symmetric) return allows(type.from, entity) || allows(type.to, entity) ? [from] : []
      return [...(allows(type.from, entity) ? [from] : []), ...(allows(type.to, entity) ? [kindOf(type, 'to')] : [])]
    })
    .toSorted((a, b) => a.label.localeCompare(b.label))
}

function kindOf(type: RelationshipType, here: 'from' | 'to'): RelationshipKind {
  const there = here === 'from' ? 'to' : 'from'
  return {
    id: `${type.name} ${here}`,
    type,
    here,
    there,
    label: text(here === 'from' ? type.label : type.reverseLabel),
  }
}

/** Entities that may stand at the other end, as far as this person may read them. */
export function othersOf({ type, there }: RelationshipKind): string[] {
  const ends = type.symmetric ? [type.from, type.to] : [type[there]]
  return meta.all.entities
    .filter((entity) => !entity.isLink && entity.can.read && ends.some((end) => allows(end, entity)))
    .map(({ name }) => name)
}

/** How a record of `system.relationship` reads from the record with this id; undefined: its type is gone. */
export function kindOfRecord(record: WireRecord, id: string): RelationshipKind | undefined {
  const type = meta.all.relationships.find(({ name }) => name === record['type'])
  if (!type) return undefined
  const here = idAt(record['from']) === id ? 'from' : 'to'
  const kind = kindOf(type, here)
  return type.symmetric ? { ...kind, id: `${type.name} from` } : kind
}

const idAt = (value: WireValue | undefined): unknown =>
  typeof value === 'object' && value !== null && 'id' in value ? value.id : undefined
