// The code that signing in asks for when the account has a second factor. Fires `done` when the session has begun, and
// `over` when the password is needed once more.
import { html, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { ApiError, api } from '../app/api.ts'
import { fire, RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { errorText } from '../app/refusal.ts'

@customElement('rl-second-step')
export class RlSecondStep extends RlElement {
  /** What the answer to the password gave. */
  @property({ attribute: false }) token = ''
  @state() private error = ''
  @state() private isBusy = false

  protected override firstUpdated(): void {
    this.querySelector<HTMLInputElement>('#code')?.focus()
  }

  protected override render() {
    return html`<form @submit=${this.onSubmit} novalidate>
      <div class="rl-field">
        <label for="code">${t('secondFactor.code')}</label>
        <input
          id="code"
          name="code"
          class="rl-input rl-num"
          large
          inputmode="text"
          autocomplete="one-time-code"
          autocapitalize="characters"
          maxlength="40"
          required
          aria-invalid=${this.error ? 'true' : nothing}
          aria-describedby="code-help code-error"
          @input=${this.onInput}
        />
        <p class="rl-help" id="code-help">${t('secondFactor.code.help')}</p>
      </div>
      <div id="code-error" role="alert">${this.error ? html`<p class="rl-error">${this.error}</p>` : nothing}</div>
      <button class="rl-button" primary large ?disabled=${this.isBusy}>${t('signIn')}</button>
    </form>`
  }

  /** Six digits are a whole code of the app. */
  private readonly onInput = (event: Event): void => {
    if (event.target instanceof HTMLInputElement && /^\d{6}$/.test(event.target.value.replace(/\s/g, '')))
      void this.finish(event.target.value)
  }

  private readonly onSubmit = (event: Event): void => {
    event.preventDefault()
    const code = this.querySelector<HTMLInputElement>('#code')?.value.trim() ?? ''
    if (code === '') this.error = t('secondFactor.code.missing')
    else void this.finish(code)
  }

  private async finish(code: string): Promise<void> {
    if (this.isBusy) return
    this.isBusy = true
    this.error = ''
    try {
      await api.post('/api/sign-in/second-factor', { token: this.token, code })
      fire(this, 'done')
    } catch (error) {
      const known = error instanceof ApiError ? error.code : ''
      if (known === 'RL305') fire(this, 'over')
      this.error = known === 'RL306' ? t('secondFactor.code.wrong') : errorText(error)
      this.querySelector<HTMLInputElement>('#code')?.select()
    } finally {
      this.isBusy = false
    }
  }
}
