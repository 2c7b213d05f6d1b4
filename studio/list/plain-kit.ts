// Stands in for studio/fields until it is there: values as text, filters by equality.
import { html } from 'lit'
import type { FilterEditor, FilterOperators, FilterRule, FilterText, RenderCell } from '../app/field-kit.ts'

export const renderCell: RenderCell = (_field, value) => {
  if (value === null || value === undefined) return ''
  if (typeof value !== 'object') return String(value)
  if (Array.isArray(value)) return value.join(', ')
  const { display_name, amount, currency } = { display_name: null, amount: null, currency: null, ...value }
  return String(display_name ?? (amount ? `${amount} ${currency}` : JSON.stringify(value)))
}
export const filterOperators: FilterOperators = ({ widget }) => {
  if (widget === 'text' || widget === 'email') return [{ name: 'contains', label: 'contains', needsValue: true }]
  return [{ name: 'is', label: 'is', needsValue: true }]
}
export const filterEditor: FilterEditor = (_field, _operator, value, onChange) =>
  html`<input
    class="rl-input"
    .value=${value === null ? '' : String(value)}
    @change=${(event: Event) => event.target instanceof HTMLInputElement && onChange(event.target.value || null)}
  />`
export const filterRule: FilterRule = (field, operator, value, path = field.name) =>
  value === null ? null : operator === 'contains' ? { in: [value, { var: path }] } : { '==': [{ var: path }, value] }
export const filterText: FilterText = (_field, _operator, value) => String(value)
