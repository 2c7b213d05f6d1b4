// One record: what it says, what belongs to it, what happened to it. A value is changed where it stands.
import { html, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { ClientEntity } from '../../sdk/wire/meta.ts'
import type { WireRecord } from '../../sdk/wire/records.ts'
import type { Act } from '../actions/act.ts'
import { actionsOnRecord } from '../actions/offered.ts'
import { actOf } from '../actions/start.ts'
import { actsOn } from '../operation/acts.ts'
import { ApiError, api } from '../app/api.ts'
import { RlElement } from '../app/element.ts'
import { formatMoment } from '../app/format.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { onMoved } from '../app/live.ts'
import { meta, text } from '../app/meta.ts'
import { route, setQuery } from '../app/router.ts'
import { addShortcuts } from '../app/shortcuts.ts'
import { errorText } from '../app/refusal.ts'
import { renderValue } from '../fields/index.ts'
import { toast } from '../app/toast.ts'
import { pageHead, setTitle } from '../shell/header.ts'
import '../pages/not-found.ts'
import './access.ts'
import { moveToTrash, recordActions, stepTo } from './actions.ts'
import { renderConflict } from './conflict.ts'
import { RecordEditing, type RecordHost } from './editing.ts'
import { fieldsOn, type FormState, renderFields, renderSections, visibleTabs } from './form.ts'
import './history.ts'
import './record.css'
import { type News, renderNews, whoChanged } from './news.ts'
import { renderRefused } from './refused.ts'
import './related.ts'
import { kindsFrom, RELATIONSHIP } from './relationship-kinds.ts'
import './relationships.ts'
import { renderTabs, type Tab } from './tabs.ts'

/** Tabs that every record has beside those of its form. */
const RELATED = 'rl-related'
/** Of a form that nobody designed: what it leaves out stands on the same tab. */
const DEFAULT_RELATED = 'related'
const RELATIONSHIPS = 'rl-relationships'
const HISTORY = 'rl-history'
const ACCESS = 'rl-access'
const NARROW = matchMedia('(max-width: 640px)')
const OWN_TABS: ReadonlySet<string> = new Set([RELATED, RELATIONSHIPS, HISTORY, ACCESS])

@customElement('rl-record-page')
export class RlRecordPage extends RlElement implements RecordHost {
  /** Qualified name. */
  @property() entity = ''
  @property({ attribute: false }) recordId = ''
  @state() record: WireRecord | null = null
  @state() private failure = ''
  @state() private isMissing = false
  /** What somebody else did to the record while it stands here. */
  @state() private news: News | undefined
  readonly #editing = new RecordEditing(this)
  #loaded = ''

  override connectedCallback(): void {
    super.connectedCallback()
    this.addEventListener('keydown', this.onKey)
    const redraw = () => this.requestUpdate()
    NARROW.addEventListener('change', redraw)
    this.whileConnected(
      () => NARROW.removeEventListener('change', redraw),
      route.subscribe(() => this.requestUpdate()),
      onMoved(
        () => this.entity,
        (moved) => (moved === 'many' || moved.has(this.recordId)) && void this.follow(),
      ),
      addShortcuts(
        { key: 'e', label: t('record.edit'), run: () => this.edit() },
        { key: 'j', label: t('record.next'), run: () => stepTo(this.entity, this.recordId, 'next') },
        { key: 'k', label: t('record.previous'), run: () => stepTo(this.entity, this.recordId, 'previous') },
        { key: 'mod+s', label: t('record.save'), run: () => void this.#editing.save() },
        { key: 'Escape', label: t('record.cancel'), run: () => this.#editing.isActive && void this.#editing.cancel() },
      ),
    )
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.removeEventListener('keydown', this.onKey)
  }

  /** The moment that the record is shown at; '' for now. */
  get #at(): string {
    return route.get().query.get('at') ?? ''
  }

  protected override willUpdate(): void {
    const key = `${this.entity} ${this.recordId} ${this.#at}`
    if (key === this.#loaded || !meta.entity(this.entity)) return
    this.#loaded = key
    this.#editing.stop()
    this.record = null
    this.isMissing = false
    this.failure = ''
    void this.load()
  }

  protected override render() {
    const entity = meta.entity(this.entity)
    if (this.isMissing || !entity) return html`<rl-not-found></rl-not-found>`
    const { record } = this
    if (!record)
      return html`${pageHead({ title: text(entity.label) })}
        <div class="rl-page rl-record">${this.failure ? this.#failure() : html`<div class="rl-skeleton"></div><div class="rl-skeleton"></div><div class="rl-skeleton"></div>`}</div>`
    const { conflict, refused } = this.#editing
    const saveAnyway = (): void => void this.#editing.save({ allowsDuplicates: true })
    return html`${pageHead({ title: record.display_name || t('record.untitled'), actions: this.#actions(entity, record) })}
      <div class="rl-page rl-record">
        ${this.#at ? this.#past() : nothing} ${renderNews(this.news)} ${this.#facts(entity, record)}
        ${conflict ? renderConflict(entity, conflict, (choice) => this.#editing.settle(choice)) : nothing}
        ${refused ? renderRefused(entity, refused, saveAnyway) : nothing} ${this.#body(entity, record)}
      </div>
      ${this.#editing.isActive && !conflict ? this.#saveBar() : nothing}`
  }

  #failure() {
    return html`<p class="rl-error" role="alert">${this.failure}</p>
      <button type="button" class="rl-button" @click=${() => void this.load()}>${t('retry')}</button>`
  }

  #past() {
    return html`<p class="rl-record-past" role="status">
      ${icon('history')}<span>${t('record.past', { at: formatMoment(this.#at) })}</span>
      <button type="button" class="rl-button" @click=${() => setQuery({ at: null })}>${t('record.past.back')}</button>
    </p>`
  }

  #actions(entity: ClientEntity, record: WireRecord) {
    const mayEdit = this.#mayChange(entity) && !this.#editing.isWhole
    return recordActions(entity, record, {
      acts: this.#at ? [] : this.#acts(entity, record),
      isNarrow: NARROW.matches,
      edit: mayEdit ? () => this.edit() : undefined,
      share: entity.can.share && !this.#at ? () => this.showTab(ACCESS) : undefined,
      remove: entity.can.delete && !this.#at ? () => void this.toTrash() : undefined,
    })
  }

  /** None on a record with changes that are not saved: it would be done with what was there before. */
  #acts(entity: ClientEntity, record: WireRecord): Act[] {
    const after = (): void => void this.load()
    const acts = [
      ...actionsOnRecord(entity, record).map((action) => actOf({ action, records: [record], after })),
      ...actsOn(entity.name, record, after),
    ]
    if (this.#editing.count === 0) return acts
    return acts.map((act) => ({ ...act, run: () => void toast(t('action.saveFirst'), { kind: 'failed' }) }))
  }

  #mayChange(entity: ClientEntity): boolean {
    return entity.can.update && !this.#at
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

  /** Those of the form, then what belongs to the record and what happened to it. */
  #tabs(entity: ClientEntity, state: FormState): Tab[] {
    const tabs = visibleTabs(meta.form(this.entity), state)
    const own = tabs.map((tab) => ({ id: tab.id, label: text(tab.label) || t('record.tab.details') }))
    const mayRelate = meta.entity(RELATIONSHIP)?.can.read === true && kindsFrom(entity).length > 0
    const hasRelationships = mayRelate && !this.#at
    const hasRelated =
      this.#relatedLists(entity).length > 0 && !this.#at && !tabs.some(({ id }) => id === DEFAULT_RELATED)
    return [
      ...(own.length > 0 ? own : [{ id: 'details', label: t('record.tab.details') }]),
      ...(hasRelationships ? [{ id: RELATIONSHIPS, label: t('relationship.tab') }] : []),
      ...(hasRelated ? [{ id: RELATED, label: t('record.tab.related') }] : []),
      ...(entity.history ? [{ id: HISTORY, label: t('record.tab.history') }] : []),
      ...(this.#at ? [] : [{ id: ACCESS, label: t('record.tab.access') }]),
    ]
  }

  #body(entity: ClientEntity, record: WireRecord) {
    const state = this.formState(entity, record)
    const all = this.#tabs(entity, state)
    const wanted = route.get().query.get('tab')
    const current = all.find((one) => one.id === wanted)?.id ?? all[0]?.id ?? ''
    const show = (id: string): void => this.showTab(id)
    return renderTabs(all, current, show, this.#panel(entity, record, current, state))
  }

  #panel(entity: ClientEntity, record: WireRecord, tab: string, state: FormState) {
    if (tab === HISTORY) return html`<rl-history .entity=${this.entity} .recordId=${record.id}></rl-history>`
    if (tab === ACCESS) return html`<rl-record-access .entity=${this.entity} .recordId=${record.id}></rl-record-access>`
    if (tab === RELATIONSHIPS)
      return html`<rl-relationships .entity=${this.entity} .recordId=${record.id} .name=${record.display_name}></rl-relationships>`
    const lists = () => this.#relatedLists(entity).map((one) => this.#related(one.entity, one.field, text(one.label)))
    if (tab === RELATED) return lists()
    const ofForm = visibleTabs(meta.form(this.entity), state).find(({ id }) => id === tab)
    if (!ofForm) return renderFields(state)
    return html`${renderSections(ofForm, state)}${tab === DEFAULT_RELATED && !this.#at ? lists() : nothing}`
  }

  /** Those that no other tab shows. */
  #relatedLists(entity: ClientEntity): ClientEntity['inbound'] {
    const items = (meta.form(entity.name)?.tabs ?? []).flatMap((tab) =>
      tab.sections.flatMap((section) => section.items),
    )
    const isShown = (one: { entity: string; field: string }): boolean =>
      items.some(({ related }) => related?.entity === one.entity && related.field === one.field)
    const isOwnLink = (one: { entity: string; field: string }): boolean =>
      entity.fields.some(({ options: { link } }) => link?.entity === one.entity && link.source === one.field)
    return entity.inbound.filter(
      (one) => meta.entity(one.entity) && one.entity !== RELATIONSHIP && !isShown(one) && !isOwnLink(one),
    )
  }

  #related(entity: string, field: string, label: string, view = '') {
    return html`<rl-related .to=${{ entity: this.entity, id: this.recordId }} .entity=${entity} .field=${field} .label=${label} .view=${view}></rl-related>`
  }

  #saveBar() {
    const { count, isTakenUp, isSaving } = this.#editing
    const said = isTakenUp ? t('record.takenUp', { count }) : count > 0 ? t('record.unsaved', { count }) : ''
    return html`<div class="rl-save-bar">
      <span class="rl-muted" role="status">${said}</span>
      <button type="button" class="rl-button" @click=${() => void this.#editing.cancel()}>${t('record.cancel')}</button>
      <button type="button" class="rl-button" primary ?disabled=${isSaving} @click=${() => void this.#editing.save()}>${t('record.save')}</button>
    </div>`
  }

  private formState(entity: ClientEntity, record: WireRecord): FormState {
    const editing = this.#editing
    const may = this.#mayChange(entity) && !editing.conflict
    return {
      entity,
      values: { ...record, ...editing.changes },
      before: record,
      errors: editing.errors,
      recordId: record.id,
      isOpen: (field) => may && editing.isOpen(field),
      isChanged: (field) => field in editing.changes,
      change: editing.change,
      ...(may
        ? { open: (field: string) => editing.open(field), leave: (field: string) => void editing.close(field) }
        : {}),
      ...(this.#at
        ? { isPast: true }
        : {
            renderRelated: (related) => this.#related(related.entity, related.field, text(related.label), related.view),
          }),
    }
  }

  /** With the names of what its references lead to. */
  async fetchRecord(): Promise<WireRecord> {
    const expand = (meta.entity(this.entity)?.fields ?? [])
      .filter((field) => meta.bringsName(field))
      .map((field) => field.name)
      .join(',')
    const at = this.#at
    return api.get<WireRecord>(`records/${this.entity}/${this.recordId}`, { query: at ? { at } : { expand } })
  }

  take(record: WireRecord): void {
    this.record = record
    this.news = undefined
    setTitle(record.display_name, text(meta.entity(this.entity)?.label))
  }

  private async load(): Promise<void> {
    const asked = this.#loaded
    try {
      const record = await this.fetchRecord()
      // Another record was opened meanwhile: its own answer counts.
      if (asked !== this.#loaded) return
      this.take(record)
      this.failure = ''
      if (!this.#at) this.#editing.takeUp(record)
    } catch (error) {
      if (asked !== this.#loaded) return
      this.isMissing = error instanceof ApiError && error.status === 404
      this.failure = errorText(error)
    }
  }

  /** Somebody has changed it. What is being typed stays, and meets theirs when it is saved. */
  private async follow(): Promise<void> {
    const { record } = this
    if (!record || this.#at) return
    try {
      const fresh = await this.fetchRecord()
      if (record !== this.record) return
      if (this.#editing.count === 0) this.take(fresh)
      else if (fresh.version !== record.version) this.news = await whoChanged(this.entity, fresh)
    } catch (error) {
      // Deleted, or not for this person any more; anything else the next question tells.
      if (error instanceof ApiError && error.status === 404 && record === this.record) this.news = { kind: 'deleted' }
    }
  }

  private edit(): void {
    const entity = meta.entity(this.entity)
    if (!this.record || !entity || !this.#mayChange(entity) || this.#editing.isWhole || this.#editing.conflict) return
    const tab = route.get().query.get('tab')
    if (tab !== null && OWN_TABS.has(tab)) this.showTab(null)
    this.#editing.openAll()
  }

  fieldsShown(): ReadonlySet<string> {
    const entity = meta.entity(this.entity)
    if (!entity || !this.record) return new Set()
    return fieldsOn(meta.form(this.entity), this.formState(entity, this.record))
  }

  async reveal(field: string): Promise<void> {
    const tab = meta
      .form(this.entity)
      ?.tabs.find(({ sections }) => sections.some(({ items }) => items.some((item) => item.field === field)))
    if (tab) this.showTab(tab.id)
    this.requestUpdate()
    await this.updateComplete
  }

  private showTab(id: string | null): void {
    setQuery({ tab: id }, { replace: true })
  }

  private async toTrash(): Promise<void> {
    if (this.record && (await this.#editing.mayLeave())) await moveToTrash(this.entity, this.record)
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || !this.#editing.isActive) return
    const isModified = event.ctrlKey || event.metaKey
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-row]') : null
    if (isModified && (event.key === 'Enter' || event.key === 's')) {
      event.preventDefault()
      void this.#editing.save()
    } else if (event.key === 'Escape') {
      event.preventDefault()
      this.#escape(row)
    } else if (event.key === 'Enter' && event.target instanceof HTMLInputElement && row && !this.#editing.isWhole) {
      event.preventDefault()
      if (this.#editing.close(row.dataset['row'] ?? '')) this.#focusRow(row)
    }
  }

  /** Out of one field, with what it held before; out of the whole form when all of it is open. */
  #escape(row: HTMLElement | null): void {
    const field = row?.dataset['row']
    if (!row || field === undefined || this.#editing.isWhole || !this.#editing.isOpen(field))
      return void this.#editing.cancel()
    this.#editing.revert(field)
    this.#focusRow(row)
  }

  #focusRow(row: HTMLElement): void {
    void this.updateComplete.then(() => row.querySelector<HTMLElement>('.rl-row-edit')?.focus())
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-record-page': RlRecordPage
  }
}
