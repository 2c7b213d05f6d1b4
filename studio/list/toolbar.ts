// What stands beside the title of a list: search, filter, columns, the overflow menu, and the one primary button.
import { html, nothing } from 'lit'
import { customElement, property, query } from 'lit/decorators.js'
import { actionsOnList } from '../actions/offered.ts'
import { divide } from '../actions/act.ts'
import { actOf } from '../actions/start.ts'
import type { ClientEntity } from '../../sdk/wire/meta.ts'
import { fire, RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { hrefOf } from '../app/router.ts'
import '../shell/menu.ts'
import './column-chooser.ts'
import { mayCreate, newLabel } from './parts.ts'
import './toolbar.css'

const SEARCH_AFTER_MS = 250

/** Fires `rl-search` (text), `rl-leave-search`, `rl-open-filter`, `rl-export`; lets `rl-columns` of the chooser through. */
@customElement('rl-list-toolbar')
export class RlListToolbar extends RlElement {
  @property({ attribute: false }) entity!: ClientEntity
  /** Columns on screen. */
  @property({ attribute: false }) columns: readonly string[] = []
  @property() q = ''
  /** Where a new record is made. */
  @property() createHref = ''
  @query('input[type=search]') private box!: HTMLInputElement
  #timer = 0

  focusSearch(): void {
    this.box.focus()
    this.box.select()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    // What was typed last on the way out is not searched for on the next page.
    clearTimeout(this.#timer)
  }

  protected override render() {
    const { entity } = this
    const { items: acts } = divide(
      actionsOnList(entity).map((action) => actOf({ action, records: [] })),
      true,
    )
    const items = [
      ...acts,
      ...(entity.can.export ? [{ label: t('list.export'), icon: 'download', run: () => fire(this, 'rl-export') }] : []),
      { label: t('sidebar.trash'), icon: 'trash-2', href: hrefOf.trash(entity.name) },
    ]
    return html`<div class="rl-search">
        ${icon('search')}<input
          type="search"
          class="rl-input"
          placeholder=${t('list.search')}
          aria-label=${t('list.search')}
          .value=${this.q}
          @input=${this.onInput}
          @keydown=${this.onKey}
        /><kbd class="rl-kbd" aria-hidden="true">/</kbd>
      </div>
      <button
        type="button"
        class="rl-button rl-open-filter"
        quiet
        icon-only
        title=${t('filter.add')}
        aria-label=${t('filter.add')}
        @click=${() => fire(this, 'rl-open-filter')}
      >
        ${icon('list-filter')}
      </button>
      <rl-column-chooser .entity=${entity} .chosen=${this.columns}></rl-column-chooser>
      <rl-menu .label=${t('list.menu')} .face=${icon('ellipsis')} .items=${items} .placement=${{ align: 'end' } as const}></rl-menu>
      ${
        mayCreate(entity)
          ? html`<a class="rl-button rl-new-record" primary href=${this.createHref} title=${newLabel(entity)} aria-label=${newLabel(entity)}
              >${icon('plus')}<span class="rl-new-long">${newLabel(entity)}</span><span class="rl-new-short">${t('list.newShort')}</span></a
            >`
          : nothing
      }<span class="rl-wrap"></span>`
  }

  private onInput(): void {
    clearTimeout(this.#timer)
    this.#timer = window.setTimeout(() => fire(this, 'rl-search', this.box.value), SEARCH_AFTER_MS)
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      clearTimeout(this.#timer)
      this.box.value = ''
      fire(this, 'rl-search', '')
      this.box.blur()
    }
    if (event.key === 'Enter') {
      clearTimeout(this.#timer)
      fire(this, 'rl-search', this.box.value)
    }
    if (event.key === 'ArrowDown') {
      event.preventDefault()
      fire(this, 'rl-leave-search')
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-list-toolbar': RlListToolbar
  }
}
