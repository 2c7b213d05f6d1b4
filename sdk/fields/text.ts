// One line of text.
import { Type } from '@sinclair/typebox'
import { checkLengths, lengthProperties, parseText, textSchema } from './text-limits.ts'
import type { FieldType } from './types.ts'

/** Characters; also what `max_length` may be at most. */
const MAX_LENGTH = 10_000

export const text: FieldType = {
  name: 'text',
  properties: {
    ...lengthProperties(MAX_LENGTH),
    pattern: Type.Optional(
      Type.String({
        maxLength: 500,
        description:
          'a regular expression; it may match anywhere unless it has ^ and $. No look-around, no back-references',
      }),
    ),
  },
  parts: () => [{ key: '', sqlType: 'text', ruleType: { kind: 'text' } }],
  widget: 'text',
  isWritable: true,
  isReadable: true,
  isSortable: true,
  canBeUnique: true,
  wireSchema: ({ options }) => textSchema(options, MAX_LENGTH),
  parse: (value, field) => parseText(value, field, { max: MAX_LENGTH }),
  check: (options) => checkLengths(options),
}
