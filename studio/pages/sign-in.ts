// E-mail and password. The address stays, so that after signing in the page asked for opens.
import { html, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { ApiError, api } from '../app/api.ts'
import { RlElement } from '../app/element.ts'
import { t, type TextKey } from '../app/i18n.ts'
import { goOn, lastTenant, session, signIn } from '../app/session.ts'
import { errorText } from '../app/refusal.ts'
import { route } from '../app/router.ts'
import { setTitle } from '../shell/header.ts'
import './gate.css'
import './second-step.ts'

const FAILURES: Readonly<Record<string, TextKey>> = {
  unverified: 'signIn.sso.unverified',
  unknown: 'signIn.sso.unknown',
  expired: 'signIn.sso.expired',
  failed: 'signIn.sso.failed',
}

/** Why signing in by a provider came to nothing. */
const failureOf = (key: string | null): TextKey | undefined =>
  key !== null && Object.hasOwn(FAILURES, key) ? FAILURES[key] : undefined

@customElement('rl-sign-in')
export class RlSignIn extends RlElement {
  /** In a dialog over a page whose session ended: only the same person may go on there. */
  @property({ attribute: false }) isAgain = false
  @state() private error = ''
  @state() private isBusy = false
  /** Of the step that asks for a code; '' while it is the password. */
  @state() private secondStep = ''
  @state() private providers: readonly { id: string; name: string }[] = []
  @query('form') private form!: HTMLFormElement
  @query('#password') private password!: HTMLInputElement

  override connectedCallback(): void {
    super.connectedCallback()
    if (!this.isAgain) setTitle(t('signIn.title'))
    const failure = failureOf(route.get().query.get('sso'))
    if (failure) this.error = t(failure)
    void this.loadProviders()
  }

  protected override firstUpdated(): void {
    this.querySelector<HTMLInputElement>(this.isAgain ? '#password' : '#email')?.focus()
  }

  protected override render() {
    if (this.isAgain)
      return html`<div class="rl-gate">
        <h2>${t('signIn.again')}</h2>
        <p class="rl-muted">${t('signIn.again.text')}</p>
        ${this.renderStep()}
      </div>`
    const isNew = session.get()?.setup === 'needed'
    return html`<main class="rl-alone">
      <div class="rl-gate">
        <img class="rl-logo" src="/icon.svg" alt="" width="36" height="36" />
        <h1>${isNew ? t('setup.needed.title') : this.secondStep ? t('secondFactor.step.title') : t('signIn.title')}</h1>
        ${isNew ? html`<p class="rl-muted">${t('setup.needed.text')}</p>` : this.renderStep()}
      </div>
    </main>`
  }

  private renderStep() {
    if (this.secondStep === '') return this.renderForm()
    return html`<rl-second-step .token=${this.secondStep} @done=${() => void goOn()} @over=${this.onOver}></rl-second-step>`
  }

  private readonly onOver = (): void => {
    this.secondStep = ''
    this.error = t('secondFactor.over')
  }

  private renderForm() {
    return html`<form @submit=${this.onSubmit} novalidate>
      <div class="rl-field">
        <label for="email">${t('email')}</label>
        <input id="email" name="email" type="email" class="rl-input" large autocomplete="username" required aria-describedby="error" ?readonly=${this.isAgain} .value=${this.isAgain ? (session.get()?.user?.email ?? '') : ''} />
      </div>
      <div class="rl-field">
        <label for="password">${t('password')}</label>
        <input
          id="password"
          name="password"
          type="password"
          class="rl-input"
          large
          autocomplete="current-password"
          required
          aria-describedby="error"
        />
      </div>
      <div id="error" role="alert">${this.error ? html`<p class="rl-error">${this.error}</p>` : nothing}</div>
      <button class="rl-button" primary large ?disabled=${this.isBusy}>${t('signIn')}</button>
      ${this.renderProviders()}
      ${this.isAgain ? nothing : html`<a class="rl-gate-link" href="/forgot">${t('forgot.link')}</a>`}
    </form>`
  }

  /** Of the organisation that the address names, else of the last visit. */
  private get tenant(): string {
    return route.get().tenant || lastTenant()
  }

  private renderProviders() {
    if (this.providers.length === 0) return nothing
    const { pathname, search } = location
    const back = route.get().tenant === '' ? '' : `${pathname}${search}`
    const query = (provider: string) =>
      new URLSearchParams({ tenant: this.tenant, provider, ...(back ? { return_to: back } : {}) }).toString()
    return html`<div class="rl-gate-or"><span>${t('signIn.or')}</span></div>
      ${this.providers.map(
        ({ id, name }) =>
          html`<a class="rl-button" large href="/api/sso/start?${query(id)}">${t('signIn.with', { name })}</a>`,
      )}`
  }

  /** Who cannot be told signs in by password. */
  private async loadProviders(): Promise<void> {
    if (this.tenant === '') return
    try {
      const query = { tenant: this.tenant }
      this.providers = (await api.get<{ data: { id: string; name: string }[] }>('/api/sso/providers', { query })).data
    } catch {
      this.providers = []
    }
  }

  private async onSubmit(event: Event): Promise<void> {
    event.preventDefault()
    const data = new FormData(this.form)
    const email = String(data.get('email') ?? '').trim()
    const password = String(data.get('password') ?? '')
    if (email === '' || password === '') {
      this.error = t('signIn.incomplete')
      return
    }
    this.isBusy = true
    this.error = ''
    try {
      this.secondStep = await signIn(email, password)
    } catch (error) {
      this.error = error instanceof ApiError && error.code === 'RL306' ? t('signIn.wrong') : errorText(error)
      this.password.select()
    } finally {
      this.isBusy = false
    }
  }
}
