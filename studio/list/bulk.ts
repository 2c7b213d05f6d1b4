// What can be done with the chosen records. Deleting goes to the trash, and can be taken back.
import { html, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { actionsOnMany } from '../actions/offered.ts'
import { divide, renderAct } from '../actions/act.ts'
import { actOf } from '../actions/start.ts'
import { actsOnMany } from '../operation/acts.ts'
import type { ClientEntity } from '../../sdk/wire/meta.ts'
import type { WireRecord } from '../../sdk/wire/records.ts'
import { RlElement, fire } from '../app/element.ts'
import { formatNumber, t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { removeAll, restoreAll } from '../app/many-records.ts'
import { finalDone } from '../access/final.ts'
import { toast, toastError, toastUndo } from '../app/toast.ts'
import '../shell/menu.ts'
import './bulk.css'
import { exportRecords } from './export.ts'
import { allRows, type Rows } from './rows.ts'
import type { Selection } from './selection.ts'

/** More are not chosen by one click. */
const MOST_CHOSEN = 5_000

/** Fires `rl-clear`, and `rl-selected` (records). */
@customElement('rl-bulk-bar')
export class RlBulkBar extends RlElement {
  @property({ attribute: false }) entity!: ClientEntity
  @property({ attribute: false }) selection!: Selection
  @property({ attribute: false }) rows!: Rows
  @state() private isBusy = false

  protected override render() {
    const { size } = this.selection
    if (size === 0) return nothing
    const { can } = this.entity
    return html`<div class="rl-bulk" role="toolbar" aria-label=${t('bulk.label')}>
      <span class="rl-bulk-count rl-num" role="status">${t('bulk.selected', { count: size })}</span>
      ${this.renderAll()} ${this.renderActs()}
      ${
        can.export
          ? html`<button type="button" class="rl-button" quiet ?disabled=${this.isBusy} @click=${() => void exportRecords(this.entity, this.rows, this.selection.items)}>
              ${icon('download')}${t('list.export')}
            </button>`
          : nothing
      }
      ${
        can.delete
          ? html`<button type="button" class="rl-button" quiet ?disabled=${this.isBusy} @click=${() => void this.removeChosen()}>
              ${icon('trash-2')}${t('bulk.delete')}
            </button>`
          : nothing
      }
      <button type="button" class="rl-button" quiet icon-only aria-label=${t('list.clearSelection')} @click=${() => fire(this, 'rl-clear')}>${icon('x')}</button>
    </div>`
  }

  /** Everything that is loaded is chosen, and there is more. */
  private renderAll() {
    const { count } = this.rows
    if (!this.selection.isAll || !count?.isExact || count.value <= this.selection.size || count.value > MOST_CHOSEN)
      return nothing
    return html`<button type="button" class="rl-button" quiet ?disabled=${this.isBusy} @click=${() => void this.chooseAll()}>
      ${t('bulk.chooseAll', { all: formatNumber(count.value) })}
    </button>`
  }

  private renderActs() {
    const after = (): void => fire(this, 'rl-clear')
    const records = this.selection.items
    const acts = [
      ...actionsOnMany(this.entity).map((action) => ({ ...actOf({ action, records, after }), isPromoted: true })),
      ...actsOnMany(this.entity.name, records, after),
    ]
    const { buttons, items } = divide(acts, false)
    return html`${buttons.map((act) => renderAct(act, { isQuiet: true, isDisabled: this.isBusy }))}${
      items.length > 0
        ? html`<rl-menu .label=${t('action.more')} .face=${icon('ellipsis')} .items=${items} .placement=${{ align: 'end' } as const}></rl-menu>`
        : nothing
    }`
  }

  private async chooseAll(): Promise<void> {
    await this.busy(async () => {
      const found: WireRecord[] = []
      for await (const page of allRows(this.rows.entity, this.rows.query)) found.push(...page)
      fire(this, 'rl-selected', found)
    })
  }

  private async removeChosen(): Promise<void> {
    const chosen = this.selection.items
    const { name } = this.entity
    await this.busy(async () => {
      const ids = chosen.map(({ id }) => id)
      const gone = await removeAll(name, ids, toastError)
      fire(this, 'rl-clear')
      if (gone.length === 0) return
      const done = finalDone(name, gone.length)
      if (done !== undefined) return void toast(done)
      toastUndo(t('bulk.deleted', { count: gone.length }), async () => {
        await restoreAll(name, gone, toastError)
      })
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
