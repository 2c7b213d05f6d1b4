// Who changed what, newest first.
import { html, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { HistoryEntry, WireValue } from '../../sdk/wire/records.ts'
import { RlElement } from '../app/element.ts'
import { formatMoment } from '../app/format.ts'
import { t, type TextKey } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { meta, text } from '../app/meta.ts'
import { hrefOf } from '../app/router.ts'
import { onMoved } from '../app/live.ts'
import { records, recordsVersion } from '../app/records.ts'
import { errorText } from '../app/refusal.ts'
import { toastError } from '../app/toast.ts'
import { renderValue } from '../fields/index.ts'

const OPERATIONS: Readonly<Record<HistoryEntry['operation'], TextKey>> = {
  create: 'record.history.create',
  update: 'record.history.update',
  delete: 'record.history.delete',
  restore: 'record.history.restore',
}

@customElement('rl-history')
export class RlHistory extends RlElement {
  @property() entity = ''
  @property({ attribute: false }) recordId = ''
  @state() private entries: readonly HistoryEntry[] | null = null
  @state() private failure = ''
  @state() private next: number | null = null
  #asked = ''

  override connectedCallback(): void {
    super.connectedCallback()
    this.whileConnected(
      recordsVersion.subscribe(() => void this.load()),
      onMoved(
        () => this.entity,
        (moved) => (moved === 'many' || moved.has(this.recordId)) && void this.load(),
      ),
    )
  }

  protected override willUpdate(): void {
    if (this.#asked === this.recordId) return
    this.#asked = this.recordId
    void this.load()
  }

  protected override render() {
    if (this.failure) return html`<p class="rl-error">${this.failure}</p>`
    if (!this.entries) return html`<div class="rl-skeleton"></div>`
    return html`${renderHistory(this.entity, this.recordId, this.entries)}
    ${this.next === null ? nothing : html`<button type="button" class="rl-button" @click=${() => void this.loadEarlier()}>${t('record.history.earlier')}</button>`}`
  }

  private async load(): Promise<void> {
    try {
      const { data, next } = await records.history(this.entity, this.recordId, null)
      this.entries = data
      this.next = next
      this.failure = ''
    } catch (error) {
      this.failure = errorText(error)
    }
  }

  private async loadEarlier(): Promise<void> {
    const asked = this.recordId
    try {
      const { data, next } = await records.history(this.entity, asked, this.next)
      if (asked !== this.recordId) return
      this.entries = [...(this.entries ?? []), ...data]
      this.next = next
    } catch (error) {
      toastError(error)
    }
  }
}

export function renderHistory(entity: string, recordId: string, entries: readonly HistoryEntry[]) {
  return html`<ol class="rl-history">
    ${entries.map(
      (entry) => html`<li>
        <div class="rl-history-head">
          ${entry.by?.kind === 'key' ? icon('key-round', t('record.history.key')) : nothing}
          ${entry.by?.kind === 'plugin' ? icon('puzzle', t('record.history.plugin')) : nothing}
          <strong>${entry.by?.display_name ?? t('record.history.system')}</strong>
          ${entry.on_behalf ? html`<span class="rl-muted">${t('record.history.onBehalf', { name: entry.on_behalf.display_name })}</span>` : nothing}
          ${t(OPERATIONS[entry.operation])}
          <a class="rl-history-at" href=${hrefOf.record(entity, recordId, { at: entry.at })} title=${t('record.past.see')}
            ><time datetime=${entry.at}>${formatMoment(entry.at)}</time></a>
        </div>
        ${Object.entries(entry.changes).map(([name, [before, after]]) => renderChange(entity, name, before, after))}
      </li>`,
    )}
  </ol>`
}

function renderChange(entity: string, name: string, before: WireValue, after: WireValue) {
  const field = meta.field(entity, name)
  if (!field) return nothing
  const shown = (value: WireValue) =>
    renderValue(field, value) || html`<span class="rl-muted">${t('record.empty')}</span>`
  return html`<div class="rl-history-change">
    <span class="rl-muted">${text(field.label)}</span>
    <span class="rl-history-old">${shown(before)}</span><span aria-hidden="true">→</span><span class="rl-sr-only">${t('record.history.to')}</span>
    <span>${shown(after)}</span>
  </div>`
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-history': RlHistory
  }
}
