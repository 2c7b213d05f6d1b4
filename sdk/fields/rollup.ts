// A count, sum, extreme or average over the records that point here; kept right by the server with every change.
import { Type } from '@sinclair/typebox'
import { Rule } from '../metadata/source.ts'
import type { RuleType } from '../rules/types.ts'
import { COMPUTED, formatRuleValue, ruleSchema } from './computed.ts'
import { formatProperties } from './number-format.ts'
import type { FieldType, ValueOptions } from './types.ts'

export const rollup: FieldType = {
  ...COMPUTED,
  name: 'rollup',
  properties: {
    rollup: Type.Object(
      {
        over: Type.String({ description: 'an entity and its reference to this one: task.project' }),
        aggregate: Type.String({ description: 'count, sum, min, max or average' }),
        field: Type.Optional(Type.String({ description: 'of the records counted; not for count' })),
        filter: Type.Optional(Rule),
      },
      { additionalProperties: false },
    ),
    ...formatProperties,
  },
  wireSchema: ({ options }) => ruleSchema(typeOf(options)),
  format: (value, { options }, context) => formatRuleValue(value, typeOf(options), context, options.format),
}

/** Counts are numbers, sums and averages exact, the extremes of the type of what they are taken of. */
function typeOf({ rollup: source, ruleType }: ValueOptions): RuleType {
  if (source?.aggregate === 'count') return { kind: 'number' }
  if (source?.aggregate === 'min' || source?.aggregate === 'max') return ruleType ?? { kind: 'decimal' }
  return { kind: 'decimal' }
}
