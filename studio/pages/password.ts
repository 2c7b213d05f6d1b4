// A password set by a one-time link that an administrator handed over: /password?token=…
import { html, nothing } from 'lit'
import { customElement, state } from 'lit/decorators.js'
import { ApiError, api } from '../app/api.ts'
import { RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { navigate, route } from '../app/router.ts'
import { loadSession } from '../app/session.ts'
import { errorText } from '../app/refusal.ts'
import { setTitle } from '../shell/header.ts'
import './gate.css'

const MIN_PASSWORD = 8

@customElement('rl-password')
export class RlPassword extends RlElement {
  @state() private error = ''
  @state() private isBusy = false

  override connectedCallback(): void {
    super.connectedCallback()
    setTitle(t('password.title'))
  }

  protected override firstUpdated(): void {
    this.querySelector('input')?.focus()
  }

  protected override render() {
    return html`<main class="rl-alone">
      <div class="rl-gate">
        <img class="rl-logo" src="/icon.svg" alt="" width="36" height="36" />
        <h1>${t('password.title')}</h1>
        <form @submit=${this.onSubmit} novalidate>
          <div class="rl-field">
            <label for="password">${t('password')}</label>
            <input
              id="password"
              name="password"
              type="password"
              class="rl-input"
              large
              autocomplete="new-password"
              aria-invalid=${this.error ? 'true' : nothing}
              aria-describedby="help"
            />
            <div id="help" role="alert">
              ${
                this.error
                  ? html`<p class="rl-error">${this.error}</p>`
                  : html`<p class="rl-help">${t('setup.password.help', { count: MIN_PASSWORD })}</p>`
              }
            </div>
          </div>
          <button class="rl-button" primary large ?disabled=${this.isBusy}>${t('password.set')}</button>
        </form>
      </div>
    </main>`
  }

  private async onSubmit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    if (!(event.target instanceof HTMLFormElement)) return
    const password = String(new FormData(event.target).get('password') ?? '')
    if (password.length < MIN_PASSWORD) {
      this.error = t('setup.password.help', { count: MIN_PASSWORD })
      return
    }
    this.isBusy = true
    try {
      await api.post('/api/password/link', { token: route.get().query.get('token') ?? '', password })
      await loadSession()
      await navigate('/', { replace: true })
    } catch (error) {
      const isExpired = error instanceof ApiError && error.code === 'RL305'
      this.error = isExpired ? t('password.expired') : errorText(error)
    } finally {
      this.isBusy = false
    }
  }
}
