// Several of several options; kept in the order in which the options stand, each once.
import { Type } from '@sinclair/typebox'
import { checkChoices, choiceProperties, choiceSchema, isOffered, labelOf } from './choices.ts'
import { isList, refuse, stored } from './parsed.ts'
import type { FieldType } from './types.ts'

const MAX_ITEMS = 1000

export const multiChoice: FieldType = {
  name: 'multi_choice',
  properties: choiceProperties,
  parts: () => [{ key: '', sqlType: 'text[]', ruleType: { kind: 'text', isList: true } }],
  widget: 'choices',
  isWritable: true,
  isReadable: true,
  isSortable: false,
  canBeUnique: false,
  wireSchema: ({ options }) => Type.Array(choiceSchema(options), { uniqueItems: true }),
  parse(value, { options }, context) {
    if (!isList(value, MAX_ITEMS)) return refuse('not_a_list', 'must be a list of options')
    const before = context?.before
    const chosen = new Set<string>()
    for (const item of value) {
      if (typeof item !== 'string' || item.length > 1000) return refuse('not_an_option', 'is not one of the options')
      const written = item.trim()
      const kept = before === undefined || (isList(before, MAX_ITEMS) && before.includes(written))
      const fault = isOffered(options, written, kept)
      if (fault) return fault
      chosen.add(written)
    }
    const inOrder =
      options.choices?.map((option) => option.value).filter((one) => chosen.has(one)) ?? [...chosen].sort()
    return stored(inOrder.length === 0 ? null : arrayLiteral(inOrder))
  },
  /** `a; b`. */
  fromText: (text) =>
    text
      .split(/[;\n]/)
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  check: checkChoices,
  format: (value, { options }, { locale }) =>
    Array.isArray(value) ? value.map((item) => labelOf(options, item, locale)).join(', ') : '',
}

/** `{"a","b"}`, as PostgreSQL reads text[]. */
function arrayLiteral(items: readonly string[]): string {
  return `{${items.map((item) => `"${item.replace(/[\\"]/g, '\\$&')}"`).join(',')}}`
}
