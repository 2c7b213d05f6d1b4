// Choosing one of many by typing: a combo box of the ARIA pattern. Choices, references, countries and zones use it.
import { html, nothing, type PropertyValues } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { live } from 'lit/directives/live.js'
import { fire, RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { inputValue } from '../app/inputs.ts'
import { openPopup, place } from '../app/popup.ts'
import { type ControlState, control } from './control.ts'
import './picker.css'

export interface PickOption {
  value: string
  label: string
  /** A colour of choices (tokens.css), shown as a dot. */
  color?: string
  /** In quiet letters after the label. */
  note?: string
}
/** A fixed list is searched here; a function is asked as a person types, '' for what to offer first. */
export type PickSource = readonly PickOption[] | ((query: string) => Promise<readonly PickOption[]>)

const DEBOUNCE_MS = 150
const MOST_SHOWN = 200

/** Fires `pick`: the option chosen, or null when it is cleared. */
@customElement('rl-picker')
export class RlPicker extends RlElement {
  @property({ attribute: false }) control!: ControlState
  /** For screen readers where no label names the input. */
  @property() label = ''
  /** Names what the clear button clears. */
  @property() subject = ''
  @property({ attribute: false }) source: PickSource = []
  @property({ attribute: false }) chosen: PickOption | null = null
  @property({ type: Boolean }) clearable = false
  @property() placeholder = ''
  /** After a choice the input is emptied, ready for the next one. */
  @property({ type: Boolean }) adding = false
  @state() private isOpen = false
  /** What is typed; null while the choice stands in the input. */
  @state() private typed: string | null = null
  @state() private options: readonly PickOption[] = []
  @state() private active = -1
  @state() private status: 'ready' | 'searching' | 'failed' = 'ready'
  @query('input') private input!: HTMLInputElement
  @query('.rl-picker-list') private list!: HTMLElement
  #timer = 0
  #asking = 0

  protected override render() {
    const listId = `${this.control.id}-list`
    const { chosen } = this
    const dot = this.typed === null && chosen?.color
    return html`<div class="rl-picker-box">
        ${dot ? html`<span class="rl-dot" data-color=${dot}></span>` : nothing}
        <input
          ${control(this.control)}
          class="rl-input"
          role="combobox"
          autocomplete="off"
          spellcheck="false"
          translate="no"
          aria-label=${this.label || nothing}
          aria-expanded=${this.isOpen ? 'true' : 'false'}
          aria-controls=${listId}
          aria-autocomplete="list"
          aria-activedescendant=${this.isOpen && this.active >= 0 ? `${listId}-${this.active}` : nothing}
          placeholder=${this.placeholder || nothing}
          .value=${live(this.typed ?? (this.adding ? '' : (chosen?.label ?? '')))}
          @input=${this.onInput}
          @keydown=${this.onKey}
          @click=${() => this.open()}
          @focus=${() => this.input.select()}
          @blur=${this.onBlur}
        />
        ${
          this.clearable && chosen && !this.control.disabled
            ? html`<button
                type="button"
                class="rl-picker-clear"
                aria-label=${t('fields.clear', { field: this.subject || this.label })}
                @click=${() => this.pick(null)}
              >
                ${icon('x')}
              </button>`
            : html`<span class="rl-picker-arrow">${icon('chevron-down')}</span>`
        }
      </div>
      <div popover="manual" class="rl-picker-list" @mousedown=${keepFocus}>
        <ul id=${listId} role="listbox" aria-label=${this.label || this.subject || t('fields.choose')}>
          ${this.options.slice(0, MOST_SHOWN).map((option, index) => this.renderOption(option, index, listId))}
        </ul>
        ${this.renderStatus()}
      </div>`
  }

  private renderOption(option: PickOption, index: number, listId: string) {
    return html`<li
      id="${listId}-${index}"
      role="option"
      translate="no"
      aria-selected=${option.value === this.chosen?.value ? 'true' : 'false'}
      ?data-active=${index === this.active}
      @click=${() => this.pick(option)}
    >
      ${option.color ? html`<span class="rl-dot" data-color=${option.color}></span>` : nothing}
      <span class="rl-picker-label">${option.label}</span>
      ${option.note ? html`<span class="rl-muted">${option.note}</span>` : nothing}
      ${option.value === this.chosen?.value ? icon('check') : nothing}
    </li>`
  }

  private renderStatus() {
    const words =
      this.status === 'failed'
        ? t('fields.searchFailed')
        : this.options.length > 0
          ? ''
          : this.status === 'searching'
            ? t('fields.searching')
            : t('fields.none')
    return html`<p role="status" class="rl-picker-status rl-muted" ?hidden=${words === ''}>${words}</p>`
  }

  protected override updated(changed: PropertyValues): void {
    if (!this.isOpen) return
    if (changed.has('options') || changed.has('status')) {
      this.list.style.minWidth = `${this.input.offsetWidth}px`
      place(this.list, this.input)
    }
    if (changed.has('active')) this.list.querySelector('[data-active]')?.scrollIntoView({ block: 'nearest' })
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    clearTimeout(this.#timer)
    this.isOpen = false
  }

  /** The list opens with everything, whatever is chosen; typing narrows it. */
  private open(): void {
    if (this.isOpen || this.control.disabled) return
    this.isOpen = true
    this.list.style.minWidth = `${this.input.offsetWidth}px`
    openPopup(this.list, this.input)
    // What stands there is a choice, which typing replaces; what is being typed stays.
    if (this.typed === null) this.input.select()
    void this.ask(this.typed ?? '')
  }

  private close(): void {
    clearTimeout(this.#timer)
    this.#asking++
    this.isOpen = false
    this.active = -1
    if (this.list.matches(':popover-open')) this.list.hidePopover()
  }

  private readonly onInput = (event: Event): void => {
    event.stopPropagation()
    this.typed = inputValue(event)
    if (!this.isOpen) this.open()
    clearTimeout(this.#timer)
    const typed = this.typed
    if (typeof this.source === 'function') this.#timer = window.setTimeout(() => void this.ask(typed), DEBOUNCE_MS)
    else void this.ask(typed)
  }

  private async ask(typed: string): Promise<void> {
    const asking = ++this.#asking
    if (typeof this.source !== 'function') return this.offer(search(this.source, typed), typed)
    this.status = 'searching'
    try {
      const found = await this.source(typed.trim())
      if (asking === this.#asking) this.offer(found, typed)
    } catch {
      if (asking !== this.#asking) return
      this.options = []
      this.status = 'failed'
    }
  }

  private offer(options: readonly PickOption[], typed: string): void {
    this.options = options
    this.status = 'ready'
    const present = options.findIndex(({ value }) => value === this.chosen?.value)
    this.active = typed.trim() === '' ? present : options.length > 0 ? 0 : -1
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    const shown = Math.min(this.options.length, MOST_SHOWN)
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault()
      if (!this.isOpen) this.open()
      else if (shown > 0) this.active = next(this.active, event.key === 'ArrowDown' ? 1 : -1, shown)
    } else if (event.key === 'Enter' && this.isOpen) {
      event.preventDefault()
      event.stopPropagation()
      const option = this.options[this.active]
      if (option) this.pick(option)
    } else if (event.key === 'Escape' && this.isOpen) {
      // Only the list closes, not the panel around it.
      event.preventDefault()
      event.stopPropagation()
      this.typed = null
      this.close()
    }
  }

  /** Tab takes what is marked while something is typed; emptied text clears. */
  private readonly onBlur = (): void => {
    const option = this.options[this.active]
    const { typed } = this
    if (this.isOpen && typed?.trim() && option) this.pick(option, false)
    else if (typed === '' && this.clearable && this.chosen) this.pick(null, false)
    this.typed = null
    this.close()
  }

  private pick(option: PickOption | null, staysHere = true): void {
    this.typed = null
    this.close()
    if (option?.value !== this.chosen?.value || this.adding) {
      if (!this.adding) this.chosen = option
      fire<PickOption | null>(this, 'pick', option)
    }
    if (staysHere) this.input.focus()
  }
}

const next = (at: number, step: 1 | -1, length: number): number =>
  at < 0 ? (step === 1 ? 0 : length - 1) : (at + step + length) % length

/** Those that begin with the words come first. */
export function search(options: readonly PickOption[], typed: string): readonly PickOption[] {
  const wanted = fold(typed.trim())
  if (wanted === '') return options
  const found = options.filter(({ label, note, value }) => fold(`${label} ${note ?? ''} ${value}`).includes(wanted))
  return found.toSorted((a, b) => Number(fold(b.label).startsWith(wanted)) - Number(fold(a.label).startsWith(wanted)))
}
const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase()

/** A press in the list does not take the focus out of the input. */
function keepFocus(event: Event): void {
  event.preventDefault()
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-picker': RlPicker
  }
}
