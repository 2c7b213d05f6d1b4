// Typing a number in one's own language; what goes out is exact decimal text.
import { html, nothing, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { live } from 'lit/directives/live.js'
import { fire, RlElement } from '../app/element.ts'
import { locale } from '../app/i18n.ts'
import { inputValue } from '../app/inputs.ts'
import { type ControlState, control } from './control.ts'
import { readNumber, showNumber } from './number-text.ts'

/** Fires `number`: canonical text (`1234.50`), null when emptied, or as typed what is no number. */
@customElement('rl-number-input')
export class RlNumberInput extends RlElement {
  @property({ attribute: false }) control!: ControlState
  @property() label = ''
  /** Canonical text; '' for none. */
  @property({ attribute: false }) value = ''
  /** Behind the input, such as `%`. */
  @property() unit = ''
  /** false: years are written without thousands marks. */
  @property({ attribute: false }) grouping = true
  /** While it is being typed. */
  @state() private typed: string | null = null
  #sent: string | null = null

  protected override willUpdate(changed: PropertyValues<this>): void {
    // A value from elsewhere (undo, another record) replaces what was typed.
    if (changed.has('value') && this.value !== (this.#sent ?? '')) this.typed = null
  }

  protected override render() {
    return html`<span class="rl-number" ?data-unit=${this.unit !== ''}>
      <input
        ${control(this.control)}
        class="rl-input rl-num"
        inputmode="decimal"
        autocomplete="off"
        aria-label=${this.label || nothing}
        .value=${live(this.typed ?? showNumber(this.value, locale(), this.grouping))}
        @input=${this.onInput}
        @blur=${() => (this.typed = null)}
      />
      ${this.unit ? html`<span class="rl-unit rl-muted">${this.unit}</span>` : nothing}
    </span>`
  }

  private readonly onInput = (event: Event): void => {
    event.stopPropagation()
    const typed = inputValue(event)
    this.typed = typed
    this.#sent = typed.trim() === '' ? null : (readNumber(typed, locale()) ?? typed.trim())
    fire<string | null>(this, 'number', this.#sent)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-number-input': RlNumberInput
  }
}
