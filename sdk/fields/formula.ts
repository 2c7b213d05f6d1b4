// What a rule over the record yields; worked out at reading, never stored.
import { Type } from '@sinclair/typebox'
import { Rule } from '../metadata/source.ts'
import { formatRuleValue, ruleSchema } from './computed.ts'
import { formatProperties } from './number-format.ts'
import { cannotBeSet } from './parsed.ts'
import type { FieldType } from './types.ts'

export const formula: FieldType = {
  name: 'formula',
  properties: { rule: Rule, ...formatProperties },
  parts: () => [],
  widget: 'readonly',
  isWritable: false,
  isReadable: true,
  isSortable: true,
  canBeUnique: false,
  wireSchema: ({ options }) => (options.ruleType ? ruleSchema(options.ruleType) : Type.Unknown()),
  parse: cannotBeSet,
  format: (value, { options }, context) => formatRuleValue(value, options.ruleType, context, options.format),
}
