// The rows as a table that scrolls over any number of them, or as cards where the screen is narrow. Draws and tells; the
// page (page.ts) decides.
import '@vaadin/grid/vaadin-grid.js'
import '@vaadin/grid/vaadin-grid-column.js'
import type { Grid, GridDataProviderCallback, GridDataProviderParams, GridItemModel } from '@vaadin/grid/vaadin-grid.js'
import type { GridColumn } from '@vaadin/grid/vaadin-grid-column.js'
import { columnBodyRenderer, columnHeaderRenderer } from '@vaadin/grid/lit.js'
import { html, nothing, type PropertyValues } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import type { ClientEntity } from '../../sdk/wire/meta.ts'
import type { WireRecord } from '../../sdk/wire/records.ts'
import { RlElement, fire } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { hrefOf } from '../app/router.ts'
import type { Column } from './columns.ts'
import { renderGroup, startsGroup } from './groups.ts'
import { renderCard, renderValue } from './cells.ts'
import { PAGE_ROWS, type Rows } from './rows.ts'
import type { Selection } from './selection.ts'
import type { SortKey } from './state.ts'
import type { Range } from './count.ts'
import './grid.css'

/** Gutter, box, half of the gap to the name. */
const SELECT_WIDTH = '38px'
/** A first column wider than this, or on a small screen, would leave no room to scroll in. */
const FROZEN_PX = 360
const HAS_ROOM = matchMedia('(min-width: 1000px)')
/** Places that the scroll bar is only drawn across are not asked for. */
const JUMP_AFTER_MS = 80
/** As `startAt`: the rows are others, and the place is the same. */
export const STAYS = -1
/** Shown in place of the first rows. */
const BARS = 12

/** Fires `rl-open` (record), `rl-sort` ({path, isAdded}), `rl-select` ({index, isRange}), `rl-select-all`, `rl-resize`, `rl-reorder`, `rl-failed`, `rl-loaded` (records), `rl-visible` (range or null). */
@customElement('rl-list-grid')
export class RlListGrid extends RlElement {
  @property({ attribute: false }) entity!: ClientEntity
  @property({ attribute: false }) rows!: Rows
  @property({ attribute: false }) columns: readonly Column[] = []
  @property({ attribute: false }) sort: readonly SortKey[] = []
  /** Fields whose equal values stand together. */
  @property({ attribute: false }) group: readonly string[] = []
  @property({ attribute: false }) selection!: Selection
  /** Row to show first; read once for each `rows`. */
  @property({ attribute: false }) startAt = 0
  /** Record to give the focus to when it is there: the one that was opened. */
  @property({ attribute: false }) focusOn = ''
  @property({ attribute: false }) isNarrow = false
  @property({ attribute: false }) canSelect = false
  @query('vaadin-grid') readonly grid!: Grid<WireRecord>
  /** The grid draws bars for rows to come only once it has seen a row. */
  @state() private hasAnswer = false
  #frame = 0
  /** Times that the rows were scrolled. */
  #scrolls = 0

  protected override render() {
    return html`<vaadin-grid
      theme="no-border"
      class=${this.isNarrow ? 'rl-grid rl-cards' : 'rl-grid'}
      aria-label=${t('list.rows')}
      item-id-path="id"
      .pageSize=${PAGE_ROWS}
      .selectedItems=${this.selection.items}
      .cellPartNameGenerator=${this.cellParts}
      column-reordering-allowed
      @click=${this.onClick}
      @keydown=${{ handleEvent: (event: KeyboardEvent) => this.onKey(event), capture: true }}
      @column-resize=${this.onResize}
      @column-reorder=${this.onReorder}
    >
      ${this.isNarrow ? this.renderCardColumn() : this.renderColumns()}
    </vaadin-grid>${this.hasAnswer ? nothing : renderWaiting()}`
  }

  private renderColumns() {
    const selectAll = () =>
      html`<input
        type="checkbox"
        aria-label=${t('list.selectLoaded')}
        .checked=${this.selection.size > 0}
        .indeterminate=${this.selection.size > 0 && !this.selection.isAll}
        @click=${() => fire(this, 'rl-select-all')}
      />`
    const selectOne = (record: WireRecord) =>
      html`<input type="checkbox" tabindex="-1" aria-label=${t('list.select', { name: record.display_name })} .checked=${this.selection.has(record.id)} />`
    const isSelecting = this.selection.size
    return html`${
      this.canSelect
        ? html`<vaadin-grid-column
            class="rl-select-column"
            frozen
            width=${SELECT_WIDTH}
            flex-grow="0"
            ${columnHeaderRenderer(selectAll, [isSelecting])}
            ${columnBodyRenderer(selectOne, [isSelecting, this.selection.version])}
          ></vaadin-grid-column>`
        : nothing
    }
    ${repeat(
      this.columns,
      ({ path }) => path,
      (column, index) => this.renderColumn(column, index === 0),
    )}`
  }

  private renderColumn(column: Column, isFirst: boolean) {
    const { path, label, field } = column
    const key = this.sort.find((one) => one.path === path)
    const header = () =>
      html`<span class="rl-column-head" data-path=${path} title=${label} ?data-sortable=${field.isSortable}
        ><span class="rl-ellipsis">${label}</span
        >${key ? icon(key.direction === 'asc' ? 'arrow-up' : 'arrow-down') : nothing}</span
      >`
    return html`<vaadin-grid-column
      .path=${path}
      resizable
      .frozen=${isFirst && HAS_ROOM.matches && column.widthPx <= FROZEN_PX}
      .width=${`${column.widthPx}px`}
      .flexGrow=${column.isFlexible ? column.widthPx : 0}
      .textAlign=${column.isNumeric ? 'end' : 'start'}
      ${columnHeaderRenderer(header, [label, key?.direction])}
      ${columnBodyRenderer<WireRecord>((record, { index }) => this.renderBody(record, index, column, isFirst), [column, isFirst, this.group, this.rows])}
    ></vaadin-grid-column>`
  }

  private renderBody(record: WireRecord, index: number, column: Column, isFirst: boolean) {
    const value = renderValue(this.entity, record, column, isFirst)
    return isFirst && startsGroup(this.rows, index, this.group)
      ? html`${renderGroup(this.entity, record, this.group)}${value}`
      : value
  }

  private renderCardColumn() {
    return html`<vaadin-grid-column
      flex-grow="1"
      ${columnBodyRenderer<WireRecord>((record) => renderCard(this.entity, record, this.columns), [this.columns])}
    ></vaadin-grid-column>`
  }

  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('rows')) {
      // A new function makes the grid forget what it had.
      this.grid.dataProvider = (params, callback) => void this.load(this.rows, params, callback)
      if (this.startAt > 0) {
        this.rows.reserve(this.startAt + 1)
        this.grid.size = this.rows.size
      }
      if (this.grid.size && this.startAt !== STAYS) this.grid.scrollToIndex(this.startAt)
    }
    if (changed.has('selection')) this.grid.generateCellPartNames()
    if (changed.has('sort') || changed.has('columns')) queueMicrotask(() => this.markSort())
  }

  private async load(
    rows: Rows,
    { page }: GridDataProviderParams<WireRecord>,
    callback: GridDataProviderCallback<WireRecord>,
  ): Promise<void> {
    if (rows.isJump(page)) {
      await this.scrollEnd()
      // Answered with nothing, it is asked for again when it comes into view.
      if (rows !== this.rows || !this.isInView(page)) return callback([], rows.size)
    }
    try {
      const data = await rows.page(page)
      this.hasAnswer = true
      if (rows !== this.rows) return
      // The grid takes nothing for an answer only when told so.
      if (rows.size === 0) this.grid.size = 0
      callback([...data], rows.size)
      fire(this, 'rl-loaded', data)
      this.tellVisible()
      this.focusOpened()
    } catch (error) {
      // Answered with nothing, so that the grid does not wait for ever; the page offers to try again.
      callback([], rows.loaded.size)
      if (rows === this.rows) fire(this, 'rl-failed', error)
    }
  }

  /** First row in view, for Back. */
  get firstVisible(): number {
    return this.grid?._firstVisibleIndex ?? 0
  }

  /** First and last row in view, counted from 0; null without any. */
  get visible(): Range | null {
    const { _firstVisibleIndex: first, _lastVisibleIndex: last } = this.grid ?? {}
    return first === undefined || last === undefined || last < first ? null : { first, last }
  }

  /** The keyboard goes on in the rows: at the first one in view. */
  focusRow(): void {
    const record = this.rows.loaded.get(this.firstVisible)
    if (record) this.cellOf(record.id)?.focus()
  }

  private cellOf(id: string): HTMLElement | null | undefined {
    const link = this.querySelector<HTMLElement>(`[data-record="${CSS.escape(id)}"]`)
    return link?.closest('vaadin-grid-cell-content')?.assignedSlot?.parentElement
  }

  private isInView(page: number): boolean {
    const { visible } = this
    if (!visible) return true
    return page >= Math.floor(visible.first / PAGE_ROWS) && page <= Math.floor(visible.last / PAGE_ROWS)
  }

  protected override firstUpdated(): void {
    const table = this.grid.shadowRoot?.querySelector('#table')
    const onScroll = () => {
      this.#scrolls++
      this.tellVisible()
    }
    table?.addEventListener('scroll', onScroll, { passive: true })
  }

  /** The scroll bar rests. A frame is waited for too: what happened in a long one is told only with the next. */
  private async scrollEnd(): Promise<void> {
    let before: number
    do {
      before = this.#scrolls
      await new Promise((resolve) => setTimeout(resolve, JUMP_AFTER_MS))
      await new Promise((resolve) => requestAnimationFrame(resolve))
    } while (this.#scrolls !== before)
  }

  /** Once a frame: scrolling fires more often than anybody can read. */
  private tellVisible(): void {
    if (this.#frame !== 0) return
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0
      if (this.isConnected) fire(this, 'rl-visible', this.visible)
    })
  }

  private focusOpened(): void {
    if (this.focusOn === '') return
    const wanted = this.focusOn
    requestAnimationFrame(() => {
      const cell = this.cellOf(wanted)
      if (!cell) return
      this.focusOn = ''
      cell.focus({ preventScroll: true })
    })
  }

  private readonly cellParts = (column: GridColumn<WireRecord>, { index }: GridItemModel<WireRecord>): string => {
    const parts = column.classList.contains('rl-select-column') ? ['select-cell'] : []
    if (!this.isNarrow && startsGroup(this.rows, index, this.group)) parts.push('group-cell')
    return parts.join(' ')
  }

  private onClick(event: MouseEvent): void {
    const { section, item, index, column } = this.grid.getEventContext(event)
    const target = event.target
    if (section === 'header' && column?.path) {
      if (target instanceof Element && target.closest('.rl-column-head[data-sortable]'))
        this.sortBy(column.path, event.shiftKey)
      return
    }
    if (section !== 'body' || !item) return
    if (column?.classList.contains('rl-select-column')) {
      if (target instanceof HTMLInputElement) fire(this, 'rl-select', { index, isRange: event.shiftKey })
      return
    }
    const stop = target instanceof Element ? target.closest('a, button') : null
    const isName = stop?.classList.contains('rl-cell-name') ?? false
    // Links within a value lead where they lead; a name with a key held opens a tab, as links do.
    if (stop && (!isName || event.metaKey || event.ctrlKey || event.shiftKey)) return
    if (!stop && getSelection()?.toString()) return
    event.preventDefault()
    if (event.metaKey || event.ctrlKey) window.open(hrefOf.record(this.entity.name, item.id), '_blank', 'noopener')
    else fire(this, 'rl-open', item)
  }

  private onKey(event: KeyboardEvent): void {
    if (event.altKey || event.target instanceof HTMLInputElement) return
    const { section, item, index, column } = this.grid.getEventContext(event)
    const is = (key: string) => event.key.toLowerCase() === key.toLowerCase()
    if (section === 'header' && column?.path && (is('Enter') || is(' '))) this.sortBy(column.path, event.shiftKey)
    else if (section === 'body' && item && is('Enter')) fire(this, 'rl-open', item)
    else if (section === 'body' && item && this.canSelect && (is(' ') || is('x')))
      fire(this, 'rl-select', { index, isRange: event.shiftKey })
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  private sortBy(path: string, isAdded: boolean): void {
    if (this.columns.find((column) => column.path === path)?.field.isSortable) fire(this, 'rl-sort', { path, isAdded })
  }

  private onResize({ detail }: CustomEvent<{ resizedColumn: GridColumn<WireRecord> }>): void {
    const { path, width } = detail.resizedColumn
    if (path && width) fire(this, 'rl-resize', { path, widthPx: Number.parseInt(width, 10) })
  }

  private onReorder({ detail }: CustomEvent<{ columns: GridColumn<WireRecord>[] }>): void {
    fire(
      this,
      'rl-reorder',
      detail.columns.flatMap(({ path }) => (path ? [path] : [])),
    )
  }

  /** Cells of the header live in the grid's own tree, so their state is set from outside. */
  private markSort(): void {
    for (const head of this.querySelectorAll<HTMLElement>('.rl-column-head[data-sortable]')) {
      const cell = head.closest('vaadin-grid-cell-content')?.assignedSlot?.parentElement
      const key = this.sort.find(({ path }) => path === head.dataset['path'])
      cell?.setAttribute('aria-sort', key ? (key.direction === 'asc' ? 'ascending' : 'descending') : 'none')
    }
  }
}

const renderWaiting = () =>
  html`<div class="rl-rows-waiting" aria-hidden="true">
    ${Array.from({ length: BARS }, () => html`<span class="rl-skeleton"></span>`)}
  </div>`

declare module '@vaadin/grid/vaadin-grid.js' {
  interface Grid {
    /** Not in its public types, but the only way to learn where it stands. */
    readonly _firstVisibleIndex?: number
    readonly _lastVisibleIndex?: number
  }
}
