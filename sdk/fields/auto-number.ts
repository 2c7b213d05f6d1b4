// A number that the server draws for each new record: `INV-2026-00042`.
import { Type } from '@sinclair/typebox'
import { cannotBeSet } from './parsed.ts'
import type { FieldType } from './types.ts'

const MAX_PATTERN = 60

export const autoNumber: FieldType = {
  name: 'auto_number',
  properties: {
    number_pattern: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: MAX_PATTERN,
        description: 'text with {YYYY}, {YY}, {MM}, {DD} and one counter such as {00000}',
      }),
    ),
  },
  parts: () => [{ key: '', sqlType: 'text', ruleType: { kind: 'text' } }],
  widget: 'readonly',
  isWritable: false,
  isReadable: true,
  isSortable: true,
  canBeUnique: true,
  wireSchema: () => Type.String({ maxLength: 200 }),
  parse: cannotBeSet,
  check({ numberPattern }) {
    const message = numberPattern === undefined ? undefined : faultOf(numberPattern)
    return message === undefined ? [] : [{ path: '/numberPattern', message }]
  },
}

function faultOf(pattern: string): string | undefined {
  const gaps = pattern.match(/\{[^{}]*\}/g) ?? []
  if (/[{}]/.test(pattern.replace(/\{[^{}]*\}/g, ''))) return 'has a brace without its other half'
  const counters = gaps.filter((gap) => /^\{0{1,18}\}$/.test(gap))
  const strange = gaps.find((gap) => !counters.includes(gap) && !/^\{(YYYY|YY|MM|DD)\}$/.test(gap))
  if (strange !== undefined)
    return `does not know ${strange}; there are {YYYY}, {YY}, {MM}, {DD} and a counter such as {00000}`
  if (counters.length !== 1) return 'needs one counter, such as {00000}'
  return undefined
}
