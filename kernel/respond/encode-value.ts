// Raw PostgreSQL text to JSON text, without a JavaScript value in between where none is needed.
import type { SqlType } from '../../sdk/metadata/snapshot.ts'

export type EncodeValue = (raw: string) => string

// Control characters, quotes, backslashes and lone surrogates need JSON.stringify; everything else is quoted as it is.
const NEEDS_ESCAPE = /[\u0000-\u001f"\\\ud800-\udfff]/

export const encodeText: EncodeValue = (raw) => (NEEDS_ESCAPE.test(raw) ? JSON.stringify(raw) : `"${raw}"`)
const quote: EncodeValue = (raw) => `"${raw}"`
const asIs: EncodeValue = (raw) => raw
const encodeBoolean: EncodeValue = (raw) => (raw === 't' ? 'true' : 'false')
/** `2026-01-02 03:04:05.12+00` (TimeZone UTC, DateStyle ISO) → `"2026-01-02T03:04:05.12Z"`. */
const encodeInstant: EncodeValue = (raw) => `"${raw.slice(0, 10)}T${raw.slice(11, -3)}Z"`

const ENCODERS: Readonly<Record<SqlType, EncodeValue>> = {
  text: encodeText,
  // Selected as to_json, hence JSON already.
  'text[]': asIs,
  float8: asIs,
  numeric: quote,
  boolean: encodeBoolean,
  date: quote,
  timestamptz: encodeInstant,
  uuid: quote,
  jsonb: asIs,
  int4: asIs,
}

export function encoderOf(sqlType: SqlType): EncodeValue {
  return ENCODERS[sqlType]
}
