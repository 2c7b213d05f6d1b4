// Text of several lines.
import { checkLengths, lengthProperties, parseText, textSchema } from './text-limits.ts'
import type { FieldType } from './types.ts'

/** Characters; also what `max_length` may be at most. */
const MAX_LENGTH = 1_000_000

export const longText: FieldType = {
  name: 'long_text',
  properties: lengthProperties(MAX_LENGTH),
  parts: () => [{ key: '', sqlType: 'text', ruleType: { kind: 'text' } }],
  widget: 'multiline',
  isWritable: true,
  isReadable: true,
  isSortable: true,
  canBeUnique: true,
  wireSchema: ({ options }) => textSchema(options, MAX_LENGTH),
  parse: (value, field) => parseText(value, field, { max: MAX_LENGTH, isMultiline: true }),
  check: (options) => checkLengths(options),
}
