// One record: what it says, what belongs to it, what happened to it; and the form to change it.
import { html, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { ClientEntity } from '../../sdk/wire/meta.ts'
import type { WireRecord } from '../../sdk/wire/records.ts'
import { ApiError, api } from '../app/api.ts'
import { confirm } from '../app/dialog.ts'
import { RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { neighboursOf } from '../app/list-walk.ts'
import { meta, text } from '../app/meta.ts'
import { records } from '../app/records.ts'
import { addLeaveGuard, hrefOf, navigate } from '../app/router.ts'
import { addShortcuts } from '../app/shortcuts.ts'
import { errorText, toast, toastError, toastUndo } from '../app/toast.ts'
import { pageHead, setTitle } from '../shell/header.ts'
import { renderValue } from '../fields/index.ts'
import '../pages/not-found.ts'
import { areFine } from './create-panel.ts'
import { type Conflict, contested, renderConflict } from './conflict.ts'
import { bodyOf, dropDraft, isToOne, keepDraft, keptDraft, problemsByField, type Values } from './draft.ts'
import { type FormState, renderFields, renderSections, visibleTabs } from './form.ts'
import './history.ts'
import type { RlFieldEditor } from '../fields/field-editor.ts'
import './record.css'
import './related.ts'

/** Tabs that every record has beside those of its form. */
const RELATED = 'rl-related'
const HISTORY = 'rl-history'

@customElement('rl-record-page')
export class RlRecordPage extends RlElement {
  /** Qualified name. */
  @property() entity = ''
  @property({ attribute: false }) recordId = ''
  @state() private record: WireRecord | null = null
  @state() private failure = ''
  @state() private isMissing = false
  @state() private tab = ''
  @state() private isEditing = false
  @state() private isSaving = false
  @state() private changes: Values = {}
  @state() private errors: Readonly<Record<string, string>> = {}
  @state() private conflict: Conflict | null = null
  #loaded = ''
  #removeGuard: (() => void) | undefined

  override connectedCallback(): void {
    super.connectedCallback()
    this.addEventListener('keydown', this.onKey)
    this.whileConnected(
      addShortcuts(
        { key: 'e', label: t('record.edit'), run: () => this.edit() },
        { key: 'j', label: t('record.next'), run: () => this.step('next') },
        { key: 'k', label: t('record.previous'), run: () => this.step('previous') },
        { key: 'mod+s', label: t('record.save'), run: () => void this.save() },
        { key: 'Escape', label: t('record.cancel'), run: () => this.isEditing && void this.cancel() },
      ),
    )
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.removeEventListener('keydown', this.onKey)
    this.#stopEditing()
  }

  protected override willUpdate(): void {
    const key = `${this.entity} ${this.recordId}`
    if (key === this.#loaded || !meta.entity(this.entity)) return
    this.#loaded = key
    this.#stopEditing()
    this.record = null
    this.isMissing = false
    this.failure = ''
    this.tab = ''
    void this.load()
  }

  protected override render() {
    const entity = meta.entity(this.entity)
    if (this.isMissing || !entity) return html`<rl-not-found></rl-not-found>`
    const { record } = this
    if (!record)
      return html`${pageHead({ title: text(entity.label) })}
        <div class="rl-page rl-record">${this.failure ? html`<p class="rl-error" role="alert">${this.failure}</p>` : html`<div class="rl-skeleton"></div><div class="rl-skeleton"></div><div class="rl-skeleton"></div>`}</div>`
    return html`${pageHead({ title: record.display_name || t('record.untitled'), actions: this.#actions(entity, record) })}
      <div class="rl-page rl-record">
        ${this.#facts(entity, record)} ${this.conflict ? renderConflict(entity, this.conflict, (choice) => this.settle(choice)) : nothing}
        ${this.#body(entity, record)}
      </div>
      ${this.isEditing ? this.#saveBar() : nothing}`
  }

  #actions(entity: ClientEntity, { id }: WireRecord) {
    const around = neighboursOf(this.entity, id)
    return html`<a class="rl-button" quiet href=${around?.listHref ?? hrefOf.list(this.entity)}>${icon('arrow-left')}<span>${text(entity.plural)}</span></a>
      ${
        around
          ? html`<button type="button" class="rl-button" quiet icon-only aria-label=${t('record.previous')} ?disabled=${!around.previous} @click=${() => this.step('previous')}>${icon('chevron-up')}</button>
            <button type="button" class="rl-button" quiet icon-only aria-label=${t('record.next')} ?disabled=${!around.next} @click=${() => this.step('next')}>${icon('chevron-down')}</button>`
          : nothing
      }
      ${entity.can.delete ? html`<button type="button" class="rl-button" quiet icon-only aria-label=${t('record.delete')} title=${t('record.delete')} @click=${() => void this.toTrash()}>${icon('trash-2')}</button>` : nothing}
      ${entity.can.update && !this.isEditing ? html`<button type="button" class="rl-button" primary @click=${() => this.edit()}>${icon('pencil')}<span>${t('record.edit')}</span></button>` : nothing}`
  }

  #facts(entity: ClientEntity, record: WireRecord) {
    const facts = (meta.form(this.entity)?.facts ?? []).flatMap((name) => meta.field(entity.name, name) ?? [])
    const shown = facts.flatMap((field) => {
      const value = renderValue(field, record[field.name] ?? null)
      return value === ''
        ? []
        : [html`<div class="rl-fact"><span class="rl-muted">${text(field.label)}</span><span>${value}</span></div>`]
    })
    return shown.length > 0 ? html`<div class="rl-facts">${shown}</div>` : nothing
  }

  #body(entity: ClientEntity, record: WireRecord) {
    const state = this.formState(entity, record)
    const tabs = visibleTabs(meta.form(this.entity), state)
    const inbound = entity.inbound.filter((one) => meta.entity(one.entity))
    const all = [
      ...tabs.map((tab) => ({ id: tab.id, label: text(tab.label) || t('record.tab.details') })),
      ...(tabs.length === 0 ? [{ id: '', label: t('record.tab.details') }] : []),
      ...(inbound.length > 0 ? [{ id: RELATED, label: t('record.tab.related') }] : []),
      ...(entity.history ? [{ id: HISTORY, label: t('record.tab.history') }] : []),
    ]
    const current = all.find((one) => one.id === this.tab)?.id ?? all[0]?.id ?? ''
    const formTab = tabs.find((tab) => tab.id === current)
    return html`<div class="rl-tabs" role="tablist" @keydown=${this.onTabKey}>
        ${all.map(
          (one) =>
            html`<button type="button" role="tab" id="tab-${one.id}" aria-selected=${one.id === current} aria-controls="tab-panel" tabindex=${one.id === current ? 0 : -1} @click=${() => (this.tab = one.id)}>${one.label}</button>`,
        )}
      </div>
      <div id="tab-panel" role="tabpanel" aria-labelledby="tab-${current}" @dblclick=${() => this.edit()}>
        ${formTab ? renderSections(formTab, state) : nothing} ${tabs.length === 0 && current === '' ? renderFields(state) : nothing}
        ${current === RELATED ? inbound.map((one) => this.#related(one.entity, one.field, text(one.label))) : nothing}
        ${current === HISTORY ? html`<rl-history .entity=${this.entity} .recordId=${record.id}></rl-history>` : nothing}
      </div>`
  }

  #related(entity: string, field: string, label: string) {
    return html`<rl-related .to=${{ entity: this.entity, id: this.recordId }} .entity=${entity} .field=${field} .label=${label}></rl-related>`
  }

  #saveBar() {
    return html`<div class="rl-save-bar">
      <span class="rl-muted">${Object.keys(this.changes).length > 0 ? t('record.unsaved') : ''}</span>
      <button type="button" class="rl-button" @click=${() => void this.cancel()}>${t('record.cancel')}</button>
      <button type="button" class="rl-button" primary ?disabled=${this.isSaving} @click=${() => void this.save()}>${t('record.save')}</button>
    </div>`
  }

  private formState(entity: ClientEntity, record: WireRecord): FormState {
    return {
      entity,
      values: { ...record, ...this.changes },
      errors: this.errors,
      isEditing: this.isEditing,
      recordId: record.id,
      change: ({ field, value }) => {
        this.changes = { ...this.changes, [field]: value }
        if (this.errors[field]) this.errors = { ...this.errors, [field]: '' }
        keepDraft(this.entity, record, this.changes)
        this.#removeGuard ??= addLeaveGuard(() => this.mayLeave())
      },
      renderRelated: (related) => this.#related(related.entity, related.field, text(related.label)),
    }
  }

  /** With the names of what its references lead to. */
  private async fetchRecord(entity: ClientEntity): Promise<WireRecord> {
    const expand = entity.fields
      .filter((field) => isToOne(field) || field.type === 'any_reference')
      .map((field) => field.name)
    return api.get<WireRecord>(`records/${this.entity}/${this.recordId}`, { query: { expand: expand.join(',') } })
  }

  private async load(): Promise<void> {
    const entity = meta.entity(this.entity)
    if (!entity) return
    const asked = this.#loaded
    try {
      const record = await this.fetchRecord(entity)
      // Another record was opened meanwhile: its own answer counts.
      if (asked !== this.#loaded) return
      this.record = record
      this.failure = ''
      setTitle(this.record.display_name, text(entity.label))
      this.offerDraft(this.record)
    } catch (error) {
      if (asked !== this.#loaded) return
      this.isMissing = error instanceof ApiError && error.status === 404
      this.failure = errorText(error)
    }
  }

  /** What was typed before the browser went away. */
  private offerDraft(record: WireRecord): void {
    const entity = meta.entity(this.entity)
    const kept = keptDraft(this.entity, record.id)
    if (!kept) return
    toast(t('record.draft.found'), {
      action: {
        label: t('record.draft.take'),
        run: () => {
          this.edit()
          this.changes = kept.values
          // What was saved since then meets the same question as any other conflict.
          const conflict = { mine: kept.values, base: { ...record, ...kept.base }, theirs: record }
          if (entity && contested(entity, conflict).length > 0) this.conflict = conflict
          this.#removeGuard ??= addLeaveGuard(() => this.mayLeave())
        },
      },
    })
  }

  private edit(): void {
    if (this.isEditing || !this.record || !meta.entity(this.entity)?.can.update) return
    if (this.tab === RELATED || this.tab === HISTORY) this.tab = ''
    this.isEditing = true
    void this.updateComplete.then(() => this.querySelector('rl-field-editor')?.focusEditor())
  }

  private async save(): Promise<void> {
    const entity = meta.entity(this.entity)
    const { record } = this
    if (!entity || !record || !this.isEditing || this.isSaving || this.conflict) return
    if (Object.keys(this.changes).length === 0) {
      dropDraft(this.entity, record.id)
      return this.#stopEditing()
    }
    if (!areFine(this)) return
    this.isSaving = true
    try {
      await records.update(this.entity, record.id, record.version, bodyOf(entity, this.changes))
      dropDraft(this.entity, record.id)
      this.#stopEditing()
      await this.load()
      toast(t('record.saved'))
    } catch (error) {
      await this.showProblems(entity, error)
    } finally {
      this.isSaving = false
    }
  }

  private async showProblems(entity: ClientEntity, error: unknown): Promise<void> {
    if (!(error instanceof ApiError)) return void toastError(error)
    if (error.code === 'RL208') {
      const theirs = await this.fetchRecord(entity).catch(() => null)
      if (theirs) this.conflict = { mine: this.changes, base: this.record ?? theirs, theirs }
      return
    }
    this.errors = problemsByField(entity, error)
    const [first] = Object.keys(this.errors)
    if (first === undefined) toastError(error)
    else await this.#showField(first)
  }

  /** Wherever it stands: on another tab, in a folded section. */
  async #showField(name: string): Promise<void> {
    const tab = meta
      .form(this.entity)
      ?.tabs.find(({ sections }) => sections.some(({ items }) => items.some(({ field }) => field === name)))
    if (tab) this.tab = tab.id
    await this.updateComplete
    const editor = this.querySelector<RlFieldEditor>(`[data-field="${name}"]`)
    editor?.closest('details')?.setAttribute('open', '')
    editor?.focusEditor()
  }

  /** What the person chose of two versions becomes the draft over the newer one. */
  private settle(values: Values): void {
    if (!this.conflict) return
    this.record = this.conflict.theirs
    this.conflict = null
    this.changes = values
    void this.save()
  }

  private async cancel(): Promise<void> {
    if (!(await this.mayLeave())) return
    dropDraft(this.entity, this.recordId)
    this.#stopEditing()
  }

  private async mayLeave(): Promise<boolean> {
    if (Object.keys(this.changes).length === 0) return true
    const isAgreed = await confirm({
      title: t('record.discard.title'),
      text: t('record.discard.text'),
      confirm: t('record.discard.confirm'),
      cancel: t('record.discard.cancel'),
      isDangerous: true,
    })
    if (isAgreed) dropDraft(this.entity, this.recordId)
    return isAgreed
  }

  #stopEditing(): void {
    this.isEditing = false
    this.changes = {}
    this.errors = {}
    this.conflict = null
    this.#removeGuard?.()
    this.#removeGuard = undefined
  }

  private async toTrash(): Promise<void> {
    const { record } = this
    if (!record) return
    try {
      await records.remove(this.entity, record.id)
      const back = neighboursOf(this.entity, record.id)?.listHref ?? hrefOf.list(this.entity)
      this.#stopEditing()
      await navigate(back)
      toastUndo(t('record.deleted', { name: record.display_name }), async () => {
        await records.restore(this.entity, record.id)
      })
    } catch (error) {
      toastError(error)
    }
  }

  private step(direction: 'previous' | 'next'): void {
    const id = neighboursOf(this.entity, this.recordId)?.[direction]
    if (id) void navigate(hrefOf.record(this.entity, id), { replace: true })
  }

  private readonly onTabKey = (event: KeyboardEvent): void => {
    const move = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (move === 0) return
    const tabs = [...this.querySelectorAll<HTMLElement>('[role=tab]')]
    const at = tabs.findIndex((one) => one.getAttribute('aria-selected') === 'true')
    const next = tabs[(at + move + tabs.length) % tabs.length]
    next?.click()
    next?.focus()
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (!this.isEditing || event.defaultPrevented) return
    if ((event.ctrlKey || event.metaKey) && (event.key === 'Enter' || event.key === 's')) {
      event.preventDefault()
      void this.save()
    } else if (event.key === 'Escape') {
      event.preventDefault()
      void this.cancel()
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-record-page': RlRecordPage
  }
}
