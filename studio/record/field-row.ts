// One field of a form: its label, and beside it the value as it reads or the editor in the same place, so that nothing
// moves when a person clicks a value to change it.
import { html, nothing } from 'lit'
import type { ClientField } from '../../sdk/wire/meta.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { text } from '../app/meta.ts'
import { afterPointer } from '../app/pointer.ts'
import type { FieldChange } from '../fields/field-editor.ts'
import { renderValue } from '../fields/index.ts'
import type { FormItem, FormState } from './form.ts'
import { holds, offeredRecords, withOptionsOf } from '../fields/form-rules.ts'

const WIDE: ReadonlySet<string> = new Set(['multiline', 'json', 'links'])
/** Work that goes on after the focus has left: a file on its way, a list being put together. */
const STAYS_OPEN: ReadonlySet<string> = new Set(['file', 'links', 'json'])

export function renderRow(field: ClientField, state: FormState, item: Partial<FormItem>) {
  const { entity, values } = state
  const isFixed =
    (!field.isWritable && field.widget !== 'links') ||
    holds(entity, item.readOnlyIf, values, false) ||
    // Where it is the field's own rule, the server asks it of the record before the change.
    holds(entity, field.readOnlyIf, state.before, false)
  const isRequired = [field.requiredIf, item.requiredIf].some((rule) => holds(entity, rule, values, field.required))
  const isLinks = field.widget === 'links'
  // Links are read and written by themselves; how they were at an earlier time is not known.
  if (isLinks && state.isPast) return nothing
  const isOpen = isLinks || (!isFixed && state.isOpen(field.name))
  const wide = item.width === 'full' || WIDE.has(field.widget) ? ' rl-form-full' : ''
  return html`<div class="rl-row${wide}" data-row=${field.name} ?data-changed=${state.isChanged(field.name)}>
    <span class="rl-row-label" aria-hidden=${isOpen ? 'true' : nothing}>${text(field.label)}${isOpen && isRequired ? html`<span class="rl-required" title=${t('fields.requiredMark')}>&nbsp;*</span>` : nothing}</span>
    ${isOpen ? renderOpen(field, state, { isRequired, isFixed }) : renderShown(field, state, isFixed)}
  </div>`
}

function renderOpen(field: ClientField, state: FormState, is: { isRequired: boolean; isFixed: boolean }) {
  const { entity, values, recordId } = state
  const isDisabled = is.isFixed || (recordId !== null && !state.open)
  const onLeave = ({ currentTarget }: FocusEvent): void => {
    if (!state.leave || STAYS_OPEN.has(field.widget) || !(currentTarget instanceof HTMLElement)) return
    const editor = currentTarget
    // Another window leaves the focus where it was.
    afterPointer(() => {
      if (document.hasFocus() && !editor.contains(document.activeElement)) state.leave?.(field.name)
    })
  }
  return html`<rl-field-editor
    compact
    data-field=${field.name}
    .entity=${entity.name}
    .field=${withOptionsOf(entity, field, values)}
    .value=${values[field.name] ?? null}
    .offered=${offeredRecords(field, values)}
    .recordId=${recordId}
    .error=${state.errors[field.name] ?? ''}
    .required=${is.isRequired}
    ?disabled=${isDisabled}
    @focusout=${onLeave}
    @change=${({ detail }: CustomEvent<FieldChange | undefined>) => detail && state.change(detail)}
  ></rl-field-editor>`
}

function renderShown(field: ClientField, state: FormState, isFixed: boolean) {
  const shown = renderValue(field, state.values[field.name] ?? null)
  const value = shown === '' ? html`<span class="rl-row-empty">${t('record.empty')}</span>` : shown
  const error = state.errors[field.name]
  const refused = error ? html`<p class="rl-error" role="alert">${error}</p>` : nothing
  if (isFixed || !state.open) return html`<div class="rl-row-value">${value}${refused}</div>`
  const open = (): void => state.open?.(field.name)
  const onClick = ({ target }: MouseEvent): void => {
    // A link is followed and a text can be marked; anything else is asked to change.
    const isLink = target instanceof Element && target.closest('a, button') !== null
    if (!isLink && getSelection()?.isCollapsed !== false) open()
  }
  return html`<div class="rl-row-value" data-editable @click=${onClick}>
    ${value}<button type="button" class="rl-row-edit" aria-label=${t('record.editField', { field: text(field.label) })} @click=${open}>${icon('pencil')}</button>
  </div>`
}
