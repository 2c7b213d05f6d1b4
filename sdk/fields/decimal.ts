// An exact number. Travels as text, is stored as numeric, and keeps every digit.
import { Type } from '@sinclair/typebox'
import { checkBounds, decimalProperties, outsideBounds } from './bounds.ts'
import { readDecimal } from './exact-number.ts'
import { formatDecimal, formatStyled } from './intl.ts'
import { formatProperties } from './number-format.ts'
import { stored } from './parsed.ts'
import type { FieldShape, FieldType, Parsed } from './types.ts'

export const decimal: FieldType = {
  name: 'decimal',
  properties: { ...decimalProperties, ...formatProperties },
  parts: () => [{ key: '', sqlType: 'numeric', ruleType: { kind: 'decimal' } }],
  widget: 'number',
  isWritable: true,
  isReadable: true,
  isSortable: true,
  canBeUnique: true,
  wireSchema: () => Type.String({ format: 'decimal' }),
  parse: parseDecimal,
  check: checkBounds,
  format: (value, { options }, { locale, baseCurrency }) =>
    options.format ? formatStyled(value, options.format, locale, baseCurrency) : formatDecimal(value, locale),
}

/** Also of percent. */
export function parseDecimal(value: unknown, { options }: FieldShape): Parsed {
  if (typeof value === 'string' && value.trim() === '') return stored(null)
  const read = readDecimal(value, options.scale)
  return read.ok ? (outsideBounds(read.text, options) ?? stored(read.text)) : read
}
