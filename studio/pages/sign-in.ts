// E-mail and password. The address stays, so that after signing in the page asked for opens.
import { html, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { ApiError } from '../app/api.ts'
import { RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { goOn, session, signIn } from '../app/session.ts'
import { errorText } from '../app/refusal.ts'
import { setTitle } from '../shell/header.ts'
import './gate.css'
import './second-step.ts'

@customElement('rl-sign-in')
export class RlSignIn extends RlElement {
  /** In a dialog over a page whose session ended: only the same person may go on there. */
  @property({ attribute: false }) isAgain = false
  @state() private error = ''
  @state() private isBusy = false
  /** Of the step that asks for a code; '' while it is the password. */
  @state() private secondStep = ''
  @query('form') private form!: HTMLFormElement
  @query('#password') private password!: HTMLInputElement

  override connectedCallback(): void {
    super.connectedCallback()
    if (!this.isAgain) setTitle(t('signIn.title'))
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
      ${this.isAgain ? nothing : html`<a class="rl-gate-link" href="/forgot">${t('forgot.link')}</a>`}
    </form>`
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
