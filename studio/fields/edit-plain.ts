// Editors of single values: text, numbers, dates, yes or no.
import { html, nothing } from 'lit'
import { live } from 'lit/directives/live.js'
import type { WireValue } from '../../sdk/wire/records.ts'
import { t } from '../app/i18n.ts'
import { inputValue, isChecked } from '../app/inputs.ts'
import { control } from './control.ts'
import { type Editor, type EditorContext, textOf } from './editor.ts'
import './date-input.ts'
import './number-input.ts'
import { shownText } from './shown.ts'

const line =
  (type: string, autocomplete = 'off'): Editor =>
  (context) =>
    html`<input
      ${control(context)}
      class="rl-input"
      type=${type}
      autocomplete=${autocomplete}
      .value=${live(textOf(context.value))}
      @input=${(event: Event) => context.change(inputValue(event) || null)}
    />`

export const editText = line('text')
export const editDate: Editor = (context) => {
  const { min, max } = context.field.options
  return html`<rl-date-input
    .control=${context}
    .value=${textOf(context.value)}
    .min=${typeof min === 'string' ? min : ''}
    .max=${typeof max === 'string' ? max : ''}
    @day=${({ detail }: CustomEvent<string | null>) => context.change(detail)}
  ></rl-date-input>`
}
// Our own check speaks the reader's language and knows what the server takes.
export const editEmail = line('text')
export const editPhone = line('tel')
export const editUrl = line('text')

/** Grows with its text. */
export const editMultiline: Editor = (context) =>
  html`<textarea
    ${control(context)}
    class="rl-input rl-multiline"
    rows="3"
    .value=${live(textOf(context.value))}
    @input=${({ target }: Event) => target instanceof HTMLTextAreaElement && context.change(target.value || null)}
  ></textarea>`

/** Floats travel as numbers, exact ones as text. */
const numeric =
  (unit: string): Editor =>
  (context) =>
    html`<rl-number-input
      .control=${context}
      .value=${textOf(context.value)}
      .unit=${unit}
      .grouping=${context.field.options.format?.grouping !== false}
      @number=${({ detail }: CustomEvent<string | null>) => context.change(ofType(context, detail))}
    ></rl-number-input>`

export const editNumber = numeric('')
export const editPercent = numeric('%')

function ofType({ field }: EditorContext, typed: string | null): WireValue {
  return field.type === 'number' && typed !== null && /^-?\d+(\.\d+)?$/.test(typed) ? Number(typed) : typed
}

export const editCheckbox: Editor = (context) =>
  html`<span class="rl-check"
    ><input
      type="checkbox"
      ${control(context)}
      .checked=${live(context.value === true)}
      @input=${(event: Event) => context.change(isChecked(event))}
    /><span class="rl-muted" aria-hidden="true">${context.value === null ? nothing : context.value === true ? t('fields.yes') : t('fields.no')}</span></span
  >`

/** What the system fills in: shown, never sent. */
export const editReadonly: Editor = ({ id, field, value, describedBy }) =>
  html`<output id=${id} class="rl-readonly" tabindex="-1" translate="no" aria-describedby=${describedBy || nothing}
    >${shownText(field, value) || html`<span class="rl-muted">${t('fields.computed')}</span>`}</output
  >`
