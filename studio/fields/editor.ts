// What an editor is told and what it does: it shows the value and says every change. Labels, errors and the draft are
// the business of whoever shows it (rl-field-editor).
import type { TemplateResult } from 'lit'
import type { ClientField } from '../../sdk/wire/meta.ts'
import type { WireValue } from '../../sdk/wire/records.ts'

export interface EditorContext {
  /** Id of the control that takes the focus; the label names it. */
  id: string
  /** Id of the label, for controls that `label for` does not reach. */
  labelId: string
  /** Ids of help and error; '' for none. */
  describedBy: string
  /** Qualified name of the entity that the field belongs to. */
  entity: string
  field: ClientField
  value: WireValue
  /** null while the record is new. */
  recordId: string | null
  /** Of a reference: a filter of the records that may be chosen; absent: all. */
  offered?: unknown
  required: boolean
  disabled: boolean
  invalid: boolean
  /** With a value as the API takes it; null empties the field. */
  change(value: WireValue): void
  /** What was typed cannot be made a value; '' when it can again. */
  fault(message: string): void
}

export type Editor = (context: EditorContext) => TemplateResult

/** What a value is when its members are read. */
export type WireObject = { readonly [key: string]: WireValue }
export const isObject = (value: WireValue | undefined): value is WireObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
export const isList = (value: WireValue | undefined): value is readonly WireValue[] => Array.isArray(value)
export const textOf = (value: WireValue | undefined): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
export const member = (value: WireValue | undefined, key: string): string => (isObject(value) ? textOf(value[key]) : '')
