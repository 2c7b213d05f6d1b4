// A day and a time of day, as the clock on the wall of some zone shows them.
import { html } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { live } from 'lit/directives/live.js'
import { fire, RlElement } from '../app/element.ts'
import { locale, t } from '../app/i18n.ts'
import { inputValue } from '../app/inputs.ts'
import { type ControlState, control } from './control.ts'
import './date-input.ts'
import { readTime, showTime } from './date-text.ts'

/** When a person gives a day and no time: the beginning of a working day stands there, to be seen and changed. */
const USUAL_TIME = '09:00'

/** Fires `moment`: `2026-03-12T14:05`, '' when emptied, or as typed what is none. */
@customElement('rl-moment-input')
export class RlMomentInput extends RlElement {
  @property({ attribute: false }) control!: ControlState
  @property() label = ''
  /** `2026-03-12T14:05`; '' for none. */
  @property({ attribute: false }) value = ''
  /** While it is being typed. */
  @state() private typed: string | null = null

  protected override render() {
    const [day = '', time = ''] = this.value.split('T')
    return html`<span class="rl-moment">
      <rl-date-input .control=${this.control} .value=${day} @day=${({ detail }: CustomEvent<string | null>) => this.#send(detail ?? '', time)}></rl-date-input>
      <input
        ${control({ ...this.control, id: `${this.control.id}-time`, required: false })}
        class="rl-input rl-num"
        autocomplete="off"
        aria-label=${t('fields.time', { field: this.label })}
        placeholder=${showTime(USUAL_TIME, locale())}
        .value=${live(this.typed ?? (time && showTime(time, locale())))}
        @input=${(event: Event) => this.onTime(event, day)}
        @blur=${this.onBlur}
      />
    </span>`
  }

  private onTime(event: Event, day: string): void {
    event.stopPropagation()
    this.typed = inputValue(event)
    const time = readTime(this.typed)
    if (day !== '') this.#send(day, time ?? this.typed)
  }

  /** What could not be read stays, to be mended. */
  private readonly onBlur = (): void => {
    if (this.typed === '' || readTime(this.typed ?? '') !== undefined) this.typed = null
  }

  #send(day: string, time: string): void {
    fire(this, 'moment', day === '' ? '' : `${day}T${time || USUAL_TIME}`)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-moment-input': RlMomentInput
  }
}
