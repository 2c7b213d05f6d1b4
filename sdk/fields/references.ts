// Metadata members, wire form and parsing of fields that point to records.
import { Type } from '@sinclair/typebox'
import { EntityName, Name, Text } from '../metadata/source.ts'
import { refuse, stored } from './parsed.ts'
import type { Parsed, PartSpec } from './types.ts'

export const deletion = {
  on_delete: Type.Optional(Type.Union([Type.Literal('restrict'), Type.Literal('detach'), Type.Literal('cascade')])),
  inverse_label: Type.Optional(Text),
}
/** Pickers offer only records whose field (left) has the value of this record's field (right), once that is filled in. */
export const match = {
  match: Type.Optional(
    Type.Record(Name, Name, { description: 'field of the target → field here: what is offered has the same value' }),
  ),
}
export const Target = EntityName
/** None: every entity. */
export const Targets = Type.Array(EntityName)

export const idParts = (): readonly PartSpec[] => [{ key: '', sqlType: 'uuid', ruleType: { kind: 'id' } }]
export const Id = Type.String({ format: 'uuid' })

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Lower case; undefined when it is none. Whether such a record exists is for the server to say. */
export function readId(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 100) return undefined
  const id = value.trim()
  return UUID.test(id) ? id.toLowerCase() : undefined
}

export function parseId(value: unknown): Parsed {
  if (typeof value === 'string' && value.length < 100 && value.trim() === '') return stored(null)
  const id = readId(value)
  return id === undefined ? refuse('not_an_id', 'is not the id of a record') : stored(id)
}
