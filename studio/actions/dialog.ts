// What an action asks before it runs: the form that its metadata describes, or whether it is meant at all. On many
// records it shows how far it is, and can be stopped between pieces.
import { html, nothing } from 'lit'
import { customElement, query, state } from 'lit/decorators.js'
import type { ClientField } from '../../sdk/wire/meta.ts'
import { ApiError } from '../app/api.ts'
import { confirmDiscard } from '../app/dialog.ts'
import { RlElement } from '../app/element.ts'
import { formatNumber, t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { text } from '../app/meta.ts'
import { errorText } from '../app/refusal.ts'
import { areFine, type FieldChange } from '../fields/field-editor.ts'
import { offeredRecords, withOptionsOf } from '../fields/form-rules.ts'
import { bodyOf, plainDefaults, problemsByField, problemsElsewhere, type Values } from '../fields/form-values.ts'
import './dialog.css'
import { atFields, notOffered, RunError, runAction } from './run.ts'
import { finish, openCall, type OpenCall } from './start.ts'

/** Of the records that an action is not for, so many are named. */
const NAMED = 5

@customElement('rl-action-dialog')
export class RlActionDialog extends RlElement {
  @state() private values: Values = {}
  @state() private errors: Readonly<Record<string, string>> = {}
  /** Sentences above the form. */
  @state() private refused: readonly string[] = []
  /** Records that are through; undefined: it does not run. */
  @state() private done: number | undefined
  @query('dialog') private dialog!: HTMLDialogElement | null
  #call: OpenCall | null = null
  #before: Element | null = null
  #stop = new AbortController()
  #isTouched = false

  override connectedCallback(): void {
    super.connectedCallback()
    this.whileConnected(openCall.subscribe(() => this.begin()))
    this.begin()
  }

  private begin(): void {
    const call = openCall.get()
    if (call === this.#call) return
    if (call && call.action !== this.#call?.action) this.values = plainDefaults({ fields: call.action.input })
    this.#call = call
    this.errors = {}
    this.refused = []
    this.done = undefined
    this.#isTouched = false
    this.requestUpdate()
  }

  protected override updated(): void {
    if (this.dialog && !this.dialog.open) {
      this.#before = document.activeElement
      this.dialog.showModal()
      const first = this.querySelector('rl-field-editor')
      if (first) first.focusEditor()
      else this.querySelector<HTMLElement>('button[type=submit], .rl-refused button')?.focus()
    } else if (!this.dialog && this.#before) {
      if (this.#before instanceof HTMLElement && this.#before.isConnected) this.#before.focus()
      this.#before = null
    }
  }

  protected override render() {
    const call = this.#call
    if (!call) return nothing
    const { action } = call
    return html`<dialog class="rl-dialog rl-action-dialog" aria-labelledby="rl-action-title" @cancel=${this.onCancel}>
      <form novalidate @submit=${this.onSubmit}>
        <header>
          <h2 id="rl-action-title">${action.icon ? icon(action.icon) : nothing}<span>${text(action.label)}</span></h2>
          <p class="rl-action-on">${this.renderSubject(call)}</p>
        </header>
        <div class="rl-action-body">
          ${action.description ? html`<p>${text(action.description)}</p>` : nothing}
          ${action.confirm ? html`<p class="rl-action-confirm">${text(action.confirm)}</p>` : nothing}
          ${this.refused.length > 0 ? html`<div class="rl-refused" role="alert">${this.refused.map((line) => html`<p>${line}</p>`)}</div>` : nothing}
          ${call.without.length > 0 ? this.renderWithout(call) : action.input.map((field) => this.renderField(call, field))}
        </div>
        ${this.done === undefined ? this.renderButtons(call) : this.renderProgress(call, this.done)}
      </form>
    </dialog>`
  }

  private renderSubject({ records: [first, ...others] }: OpenCall) {
    if (!first) return t('action.onList')
    if (others.length > 0) return t('action.on', { count: others.length + 1 })
    return html`<span translate="no">${first.display_name || t('record.untitled')}</span>`
  }

  private renderField({ action }: OpenCall, field: ClientField) {
    const form = { fields: action.input }
    return html`<rl-field-editor
      data-field=${field.name}
      .entity=${action.entity}
      .field=${withOptionsOf(form, field, this.values)}
      .value=${this.values[field.name] ?? null}
      .offered=${offeredRecords(field, this.values)}
      .error=${this.errors[field.name] ?? ''}
      .required=${field.required}
      ?disabled=${this.done !== undefined}
      @change=${({ detail }: CustomEvent<FieldChange | undefined>) => detail && this.change(detail)}
    ></rl-field-editor>`
  }

  private renderWithout({ records, without }: OpenCall) {
    const names = without.map((id) => records.find((one) => one.id === id)?.display_name || t('record.untitled'))
    const more = names.length - NAMED
    return html`<div class="rl-refused" role="alert">
      <p>${t('action.notFor', { count: names.length })}</p>
      <ul translate="no">
        ${names.slice(0, NAMED).map((name) => html`<li>${name}</li>`)}
      </ul>
      ${more > 0 ? html`<p class="rl-muted">${t('action.andMore', { count: more })}</p>` : nothing}
    </div>`
  }

  private renderButtons({ action, records, without }: OpenCall) {
    const left = records.length - without.length
    const isAll = without.length > 0 && left === 0
    const label = without.length > 0 ? t('action.others', { count: left }) : text(action.label)
    return html`<div class="rl-dialog-actions">
      <button type="button" class="rl-button" @click=${() => void this.close()}>${isAll ? t('close') : t('cancel')}</button>
      ${isAll ? nothing : html`<button type="submit" class="rl-button" primary>${label}</button>`}
    </div>`
  }

  private renderProgress({ records }: OpenCall, done: number) {
    const all = records.length
    return html`<div class="rl-action-progress" role="status">
      <progress .value=${all > 0 ? done / all : 0} ?indeterminate=${all <= 1} aria-label=${text(this.#call?.action.label)}></progress>
      ${all > 1 ? html`<span class="rl-num">${t('action.progress', { done: formatNumber(done), all: formatNumber(all) })}</span>` : nothing}
      ${all > 1 ? html`<button type="button" class="rl-button" ?disabled=${this.#stop.signal.aborted} @click=${() => this.stopAfterThis()}>${t('action.stop')}</button>` : nothing}
    </div>`
  }

  private change({ field, value }: FieldChange): void {
    this.values = { ...this.values, [field]: value }
    this.#isTouched = true
    if (this.errors[field]) this.errors = { ...this.errors, [field]: '' }
    this.refused = []
  }

  private stopAfterThis(): void {
    this.#stop.abort()
    this.requestUpdate()
  }

  private async run(call: OpenCall): Promise<void> {
    const records = call.records.filter(({ id }) => !call.without.includes(id))
    const ids = records.map(({ id }) => id)
    this.#stop = new AbortController()
    this.done = 0
    this.refused = []
    const onProgress = (done: number): void => void (this.done = done)
    const input = bodyOf({ fields: call.action.input }, this.values)
    try {
      const { answer, done } = await runAction(
        { action: call.action, ids, input },
        { onProgress, signal: this.#stop.signal },
      )
      openCall.set(null)
      this.values = {}
      finish({ ...call, records }, answer, done)
    } catch (error) {
      const { cause, done } = error instanceof RunError ? error : { cause: error, done: 0 }
      if (done > 0) call.after?.()
      this.refuse({ ...call, records: records.slice(done), without: [] }, cause, done)
    }
  }

  /** What was typed stays; what ran already is not run again. */
  private refuse(call: OpenCall, cause: unknown, done: number): void {
    const stopped = done > 0 ? [t('action.stopped', { count: done })] : []
    const without = notOffered(
      cause,
      call.records.map(({ id }) => id),
    )
    openCall.set({ ...call, without: call.records.length > 1 ? without : [] })
    this.begin()
    this.#isTouched = true
    if (without.length > 0 && call.records.length > 1) this.refused = stopped
    else void this.showProblems(call, cause, stopped)
  }

  private async showProblems({ action }: OpenCall, cause: unknown, said: readonly string[]): Promise<void> {
    const form = { fields: action.input }
    const error = cause instanceof ApiError ? atFields(cause) : undefined
    this.errors = error ? problemsByField(form, error) : {}
    const elsewhere = error ? problemsElsewhere(form, error, new Set(Object.keys(this.errors))) : []
    const isTold = Object.keys(this.errors).length > 0 || elsewhere.length > 0
    this.refused = [...said, ...elsewhere, ...(isTold ? [] : [errorText(cause)])]
    await this.updateComplete
    const [first] = Object.keys(this.errors)
    if (first !== undefined)
      this.querySelector<HTMLElementTagNameMap['rl-field-editor']>(
        `rl-field-editor[data-field="${first}"]`,
      )?.focusEditor()
    else this.querySelector('.rl-refused')?.scrollIntoView({ block: 'nearest' })
  }

  private readonly onSubmit = (event: Event): void => {
    event.preventDefault()
    const call = this.#call
    if (call && this.done === undefined && areFine(this)) void this.run(call)
  }

  private readonly onCancel = (event: Event): void => {
    event.preventDefault()
    if (this.done === undefined) void this.close()
  }

  private async close(): Promise<void> {
    if (this.#isTouched && this.#call?.action.input.length && !(await confirmDiscard())) return
    openCall.set(null)
    this.values = {}
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-action-dialog': RlActionDialog
  }
}
