// A percentage, exact: `"12.5"` is 12.5 %.
import { decimalProperties } from './bounds.ts'
import { decimal, parseDecimal } from './decimal.ts'
import { formatPercent } from './intl.ts'
import type { FieldType } from './types.ts'

export const percent: FieldType = {
  ...decimal,
  name: 'percent',
  properties: decimalProperties,
  widget: 'percent',
  parse: parseDecimal,
  fromText: (text) => text.replace(/\s*%\s*$/, ''),
  format: (value, _field, { locale }) => formatPercent(value, locale),
}
