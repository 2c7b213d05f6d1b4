// One of several options.
import type { TSchema } from '@sinclair/typebox'
import { checkChoices, choiceProperties, choiceSchema, isOffered, labelOf } from './choices.ts'
import { refuse, stored } from './parsed.ts'
import type { FieldType } from './types.ts'

export const choice: FieldType = {
  name: 'choice',
  properties: choiceProperties,
  parts: () => [{ key: '', sqlType: 'text', ruleType: { kind: 'text' } }],
  widget: 'choice',
  isWritable: true,
  isReadable: true,
  isSortable: true,
  canBeUnique: true,
  wireSchema: ({ options }): TSchema => choiceSchema(options),
  /** An option that is no longer offered stays valid where it stands; see ParseContext. */
  parse(value, { options }, context) {
    if (typeof value !== 'string' || value.length > 1000) return refuse('not_an_option', 'is not one of the options')
    const written = value.trim()
    if (written === '') return stored(null)
    const before = context?.before
    return isOffered(options, written, before === undefined || before === written) ?? stored(written)
  },
  check: checkChoices,
  format: (value, { options }, { locale }) => labelOf(options, value, locale),
}
