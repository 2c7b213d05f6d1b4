// A value as people read it: in cells, exports and messages.
import type { WireValue } from '../wire/records.ts'
import { fieldType } from './index.ts'
import type { FieldShape, FormatContext } from './types.ts'

/**
 * One line, '' for an empty value. Exact: no digit of a decimal is lost. Never throws: what does not have the shape of
 * its type is shown as it is.
 * @param value as the API gives it; references as id or as an object with `display_name`
 */
export function formatValue(field: FieldShape, value: WireValue | undefined, context: FormatContext): string {
  if (value === null || value === undefined) return ''
  const { format } = fieldType(field.type)
  if (format) return format(value, field, context)
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
