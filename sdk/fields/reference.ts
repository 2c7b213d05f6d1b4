// The id of one record of one entity.
import { formatRecord } from './format-record.ts'
import { deletion, Id, idParts, match, parseId, Target } from './references.ts'
import type { FieldType } from './types.ts'

export const reference: FieldType = {
  name: 'reference',
  properties: { to: Target, ...match, ...deletion },
  parts: idParts,
  widget: 'reference',
  isWritable: true,
  isReadable: true,
  isSortable: true,
  canBeUnique: true,
  wireSchema: () => Id,
  parse: parseId,
  format: formatRecord,
}
