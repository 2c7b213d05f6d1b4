// Records that point to this one: the first few, and the way to all of them.
import { html, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { finalAct, finalDone } from '../access/final.ts'
import type { ClientEntity, ClientField } from '../../sdk/wire/meta.ts'
import type { ListAnswer, WireRecord } from '../../sdk/wire/records.ts'
import { RlElement } from '../app/element.ts'
import { formatNumber, inSentence, t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { type ClientView, meta, text } from '../app/meta.ts'
import { onMoved } from '../app/live.ts'
import { records, recordsVersion } from '../app/records.ts'
import { hrefOf } from '../app/router.ts'
import { errorText } from '../app/refusal.ts'
import { toast, toastError } from '../app/toast.ts'
import { renderCell } from '../fields/index.ts'

const SHOWN_ROWS = 10
const SHOWN_COLUMNS = 4
/** Of a view that the form names: somebody has chosen them, and the title may be among them. */
const NAMED_COLUMNS = 6

@customElement('rl-related')
export class RlRelated extends RlElement {
  /** The record that is pointed to. */
  @property({ attribute: false }) to!: { entity: string; id: string }
  /** Entity of the records, and its field that points here. */
  @property() entity = ''
  @property() field = ''
  @property() label = ''
  /** Name of the view whose columns, filter and order it has; '' for the columns of the first one, the latest first. */
  @property() view = ''
  @state() private answer: ListAnswer | null = null
  @state() private failure = ''
  #asked = ''

  override connectedCallback(): void {
    super.connectedCallback()
    this.whileConnected(
      recordsVersion.subscribe(() => void this.load(true)),
      onMoved(
        () => this.entity,
        () => void this.load(true),
      ),
    )
  }

  protected override willUpdate(): void {
    void this.load(false)
  }

  protected override render() {
    const entity = meta.entity(this.entity)
    if (!entity) return nothing
    const rows = this.answer?.data ?? []
    const count = this.answer?.count
    return html`<section class="rl-related">
      <header>
        <h3>${this.label || text(entity.plural)}</h3>
        ${count ? html`<span class="rl-muted rl-num">${formatNumber(count.value)}</span>` : nothing}
        ${this.#canAdd(entity) ? html`<a class="rl-button" quiet href=${this.#createHref()}>${icon('plus')}${t('record.related.add', { entity: inSentence(text(entity.label)) })}</a>` : nothing}
      </header>
      ${this.failure ? html`<p class="rl-error">${this.failure}</p>` : nothing}
      ${this.answer && rows.length === 0 ? html`<p class="rl-muted">${t('record.related.none')}</p>` : nothing}
      ${rows.length > 0 ? this.#table(entity, rows) : nothing}
      ${(count?.value ?? 0) > rows.length ? html`<a href=${hrefOf.list(this.entity, { filter: JSON.stringify(this.#filter()) })}>${t('record.related.all')}</a>` : nothing}
    </section>`
  }

  #table(entity: ClientEntity, rows: readonly WireRecord[]) {
    // The title is not shown twice.
    const columns = columnsOf(entity, this.field, this.#named()).filter(
      ({ name }) => !rows.every((record) => record[name] === record.display_name),
    )
    const actOf = (record: WireRecord) => (entity.can.delete ? finalAct(entity.name, record) : undefined)
    const hasActs = rows.some((record) => actOf(record) !== undefined)
    return html`<table class="rl-related-table">
      <thead>
        <tr>
          ${entity.isLink ? nothing : html`<th scope="col">${text(entity.label)}</th>`}${columns.map((field) => html`<th scope="col">${text(field.label)}</th>`)}
          ${hasActs ? html`<td></td>` : nothing}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (record) => html`<tr>
            ${
              // A link says nothing itself: what it leads to does.
              entity.isLink
                ? nothing
                : html`<td><a href=${hrefOf.record(entity.name, record.id)}>${record.display_name || t('record.untitled')}</a></td>`
            }
            ${columns.map((field) => html`<td>${renderCell(field, record[field.name], { entity, record, place: entity.isLink ? 'card' : 'cell' })}</td>`)}
            ${hasActs ? html`<td class="rl-related-act">${this.#act(record, actOf(record))}</td>` : nothing}
          </tr>`,
        )}
      </tbody>
    </table>`
  }

  #act(record: WireRecord, act: string | undefined) {
    if (act === undefined) return nothing
    return html`<button type="button" class="rl-button" quiet aria-label="${act}: ${record.display_name}" @click=${() => void this.removeRow(record)}>${act}</button>`
  }

  private async removeRow({ id }: WireRecord): Promise<void> {
    try {
      await records.remove(this.entity, id)
      toast(finalDone(this.entity, 1) ?? '')
    } catch (error) {
      toastError(error)
    }
  }

  #named(): ClientView | undefined {
    return this.view === '' ? undefined : meta.views(this.entity).find(({ name }) => name === this.view)
  }

  #filter(): unknown {
    const path = this.#isDirect() ? this.field : `${this.field}.id`
    const leadsHere = { '==': [{ var: path }, this.to.id] }
    const filter = this.#named()?.filter
    return filter === undefined ? leadsHere : { and: [leadsHere, filter] }
  }

  /** false: a polymorphic reference, which a link in an address cannot fill. */
  #isDirect(): boolean {
    return meta.field(this.entity, this.field)?.type !== 'any_reference'
  }

  /** Not where a reference is set by the system, nor a link without what it leads to. */
  #canAdd(entity: ClientEntity): boolean {
    const isWritable = meta.field(this.entity, this.field)?.isWritable ?? false
    return entity.can.create && !entity.isLink && isWritable && this.#isDirect()
  }

  #createHref(): string {
    return hrefOf.create(this.entity, { [this.field]: this.to.id })
  }

  private async load(isForced: boolean): Promise<void> {
    const entity = meta.entity(this.entity)
    const key = `${this.entity} ${this.field} ${this.to.id} ${this.view}`
    if (!entity || (!isForced && key === this.#asked)) return
    this.#asked = key
    const named = this.#named()
    const names = columnsOf(entity, this.field, named).map((field) => selectOf(field))
    const sort = named?.sort.map(({ field, direction }) => (direction === 'desc' ? `-${field}` : field)).join(',')
    try {
      this.answer = await records.list(this.entity, {
        select: ['display_name', ...names].join(','),
        filter: this.#filter(),
        sort: sort || '-created_at',
        limit: SHOWN_ROWS,
        count: true,
      })
      this.failure = ''
    } catch (error) {
      this.failure = errorText(error)
    }
  }
}

/** What this view, or the first one, shows, or the first fields; neither the name nor the reference itself. */
function columnsOf(entity: ClientEntity, reference: string, named: ClientView | undefined): ClientField[] {
  const [first] = entity.isLink ? [] : meta.views(entity.name)
  const view = named ?? first
  const names = view?.columns.map((column) => column.field) ?? entity.fields.map((field) => field.name)
  return names
    .flatMap((name) => entity.fields.find((field) => field.name === name) ?? [])
    .filter(
      (field) =>
        (field.isReadable || field.isMasked) &&
        field.name !== reference &&
        !['many_to_many', 'json', 'long_text'].includes(field.type),
    )
    .slice(0, named ? NAMED_COLUMNS : SHOWN_COLUMNS)
}

const selectOf = (field: ClientField): string => (meta.bringsName(field) ? `${field.name}(display_name)` : field.name)

declare global {
  interface HTMLElementTagNameMap {
    'rl-related': RlRelated
  }
}
