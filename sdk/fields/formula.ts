// What a rule over the record yields; worked out at reading, never stored.
import { Type } from '@sinclair/typebox'
import { Rule } from '../metadata/source.ts'
import { COMPUTED, formatRuleValue, ruleSchema } from './computed.ts'
import { formatProperties } from './number-format.ts'
import type { FieldType } from './types.ts'

export const formula: FieldType = {
  ...COMPUTED,
  name: 'formula',
  properties: { rule: Rule, ...formatProperties },
  wireSchema: ({ options }) => (options.ruleType ? ruleSchema(options.ruleType) : Type.Unknown()),
  format: (value, { options }, context) => formatRuleValue(value, options.ruleType, context, options.format),
}
