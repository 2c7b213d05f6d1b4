// JSON as text. What is no JSON stays in the field, with the reason, and is not sent.
import { html, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { live } from 'lit/directives/live.js'
import type { WireValue } from '../../sdk/wire/records.ts'
import { RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { control } from './control.ts'
import type { Editor, EditorContext } from './editor.ts'

@customElement('rl-json-input')
export class RlJsonInput extends RlElement {
  @property({ attribute: false }) context!: EditorContext
  @state() private typed: string | null = null
  #sent: WireValue = null

  protected override willUpdate(changed: PropertyValues<this>): void {
    const before = changed.get('context')
    if (before && before.value !== this.context.value && this.context.value !== this.#sent) this.typed = null
  }

  protected override render() {
    const { value } = this.context
    return html`<textarea
      ${control(this.context)}
      class="rl-input rl-multiline rl-json"
      rows="3"
      spellcheck="false"
      translate="no"
      .value=${live(this.typed ?? (value === null ? '' : JSON.stringify(value, null, 2)))}
      @input=${this.onInput}
    ></textarea>`
  }

  private readonly onInput = (event: Event): void => {
    event.stopPropagation()
    if (!(event.target instanceof HTMLTextAreaElement)) return
    this.typed = event.target.value
    try {
      const value: WireValue = this.typed.trim() === '' ? null : JSON.parse(this.typed)
      this.#sent = value
      this.context.fault('')
      this.context.change(value)
    } catch (error) {
      this.context.fault(t('fields.json.broken', { reason: error instanceof Error ? error.message : '' }))
    }
  }
}

export const editJson: Editor = (context) => html`<rl-json-input .context=${context}></rl-json-input>`

declare global {
  interface HTMLElementTagNameMap {
    'rl-json-input': RlJsonInput
  }
}
