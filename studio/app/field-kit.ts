// What the list needs of studio/fields: how a value is shown, and how it is filtered.
import type { TemplateResult } from 'lit'
import type { ClientEntity, ClientField } from '../../sdk/wire/meta.ts'
import type { WireRecord, WireValue } from '../../sdk/wire/records.ts'

export interface CellContext {
  /** Entity that the field belongs to. */
  entity: ClientEntity
  record: WireRecord
  /** `card`: on narrow screens, where there is room for more than a line. */
  place: 'cell' | 'card' | 'fact'
}
/** Plain, few elements: a list draws thousands. null is an empty cell. */
export type RenderCell = (
  field: ClientField,
  value: WireValue | undefined,
  context: CellContext,
) => TemplateResult | string

export interface FilterOperator {
  /** Stands in addresses: short and lasting, such as `is`, `contains`, `before`, `empty`. */
  name: string
  label: string
  /** false: `is empty` and its like. */
  needsValue: boolean
}
/** In the order offered; the first is the default. Empty: the field cannot be filtered by. */
export type FilterOperators = (field: ClientField) => readonly FilterOperator[]
/** The editor of a chip's value; calls `onChange` with every complete value, null while there is none. */
export type FilterEditor = (
  field: ClientField,
  operator: string,
  value: WireValue,
  onChange: (value: WireValue) => void,
) => TemplateResult
/** A JSON-Logic rule; null while the value is not complete. `path` is the field's path from the listed entity. */
export type FilterRule = (field: ClientField, operator: string, value: WireValue, path?: string) => unknown
/** The value in words, for the chip: `Won, Lost`, `12 March 2026`. */
export type FilterText = (field: ClientField, operator: string, value: WireValue) => string | TemplateResult
