// The value of a filter chip: its editor, and its words.
import { html, nothing, type TemplateResult } from 'lit'
import { until } from 'lit/directives/until.js'
import { formatDay } from '../../sdk/fields/intl.ts'
import type { ClientField } from '../../sdk/wire/meta.ts'
import type { WireValue } from '../../sdk/wire/records.ts'
import type { FilterEditor, FilterText } from '../app/field-kit.ts'
import { locale, t } from '../app/i18n.ts'
import { inputValue, isChecked } from '../app/inputs.ts'
import { meta, text } from '../app/meta.ts'
import type { ControlState } from './control.ts'
import { editAnyReference, idOf, recordSource, targetOf, wasChosen } from './edit-reference.ts'
import { isList, member, textOf } from './editor.ts'
import './date-input.ts'
import { isIsoDay } from './date-text.ts'
import './filter.css'
import { type FilterKind, filterKind } from './filter-kinds.ts'
import { isSpan, periodEditor, spanEditor, spanText } from './filter-span.ts'
import { knownName, nameOf } from './names.ts'
import './number-input.ts'
import { showNumber } from './number-text.ts'
import { offeredOptions, optionOf } from './options.ts'
import type { PickOption } from './picker.ts'
import './picker.ts'

export { filterOperators } from './filter-kinds.ts'
export { filterRule } from './filter-rule.ts'
export { firstValue } from './filter-span.ts'

const CONTROL: ControlState = {
  id: 'rl-filter-value',
  describedBy: '',
  required: false,
  disabled: false,
  invalid: false,
}

type Change = (value: WireValue) => void

export const filterEditor: FilterEditor = (field, operator, value, onChange) => {
  const kind = filterKind(field)
  const label = t('filter.value', { field: text(field.label) })
  if (kind === 'choice' || kind === 'choices') return optionList(field, value, onChange, label)
  if (isReference(kind)) return recordFilter(field, value, onChange, label)
  if (kind === 'anyReference') return anyFilter(field, value, onChange)
  if (operator === 'period') return periodEditor(value, onChange, label, CONTROL.id)
  if (isSpan(operator)) return spanEditor(value, onChange, label, CONTROL.id)
  if (operator !== 'between')
    return single(kind, isList(value) ? (value[0] ?? null) : value, onChange, label, CONTROL.id)
  const [from = null, to = null] = isList(value) ? value : [value, null]
  const set = (next: readonly WireValue[]) => onChange(next.some((one) => one !== null) ? next : null)
  return html`<div class="rl-range">
    ${single(kind, from, (next) => set([next, to]), t('filter.from'), `${CONTROL.id}-from`)}
    ${single(kind, to, (next) => set([from, next]), t('filter.to'), `${CONTROL.id}-to`)}
  </div>`
}

const REFERENCES: ReadonlySet<FilterKind> = new Set(['reference', 'person', 'team'])
const isReference = (kind: FilterKind): boolean => REFERENCES.has(kind)
const NUMERIC: ReadonlySet<FilterKind> = new Set(['number', 'decimal', 'money'])
const isDay = (kind: FilterKind): boolean => kind === 'date' || kind === 'moment'

function single(kind: FilterKind, value: WireValue, onChange: Change, label: string, id: string): TemplateResult {
  if (NUMERIC.has(kind))
    return html`<rl-number-input
      .control=${{ ...CONTROL, id }}
      .label=${label}
      .value=${textOf(value)}
      .unit=${kind === 'money' ? meta.all.baseCurrency : ''}
      @number=${({ detail }: CustomEvent<string | null>) => onChange(isNumber(detail) ? detail : null)}
    ></rl-number-input>`
  if (isDay(kind))
    return html`<rl-date-input
      .control=${{ ...CONTROL, id }}
      .label=${label}
      .value=${textOf(value)}
      @day=${({ detail }: CustomEvent<string | null>) => onChange(detail !== null && isIsoDay(detail) ? detail : null)}
    ></rl-date-input>`
  return html`<input
    id=${id}
    class="rl-input"
    type="text"
    autocomplete="off"
    aria-label=${label}
    .value=${textOf(value)}
    @input=${(event: Event) => onChange(inputValue(event) || null)}
  />`
}

const isNumber = (typed: string | null): boolean => typed !== null && /^-?\d+(\.\d+)?$/.test(typed)
const listOf = (value: WireValue): readonly string[] => (isList(value) ? value : [value]).map(textOf).filter(Boolean)

function optionList(field: ClientField, value: WireValue, onChange: Change, label: string) {
  const chosen = listOf(value)
  const toggle = (one: string, isOn: boolean) => {
    const next = isOn ? [...chosen, one] : chosen.filter((other) => other !== one)
    onChange(next.length > 0 ? next : null)
  }
  // Records may still have an option that is offered no more.
  const all = offeredOptions(
    field,
    (field.options.choices ?? []).map((option) => option.value),
  )
  return html`<div class="rl-filter-options" role="group" aria-label=${label}>
    ${all.map(
      (option) => html`<label translate="no">
        <input
          type="checkbox"
          .checked=${chosen.includes(option.value)}
          @change=${(event: Event) => toggle(option.value, isChecked(event))}
        />${option.color ? html`<span class="rl-dot" data-color=${option.color}></span>` : nothing}${option.label}
      </label>`,
    )}
  </div>`
}

function recordFilter(field: ClientField, value: WireValue, onChange: Change, label: string) {
  const entity = targetOf(field)
  const id = idOf(value)
  const draw = (chosen: PickOption | null) => html`<rl-picker
    clearable
    .control=${CONTROL}
    .label=${label}
    .placeholder=${t('fields.search')}
    .source=${recordSource(entity)}
    .chosen=${chosen}
    @pick=${({ detail }: CustomEvent<PickOption | null>) => {
      if (detail) wasChosen(entity, detail)
      onChange(detail?.value ?? null)
    }}
  ></rl-picker>`
  if (id === '') return draw(null)
  const known = knownName(entity, id)
  if (known !== undefined) return draw({ value: id, label: known })
  return html`${until(
    nameOf(entity, id).then((name) => draw({ value: id, label: name || id })),
    draw({ value: id, label: '…' }),
  )}`
}

const anyFilter = (field: ClientField, value: WireValue, onChange: Change) =>
  editAnyReference({
    ...CONTROL,
    labelId: '',
    entity: '',
    field,
    value,
    recordId: null,
    change: onChange,
    fault: () => {},
  })

export const filterText: FilterText = (field, operator, value) => {
  const kind = filterKind(field)
  if (kind === 'choice' || kind === 'choices')
    return listOf(value)
      .map((one) => optionOf(field, one).label)
      .join(', ')
  if (isReference(kind)) return recordName(targetOf(field), idOf(value))
  if (kind === 'anyReference') return member(value, 'display_name') || recordName(member(value, 'entity'), idOf(value))
  if (operator === 'period' || isSpan(operator)) return spanText(operator, value)
  if (operator !== 'between') return one(kind, textOf(isList(value) ? value[0] : value))
  const [from, to] = isList(value) ? value : [value]
  return t('filter.range', { from: one(kind, textOf(from)) || '…', to: one(kind, textOf(to)) || '…' })
}

function one(kind: FilterKind, value: string): string {
  if (isDay(kind)) return value && formatDay(value, locale())
  if (!NUMERIC.has(kind)) return value
  const shown = showNumber(value, locale())
  return kind === 'money' && shown ? `${shown} ${meta.all.baseCurrency}` : shown
}

function recordName(entity: string, id: string): TemplateResult | string {
  if (id === '') return '…'
  return (
    knownName(entity, id) ??
    html`${until(
      nameOf(entity, id).then((name) => name || id),
      '…',
    )}`
  )
}
