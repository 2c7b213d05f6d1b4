// Any JSON value.
import { Type } from '@sinclair/typebox'
import { writeJson } from './json-value.ts'
import { refuse, stored } from './parsed.ts'
import type { FieldType } from './types.ts'

/** Characters of its text. */
const MAX_LENGTH = 1_000_000
const MAX_DEPTH = 50
/** A value that is no JSON, for `parse` to refuse. */
const NOT_JSON = Number.NaN

const REASONS = {
  not_json: 'must be JSON: objects, lists, texts, numbers, true, false and null',
  too_deep: `may be nested at most ${MAX_DEPTH} levels deep`,
  too_long: `may have at most ${MAX_LENGTH} characters`,
  broken_text: 'contains a character that cannot be stored (NUL or a lone surrogate)',
} as const

export const json: FieldType = {
  name: 'json',
  properties: {},
  parts: () => [{ key: '', sqlType: 'jsonb', ruleType: { kind: 'json' } }],
  widget: 'json',
  isWritable: true,
  isReadable: true,
  isSortable: false,
  canBeUnique: false,
  wireSchema: () => Type.Unknown({ description: 'any JSON value' }),
  parse(value) {
    const written = writeJson(value, { maxDepth: MAX_DEPTH, maxLength: MAX_LENGTH })
    return written.ok ? stored(written.text) : refuse(written.why, REASONS[written.why])
  },
  fromText(text) {
    if (text.trim() === '') return null
    try {
      return JSON.parse(text)
    } catch {
      // Not the text itself, which as a JSON string would be accepted.
      return NOT_JSON
    }
  },
  format: (value) => JSON.stringify(value),
}
