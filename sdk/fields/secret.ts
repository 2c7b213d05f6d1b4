// Text that is written, stored encrypted and never read back: a password, a token.
import { Type } from '@sinclair/typebox'
import { stored } from './parsed.ts'
import { readText } from './plain-text.ts'
import type { FieldType } from './types.ts'

const MAX_LENGTH = 10_000

export const secret: FieldType = {
  name: 'secret',
  properties: {},
  parts: () => [{ key: '', sqlType: 'text', ruleType: { kind: 'text' } }],
  widget: 'secret',
  isWritable: true,
  isReadable: false,
  isSortable: false,
  canBeUnique: false,
  wireSchema: () => Type.String({ maxLength: MAX_LENGTH, writeOnly: true }),
  /** Kept as it is: a space at its end may belong to it. */
  parse(value) {
    const read = readText(value, { max: MAX_LENGTH, isExact: true })
    return read.ok ? stored(read.text) : read
  },
  /** A response says only whether it is set. */
  format: (value, _field, { texts }) => (value === false || value === '' ? '' : (texts?.secret ?? '••••••')),
}
