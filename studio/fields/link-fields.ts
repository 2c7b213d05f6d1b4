// What one link says beside which records it joins: its own fields, changed in place. Fires `close`.
import { html, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { ClientField } from '../../sdk/wire/meta.ts'
import type { WireRecord, WireValue } from '../../sdk/wire/records.ts'
import { fire, RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { records } from '../app/records.ts'
import { errorText } from '../app/refusal.ts'
import type { FieldChange } from './field-editor.ts'

@customElement('rl-link-fields')
export class RlLinkFields extends RlElement {
  /** Of the links: a qualified name. */
  @property() entity = ''
  @property({ attribute: false }) fields: readonly ClientField[] = []
  @property({ attribute: false }) record!: WireRecord
  @state() private changes: Readonly<Record<string, WireValue>> = {}
  @state() private failure = ''

  override connectedCallback(): void {
    super.connectedCallback()
    this.addEventListener('keydown', this.onKey)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.removeEventListener('keydown', this.onKey)
  }

  protected override firstUpdated(): void {
    void this.updateComplete.then(() => this.querySelector('rl-field-editor')?.focusEditor())
  }

  protected override render() {
    const values = { ...this.record, ...this.changes }
    return html`<div class="rl-link-fields">
      ${this.failure ? html`<p class="rl-error" role="alert">${this.failure}</p>` : nothing}
      ${this.fields.map(
        (field) => html`<rl-field-editor
          data-link-field=${field.name}
          .entity=${this.entity}
          .field=${field}
          .value=${values[field.name] ?? null}
          .recordId=${this.record.id}
          .required=${field.required}
          .disabled=${!field.isWritable}
          @change=${this.onChange}
        ></rl-field-editor>`,
      )}
      <footer>
        <button type="button" class="rl-button" @click=${() => fire(this, 'close')}>${t('cancel')}</button>
        <button type="button" class="rl-button" @click=${() => void this.save()}>${t('done')}</button>
      </footer>
    </div>`
  }

  /** The form around it is about another record. */
  private readonly onChange = (event: CustomEvent<FieldChange | undefined>): void => {
    event.stopPropagation()
    if (event.detail) this.changes = { ...this.changes, [event.detail.field]: event.detail.value }
  }

  private async save(): Promise<void> {
    if (![...this.querySelectorAll('rl-field-editor')].every((one) => one.validate())) return
    try {
      if (Object.keys(this.changes).length > 0)
        await records.update(this.entity, this.record.id, this.record.version, this.changes)
      fire(this, 'close')
    } catch (error) {
      this.failure = errorText(error)
    }
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.key !== 'Escape') return
    event.preventDefault()
    event.stopPropagation()
    fire(this, 'close')
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-link-fields': RlLinkFields
  }
}
