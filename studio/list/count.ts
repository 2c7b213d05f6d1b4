// Beside the title: which rows are in view, of how many. An element of its own, because it changes with every row that
// is scrolled by, and the list does not.
import { html, nothing } from 'lit'
import { customElement, property } from 'lit/decorators.js'
import { fire, RlElement } from '../app/element.ts'
import { formatNumber, t } from '../app/i18n.ts'
import type { Count } from './rows.ts'

/** Numbers of rows, from 0. */
export interface Range {
  first: number
  last: number
}

/** Fires `rl-count-all`: a count that was capped can be made exact on demand. */
@customElement('rl-list-count')
export class RlListCount extends RlElement {
  @property({ attribute: false }) count: Count | undefined
  /** null: said without it, where there is no room. */
  @property({ attribute: false, hasChanged: (now: Range | null, before: Range | null) => !isSame(now, before) })
  range: Range | null = null

  protected override render() {
    const { count, range } = this
    if (!count || count.value === 0) return nothing
    const total = count.isExact ? formatNumber(count.value) : t('list.moreThan', { count: count.value })
    const last = range && count.isExact ? Math.min(range.last, count.value - 1) : (range?.last ?? 0)
    const isAll = count.isExact && range?.first === 0 && last + 1 >= count.value
    const shown =
      range && last >= range.first && !isAll
        ? t('list.range', { first: formatNumber(range.first + 1), last: formatNumber(last + 1), total })
        : total
    if (count.isExact)
      return html`<span class="rl-count rl-num"><span class="rl-sr-only">${t('list.count', { count: count.value })}</span
        ><span aria-hidden="true">${shown}</span></span
      >`
    return html`<button type="button" class="rl-button rl-count rl-num" quiet title=${t('list.countAll')} @click=${() => fire(this, 'rl-count-all')}>
      ${shown}
    </button>`
  }
}

const isSame = (a: Range | null, b: Range | null | undefined): boolean =>
  a === b || (a?.first === b?.first && a?.last === b?.last)

declare global {
  interface HTMLElementTagNameMap {
    'rl-list-count': RlListCount
  }
}
