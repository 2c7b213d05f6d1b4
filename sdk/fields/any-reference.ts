// A record of one of several entities: its entity and its id.
import { Type } from '@sinclair/typebox'
import { EntityName } from '../metadata/source.ts'
import { formatRecord } from './format-record.ts'
import { membersOf, refuse, unknownMember } from './parsed.ts'
import { deletion, Id, readId, Targets } from './references.ts'
import type { FieldType } from './types.ts'

const QUALIFIED = /^[a-z][a-z0-9_]{0,39}\.[a-z][a-z0-9_]{0,80}$/

export const anyReference: FieldType = {
  name: 'any_reference',
  properties: {
    to: Type.Optional(Targets),
    traits: Type.Optional(Type.Array(Type.String({ minLength: 1 }))),
    ...deletion,
  },
  parts: () => [
    { key: 'entity', sqlType: 'text', ruleType: { kind: 'text' } },
    { key: 'id', sqlType: 'uuid', ruleType: { kind: 'id' } },
  ],
  widget: 'anyReference',
  isWritable: true,
  isReadable: true,
  isSortable: false,
  canBeUnique: true,
  wireSchema: () =>
    Type.Object({ entity: EntityName, id: Id, display_name: Type.Optional(Type.Union([Type.String(), Type.Null()])) }),
  /** Which entities are allowed, names and aliases alike, the server knows. `display_name` is what reading adds. */
  parse(value) {
    const members = membersOf(value)
    if (!members) return refuse('not_a_link', 'must name an entity and a record: {"entity":"base.person","id":"…"}')
    const strange = unknownMember(members, ['entity', 'id', 'display_name'])
    if (strange) return strange
    const { entity, id } = members
    if ((entity ?? '') === '' && (id ?? '') === '') return { ok: true, parts: { entity: null, id: null } }
    if (typeof entity !== 'string' || !QUALIFIED.test(entity))
      return refuse('not_an_entity', 'needs the name of an entity, such as base.person')
    const read = readId(id)
    return read === undefined
      ? refuse('not_an_id', 'needs the id of a record')
      : { ok: true, parts: { entity, id: read } }
  },
  /** `base.person/0190…` or with a colon. */
  fromText(text) {
    const [, entity, id] = /^\s*([a-z0-9_.]{1,130})\s*[:/]\s*([0-9A-Fa-f-]{36})\s*$/.exec(text.slice(0, 300)) ?? []
    return entity === undefined ? text.trim() || null : { entity, id }
  },
  format: formatRecord,
}
