// An invitation opened: /invitation?tenant=…&token=…  Who has an account joins with it; who has none makes one here.
import { html, nothing } from 'lit'
import { customElement, query, state } from 'lit/decorators.js'
import { ApiError, api } from '../app/api.ts'
import { RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import '../app/new-password.ts'
import type { RlNewPassword } from '../app/new-password.ts'
import { errorText, problemText } from '../app/refusal.ts'
import { hrefOf, navigate, route } from '../app/router.ts'
import { loadSession, session } from '../app/session.ts'
import { setTitle } from '../shell/header.ts'
import './gate.css'

interface Look {
  tenant: { slug: string; title: string }
  email: string
  expires_at: string
}

@customElement('rl-invitation')
export class RlInvitation extends RlElement {
  @state() private found: Look | null = null
  @state() private isExpired = false
  /** The person says to have an account. */
  @state() private isSigningIn = false
  @state() private name = ''
  /** Field → what is wrong; '' is the form as a whole. */
  @state() private errors: Readonly<Record<string, string>> = {}
  @state() private isBusy = false
  @query('rl-new-password') private password!: RlNewPassword | null

  override connectedCallback(): void {
    super.connectedCallback()
    setTitle(t('invite.title'))
    this.whileConnected(session.subscribe(() => this.requestUpdate()))
    void this.look()
  }

  protected override render() {
    if (this.isSigningIn && !session.get()?.user) {
      void import('./sign-in.ts')
      return html`<rl-sign-in></rl-sign-in>`
    }
    return html`<main class="rl-alone">
      <div class="rl-gate">
        <img class="rl-logo" src="/icon.svg" alt="" width="36" height="36" />
        ${this.isExpired ? this.renderExpired() : this.found ? this.renderFound(this.found) : this.renderError('')}
      </div>
    </main>`
  }

  private renderExpired() {
    return html`<h1>${t('invitation.expired.title')}</h1>
      <p class="rl-muted" role="alert">${t('invitation.expired')}</p>`
  }

  private renderFound({ tenant, email }: Look) {
    const user = session.get()?.user
    const isOther = user && user.email !== email
    return html`<h1 translate="no">${t('invitation.title', { tenant: tenant.title })}</h1>
      <p class="rl-muted" translate="no">${t('invitation.for', { email })}</p>
      ${isOther ? this.renderOther(user.email) : user ? this.renderJoin(user.name) : this.renderForm(email)}`
  }

  private renderOther(email: string) {
    return html`<p translate="no">${t('invitation.other', { email })}</p>
      <button type="button" class="rl-button" primary large @click=${() => void this.signOut()}>${t('signOut')}</button>`
  }

  private renderJoin(name: string) {
    return html`${this.renderError('')}
      <button type="button" class="rl-button" primary large translate="no" ?disabled=${this.isBusy} @click=${() => void this.accept({})}>${t('invitation.joinAs', { name })}</button>`
  }

  private renderForm(email: string) {
    return html`<form @submit=${this.onSubmit} novalidate>
        <input type="text" name="username" autocomplete="username" .value=${email} hidden />
        <div class="rl-field">
          <label for="name">${t('invitation.name')}</label>
          <input id="name" name="name" class="rl-input" large maxlength="120" autocomplete="name" aria-describedby="name-error" aria-invalid=${this.errors['name'] ? 'true' : nothing} @change=${this.onName} />
          <div id="name-error">${this.renderError('name')}</div>
        </div>
        <rl-new-password large .label=${t('password')} .about=${[email, this.name]} .error=${this.errors['password'] ?? ''}></rl-new-password>
        ${this.renderError('email')}${this.renderError('')}
        <button class="rl-button" primary large ?disabled=${this.isBusy}>${t('invitation.join')}</button>
      </form>
      <button type="button" class="rl-button" quiet @click=${() => (this.isSigningIn = true)}>${t('invitation.hasAccount')}</button>`
  }

  private renderError(field: string) {
    const error = this.errors[field]
    return error ? html`<p class="rl-error" role="alert">${error}</p>` : nothing
  }

  private get link(): { tenant: string; token: string } {
    const { query: given } = route.get()
    return { tenant: given.get('tenant') ?? '', token: given.get('token') ?? '' }
  }

  private async look(): Promise<void> {
    try {
      this.found = await api.post<Look>('/api/invitations/look', this.link)
    } catch (error) {
      this.fail(error)
    }
  }

  private onName(event: Event): void {
    if (event.target instanceof HTMLInputElement) this.name = event.target.value
  }

  private onSubmit(event: SubmitEvent): void {
    event.preventDefault()
    if (!(event.target instanceof HTMLFormElement)) return
    const data = new FormData(event.target)
    const name = String(data.get('name') ?? '').trim()
    this.name = name
    this.errors = name === '' ? { name: t('setup.name.missing') } : {}
    const isGood = this.password?.check() ?? false
    if (name === '') this.querySelector<HTMLInputElement>('#name')?.focus()
    else if (isGood) void this.accept({ name, password: String(data.get('password') ?? '') })
  }

  private async accept(person: { name?: string; password?: string }): Promise<void> {
    this.isBusy = true
    this.errors = {}
    try {
      const { tenant } = await api.post<{ tenant: string }>('/api/invitations/accept', { ...this.link, ...person })
      await loadSession()
      await navigate(hrefOf.home(tenant), { replace: true })
    } catch (error) {
      this.fail(error)
    } finally {
      this.isBusy = false
    }
  }

  private fail(error: unknown): void {
    if (error instanceof ApiError && error.code === 'RL305') {
      this.isExpired = true
      return
    }
    const known = ['name', 'password', 'email'].flatMap((field) => {
      const problem = error instanceof ApiError ? error.problemOf(field) : undefined
      return problem ? [[field, problemText(problem)]] : []
    })
    this.errors = known.length > 0 ? Object.fromEntries(known) : { '': errorText(error) }
  }

  /** Here, not on the start page: the invitation stays open. */
  private async signOut(): Promise<void> {
    await api.post('/api/auth/sign-out', {})
    location.reload()
  }
}
