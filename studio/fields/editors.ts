// Which editor belongs to which widget.
import { html, nothing } from 'lit'
import { live } from 'lit/directives/live.js'
import type { Widget } from '../../sdk/fields/types.ts'
import { inputValue } from '../app/inputs.ts'
import { type Editor, textOf } from './editor.ts'

const text: Editor = ({ id, describedBy, value, disabled, invalid, required, change }) =>
  html`<input
    id=${id}
    class="rl-input"
    .value=${live(textOf(value))}
    ?disabled=${disabled}
    aria-required=${required ? 'true' : nothing}
    aria-invalid=${invalid ? 'true' : nothing}
    aria-describedby=${describedBy || nothing}
    @input=${(event: Event) => change(inputValue(event) || null)}
  />`

const EDITORS: Partial<Record<Widget, Editor>> = {}

export const editorOf = (widget: Widget): Editor => EDITORS[widget] ?? text
