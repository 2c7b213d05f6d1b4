// A password set by a one-time link, which an administrator handed over or the owner asked for: /password?token=…
import { html, nothing } from 'lit'
import { customElement, query, state } from 'lit/decorators.js'
import { ApiError, api } from '../app/api.ts'
import { RlElement } from '../app/element.ts'
import { locale, t } from '../app/i18n.ts'
import '../app/new-password.ts'
import type { RlNewPassword } from '../app/new-password.ts'
import { errorText, problemText } from '../app/refusal.ts'
import { navigate, route } from '../app/router.ts'
import { loadSession } from '../app/session.ts'
import { setTitle } from '../shell/header.ts'
import './gate.css'
import './second-step.ts'

interface Owner {
  email: string
  name: string
}

@customElement('rl-password')
export class RlPassword extends RlElement {
  @state() private owner: Owner | null = null
  @state() private isExpired = false
  /** Of the password, and of the form as a whole. */
  @state() private passwordError = ''
  @state() private error = ''
  @state() private isBusy = false
  /** The password is set; the account has a second factor. */
  @state() private secondStep = ''
  @query('rl-new-password') private field!: RlNewPassword | null

  override connectedCallback(): void {
    super.connectedCallback()
    setTitle(t('password.title'))
    void this.look()
  }

  protected override render() {
    return html`<main class="rl-alone">
      <div class="rl-gate">
        <img class="rl-logo" src="/icon.svg" alt="" width="36" height="36" />
        ${this.isExpired ? this.renderExpired() : this.secondStep ? this.renderStep() : this.renderForm()}
      </div>
    </main>`
  }

  private renderStep() {
    return html`<h1>${t('secondFactor.step.title')}</h1>
      <rl-second-step .token=${this.secondStep} @done=${this.goOn} @over=${() => void navigate('/', { replace: true })}></rl-second-step>`
  }

  private renderExpired() {
    return html`<h1>${t('password.expired.title')}</h1>
      <p class="rl-muted" role="alert">${t('password.expired')}</p>
      <a class="rl-button" primary large href="/forgot">${t('password.another')}</a>`
  }

  private renderForm() {
    return html`<h1>${t('password.title')}</h1>
      ${this.owner ? html`<p class="rl-muted" translate="no">${t('password.for', { email: this.owner.email })}</p>` : nothing}
      <form @submit=${this.onSubmit} novalidate>
        <input type="text" name="username" autocomplete="username" .value=${this.owner?.email ?? ''} hidden />
        <rl-new-password
          large
          .label=${t('password')}
          .about=${this.owner ? [this.owner.email, this.owner.name] : []}
          .error=${this.passwordError}
        ></rl-new-password>
        <div role="alert">${this.error ? html`<p class="rl-error">${this.error}</p>` : nothing}</div>
        <button class="rl-button" primary large ?disabled=${this.isBusy}>${t('password.set')}</button>
      </form>`
  }

  private get token(): string {
    return route.get().query.get('token') ?? ''
  }

  /** Whose it is; a link that is used up says so before anything is typed. */
  private async look(): Promise<void> {
    try {
      this.owner = await api.post<Owner>('/api/password/link/look', { token: this.token })
      await this.updateComplete
      this.field?.focusInput()
    } catch (error) {
      this.fail(error)
    }
  }

  private async onSubmit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    if (!(event.target instanceof HTMLFormElement) || !this.field?.check()) return
    const password = String(new FormData(event.target).get('password') ?? '')
    this.isBusy = true
    this.error = ''
    this.passwordError = ''
    try {
      const body = { token: this.token, password, locale: locale() }
      this.secondStep = (await api.post<{ second_step?: string }>('/api/password/link', body)).second_step ?? ''
      if (this.secondStep === '') await this.goOn()
    } catch (error) {
      this.fail(error)
    } finally {
      this.isBusy = false
    }
  }

  private readonly goOn = async (): Promise<void> => {
    await loadSession()
    await navigate('/', { replace: true })
  }

  private fail(error: unknown): void {
    const problem = error instanceof ApiError ? error.problemOf('password') : undefined
    if (error instanceof ApiError && error.code === 'RL305') this.isExpired = true
    else if (problem) this.passwordError = problemText(problem)
    else this.error = errorText(error)
  }
}
