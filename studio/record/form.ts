// A form as its metadata describes it: tabs, sections, columns; each field shown or edited where it stands. Shared by the
// record page and the panel for new records.
import { html, nothing, type TemplateResult } from 'lit'
import type { ClientEntity, ClientField } from '../../sdk/wire/meta.ts'
import type { FieldChange } from '../fields/field-editor.ts'
import { type ClientForm, text } from '../app/meta.ts'
import type { Values } from '../fields/form-values.ts'
import { renderRow } from './field-row.ts'
import { holds } from '../fields/form-rules.ts'

export interface FormState {
  entity: ClientEntity
  /** What stands on the page: the record with the changes. */
  values: Values
  errors: Readonly<Record<string, string>>
  /** The record without the changes; while it is new, what stands on the page. */
  before: Values
  /** null while the record is new. */
  recordId: string | null
  isOpen: (field: string) => boolean
  isChanged: (field: string) => boolean
  change: (change: FieldChange) => void
  /** Opens one field for editing; missing where nothing may be changed. */
  open?: (field: string) => void
  /** The focus has left an open field. */
  leave?: (field: string) => void
  /** The record is shown as it was. */
  isPast?: boolean
  /** Only these fields; all when missing. */
  only?: ReadonlySet<string>
  /** What a form says about related lists; a new record has none. */
  renderRelated?: (related: RelatedItem) => TemplateResult
}

type Tab = ClientForm['tabs'][number]
type Section = Tab['sections'][number]
export type FormItem = Section['items'][number]
export type RelatedItem = NonNullable<FormItem['related']>

export const visibleTabs = (form: ClientForm | undefined, state: FormState): Tab[] =>
  (form?.tabs ?? []).filter((tab) => holds(state.entity, tab.visibleIf, state.values, true))

export function renderSections(tab: Tab, state: FormState): TemplateResult {
  const sections = tab.sections.filter((section) => holds(state.entity, section.visibleIf, state.values, true))
  return html`${sections.map((section) => renderSection(section, state))}`
}

/** An entity that no form describes: its fields, one below the other. */
export function renderFields(state: FormState): TemplateResult {
  const fields = state.entity.fields.filter((field) => isOffered(field, state))
  return html`<div class="rl-form-grid" style="--rl-columns: 2">${fields.map((field) => renderRow(field, state, {}))}</div>`
}

function renderSection(section: Section, state: FormState) {
  const items = section.items.filter((item) => holds(state.entity, item.visibleIf, state.values, true))
  const shown = items.map((item) => renderItem(item, state)).filter((one) => one !== nothing)
  if (shown.length === 0) return nothing
  // A short form is one group.
  const label = state.only ? '' : text(section.label)
  const body = html`<div class="rl-form-grid" style="--rl-columns: ${section.columns}">${shown}</div>`
  if (section.collapsed && !state.only)
    return html`<details class="rl-form-section"><summary>${label}</summary>${body}</details>`
  return html`<section class="rl-form-section">${label ? html`<h2>${label}</h2>` : nothing}${body}</section>`
}

function renderItem(item: FormItem, state: FormState) {
  if (item.related)
    return state.renderRelated ? html`<div class="rl-form-full">${state.renderRelated(item.related)}</div>` : nothing
  if (item.text) return state.only ? nothing : html`<p class="rl-form-full rl-muted">${text(item.text)}</p>`
  const field = state.entity.fields.find((one) => one.name === item.field)
  if (!field || !isOffered(field, state)) return nothing
  return renderRow(field, state, item)
}

/** Names of the fields that have a place on the form, on whichever tab. */
export function fieldsOn(form: ClientForm | undefined, state: FormState): ReadonlySet<string> {
  const { entity, values } = state
  const shown = <T extends { visibleIf?: unknown }>(parts: readonly T[]): T[] =>
    parts.filter((part) => holds(entity, part.visibleIf, values, true))
  const items = visibleTabs(form, state).flatMap((tab) => shown(tab.sections).flatMap(({ items }) => shown(items)))
  const fields = entity.fields.filter((field) => isOffered(field, state)).map(({ name }) => name)
  const onForm = new Set(items.map(({ field }) => field))
  return new Set(items.length > 0 ? fields.filter((name) => onForm.has(name)) : fields)
}

/** A new record has nothing yet of what the system fills. */
const isOffered = (field: ClientField, { entity, values, recordId, only }: FormState): boolean =>
  (only?.has(field.name) ?? true) &&
  (recordId !== null || field.isWritable || field.widget === 'links') &&
  holds(entity, field.visibleIf, values, true)
