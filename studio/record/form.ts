// A form as its metadata describes it: tabs, sections, columns; each field shown or edited. Shared by the record page and
// the panel for new records.
import { html, nothing, type TemplateResult } from 'lit'
import type { ClientEntity, ClientField } from '../../sdk/wire/meta.ts'
import type { WireValue } from '../../sdk/wire/records.ts'
import { t } from '../app/i18n.ts'
import { type ClientForm, text } from '../app/meta.ts'
import type { FieldChange } from '../fields/field-editor.ts'
import { renderValue } from '../fields/index.ts'
import type { Values } from './draft.ts'
import { holds } from './form-rules.ts'

export interface FormState {
  entity: ClientEntity
  /** What stands on the page: the record with the changes. */
  values: Values
  errors: Readonly<Record<string, string>>
  isEditing: boolean
  /** null while the record is new. */
  recordId: string | null
  change: (change: FieldChange) => void
  /** What a form says about related lists; a new record has none. */
  renderRelated?: (related: RelatedItem) => TemplateResult
}

type Tab = ClientForm['tabs'][number]
type Section = Tab['sections'][number]
type Item = Section['items'][number]
export type RelatedItem = NonNullable<Item['related']>

export const visibleTabs = (form: ClientForm | undefined, state: FormState): Tab[] =>
  (form?.tabs ?? []).filter((tab) => holds(state.entity, tab.visibleIf, state.values, true))

export function renderSections(tab: Tab, state: FormState): TemplateResult {
  const sections = tab.sections.filter((section) => holds(state.entity, section.visibleIf, state.values, true))
  return html`${sections.map((section) => renderSection(section, state))}`
}

/** An entity that no form describes: its fields, one below the other. */
export function renderFields(state: FormState): TemplateResult {
  const fields = state.entity.fields.filter((field) => isOffered(field, state))
  return html`<div class="rl-form-grid" style="--rl-columns: 2">${fields.map((field) => renderField(field, state, {}))}</div>`
}

function renderSection(section: Section, state: FormState) {
  const items = section.items.filter((item) => holds(state.entity, item.visibleIf, state.values, true))
  const shown = items.map((item) => renderItem(item, state)).filter((one) => one !== nothing)
  if (shown.length === 0) return nothing
  const label = text(section.label)
  const body = html`<div class="rl-form-grid" style="--rl-columns: ${section.columns}">${shown}</div>`
  if (section.collapsed) return html`<details class="rl-form-section"><summary>${label}</summary>${body}</details>`
  return html`<section class="rl-form-section">${label ? html`<h2>${label}</h2>` : nothing}${body}</section>`
}

function renderItem(item: Item, state: FormState) {
  if (item.related)
    return state.renderRelated ? html`<div class="rl-form-full">${state.renderRelated(item.related)}</div>` : nothing
  if (item.text) return html`<p class="rl-form-full rl-muted">${text(item.text)}</p>`
  const field = state.entity.fields.find((one) => one.name === item.field)
  if (!field || !isOffered(field, state)) return nothing
  return renderField(field, state, item)
}

/** A new record has nothing yet of what the system fills. */
const isOffered = (field: ClientField, { recordId }: FormState): boolean => recordId !== null || field.isWritable

function renderField(field: ClientField, state: FormState, item: Partial<Item>) {
  const { entity, values, isEditing, recordId } = state
  const wide = item.width === 'full' || WIDE.has(field.widget) ? ' rl-form-full' : ''
  const isFixed = (!field.isWritable && field.widget !== 'links') || holds(entity, item.readOnlyIf, values, false)
  if (!isEditing || isFixed)
    return html`<div class="rl-form-item${wide}">${renderShown(field, values[field.name])}</div>`
  return html`<div class="rl-form-item${wide}">
    <rl-field-editor
      data-field=${field.name}
      .entity=${entity.name}
      .field=${field}
      .value=${values[field.name] ?? null}
      .recordId=${recordId}
      .error=${state.errors[field.name] ?? ''}
      .required=${field.required || holds(entity, item.requiredIf, values, false)}
      @change=${({ detail }: CustomEvent<FieldChange | undefined>) => detail && state.change(detail)}
    ></rl-field-editor>
  </div>`
}

function renderShown(field: ClientField, value: WireValue | undefined) {
  const shown = renderValue(field, value ?? null)
  const isEmpty = shown === '' || shown === null
  return html`<div class="rl-shown">
    <span class="rl-label">${text(field.label)}</span>
    <span class="rl-shown-value">${isEmpty ? html`<span class="rl-muted">${t('record.empty')}</span>` : shown}</span>
  </div>`
}

const WIDE: ReadonlySet<string> = new Set(['multiline', 'json', 'links'])
