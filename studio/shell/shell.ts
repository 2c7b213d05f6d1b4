// The frame around a tenant's pages: sidebar, one page, the line that says when the network is slow or gone.
import { html, nothing, type TemplateResult } from 'lit'
import { customElement, state } from 'lit/decorators.js'
import { RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { listen } from '../app/live.ts'
import { meta, metaStore } from '../app/meta.ts'
import { network } from '../app/network.ts'
import { navigate, type Route, route } from '../app/router.ts'
import { addShortcuts } from '../app/shortcuts.ts'
import { createStore } from '../app/store.ts'
import { lazy } from './lazy.ts'
import { appOfEntity, currentApp, hrefOfEntry, setCurrentApp } from './navigation.ts'
import './shell.css'
import './sidebar.ts'

const NARROW = matchMedia('(max-width: 760px)')
/** Roles are metadata: their records say little, their own page everything. */
const ROLE = 'system.role'
const PLUGIN = 'system.plugin'
const FOLDED_KEY = 'relata.folded'

/** The sidebar is out of the way; remembered on this device. */
export const isFolded = createStore(localStorage.getItem(FOLDED_KEY) === 'yes')
isFolded.subscribe((folded) => localStorage.setItem(FOLDED_KEY, folded ? 'yes' : 'no'))

@customElement('rl-shell')
export class RlShell extends RlElement {
  /** Narrow screens: the sidebar is a drawer. */
  @state() private isDrawerOpen = false
  /** The tenant whose changes are heard of. */
  #live = ''
  #endLive: () => void = () => undefined

  override connectedCallback(): void {
    super.connectedCallback()
    const follow = () => {
      this.isDrawerOpen = false
      this.followRoute()
      this.requestUpdate()
    }
    this.whileConnected(
      route.subscribe(follow),
      metaStore.subscribe(() => {
        this.followRoute()
        this.listenToTenant()
      }),
      network.subscribe(() => this.requestUpdate()),
      isFolded.subscribe(() => this.requestUpdate()),
      addShortcuts({ key: '[', label: t('shell.fold'), run: () => isFolded.set(!isFolded.get()) }),
      addShortcuts({ key: '?', label: t('shortcuts.show'), run: () => void openShortcuts() }),
    )
    this.followRoute()
    this.listenToTenant()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#endLive()
    this.#live = ''
  }

  /** Another tenant, another stream. */
  private listenToTenant(): void {
    const { tenant } = route.get()
    if (tenant === this.#live || !meta.isLoaded(tenant)) return
    this.#endLive()
    this.#live = tenant
    this.#endLive = listen(tenant)
  }

  protected override render() {
    return html`<a class="rl-skip" href="#main" @click=${this.skipToMain}>${t('shell.skip')}</a>
      <div class="rl-shell" ?data-drawer=${this.isDrawerOpen} ?data-folded=${isFolded.get()}>
        <rl-sidebar @keydown=${this.onSidebarKey} @rl-fold=${() => isFolded.set(true)}></rl-sidebar>
        <div class="rl-scrim" @click=${() => this.closeDrawer()}></div>
        <main id="main" tabindex="-1" ?inert=${this.isDrawerOpen} @rl-open-drawer=${() => void this.openDrawer()}>
          ${this.renderNetwork()}${this.renderPage(route.get())}
        </main>
      </div>`
  }

  private renderPage(now: Route): TemplateResult | typeof nothing {
    const { page, entity, id } = now
    if (page === 'home') return this.renderHome()
    if (page === 'trash') return lazy(() => import('../pages/trash.ts'), html`<rl-trash></rl-trash>`)
    if (page === 'profile') return lazy(() => import('../pages/profile.ts'), html`<rl-profile></rl-profile>`)
    if (page === 'new-entity' && meta.all.administer)
      return lazy(() => import('../new-entity/page.ts'), html`<rl-new-entity></rl-new-entity>`)
    if (!meta.entity(entity)) return lazy(() => import('../pages/not-found.ts'), html`<rl-not-found></rl-not-found>`)
    if (entity === ROLE && page !== 'list' && meta.all.administer)
      return lazy(
        () => import('../access/role-page.ts'),
        html`<rl-role-page .name=${page === 'create' ? '' : id}></rl-role-page>`,
      )
    if (entity === PLUGIN && page === 'create' && meta.all.administer)
      return lazy(() => import('../plugins/install.ts'), html`<rl-install-plugin></rl-install-plugin>`)
    if (entity === PLUGIN && page === 'record' && meta.all.administer)
      return lazy(() => import('../plugins/page.ts'), html`<rl-plugin-page .name=${id}></rl-plugin-page>`)
    if (page === 'record')
      return lazy(
        () => import('../record/index.ts'),
        html`<rl-record-page .entity=${entity} .recordId=${id}></rl-record-page>`,
      )
    return lazy(
      () => import('../list/page.ts'),
      html`<rl-list .entity=${entity} .isCreating=${page === 'create'}></rl-list>`,
    )
  }

  /** No app at all: nothing has been made yet, or nothing may be seen. */
  private renderHome() {
    if (meta.all.apps.length > 0) return nothing
    return html`<div class="rl-page">
      <div class="rl-empty">
        ${icon('layout-grid')}
        <h2>${t('home.empty.title')}</h2>
        <p>${meta.all.administer ? t('home.empty.administrator') : t('home.empty.member')}</p>
      </div>
    </div>`
  }

  private renderNetwork() {
    const state = network.get()
    if (state === 'fine') return nothing
    return html`<div class="rl-network" role="status">
      ${icon(state === 'offline' ? 'wifi-off' : 'hourglass')}${t(state === 'offline' ? 'network.offline' : 'network.slow')}
    </div>`
  }

  /** The app follows the page; the tenant's own address leads to the first page of its app. */
  private followRoute(): void {
    const { page, entity, tenant } = route.get()
    if (!meta.isLoaded(tenant)) return
    if (entity !== '') {
      const app = appOfEntity(entity)
      if (app) setCurrentApp(app.name)
    }
    const first = currentApp()?.navigation[0]
    if (page === 'home' && first) void navigate(hrefOfEntry(first), { replace: true })
  }

  /** The same button unfolds the sidebar on wide screens. */
  private async openDrawer(): Promise<void> {
    if (isFolded.get() && !NARROW.matches) return isFolded.set(false)
    this.isDrawerOpen = true
    await this.updateComplete
    this.querySelector<HTMLElement>('.rl-sidebar [aria-current="page"], .rl-sidebar .rl-nav-item')?.focus()
  }

  private closeDrawer(): void {
    this.isDrawerOpen = false
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('.rl-open-drawer')?.focus())
  }

  private onSidebarKey(event: KeyboardEvent): void {
    // A menu that is open takes the key first.
    if (event.key === 'Escape' && this.isDrawerOpen && !document.querySelector('.rl-menu-list:popover-open'))
      this.closeDrawer()
  }

  private skipToMain(event: Event): void {
    event.preventDefault()
    this.querySelector<HTMLElement>('#main')?.focus()
  }
}

async function openShortcuts(): Promise<void> {
  const { showShortcuts } = await import('./shortcuts-dialog.ts')
  showShortcuts()
}
