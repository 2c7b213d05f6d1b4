// The list of an entity: what its address says, drawn; what a person does, written into the address.
import { html, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { actionsOnMany } from '../actions/offered.ts'
import { actsOnMany } from '../operation/acts.ts'
import type { ClientEntity } from '../../sdk/wire/meta.ts'
import type { WireRecord } from '../../sdk/wire/records.ts'
import { RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { rememberWalk } from '../app/list-walk.ts'
import { Follower } from './follow.ts'
import { meta, metaStore, text } from '../app/meta.ts'
import { type ListQuery, recordsVersion } from '../app/records.ts'
import { network } from '../app/network.ts'
import { entryNote, hrefOf, navigate, route, setQuery } from '../app/router.ts'
import { addShortcuts } from '../app/shortcuts.ts'
import { errorText } from '../app/refusal.ts'
import { pageHead, setTitle } from '../shell/header.ts'
import { lazy } from '../shell/lazy.ts'
import './bulk.ts'
import { learnWidths } from './column-width.ts'
import './count.ts'
import type { Range, RlListCount } from './count.ts'
import { columnsOf, loadChoice, loadWidths, saveChoice, saveWidth, type Widths } from './columns.ts'
import { exportList } from './export.ts'
import './filter-bar.ts'
import { filterOf } from './filter.ts'
import './grid.ts'
import { groupedSort } from './groups.ts'
import { type RlListGrid, STAYS } from './grid.ts'
import './page.css'
import { mayCreate, renderEmpty, renderFailure } from './parts.ts'
import { Rows } from './rows.ts'
import { selectOf } from './select.ts'
import { Selection } from './selection.ts'
import { type ListState, nextSort, readState, type SortKey, writeChips, writeSort } from './state.ts'
import './toolbar.ts'
import { renderViews } from './views.ts'

const NARROW = matchMedia('(max-width: 640px)')
const PREFETCH_AFTER_MS = 1_000
/** A list that answers slower than this is not made to count all of its rows unasked. */
const COUNTS_UNASKED_MS = 500

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
  @query('rl-list-count') private countShown!: RlListCount | null
  #rows: Rows | undefined
  #rowsKey = ''
  #startAt = 0
  #entry = ''
  #opened = ''
  #isPrefetched = false
  /** Those whose total was asked for. */
  #counted: Rows | undefined
  readonly #follower = new Follower({
    entity: () => this.entity,
    rows: () => this.#rows,
    visible: () => this.grid?.visible ?? null,
    take: (rows) => this.takeRows(rows),
  })

  override connectedCallback(): void {
    super.connectedCallback()
    const redraw = () => this.requestUpdate()
    NARROW.addEventListener('change', redraw)
    // From nowhere into the rows; whatever has the focus keeps its arrow keys.
    const walk = (event: KeyboardEvent) => {
      if (event.key !== 'ArrowDown' || event.defaultPrevented || document.activeElement !== document.body) return
      event.preventDefault()
      this.grid?.focusRow()
    }
    addEventListener('keydown', walk)
    this.whileConnected(
      route.subscribe(() => {
        // While the rows are still there to be asked where they stand.
        this.note()
        redraw()
      }),
      recordsVersion.subscribe(redraw),
      this.#follower.start(),
      metaStore.subscribe(redraw),
      network.subscribe((now) => now === 'fine' && this.failure && this.tryAgain()),
      () => NARROW.removeEventListener('change', redraw),
      () => removeEventListener('keydown', walk),
      addShortcuts(
        { key: '/', label: t('list.search'), run: () => this.querySelector('rl-list-toolbar')?.focusSearch() },
        { key: 'n', label: t('list.shortcut.new'), run: () => this.create() },
        { key: 'f', label: t('filter.add'), run: () => this.querySelector('rl-filter-bar')?.openFields() },
        { key: 'Escape', label: t('list.clearSelection'), run: () => (this.selection = this.selection.cleared()) },
        { key: 'Enter', label: t('list.shortcut.open'), run: () => undefined, isLocal: true },
        { key: 'x', label: t('list.shortcut.select'), run: () => undefined, isLocal: true },
        { key: 'ArrowDown', label: t('list.shortcut.walk'), run: () => undefined, isLocal: true },
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
    // The address changes at once: asking for the columns of the view before would be for nothing.
    if (this.adoptChoice(now)) return
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
  private adoptChoice({ view }: ListState): boolean {
    if (route.get().query.has('columns')) return false
    const choice = loadChoice(this.entity, view?.name ?? '')
    if (choice === null || choice === '') return false
    queueMicrotask(() => setQuery({ columns: choice }, { replace: true }))
    return true
  }

  /** The first page brings the total with it. That of a long list, and of a search, follows when its rows are there. */
  private completeCount(rows: Rows): void {
    if (rows.count?.isExact || this.#counted === rows) return
    const isSearch = rows.query.q !== undefined
    if (rows.count && (isSearch || rows.firstAnswerMs > COUNTS_UNASKED_MS)) return
    this.#counted = rows
    void this.count(rows, !isSearch)
  }

  private async count(rows: Rows, isExact = false): Promise<void> {
    try {
      await rows.loadCount(isExact)
      if (rows !== this.#rows) return
      if (this.grid?.grid && rows.size > 0) this.grid.grid.size = rows.size
      this.requestUpdate()
    } catch {
      // The rows themselves will say what is wrong.
    }
  }

  protected override updated(): void {
    const entity = this.target
    if (!entity) return
    const { view } = readState(this.entity, route.get().query)
    setTitle(view && !view.isDefault ? text(view.label) : '', text(entity.plural), meta.tenant.title)
  }

  protected override render() {
    const entity = this.target
    const rows = this.#rows
    if (!entity || !rows) return nothing
    const now = readState(this.entity, route.get().query)
    return html`${pageHead({ title: text(entity.plural), beside: this.renderCount(rows), actions: this.renderToolbar(entity, now, rows) })}
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

  /** The same list as somebody else has changed it: it stays where it is. */
  private takeRows(rows: Rows): void {
    this.#rows = rows
    this.#startAt = STAYS
    this.isEmpty = rows.size === 0
    this.requestUpdate()
  }

  private renderCount(rows: Rows) {
    return html`<rl-list-count .count=${rows.count} @rl-count-all=${() => void this.count(rows, true)}></rl-list-count>`
  }

  private renderToolbar(entity: ClientEntity, now: ListState, rows: Rows) {
    return html`<rl-list-toolbar
      .entity=${entity}
      .columns=${now.columns}
      .q=${now.q}
      .createHref=${this.createHref()}
      @rl-search=${this.onSearch}
      @rl-leave-search=${() => this.grid?.focusRow()}
      @rl-open-filter=${() => this.openFilter()}
      @rl-columns=${this.onColumns}
      @rl-export=${() => void exportList(entity, now.columns, rows)}
    ></rl-list-toolbar>`
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
      .canSelect=${!NARROW.matches && (entity.can.delete || entity.can.export || actionsOnMany(entity).length > 0 || actsOnMany(entity.name, []).length > 0)}
      @rl-open=${({ detail }: CustomEvent<WireRecord>) => this.open(detail)}
      @rl-sort=${({ detail }: CustomEvent<{ path: string; isAdded: boolean }>) => this.onSort(now.sort, detail)}
      @rl-select=${({ detail }: CustomEvent<{ index: number; isRange: boolean }>) => this.onSelect(detail)}
      @rl-select-all=${() => this.onSelectAll()}
      @rl-resize=${({ detail }: CustomEvent<{ path: string; widthPx: number }>) =>
        (this.widths = saveWidth(this.entity, now.view?.name ?? '', detail.path, detail.widthPx))}
      @rl-reorder=${this.onColumns}
      @rl-visible=${this.onVisible}
      @rl-loaded=${({ detail }: CustomEvent<readonly WireRecord[]>) => this.onLoaded(rows, detail)}
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
    if (this.entity === 'system.user' || this.entity === 'system.invitation')
      return lazy(() => import('../access/invite.ts'), html`<rl-invite class="rl-panel" @close=${close}></rl-invite>`)
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
        @created=${({ detail }: CustomEvent<WireRecord>) => detail && void this.openMade(detail)}
        @close=${close}
      ></rl-create-panel>`,
    )
  }

  private createHref(): string {
    return `${hrefOf.create(this.entity)}${location.search}`
  }
  private listHref(): string {
    const query = new URLSearchParams(location.search)
    for (const name of ['values', 'resend', 'to']) query.delete(name)
    const search = query.toString()
    return `${hrefOf.list(this.entity)}${search ? `?${search}` : ''}`
  }
  private create(): void {
    if (this.target && mayCreate(this.target)) void navigate(this.createHref())
  }
  private openFilter(): void {
    this.querySelector('rl-filter-bar')?.openFields()
  }

  /** Back leads to the list, not to the form that made it. */
  private async openMade(record: WireRecord): Promise<void> {
    await navigate(this.listHref(), { replace: true })
    this.open(record)
  }

  private open({ id }: WireRecord): void {
    this.#opened = id
    this.note()
    rememberWalk({
      entity: this.entity,
      ids: this.#rows?.around(id).map((record) => record.id) ?? [],
      href: this.listHref(),
    })
    void navigate(hrefOf.record(this.entity, id))
  }

  /** For Back: where the list stands and what is chosen. */
  private note(): void {
    const note: Note = { top: this.grid?.firstVisible ?? 0, selection: this.selection, opened: this.#opened }
    entryNote.set('list', note, this.#entry)
  }

  private onLoaded(rows: Rows, page: readonly WireRecord[]): void {
    const now = readState(this.entity, route.get().query)
    const entity = this.target
    if (entity) learnWidths(this.entity, columnsOf(entity, now.view, now.columns, this.widths), page)
    // What comes next, most likely, while nothing else is done.
    if (!this.#isPrefetched) setTimeout(() => void import('../record/index.ts'), PREFETCH_AFTER_MS)
    this.#isPrefetched = true
    if (rows.size === 0) this.isEmpty = true
    else this.completeCount(rows)
    this.requestUpdate()
  }

  private onSearch({ detail: q }: CustomEvent<string>): void {
    // Typing is one step for Back, not one for each letter.
    setQuery({ q }, { replace: route.get().query.has('q') && q !== '' })
  }

  private onVisible({ detail }: CustomEvent<Range | null>): void {
    if (this.countShown) this.countShown.range = NARROW.matches ? null : detail
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
