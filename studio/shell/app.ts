// The root: decides between signing in, setting up, choosing what to start with, and the frame around a tenant's pages.
import { html, nothing, type TemplateResult } from 'lit'
import { customElement, state } from 'lit/decorators.js'
import { ApiError, onSignedOut } from '../app/api.ts'
import { RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { loadMeta, meta } from '../app/meta.ts'
import { hrefOf, navigate, type PageName, type Route, route } from '../app/router.ts'
import {
  loadProfile,
  loadSession,
  rememberTenant,
  type Session,
  session,
  signOut,
  startTenant,
} from '../app/session.ts'
import { errorText } from '../app/refusal.ts'
import './app.css'
import './dialogs.ts'
import { lazy } from './lazy.ts'
import './shell.ts'
import './toasts.ts'

@customElement('rl-app')
export class RlApp extends RlElement {
  /** What stands in the way of showing anything, and how to try again. */
  @state() private failure: { text: string; retry: () => void } | null = null
  @state() private isEntering = false
  /** A role in this tenant asks for a second factor, and the account has none. */
  @state() private needsFactor = ''
  /** The session ended while a page was open: it stays, with what was typed, under a dialog. */
  @state() private isSignedOut = false

  #seen: Session | null = null

  override connectedCallback(): void {
    super.connectedCallback()
    const follow = () => {
      if (session.get() !== this.#seen) this.isSignedOut = false
      this.#seen = session.get()
      void this.enterTenant()
      this.requestUpdate()
    }
    this.whileConnected(
      session.subscribe(follow),
      route.subscribe(follow),
      onSignedOut(() => this.onSignedOut()),
    )
    void this.start()
  }

  protected override render() {
    return html`${this.renderPage()}${this.isSignedOut ? this.renderSignInAgain() : nothing}<rl-action-dialog></rl-action-dialog><rl-dialogs></rl-dialogs><rl-toasts></rl-toasts>`
  }

  protected override updated(): void {
    const dialog = this.querySelector<HTMLDialogElement>('.rl-again')
    if (dialog && !dialog.open) dialog.showModal()
  }

  private renderSignInAgain() {
    void import('../pages/sign-in.ts')
    return html`<dialog class="rl-dialog rl-again" aria-label=${t('signIn.again')} @cancel=${(event: Event) => event.preventDefault()}>
      <rl-sign-in .isAgain=${true}></rl-sign-in>
    </dialog>`
  }

  private renderPage(): TemplateResult | typeof nothing {
    const now = session.get()
    const { page, tenant } = route.get()
    if (this.failure) return failurePage(this.failure.text, this.failure.retry)
    if (!now) return nothing
    if (page === 'setup') return lazy(() => import('../pages/setup.ts'), html`<rl-setup></rl-setup>`)
    if (page === 'password') return lazy(() => import('../pages/password.ts'), html`<rl-password></rl-password>`)
    if (page === 'forgot') return lazy(() => import('../pages/forgot.ts'), html`<rl-forgot></rl-forgot>`)
    if (page === 'invitation')
      return lazy(() => import('../pages/invitation.ts'), html`<rl-invitation></rl-invitation>`)
    if (!now.user) return lazy(() => import('../pages/sign-in.ts'), html`<rl-sign-in></rl-sign-in>`)
    if (page === 'tenants') return lazy(() => import('../pages/tenants.ts'), html`<rl-tenants></rl-tenants>`)
    if (page === 'gallery') return lazy(() => import('../gallery/page.ts'), html`<rl-gallery></rl-gallery>`)
    if (tenant === '')
      return now.tenants.length > 0
        ? nothing
        : lazy(() => import('../pages/tenants.ts'), html`<rl-tenants></rl-tenants>`)
    if (!now.tenants.some(({ slug }) => slug === tenant))
      return lazy(() => import('../pages/not-found.ts'), html`<rl-not-found .isWholePage=${true}></rl-not-found>`)
    if (this.needsFactor === tenant) return this.renderFactor(tenant)
    return meta.isLoaded(tenant)
      ? html`<rl-shell></rl-shell>`
      : html`<div class="rl-frame-skeleton" aria-busy="true"></div>`
  }

  private async start(): Promise<void> {
    this.failure = null
    try {
      await loadSession()
    } catch (error) {
      this.failure = { text: errorText(error), retry: () => void this.start() }
    }
  }

  /** `/` leads to the organisation of the last visit; any of its pages loads what that organisation is made of. */
  private async enterTenant(): Promise<void> {
    const now = session.get()
    if (!now?.user || this.isEntering) return
    const wanted = targetOf(now, route.get())
    if (wanted === undefined) return
    if (route.get().tenant === '') return void navigate(hrefOf.home(wanted), { replace: true })
    if (meta.isLoaded(wanted)) return
    this.isEntering = true
    this.failure = null
    try {
      await loadMeta(wanted)
      await loadProfile()
      rememberTenant(wanted)
    } catch (error) {
      // Signed out meanwhile: the sign-in page takes over.
      if (error instanceof ApiError && error.status === 401) return
      if (error instanceof ApiError && error.code === 'RL307') this.needsFactor = wanted
      else this.failure = { text: errorText(error), retry: () => void this.enterTenant() }
    } finally {
      this.isEntering = false
    }
    this.requestUpdate()
  }

  private renderFactor(tenant: string) {
    const title = session.get()?.tenants.find(({ slug }) => slug === tenant)?.title ?? tenant
    const goOn = (): void => {
      this.needsFactor = ''
      void this.enterTenant()
    }
    return lazy(
      () => import('../pages/second-factor.ts'),
      html`<main class="rl-alone">
        <div class="rl-gate rl-gate-factor">
          <img class="rl-logo" src="/icon.svg" alt="" width="36" height="36" />
          <h1>${t('secondFactor.needed.title')}</h1>
          <p class="rl-muted">${t('secondFactor.needed', { tenant: title })}</p>
          <rl-second-factor @set-up=${goOn}></rl-second-factor>
          <button type="button" class="rl-button rl-gate-foot" quiet @click=${() => void signOut()}>${t('signOut')}</button>
        </div>
      </main>`,
    )
  }

  private onSignedOut(): void {
    const now = session.get()
    if (now?.user && meta.isLoaded(route.get().tenant)) this.isSignedOut = true
    else if (now?.user) session.set({ ...now, user: null })
  }
}

/** Pages that lead nowhere by themselves. */
const OUTSIDE: ReadonlySet<PageName> = new Set(['setup', 'password', 'forgot', 'invitation', 'tenants', 'gallery'])

/** The tenant whose pages the address asks for; undefined: none that this person may enter. */
function targetOf({ tenants }: Session, { page, tenant }: Route): string | undefined {
  if (OUTSIDE.has(page)) return undefined
  if (tenant === '') return startTenant(tenants)?.slug
  return tenants.find(({ slug }) => slug === tenant)?.slug
}

const failurePage = (text: string, retry: () => void) =>
  html`<main class="rl-alone">
    <div class="rl-empty" role="alert">
      <h2>${t('app.failed')}</h2>
      <p>${text}</p>
      <button type="button" class="rl-button" primary @click=${retry}>${t('retry')}</button>
    </div>
  </main>`
