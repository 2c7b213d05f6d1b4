// Yes or no.
import { Type } from '@sinclair/typebox'
import { refuse, stored } from './parsed.ts'
import type { FieldType } from './types.ts'

const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['', null],
  ...['true', 't', 'yes', 'y', '1', 'on'].map((word) => [word, true] as const),
  ...['false', 'f', 'no', 'n', '0', 'off'].map((word) => [word, false] as const),
])

export const boolean: FieldType = {
  name: 'boolean',
  properties: {},
  parts: () => [{ key: '', sqlType: 'boolean', ruleType: { kind: 'boolean' } }],
  widget: 'checkbox',
  isWritable: true,
  isReadable: true,
  isSortable: true,
  canBeUnique: true,
  wireSchema: () => Type.Boolean(),
  parse: (value) =>
    typeof value === 'boolean' ? stored(String(value)) : refuse('not_boolean', 'must be true or false'),
  fromText: (text) => {
    const word = WORDS.get(text.trim().toLowerCase())
    return word === undefined ? text : word
  },
  format: (value, _field, { texts }) => (value === true ? (texts?.yes ?? 'Yes') : (texts?.no ?? 'No')),
}
