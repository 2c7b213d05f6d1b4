// A value on a record's page, in reading: what can be followed is a link, what has lines keeps them.
import type { TemplateResult } from 'lit'
import type { ClientField } from '../../sdk/wire/meta.ts'
import type { WireValue } from '../../sdk/wire/records.ts'
import type { CellContext } from '../app/field-kit.ts'
import { shownText } from './shown.ts'

/** '' for an empty value: the page says that nothing is there. */
export function renderValue(
  field: ClientField,
  value: WireValue | undefined,
  _context?: Partial<CellContext>,
): TemplateResult | string {
  return shownText(field, value)
}
