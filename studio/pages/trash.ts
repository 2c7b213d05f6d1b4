// Deleted records of one entity at a time: put back, or removed for good. `?entity=` says which.
import { html, nothing, type PropertyValues } from 'lit'
import { customElement, state } from 'lit/decorators.js'
import type { ClientEntity } from '../../sdk/wire/meta.ts'
import type { ListAnswer, WireRecord } from '../../sdk/wire/records.ts'
import { confirm } from '../app/dialog.ts'
import { RlElement } from '../app/element.ts'
import { formatMoment } from '../app/format.ts'
import { formatNumber, t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { restoreAll } from '../app/many-records.ts'
import { meta, metaStore, text } from '../app/meta.ts'
import { records, recordsVersion } from '../app/records.ts'
import { hrefOf, route } from '../app/router.ts'
import { errorText } from '../app/refusal.ts'
import { toast, toastError } from '../app/toast.ts'
import { pageHead, setTitle } from '../shell/header.ts'
import './trash.css'

const PAGE = 100
/** Counts asked for at the same time. */
const AT_ONCE = 6

type Count = NonNullable<ListAnswer['count']>

@customElement('rl-trash')
export class RlTrash extends RlElement {
  /** Entity → deleted records; only those that have any. */
  @state() private counts: ReadonlyMap<string, Count> | null = null
  @state() private rows: readonly WireRecord[] | null = null
  @state() private next: string | null = null
  @state() private chosen: ReadonlySet<string> = new Set()
  @state() private failure = ''
  @state() private isBusy = false
  #shown = ''

  override connectedCallback(): void {
    super.connectedCallback()
    setTitle(t('trash.title'), meta.tenant.title)
    const redraw = () => this.requestUpdate()
    const recount = () => void this.count()
    this.whileConnected(route.subscribe(redraw), recordsVersion.subscribe(recount), metaStore.subscribe(recount))
    void this.count()
  }

  /** Of the address; else the first that has something. */
  private get entity(): string {
    return route.get().query.get('entity') ?? this.counts?.keys().next().value ?? ''
  }

  protected override updated(_: PropertyValues<this>): void {
    const key = JSON.stringify([this.entity, recordsVersion.get()])
    if (this.entity === '' || key === this.#shown) return
    this.#shown = key
    void this.load()
  }

  protected override render() {
    return html`${pageHead({ title: t('trash.title') })}
      <div class="rl-page rl-trash">${this.renderBody()}</div>`
  }

  private renderBody() {
    if (this.failure)
      return html`<div class="rl-empty" role="alert">${icon('circle-alert')}<h2>${t('app.failed')}</h2><p>${this.failure}</p></div>`
    if (!this.counts)
      return html`<div class="rl-trash-list" aria-busy="true">${[1, 2, 3].map(() => html`<span class="rl-skeleton"></span>`)}</div>`
    if (this.counts.size === 0 && !this.rows?.length)
      return html`<div class="rl-empty">
        ${icon('trash-2')}
        <h2>${t('trash.empty.title')}</h2>
        <p>${t('trash.empty.text')}</p>
      </div>`
    return html`${this.renderKinds(this.counts)}${this.renderRows()}`
  }

  private renderKinds(counts: ReadonlyMap<string, Count>) {
    return html`<nav class="rl-views" aria-label=${t('trash.entity')}>
      ${[...counts].map(
        ([name, count]) =>
          html`<a class="rl-view" href=${hrefOf.trash(name)} aria-current=${name === this.entity ? 'page' : nothing}
            >${text(meta.entity(name)?.plural)}&nbsp;<span class="rl-num rl-muted">${count.exact ? formatNumber(count.value) : t('list.moreThan', { count: count.value })}</span></a
          >`,
      )}
    </nav>`
  }

  private renderRows() {
    const { rows } = this
    const entity = meta.entity(this.entity)
    if (!rows || !entity) return nothing
    const chosen = rows.filter(({ id }) => this.chosen.has(id))
    return html`<div class="rl-trash-tools">
        <label class="rl-check"
          ><input
            type="checkbox"
            .checked=${chosen.length > 0}
            .indeterminate=${chosen.length > 0 && chosen.length < rows.length}
            ?disabled=${rows.length === 0}
            @change=${() => (this.chosen = chosen.length > 0 ? new Set() : new Set(rows.map(({ id }) => id)))}
          />${chosen.length > 0 ? t('bulk.selected', { count: chosen.length }) : t('trash.selectAll')}</label
        >
        ${
          chosen.length > 0
            ? html`<button type="button" class="rl-button" ?disabled=${this.isBusy} @click=${() => void this.restore(entity, chosen)}>
                  ${icon('undo-2')}${t('trash.restore')}</button
                ><button type="button" class="rl-button" quiet ?disabled=${this.isBusy} @click=${() => void this.purge(entity, chosen)}>
                  ${icon('trash-2')}${t('trash.purge')}
                </button>`
            : nothing
        }
      </div>
      <ul class="rl-trash-list">
        ${rows.map((record) => this.renderRow(entity, record))}
      </ul>
      ${
        this.next === null
          ? nothing
          : html`<button type="button" class="rl-button rl-trash-more" ?disabled=${this.isBusy} @click=${() => void this.load(this.next)}>
              ${t('trash.showMore')}
            </button>`
      }`
  }

  private renderRow(entity: ClientEntity, record: WireRecord) {
    const name = record.display_name || t('list.unnamed')
    return html`<li>
      <input
        type="checkbox"
        aria-label=${t('list.select', { name })}
        .checked=${this.chosen.has(record.id)}
        @change=${() => this.toggle(record.id)}
      />
      <span class="rl-ellipsis rl-trash-name" translate="no">${name}</span>
      <span class="rl-muted rl-num" translate="no">${formatMoment(record['deleted_at'])}</span>
      <button
        type="button"
        class="rl-button"
        quiet
        ?disabled=${this.isBusy}
        aria-label="${t('trash.restore')}: ${name}"
        @click=${() => void this.restore(entity, [record])}
      >
        ${icon('undo-2')}<span>${t('trash.restore')}</span>
      </button>
    </li>`
  }

  private toggle(id: string): void {
    const next = new Set(this.chosen)
    if (!next.delete(id)) next.add(id)
    this.chosen = next
  }

  /** Which entities have something here; a few questions at a time. */
  private async count(): Promise<void> {
    const entities = meta.all.entities.filter(({ can, isLink }) => can.delete && !isLink)
    const names = entities.map(({ name }) => name)
    const found = new Map<string, Count>()
    try {
      for (let start = 0; start < entities.length; start += AT_ONCE) {
        await Promise.all(
          entities.slice(start, start + AT_ONCE).map(async ({ name }) => {
            const { count } = await records.list(name, { select: 'id', limit: 1, trash: true, count: true })
            if (count && count.value > 0) found.set(name, count)
          }),
        )
      }
      // In the order of the entities, not of the answers.
      this.counts = new Map([...found].sort(([a], [b]) => names.indexOf(a) - names.indexOf(b)))
    } catch (error) {
      this.failure = errorText(error)
    }
  }

  private async load(cursor: string | null = null): Promise<void> {
    const { entity } = this
    try {
      const { data, next } = await records.list(entity, {
        select: 'display_name,deleted_at',
        sort: '-deleted_at',
        limit: PAGE,
        trash: true,
        ...(cursor === null ? {} : { cursor }),
      })
      if (entity !== this.entity) return
      this.rows = cursor === null ? data : [...(this.rows ?? []), ...data]
      if (cursor === null) this.chosen = new Set()
      this.next = next
    } catch (error) {
      toastError(error)
    }
  }

  private async restore({ name }: ClientEntity, chosen: readonly WireRecord[]): Promise<void> {
    await this.busy(async () => {
      const ids = chosen.map(({ id }) => id)
      const restored = await restoreAll(name, ids, toastError)
      if (restored.length > 0) toast(t('trash.restored', { count: restored.length }))
    })
  }

  private async purge({ name }: ClientEntity, chosen: readonly WireRecord[]): Promise<void> {
    const isSure = await confirm({
      title: t('trash.purge.title', { count: chosen.length }),
      text: t('trash.purge.text'),
      confirm: t('trash.purge'),
      isDangerous: true,
    })
    if (!isSure) return
    await this.busy(async () => {
      await records.purge(name, ...chosen.map(({ id }) => id))
      toast(t('trash.purged', { count: chosen.length }))
    })
  }

  private async busy(work: () => Promise<void>): Promise<void> {
    this.isBusy = true
    try {
      await work()
    } catch (error) {
      toastError(error)
    } finally {
      this.isBusy = false
    }
  }
}
