// One field of a form: label, editor, help and what is wrong with it. The draft is the owner's.
import { html, nothing, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { ClientField } from '../../sdk/wire/meta.ts'
import type { WireValue } from '../../sdk/wire/records.ts'
import { fire, RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { text } from '../app/meta.ts'
import { afterPointer } from '../app/pointer.ts'
import { problemOf } from './check.ts'
import { editorOf } from './editors.ts'
import './field-editor.css'

export interface FieldChange {
  field: string
  value: WireValue
}

let lastId = 0

/** Fires `change` (FieldChange) with every complete value. */
@customElement('rl-field-editor')
export class RlFieldEditor extends RlElement {
  /** Qualified name. */
  @property() entity = ''
  @property({ attribute: false }) field!: ClientField
  @property({ attribute: false }) value: WireValue = null
  /** What the server or a rule says; stands before what the editor finds itself. */
  @property() error = ''
  @property({ type: Boolean }) required = false
  @property({ type: Boolean }) disabled = false
  /** null while the record is new. */
  @property({ attribute: false }) recordId: string | null = null
  /** Of a reference: a filter of the records that may be chosen. */
  @property({ attribute: false }) offered: unknown
  /** In rows of a table: the label is there for screen readers only. */
  @property({ type: Boolean }) compact = false
  @state() private found = ''
  /** Of an editor that cannot read what was typed. */
  @state() private fault = ''
  #isTouched = false
  readonly #id = `rl-field-${++lastId}`

  override connectedCallback(): void {
    super.connectedCallback()
    this.addEventListener('focusout', this.onLeave)
    // The browser's own events of the inputs inside would look like ours.
    this.addEventListener('change', stopNative)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.removeEventListener('focusout', this.onLeave)
    this.removeEventListener('change', stopNative)
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('field') && changed.get('field')?.name !== this.field.name) this.found = this.fault = ''
  }

  protected override render() {
    const { field } = this
    const error = this.error || this.fault || this.found
    const help = text(field.help)
    const describedBy = [help && `${this.#id}-help`, error && `${this.#id}-error`].filter(Boolean).join(' ')
    const editor = editorOf(field.widget)({
      id: this.#id,
      labelId: `${this.#id}-label`,
      describedBy,
      entity: this.entity,
      field,
      value: this.value ?? null,
      recordId: this.recordId,
      offered: this.offered,
      required: this.required,
      disabled: this.disabled,
      invalid: error !== '',
      change: (value) => this.#change(value),
      fault: (message) => {
        this.fault = message
      },
    })
    return html`<label id="${this.#id}-label" for=${this.#id} class=${this.compact ? 'rl-sr-only' : 'rl-field-label'}
        >${text(field.label)}${
          this.required
            ? html`<span class="rl-required" aria-hidden="true" title=${t('fields.requiredMark')}>&nbsp;*</span>`
            : nothing
        }</label
      >
      ${editor}
      ${help ? html`<p id="${this.#id}-help" class="rl-help">${help}</p>` : nothing}
      ${error ? html`<p id="${this.#id}-error" class="rl-error">${error}</p>` : nothing}`
  }

  focusEditor(): void {
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(`#${this.#id}`)?.focus())
  }

  /** Checks the present value and shows what is wrong. @returns whether it may be saved */
  validate(): boolean {
    this.found = problemOf(this.field, this.value ?? null, this.required)
    return this.found === '' && this.fault === ''
  }

  #change(value: WireValue): void {
    this.value = value
    this.#isTouched = true
    // What was wrong goes as soon as it is mended, and comes only when the field is left.
    if (this.found) this.found = problemOf(this.field, value, this.required)
    fire<FieldChange>(this, 'change', { field: this.field.name, value })
  }

  private readonly onLeave = (event: FocusEvent): void => {
    if (event.relatedTarget instanceof Node && this.contains(event.relatedTarget)) return
    afterPointer(() => {
      // Passing through an empty field is no mistake yet.
      const isUntouched = !this.#isTouched && (this.value === null || this.value === '')
      if (!this.disabled && this.isConnected && !isUntouched) this.validate()
    })
  }
}

/** What is wrong stands at its field; the first of them gets the focus. */
export function areFine(page: HTMLElement): boolean {
  const wrong = [...page.querySelectorAll<RlFieldEditor>('rl-field-editor')].filter((one) => !one.validate())
  wrong[0]?.closest('details')?.setAttribute('open', '')
  wrong[0]?.focusEditor()
  return wrong.length === 0
}

function stopNative(event: Event): void {
  if (!(event instanceof CustomEvent)) event.stopPropagation()
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-field-editor': RlFieldEditor
  }
}
