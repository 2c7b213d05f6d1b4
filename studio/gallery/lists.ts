// The parts of the gallery that belong to lists.
import { html } from 'lit'
import type { WireRecord } from '../../sdk/wire/records.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { meta } from '../app/meta.ts'
import '../list/bulk.ts'
import { columnsOf } from '../list/columns.ts'
import '../list/filter-bar.ts'
import '../list/grid.ts'
import '../list/page.css'
import { renderCount, renderEmpty, renderFailure } from '../list/parts.ts'
import { Rows } from '../list/rows.ts'
import { Selection } from '../list/selection.ts'
import type { Chip, ListState } from '../list/state.ts'
import { renderViews } from '../list/views.ts'
import { CONTRACT, contract } from './sample.ts'
import { sampleRecords } from './values.ts'

/** Rows that are there already. */
class SampleRows extends Rows {
  override get size(): number {
    return sampleRecords.length
  }
  override page(): Promise<readonly WireRecord[]> {
    sampleRecords.forEach((record, index) => this.loaded.set(index, record))
    return Promise.resolve(sampleRecords)
  }
}

const rows = new SampleRows(CONTRACT, {})
rows.count = { value: 4_800, isExact: true }
const selection = new Selection().withAll(sampleRecords.slice(1, 3))

const CHIPS: readonly Chip[] = [
  { path: 'choice', operator: 'is', value: ['orange', 'green'] },
  {
    path: 'text',
    operator: 'contains',
    value: 'переосвидетельствование рентгеноэлектрокардиографического оборудования',
  },
  { path: 'money', operator: 'between', value: ['-3499.90', '1000000'] },
  { path: 'email', operator: 'empty', value: null },
]

export function renderFilters() {
  return html`<div class="rl-gallery-line">
      <div class="rl-search">${icon('search')}<input type="search" class="rl-input" placeholder=${t('list.search')} aria-label=${t('list.search')} /></div>
      <div class="rl-search">${icon('search')}<input type="search" class="rl-input" .value=${'北京市'} aria-label=${t('list.search')} /></div>
      ${renderCount(rows.count, () => {})} ${renderCount({ value: 10_000, isExact: false }, () => {})}
    </div>
    <rl-filter-bar .entity=${contract} .chips=${CHIPS}></rl-filter-bar>
    <rl-filter-bar .entity=${contract} .chips=${CHIPS.slice(0, 1)}></rl-filter-bar>`
}

export const renderListTabs = () => renderViews(meta.views(CONTRACT), meta.views(CONTRACT)[0])

export function renderEmptyStates() {
  const state: ListState = { view: undefined, chips: [], sort: [], columns: [], q: '' }
  return html`${renderEmpty(contract, state, '#empty')} ${renderEmpty(contract, { ...state, q: 'zzzz' }, '#empty')}
    ${renderFailure(t('network.unreachable'), () => {})}
    <div class="rl-gallery-stack"><span class="rl-skeleton"></span><span class="rl-skeleton"></span><span class="rl-skeleton"></span></div>`
}

const drawn = (isNarrow: boolean, chosen: Selection) => html`<rl-list-grid
  .entity=${contract}
  .rows=${rows}
  .columns=${columnsOf(
    contract,
    undefined,
    contract.fields.map(({ name }) => name),
    {},
  )}
  .sort=${[{ path: 'money', direction: 'desc' }]}
  .selection=${chosen}
  .isNarrow=${isNarrow}
  .canSelect=${!isNarrow}
></rl-list-grid>`

export function renderList() {
  return html`<div class="rl-gallery-list">
    ${drawn(false, selection)}<rl-bulk-bar .entity=${contract} .selection=${selection} .rows=${rows}></rl-bulk-bar>
  </div>`
}

export const renderCards = () => html`<div class="rl-gallery-list">${drawn(true, new Selection())}</div>`
