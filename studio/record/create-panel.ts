// A new record, in a panel beside the list. Fires `created` (the record) and `close`.
import { html, nothing, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { ClientEntity } from '../../sdk/wire/meta.ts'
import type { WireRecord } from '../../sdk/wire/records.ts'
import { ApiError } from '../app/api.ts'
import { confirmDiscard } from '../app/dialog.ts'
import { fire, RlElement } from '../app/element.ts'
import { inSentence, t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { meta, text } from '../app/meta.ts'
import { records } from '../app/records.ts'
import { addLeaveGuard } from '../app/router.ts'
import { errorText } from '../app/refusal.ts'
import { toast, toastError } from '../app/toast.ts'
import { areFine, type RlFieldEditor } from '../fields/field-editor.ts'
import { bodyOf, plainDefaults, problemsByField, problemsElsewhere, type Values } from '../fields/form-values.ts'
import { dropDraft, keepDraft, keptDraft, linksOf, NEW } from './draft.ts'
import { fieldsOn, type FormState, renderFields, renderSections, visibleTabs } from './form.ts'
import { holds } from '../fields/form-rules.ts'
import { keyFields } from './key-fields.ts'
import { duplicatesOf, type Refused, renderRefused } from './refused.ts'
import './record.css'

@customElement('rl-create-panel')
export class RlCreatePanel extends RlElement {
  /** Qualified name. */
  @property() entity = ''
  /** Put into the form to begin with. */
  @property({ attribute: false }) values: Values = {}
  @state() private changes: Values = {}
  @state() private errors: Readonly<Record<string, string>> = {}
  @state() private refused: Refused | undefined
  @state() private isSaving = false
  /** Fields beyond those that matter most are shown too. */
  @state() private isWhole = false
  /** The form holds what was typed before and not saved. */
  @state() private isTakenUp = false
  #removeGuard: (() => void) | undefined
  /** Another record is to follow this one. */
  #isMore = false

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

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('entity')) return
    // A form that was opened with values is another one than the draft was typed in.
    const kept = Object.keys(this.values).length === 0 ? keptDraft(this.entity, NEW) : undefined
    const entity = meta.entity(this.entity)
    this.changes = Object.fromEntries(
      Object.entries(kept?.values ?? {}).filter(([name]) => entity?.fields.some((field) => field.name === name)),
    )
    this.isTakenUp = Object.keys(this.changes).length > 0
    if (this.isTakenUp) this.#removeGuard ??= addLeaveGuard(() => this.mayLeave())
  }

  protected override render() {
    const entity = meta.entity(this.entity)
    if (!entity) return nothing
    const title = t('record.new', { entity: inSentence(text(entity.label)) })
    return html`<section class="rl-create" role="dialog" aria-label=${title}>
      <header class="rl-create-head">
        <h2>${title}</h2>
        <button type="button" class="rl-button" quiet icon-only aria-label=${t('record.close')} @click=${() => this.close()}>
          ${icon('x')}
        </button>
      </header>
      <div class="rl-create-body">
        ${this.refused ? renderRefused(entity, this.refused, () => void this.save(this.#isMore, true)) : nothing}
        ${
          this.isTakenUp
            ? html`<p class="rl-taken-up" role="status"><span>${t('record.new.takenUp')}</span>
                <button type="button" class="rl-button" quiet @click=${() => this.startOver()}>${t('record.new.startOver')}</button></p>`
            : nothing
        }
        ${this.#form(entity)}
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

  #form(entity: ClientEntity) {
    const form = meta.form(this.entity)
    const state = this.formState(entity)
    const asked = entity.fields.filter((field) => holds(entity, field.requiredIf, state.values, false))
    const given = Object.keys({ ...this.values, ...this.changes, ...this.errors })
    const key = keyFields(entity, form, new Set([...given, ...asked.map(({ name }) => name)]))
    const isShort = !this.isWhole && key.more > 0
    const shown = isShort ? { ...state, only: key.names } : state
    const tabs = visibleTabs(form, shown)
    return html`${tabs.length > 0 ? tabs.map((tab) => renderSections(tab, shown)) : renderFields(shown)}
      ${
        isShort
          ? html`<button type="button" class="rl-button rl-more-fields" quiet @click=${() => void this.showAll()}>
              ${icon('chevron-down')}<span>${t('record.new.more', { count: key.more })}</span>
            </button>`
          : nothing
      }`
  }

  private formState(entity: ClientEntity): FormState {
    const defaults = plainDefaults(entity)
    const values = { ...defaults, ...this.values, ...this.changes }
    return {
      entity,
      values,
      before: values,
      errors: this.errors,
      recordId: null,
      isOpen: () => true,
      isChanged: () => false,
      change: ({ field, value }) => {
        this.changes = { ...this.changes, [field]: value }
        keepDraft(this.entity, null, this.changes)
        this.#removeGuard ??= addLeaveGuard(() => this.mayLeave())
        if (this.errors[field]) this.errors = { ...this.errors, [field]: '' }
        this.refused = undefined
      },
    }
  }

  /** The rest of the form opens where the button was, with the focus on its first field. */
  private async showAll(): Promise<void> {
    const before = new Set([...this.querySelectorAll<RlFieldEditor>('rl-field-editor')].map((one) => one.field.name))
    this.isWhole = true
    await this.updateComplete
    const added = [...this.querySelectorAll<RlFieldEditor>('rl-field-editor')].find(
      (one) => !before.has(one.field.name),
    )
    added?.focusEditor()
  }

  private startOver(): void {
    this.#forget()
    void this.focusFirst()
  }

  /** Nothing typed, nothing kept. */
  #forget(): void {
    dropDraft(this.entity, NEW)
    this.#removeGuard?.()
    this.#removeGuard = undefined
    this.changes = {}
    this.errors = {}
    this.refused = undefined
    this.isTakenUp = false
  }

  private async save(isMore: boolean, allowsDuplicates = false): Promise<void> {
    const entity = meta.entity(this.entity)
    if (!entity || this.isSaving || !areFine(this)) return
    this.#isMore = isMore
    this.isSaving = true
    this.refused = undefined
    try {
      const values = { ...this.values, ...this.changes }
      const made = await records.create(this.entity, bodyOf(entity, values), { allowsDuplicates })
      const links = linksOf(entity, made.id, values)
      // The record is there; what could not be linked is told, and can be added on its page.
      if (links.length > 0) await records.batch(links).catch(toastError)
      this.#forget()
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
    this.refused = duplicatesOf(error)
    if (this.refused) return void this.#showRefusal()
    const shown = fieldsOn(meta.form(this.entity), this.formState(entity))
    const elsewhere = problemsElsewhere(entity, error, shown)
    this.errors = problemsByField(entity, error)
    const [first] = Object.keys(this.errors).filter((name) => shown.has(name))
    const texts = first === undefined && elsewhere.length === 0 ? [errorText(error)] : elsewhere
    if (texts.length > 0) this.refused = { texts, alike: [], hasMore: false, canAllow: false }
    if (first === undefined) void this.#showRefusal()
    else void this.updateComplete.then(() => this.#reveal(first))
  }

  async #showRefusal(): Promise<void> {
    await this.updateComplete
    this.querySelector('.rl-refused')?.scrollIntoView({ block: 'nearest' })
  }

  #reveal(field: string): void {
    const editor = this.querySelector<RlFieldEditor>(`rl-field-editor[data-field="${field}"]`)
    editor?.closest('details')?.setAttribute('open', '')
    editor?.focusEditor()
  }

  /** Not while the panel is sliding in: the browser would scroll the list to meet it. */
  private async focusFirst(): Promise<void> {
    await this.updateComplete
    await Promise.allSettled(this.getAnimations().map((animation) => animation.finished))
    this.querySelector('rl-field-editor')?.focusEditor()
  }

  private async mayLeave(): Promise<boolean> {
    if (Object.keys(this.changes).length === 0) return true
    const isAgreed = await confirmDiscard()
    if (isAgreed) this.#forget()
    return isAgreed
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

declare global {
  interface HTMLElementTagNameMap {
    'rl-create-panel': RlCreatePanel
  }
}
