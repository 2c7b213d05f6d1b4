// A day, typed in one's own language or chosen in a calendar, which the arrow down opens. What goes out is `2026-03-12`.
import { html, nothing, type PropertyValues } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { live } from 'lit/directives/live.js'
import { fire, RlElement } from '../app/element.ts'
import { locale, t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { inputValue } from '../app/inputs.ts'
import { openPopup } from '../app/popup.ts'
import { timeZone } from '../app/session.ts'
import './calendar.ts'
import { type ControlState, control } from './control.ts'
import './date-input.css'
import { isIsoDay, readDate, showDate, todayIn } from './date-text.ts'

/** Fires `day`: an ISO day, null when emptied, or as typed what is no day. */
@customElement('rl-date-input')
export class RlDateInput extends RlElement {
  @property({ attribute: false }) control!: ControlState
  /** For screen readers where no label names the input. */
  @property() label = ''
  /** An ISO day, or what was typed and is none; '' for none. */
  @property({ attribute: false }) value = ''
  @property({ attribute: false }) min = ''
  @property({ attribute: false }) max = ''
  /** While it is being typed. */
  @state() private typed: string | null = null
  @state() private isOpen = false
  @query('input') private input!: HTMLInputElement
  @query('[popover]') private popup!: HTMLElement
  #sent: string | null = null

  protected override willUpdate(changed: PropertyValues<this>): void {
    // A value from elsewhere (undo, another record) replaces what was typed.
    if (changed.has('value') && this.value !== (this.#sent ?? '')) this.typed = null
  }

  protected override render() {
    return html`<span class="rl-date">
      <input
        ${control(this.control)}
        class="rl-input rl-num"
        autocomplete="off"
        aria-label=${this.label || nothing}
        aria-haspopup="dialog"
        placeholder=${placeholder()}
        .value=${live(this.typed ?? showDate(this.value, locale()))}
        @input=${this.onInput}
        @keydown=${this.onKey}
        @blur=${this.onBlur}
      />
      <button type="button" class="rl-date-open" tabindex="-1" ?disabled=${this.control.disabled} aria-label=${t('fields.calendar')} aria-expanded=${this.isOpen} @click=${this.toggle}>
        ${icon('calendar')}
      </button>
      <div popover class="rl-date-popup" role="dialog" aria-label=${this.label || t('fields.calendar')} @toggle=${this.onToggle} @keydown=${this.onPopupKey}>
        ${
          this.isOpen
            ? html`<rl-calendar .value=${this.value} .min=${this.min} .max=${this.max} @choose=${this.onChoose}></rl-calendar>`
            : nothing
        }
      </div>
    </span>`
  }

  private readonly onInput = (event: Event): void => {
    event.stopPropagation()
    const typed = inputValue(event)
    this.typed = typed
    this.#send(typed.trim() === '' ? null : (readDate(typed, locale(), todayIn(timeZone())) ?? typed.trim()))
  }

  /** What could not be read stays, to be mended. */
  private readonly onBlur = (): void => {
    if (this.#sent === null || isIsoDay(this.#sent)) this.typed = null
  }

  #send(value: string | null): void {
    this.#sent = value
    fire<string | null>(this, 'day', value)
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowDown' || event.isComposing) return
    event.preventDefault()
    void this.toggle()
  }

  private readonly toggle = async (): Promise<void> => {
    if (this.isOpen) return this.popup.hidePopover()
    // Its size is needed to place it.
    this.isOpen = true
    await this.updateComplete
    openPopup(this.popup, this.input)
    this.querySelector('rl-calendar')?.focusDay()
  }

  private readonly onToggle = (event: ToggleEvent): void => {
    if (event.newState === 'open') return
    const hadFocus = this.popup.contains(document.activeElement)
    this.isOpen = false
    if (hadFocus) this.input.focus()
  }

  private readonly onPopupKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return
    // Only the calendar closes, not the form around it.
    event.preventDefault()
    event.stopPropagation()
    this.popup.hidePopover()
    this.input.focus()
  }

  private readonly onChoose = ({ detail }: CustomEvent<string | null>): void => {
    this.typed = null
    this.#send(detail)
    this.popup.hidePopover()
    this.input.focus()
  }
}

/** `dd/mm/yyyy` in the letters of the language. */
function placeholder(): string {
  const letters: Readonly<Record<string, string>> = { '22': t('fields.letter.day'), '11': t('fields.letter.month') }
  return showDate('2003-11-22', locale())
    .replace(/22|11/g, (part) => (letters[part] ?? '').repeat(2))
    .replace('2003', t('fields.letter.year').repeat(4))
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-date-input': RlDateInput
  }
}
