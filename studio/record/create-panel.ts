// A new record, in a panel beside the list. Fires `created` (the record) and `close`.
import { html, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { WireRecord } from '../../sdk/wire/records.ts'
import { ApiError } from '../app/api.ts'
import { confirm } from '../app/dialog.ts'
import { fire, RlElement } from '../app/element.ts'
import { inSentence, t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { meta, text } from '../app/meta.ts'
import { records } from '../app/records.ts'
import { addLeaveGuard } from '../app/router.ts'
import { errorText, toast, toastError } from '../app/toast.ts'
import { bodyOf, problemsByField, type Values } from './draft.ts'
import { type FormState, renderFields, renderSections, visibleTabs } from './form.ts'
import type { RlFieldEditor } from '../fields/field-editor.ts'
import './record.css'

@customElement('rl-create-panel')
export class RlCreatePanel extends RlElement {
  /** Qualified name. */
  @property() entity = ''
  /** Put into the form to begin with. */
  @property({ attribute: false }) values: Values = {}
  @state() private changes: Values = {}
  @state() private errors: Readonly<Record<string, string>> = {}
  @state() private failure = ''
  @state() private isSaving = false
  #removeGuard: (() => void) | undefined

  override connectedCallback(): void {
    super.connectedCallback()
    this.addEventListener('keydown', this.onKey)
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.removeEventListener('keydown', this.onKey)
    this.#removeGuard?.()
  }

  protected override firstUpdated(): void {
    void this.focusFirst()
  }

  protected override render() {
    const entity = meta.entity(this.entity)
    if (!entity) return nothing
    const form = meta.form(this.entity)
    const state = this.formState(entity)
    const tabs = visibleTabs(form, state)
    const title = t('record.new', { entity: inSentence(text(entity.label)) })
    return html`<section class="rl-create" role="dialog" aria-label=${title}>
      <header class="rl-create-head">
        <h2>${title}</h2>
        <button type="button" class="rl-button" quiet icon-only aria-label=${t('record.close')} @click=${() => this.close()}>
          ${icon('x')}
        </button>
      </header>
      <div class="rl-create-body">
        ${this.failure ? html`<p class="rl-error" role="alert">${this.failure}</p>` : nothing}
        ${tabs.length > 0 ? tabs.map((tab) => renderSections(tab, state)) : renderFields(state)}
      </div>
      <footer class="rl-create-foot">
        <button type="button" class="rl-button" ?disabled=${this.isSaving} @click=${() => void this.save(true)}>
          ${t('record.saveAndNew')}
        </button>
        <button type="button" class="rl-button" primary ?disabled=${this.isSaving} @click=${() => void this.save(false)}>
          ${t('record.save')}
        </button>
      </footer>
    </section>`
  }

  private formState(entity: NonNullable<ReturnType<typeof meta.entity>>): FormState {
    const defaults = Object.fromEntries(
      entity.fields.flatMap((field) => (isPlain(field.default) ? [[field.name, field.default]] : [])),
    )
    return {
      entity,
      values: { ...defaults, ...this.values, ...this.changes },
      errors: this.errors,
      isEditing: true,
      recordId: null,
      change: ({ field, value }) => {
        this.changes = { ...this.changes, [field]: value }
        this.#removeGuard ??= addLeaveGuard(() => this.mayLeave())
        if (this.errors[field]) this.errors = { ...this.errors, [field]: '' }
      },
    }
  }

  private async save(isMore: boolean): Promise<void> {
    const entity = meta.entity(this.entity)
    if (!entity || this.isSaving || !areFine(this)) return
    this.isSaving = true
    this.failure = ''
    try {
      const made = await records.create(this.entity, bodyOf(entity, { ...this.values, ...this.changes }))
      this.#removeGuard?.()
      this.#removeGuard = undefined
      this.changes = {}
      this.errors = {}
      toast(t('record.created', { name: made.display_name }))
      if (isMore) void this.focusFirst()
      else fire<WireRecord>(this, 'created', made)
    } catch (error) {
      this.showProblems(error)
    } finally {
      this.isSaving = false
    }
  }

  private showProblems(error: unknown): void {
    const entity = meta.entity(this.entity)
    if (!(error instanceof ApiError) || !entity) return void toastError(error)
    this.errors = problemsByField(entity, error)
    const [first] = Object.keys(this.errors)
    if (first === undefined) this.failure = errorText(error)
    else
      void this.updateComplete.then(() => this.querySelector<RlFieldEditor>(`[data-field="${first}"]`)?.focusEditor())
  }

  /** Not while the panel is sliding in: the browser would scroll the list to meet it. */
  private async focusFirst(): Promise<void> {
    await this.updateComplete
    await Promise.allSettled(this.getAnimations().map((animation) => animation.finished))
    this.querySelector('rl-field-editor')?.focusEditor()
  }

  private mayLeave(): Promise<boolean> {
    if (Object.keys(this.changes).length === 0) return Promise.resolve(true)
    return confirm({
      title: t('record.discard.title'),
      text: t('record.discard.text'),
      confirm: t('record.discard.confirm'),
      cancel: t('record.discard.cancel'),
      isDangerous: true,
    })
  }

  private close(): void {
    fire(this, 'close')
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    const isSave = (event.ctrlKey || event.metaKey) && (event.key === 'Enter' || event.key === 's')
    if (isSave) {
      event.preventDefault()
      void this.save(false)
    } else if (event.key === 'Escape' && !event.defaultPrevented) {
      // Else the same key press closes the question that it raises.
      event.preventDefault()
      this.close()
    }
  }
}

/** What is wrong stands at its field; the first of them gets the focus. */
export function areFine(page: HTMLElement): boolean {
  const wrong = [...page.querySelectorAll<RlFieldEditor>('rl-field-editor')].filter((one) => !one.validate())
  wrong[0]?.closest('details')?.setAttribute('open', '')
  wrong[0]?.focusEditor()
  return wrong.length === 0
}

/** A default that is a value; one worked out by a rule is the server's to give. */
const isPlain = (value: unknown): value is Values[string] =>
  value !== undefined && !(typeof value === 'object' && value !== null && 'rule' in value)

declare global {
  interface HTMLElementTagNameMap {
    'rl-create-panel': RlCreatePanel
  }
}
