// The name of a person, in parts.
import { membersOf } from './parsed.ts'
import { parseParts, partsFromText, partsOf, partsSchema, type TextParts, textOf } from './text-parts.ts'
import type { FieldType } from './types.ts'

const PARTS: TextParts = { prefix: 60, given: 120, middle: 120, family: 120, suffix: 60 }
/** Written family name first, without a space. */
const EAST_ASIAN = /^[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}々ー]+$/u

export const personName: FieldType = {
  name: 'person_name',
  properties: {},
  parts: () => partsOf(PARTS),
  widget: 'personName',
  isWritable: true,
  isReadable: true,
  isSortable: false,
  canBeUnique: false,
  wireSchema: () => partsSchema(PARTS),
  parse: (value) => parseParts(value, PARTS),
  fromText: partsFromText,
  format(value) {
    const members = membersOf(value)
    if (!members) return ''
    const [prefix, given = '', middle, family = '', suffix] = Object.keys(PARTS).map((key) => textOf(members, key))
    const core = EAST_ASIAN.test(family) && EAST_ASIAN.test(given) ? [family + given, middle] : [given, middle, family]
    return [prefix, ...core, suffix].filter(Boolean).join(' ')
  },
}
