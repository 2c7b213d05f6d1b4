// A new password asked for: /forgot. What it says afterwards does not depend on whether the address has an account.
import { html, nothing } from 'lit'
import { customElement, state } from 'lit/decorators.js'
import { api } from '../app/api.ts'
import { RlElement } from '../app/element.ts'
import { locale, t } from '../app/i18n.ts'
import { errorText } from '../app/refusal.ts'
import { setTitle } from '../shell/header.ts'
import './gate.css'

@customElement('rl-forgot')
export class RlForgot extends RlElement {
  @state() private error = ''
  @state() private sentTo = ''
  @state() private isBusy = false

  override connectedCallback(): void {
    super.connectedCallback()
    setTitle(t('forgot.title'))
  }

  protected override firstUpdated(): void {
    this.querySelector('input')?.focus()
  }

  protected override render() {
    return html`<main class="rl-alone">
      <div class="rl-gate">
        <img class="rl-logo" src="/icon.svg" alt="" width="36" height="36" />
        ${this.sentTo ? this.renderSent() : this.renderForm()}
        <a class="rl-gate-link" href="/">${t('forgot.back')}</a>
      </div>
    </main>`
  }

  private renderSent() {
    return html`<h1>${t('forgot.sent.title')}</h1>
      <p class="rl-muted" role="status">${t('forgot.sent.text', { email: this.sentTo })}</p>`
  }

  private renderForm() {
    return html`<h1>${t('forgot.title')}</h1>
      <p class="rl-muted">${t('forgot.text')}</p>
      <form @submit=${this.onSubmit} novalidate>
        <div class="rl-field">
          <label for="email">${t('email')}</label>
          <input id="email" name="email" type="email" class="rl-input" large autocomplete="username" required aria-describedby="error" aria-invalid=${this.error ? 'true' : nothing} />
        </div>
        <div id="error" role="alert">${this.error ? html`<p class="rl-error">${this.error}</p>` : nothing}</div>
        <button class="rl-button" primary large ?disabled=${this.isBusy}>${t('forgot.send')}</button>
      </form>`
  }

  private async onSubmit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    if (!(event.target instanceof HTMLFormElement)) return
    const email = String(new FormData(event.target).get('email') ?? '').trim()
    this.error = /^\S+@\S+$/.test(email) ? '' : t('setup.email.wrong')
    if (this.error) return
    this.isBusy = true
    try {
      await api.post('/api/password/forgot', { email, locale: locale() })
      this.sentTo = email
    } catch (error) {
      this.error = errorText(error)
    } finally {
      this.isBusy = false
    }
  }
}
