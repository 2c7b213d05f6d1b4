// The list of an entity: what its address says, drawn; what a person does, written into the address.
import { html, nothing, type PropertyValues } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { ClientEntity } from '../../sdk/wire/meta.ts'
import type { WireRecord } from '../../sdk/wire/records.ts'
import { RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { rememberWalk } from '../app/list-walk.ts'
import { meta, metaStore, text } from '../app/meta.ts'
import { type ListQuery, recordsVersion } from '../app/records.ts'
import { network } from '../app/network.ts'
import { entryNote, hrefOf, navigate, route, setQuery } from '../app/router.ts'
import { addShortcuts } from '../app/shortcuts.ts'
import { errorText } from '../app/refusal.ts'
import { pageHead, setTitle } from '../shell/header.ts'
import { lazy } from '../shell/lazy.ts'
import './bulk.ts'
import './column-chooser.ts'
import { columnsOf, loadChoice, loadWidths, saveChoice, saveWidth, type Widths } from './columns.ts'
import { exportList } from './export.ts'
import './filter-bar.ts'
import { filterOf } from './filter.ts'
import './grid.ts'
import { groupedSort } from './groups.ts'
import type { RlListGrid } from './grid.ts'
import './page.css'
import { newLabel, renderCount, renderEmpty, renderFailure } from './parts.ts'
import { Rows } from './rows.ts'
import { selectOf } from './select.ts'
import { Selection } from './selection.ts'
import { type ListState, nextSort, readState, type SortKey, writeChips, writeSort } from './state.ts'
import { renderViews } from './views.ts'

const NARROW = matchMedia('(max-width: 640px)')
const SEARCH_AFTER_MS = 250
const PREFETCH_AFTER_MS = 1_000

interface Note {
  /** First row in view. */
  top: number
  selection: Selection
  /** Record that was opened from here. */
  opened: string
}
const isNote = (value: unknown): value is Note => typeof value === 'object' && value !== null && 'top' in value

@customElement('rl-list')
export class RlList extends RlElement {
  @property() entity = ''
  /** The panel for a new record is open beside the list. */
  @property({ attribute: false }) isCreating = false
  @state() private selection = new Selection()
  @state() private failure = ''
  @state() private isEmpty = false
  @state() private widths: Widths = {}
  @query('rl-list-grid') private grid!: RlListGrid | null
  @query('input[type=search]') private searchBox!: HTMLInputElement | null
  #rows: Rows | undefined
  #rowsKey = ''
  #startAt = 0
  #entry = ''
  #opened = ''
  #searchTimer = 0
  #isPrefetched = false

  override connectedCallback(): void {
    super.connectedCallback()
    const redraw = () => this.requestUpdate()
    NARROW.addEventListener('change', redraw)
    this.whileConnected(
      route.subscribe(() => {
        // While the rows are still there to be asked where they stand.
        this.note()
        redraw()
      }),
      recordsVersion.subscribe(redraw),
      metaStore.subscribe(redraw),
      network.subscribe((now) => now === 'fine' && this.failure && this.tryAgain()),
      () => NARROW.removeEventListener('change', redraw),
      addShortcuts(
        { key: '/', label: t('list.search'), run: () => this.searchBox?.focus() },
        { key: 'n', label: t('list.shortcut.new'), run: () => this.create() },
        { key: 'f', label: t('filter.add'), run: () => this.querySelector('rl-filter-bar')?.openFields() },
        { key: 'Escape', label: t('list.clearSelection'), run: () => (this.selection = this.selection.cleared()) },
        { key: 'Enter', label: t('list.shortcut.open'), run: () => undefined, isLocal: true },
        { key: 'x', label: t('list.shortcut.select'), run: () => undefined, isLocal: true },
      ),
    )
  }

  private get target(): ClientEntity | undefined {
    return meta.entity(this.entity)
  }

  protected override willUpdate(): void {
    const entity = this.target
    if (!entity) return
    const now = readState(this.entity, route.get().query)
    this.adoptChoice(now)
    const isEntered = this.#entry !== route.get().entry
    if (isEntered) this.enterEntry(now)
    const asked = listQuery(entity, now)
    const list = JSON.stringify([meta.tenant.slug, meta.all.version, this.entity, asked])
    const key = `${list} ${recordsVersion.get()}`
    if (key === this.#rowsKey) return
    // The same list asked again stays where it is; another one begins at its top, or where Back left it.
    const isSameList = this.#rowsKey.startsWith(`${list} `)
    const note = isEntered ? entryNote.get('list') : undefined
    this.#startAt = isSameList ? (this.grid?.firstVisible ?? 0) : isNote(note) ? note.top : 0
    this.#rowsKey = key
    this.#rows = new Rows(this.entity, asked)
    this.failure = ''
    this.isEmpty = false
    void this.count(this.#rows)
  }

  /** Another history entry: what it noted comes back, or everything starts anew. */
  private enterEntry({ view }: ListState): void {
    this.#entry = route.get().entry
    const note = entryNote.get('list')
    this.selection = isNote(note) ? note.selection : new Selection()
    this.#opened = isNote(note) ? note.opened : ''
    this.widths = loadWidths(this.entity, view?.name ?? '')
  }

  /** Columns that this person chose before; the address is made to say them, so that it can be passed on. */
  private adoptChoice({ view }: ListState): void {
    if (route.get().query.has('columns')) return
    const choice = loadChoice(this.entity, view?.name ?? '')
    if (choice !== null) queueMicrotask(() => setQuery({ columns: choice }, { replace: true }))
  }

  private async count(rows: Rows, isExact = false): Promise<void> {
    try {
      await rows.loadCount(isExact)
      if (rows !== this.#rows) return
      this.isEmpty = rows.count?.value === 0
      if (this.grid?.grid && !this.isEmpty) this.grid.grid.size = rows.size
      this.requestUpdate()
    } catch {
      // The rows themselves will say what is wrong.
    }
  }

  protected override updated(changed: PropertyValues<this>): void {
    const entity = this.target
    if (entity && changed.size > 0) setTitle(text(entity.plural), meta.tenant.title)
  }

  protected override render() {
    const entity = this.target
    const rows = this.#rows
    if (!entity || !rows) return nothing
    const now = readState(this.entity, route.get().query)
    return html`${pageHead({ title: text(entity.plural), beside: renderCount(rows.count, () => void this.count(rows, true)), actions: this.renderActions(entity, now, rows) })}
      ${renderViews(meta.views(this.entity), now.view)}
      <rl-filter-bar .entity=${entity} .chips=${now.chips} @rl-filter=${this.onFilter}></rl-filter-bar>
      <div class="rl-list-body">
        ${this.failure ? renderFailure(this.failure, () => this.tryAgain()) : this.isEmpty ? renderEmpty(entity, now, this.createHref()) : this.renderGrid(entity, now, rows)}
        ${this.isCreating ? this.renderPanel() : nothing}
      </div>
      <rl-bulk-bar
        .entity=${entity}
        .selection=${this.selection}
        .rows=${rows}
        @rl-clear=${() => (this.selection = this.selection.cleared())}
        @rl-selected=${({ detail }: CustomEvent<readonly WireRecord[]>) => (this.selection = this.selection.withAll(detail))}
      ></rl-bulk-bar>`
  }

  private renderActions(entity: ClientEntity, now: ListState, rows: Rows) {
    const items = [
      ...(entity.can.export
        ? [{ label: t('list.export'), icon: 'download', run: () => void exportList(entity, now.columns, rows) }]
        : []),
      { label: t('sidebar.trash'), icon: 'trash-2', href: hrefOf.trash(entity.name) },
    ]
    return html`<div class="rl-search">
        ${icon('search')}<input
          type="search"
          class="rl-input"
          placeholder=${t('list.search')}
          aria-label=${t('list.search')}
          .value=${now.q}
          @input=${this.onSearch}
          @keydown=${this.onSearchKey}
        />
      </div>
      <button type="button" class="rl-button rl-open-filter" quiet icon-only title=${t('filter.add')} aria-label=${t('filter.add')} @click=${this.openFilter}>
        ${icon('list-filter')}
      </button>
      <rl-column-chooser .entity=${entity} .chosen=${now.columns} @rl-columns=${this.onColumns}></rl-column-chooser>
      <rl-menu .label=${t('list.menu')} .face=${icon('ellipsis')} .items=${items} .placement=${{ align: 'end' } as const}></rl-menu>
      ${
        entity.can.create
          ? html`<a class="rl-button" primary href=${this.createHref()} aria-label=${newLabel(entity)}>${icon('plus')}<span>${newLabel(entity)}</span></a>`
          : nothing
      }<span class="rl-wrap"></span>`
  }

  private renderGrid(entity: ClientEntity, now: ListState, rows: Rows) {
    return html`<rl-list-grid
      .entity=${entity}
      .rows=${rows}
      .columns=${columnsOf(entity, now.view, now.columns, this.widths)}
      .sort=${now.sort}
      .group=${now.view?.group ?? []}
      .selection=${this.selection}
      .startAt=${this.#startAt}
      .focusOn=${this.#opened}
      .isNarrow=${NARROW.matches}
      .canSelect=${!NARROW.matches && (entity.can.delete || entity.can.export)}
      @rl-open=${({ detail }: CustomEvent<WireRecord>) => this.open(detail)}
      @rl-sort=${({ detail }: CustomEvent<{ path: string; isAdded: boolean }>) => this.onSort(now.sort, detail)}
      @rl-select=${({ detail }: CustomEvent<{ index: number; isRange: boolean }>) => this.onSelect(detail)}
      @rl-select-all=${() => this.onSelectAll()}
      @rl-resize=${({ detail }: CustomEvent<{ path: string; widthPx: number }>) =>
        (this.widths = saveWidth(this.entity, now.view?.name ?? '', detail.path, detail.widthPx))}
      @rl-reorder=${this.onColumns}
      @rl-loaded=${() => this.onLoaded(rows)}
      @rl-failed=${({ detail }: CustomEvent<unknown>) => (this.failure = errorText(detail))}
    ></rl-list-grid>`
  }

  private tryAgain(): void {
    this.#rowsKey = ''
    this.requestUpdate()
  }

  /** Users and keys are more than records: what comes of them is shown once. */
  private renderPanel() {
    const close = () => void navigate(this.listHref())
    if (this.entity === 'system.user')
      return lazy(
        () => import('../access/new-user.ts'),
        html`<rl-new-user class="rl-panel" @close=${close}></rl-new-user>`,
      )
    if (this.entity === 'system.key')
      return lazy(
        () => import('../access/new-key.ts'),
        html`<rl-new-key class="rl-panel" @close=${close}></rl-new-key>`,
      )
    return lazy(
      () => import('../record/index.ts'),
      html`<rl-create-panel
        class="rl-panel"
        .entity=${this.entity}
        .values=${readValues(route.get().query.get('values'))}
        @created=${({ detail }: CustomEvent<WireRecord>) => detail && this.open(detail)}
        @close=${close}
      ></rl-create-panel>`,
    )
  }

  private createHref(): string {
    return `${hrefOf.create(this.entity)}${location.search}`
  }
  private listHref(): string {
    const query = new URLSearchParams(location.search)
    query.delete('values')
    const search = query.toString()
    return `${hrefOf.list(this.entity)}${search ? `?${search}` : ''}`
  }
  private create(): void {
    if (this.target?.can.create) void navigate(this.createHref())
  }
  private openFilter(): void {
    this.querySelector('rl-filter-bar')?.openFields()
  }

  private open({ id }: WireRecord): void {
    this.#opened = id
    this.note()
    rememberWalk({
      entity: this.entity,
      ids: this.#rows?.ordered.map((record) => record.id) ?? [],
      href: this.listHref(),
    })
    void navigate(hrefOf.record(this.entity, id))
  }

  /** For Back: where the list stands and what is chosen. */
  private note(): void {
    const note: Note = { top: this.grid?.firstVisible ?? 0, selection: this.selection, opened: this.#opened }
    entryNote.set('list', note, this.#entry)
  }

  private onLoaded(rows: Rows): void {
    // What comes next, most likely, while nothing else is done.
    if (!this.#isPrefetched) setTimeout(() => void import('../record/index.ts'), PREFETCH_AFTER_MS)
    this.#isPrefetched = true
    if (rows.loaded.size === 0 && rows.size === 0) this.isEmpty = true
    this.requestUpdate()
  }

  private onSearch(event: Event): void {
    const { target } = event
    clearTimeout(this.#searchTimer)
    this.#searchTimer = window.setTimeout(() => {
      // Typing is one step for Back, not one for each letter.
      if (target instanceof HTMLInputElement)
        setQuery({ q: target.value }, { replace: route.get().query.has('q') && target.value !== '' })
    }, SEARCH_AFTER_MS)
  }
  private onSearchKey(event: KeyboardEvent): void {
    if (event.key === 'Escape' && this.searchBox) {
      this.searchBox.value = ''
      clearTimeout(this.#searchTimer)
      setQuery({ q: null })
      this.searchBox.blur()
    }
    if (event.key === 'ArrowDown') {
      event.preventDefault()
      this.grid?.grid
        .querySelector<HTMLElement>('.rl-cell-name')
        ?.closest('vaadin-grid-cell-content')
        ?.assignedSlot?.parentElement?.focus()
    }
  }

  private onSort(sort: readonly SortKey[], { path, isAdded }: { path: string; isAdded: boolean }): void {
    const next = nextSort(sort, path, isAdded)
    setQuery({ sort: next && writeSort(next) })
  }
  private onFilter({ detail }: CustomEvent<ListState['chips']>): void {
    setQuery({ filter: writeChips(detail) })
  }
  private onColumns({ detail }: CustomEvent<readonly string[] | null>): void {
    const columns = detail === null ? null : detail.join(',')
    const { view } = readState(this.entity, route.get().query)
    saveChoice(this.entity, view?.name ?? '', columns)
    if (columns === null) this.widths = {}
    setQuery({ columns }, { replace: true })
  }

  private onSelect({ index, isRange }: { index: number; isRange: boolean }): void {
    this.selection = this.selection.toggle(index, isRange, (row) => this.#rows?.loaded.get(row))
    this.note()
  }
  private onSelectAll(): void {
    this.selection =
      this.selection.size > 0 ? this.selection.cleared() : this.selection.withAll(this.#rows?.ordered ?? [])
    this.note()
  }
}

/** What the address shows, as the API is asked for it. */
function listQuery(entity: ClientEntity, { view, chips, sort: chosen, columns, q }: ListState): ListQuery {
  const filter = filterOf(entity, view, chips)
  const group = view?.group ?? []
  const sort = groupedSort(group, chosen)
  return {
    select: selectOf(entity, [...columns, ...group]),
    ...(filter === undefined ? {} : { filter }),
    ...(sort.length > 0 ? { sort: writeSort(sort) } : {}),
    ...(q === '' ? {} : { q }),
  }
}

function readValues(textOfValues: string | null): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(textOfValues ?? '{}')
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
  } catch {
    return {}
  }
}
