// The quiet column on the left: organisation, one app at a time with its entries, and what belongs to everyone.
import { html, nothing } from 'lit'
import { customElement, state } from 'lit/decorators.js'
import { apiHref } from '../app/api.ts'
import { fire, RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { meta, text } from '../app/meta.ts'
import { hrefOf, navigate, route } from '../app/router.ts'
import { profile, session, signOut } from '../app/session.ts'
import { toastError } from '../app/toast.ts'
import { appStore, currentApp, type Entry, hrefOfEntry, isCurrentEntry, setCurrentApp } from './navigation.ts'
import './menu.ts'
import type { MenuItem } from './menu.ts'
import './sidebar.css'

/** The rest stands under More. */
const SHOWN_ENTRIES = 8

@customElement('rl-sidebar')
export class RlSidebar extends RlElement {
  @state() private isMoreOpen = false

  override connectedCallback(): void {
    super.connectedCallback()
    const redraw = () => this.requestUpdate()
    this.whileConnected(
      route.subscribe(redraw),
      appStore.subscribe(redraw),
      session.subscribe(redraw),
      profile.subscribe(redraw),
    )
  }

  protected override render() {
    const app = currentApp()
    return html`<aside class="rl-sidebar" aria-label=${t('sidebar.label')}>
      <div class="rl-sidebar-top">
        ${this.renderTenant()}<button
          type="button"
          class="rl-button rl-fold"
          quiet
          icon-only
          title=${t('shell.fold')}
          aria-label=${t('shell.fold')}
          @click=${() => fire(this, 'rl-fold')}
        >
          ${icon('panel-left')}
        </button>
      </div>
      ${app ? this.renderApp() : nothing}
      <nav class="rl-nav" aria-label=${app ? text(app.label) : t('sidebar.label')}>${app ? this.renderEntries(app.navigation) : nothing}</nav>
      <div class="rl-nav rl-nav-foot">
        ${meta.all.administer ? this.renderPlace('new-entity', hrefOf.newEntity(), 'square-plus', t('sidebar.newEntity')) : nothing}
        ${this.renderPlace('trash', hrefOf.trash(), 'trash-2', t('sidebar.trash'))} ${this.renderAccount()}
      </div>
    </aside>`
  }

  private renderTenant() {
    const { slug, title, isDemo } = meta.tenant
    const tenants = session.get()?.tenants ?? []
    const items: MenuItem[] = [
      ...tenants.map((one) => ({
        label: one.title,
        href: hrefOf.home(one.slug),
        isCurrent: one.slug === slug,
        ...(one.isDemo ? { detail: t('demo') } : {}),
      })),
      { label: t('sidebar.organisations'), icon: 'settings-2', href: hrefOf.tenants(), startsGroup: true },
    ]
    const face = html`<span class="rl-mark" translate="no" aria-hidden="true">${initials(title)}</span><span class="rl-ellipsis rl-strong" translate="no">${title}</span
      >${isDemo ? html`<span class="rl-tag">${t('demo')}</span>` : nothing}${icon('chevrons-up-down')}`
    return html`<rl-menu look="row" label=${t('sidebar.organisation')} .face=${face} .items=${items}></rl-menu>`
  }

  private renderApp() {
    const now = currentApp()
    const { apps } = meta
    if (!now) return nothing
    if (apps.length === 1)
      return html`<h2 class="rl-app-name">${icon(now.icon)}<span class="rl-ellipsis">${text(now.label)}</span></h2>`
    const items = apps.map((app) => ({
      label: text(app.label),
      icon: app.icon,
      isCurrent: app.name === now.name,
      run: () => this.openApp(app.name),
    }))
    const face = html`${icon(now.icon)}<span class="rl-ellipsis">${text(now.label)}</span>${icon('chevron-down')}`
    return html`<rl-menu look="row" label=${t('sidebar.app')} .face=${face} .items=${items}></rl-menu>`
  }

  private openApp(name: string): void {
    setCurrentApp(name)
    const first = currentApp()?.navigation[0]
    if (first) void navigate(hrefOfEntry(first))
  }

  private renderEntries(entries: readonly Entry[]) {
    const hidden = entries.slice(SHOWN_ENTRIES)
    const isInHidden = hidden.some((entry) => isCurrentEntry(entry, route.get(), entries))
    const isOpen = this.isMoreOpen || isInHidden
    return html`${this.renderGroups(entries.slice(0, SHOWN_ENTRIES), entries)}
    ${
      hidden.length === 0
        ? nothing
        : html`<button
              type="button"
              class="rl-nav-item"
              aria-expanded=${isOpen}
              @click=${() => (this.isMoreOpen = !this.isMoreOpen)}
            >
              ${icon(isOpen ? 'chevron-down' : 'ellipsis')}<span class="rl-ellipsis">${t('more')}</span>
            </button>
            ${isOpen ? this.renderGroups(hidden, entries) : nothing}`
    }`
  }

  private renderGroups(entries: readonly Entry[], all: readonly Entry[]) {
    const groups = Map.groupBy(entries, (entry) => text(entry.group))
    return [...groups].map(
      ([label, group]) =>
        html`${label ? html`<h3 class="rl-nav-group">${label}</h3>` : nothing}
          <ul>
            ${group.map((entry) => {
              const isCurrent = isCurrentEntry(entry, route.get(), all)
              return html`<li>
                <a class="rl-nav-item" href=${hrefOfEntry(entry)} aria-current=${isCurrent ? 'page' : nothing}
                  >${icon(entry.icon)}<span class="rl-ellipsis">${text(entry.label)}</span></a
                >
              </li>`
            })}
          </ul>`,
    )
  }

  private renderPlace(page: string, href: string, iconName: string, label: string) {
    return html`<a class="rl-nav-item" href=${href} aria-current=${route.get().page === page ? 'page' : nothing}
      >${icon(iconName)}<span class="rl-ellipsis">${label}</span></a
    >`
  }

  private renderAccount() {
    const name = profile.get()?.display_name ?? session.get()?.user?.name ?? ''
    const items: MenuItem[] = [
      { label: t('sidebar.profile'), icon: 'circle-user', href: hrefOf.profile() },
      { label: t('shortcuts.title'), icon: 'keyboard', run: () => void openShortcuts(), key: '?' },
      { label: t('sidebar.api'), icon: 'braces', href: apiHref('docs'), isExternal: true },
      ...(meta.all.administer ? [{ label: t('sidebar.gallery'), icon: 'swatch-book', href: hrefOf.gallery() }] : []),
      { label: t('signOut'), icon: 'log-out', startsGroup: true, run: () => void signOut().catch(toastError) },
    ]
    const face = html`<span class="rl-avatar" translate="no" aria-hidden="true">${initials(name)}</span><span class="rl-ellipsis" translate="no">${name}</span>`
    return html`<rl-menu
      look="row"
      label=${t('sidebar.account')}
      .face=${face}
      .items=${items}
      .placement=${{ side: 'above' } as const}
    ></rl-menu>`
  }
}

async function openShortcuts(): Promise<void> {
  const { showShortcuts } = await import('./shortcuts-dialog.ts')
  showShortcuts()
}

/** First letters of the first and the last word, in any script. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean)
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => [...(word ?? '')][0] ?? '')
  return letters.join('').toLocaleUpperCase()
}
