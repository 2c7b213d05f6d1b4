// Several records, through an entity of links. The links are records of that entity and are written as such.
import { Type } from '@sinclair/typebox'
import { Text } from '../metadata/source.ts'
import { formatRecord } from './format-record.ts'
import { cannotBeSet } from './parsed.ts'
import { Id, Target } from './references.ts'
import type { FieldType } from './types.ts'

export const manyToMany: FieldType = {
  name: 'many_to_many',
  properties: {
    to: Target,
    link_fields: Type.Optional(
      Type.Array(Type.Object({}, { additionalProperties: true }), { description: 'fields that each link has' }),
    ),
    inverse_label: Type.Optional(Text),
  },
  parts: () => [],
  widget: 'links',
  isWritable: false,
  isReadable: true,
  isSortable: false,
  canBeUnique: false,
  wireSchema: () => Type.Array(Id),
  parse: cannotBeSet,
  format: (value) => (Array.isArray(value) ? value.map(formatRecord).filter(Boolean).join(', ') : ''),
}
