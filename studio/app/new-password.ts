// A field for a new password that says while one types whether it will do. `check()` is asked before sending; what the
// server says about it all the same is put into `error`.
import { html, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { DEFAULT_MIN_LENGTH, findWeakness } from '../../sdk/passwords/policy.ts'
import { RlElement } from './element.ts'
import { t } from './i18n.ts'
import { icon } from './icon.ts'
import { inputValue } from './inputs.ts'
import { problemText } from './refusal.ts'
import { session } from './session.ts'

@customElement('rl-new-password')
export class RlNewPassword extends RlElement {
  /** Of the form's value; the input's id too. */
  @property() name = 'password'
  @property() label = ''
  @property({ type: Boolean }) large = false
  /** Address and name of the person, as far as they are known. */
  @property({ attribute: false }) about: readonly string[] = []
  @property({ attribute: false }) error = ''
  @state() private typed = ''
  /** Somebody wanted to send it: from now on it is said as a mistake. */
  @state() private isChecked = false

  protected override render() {
    const weakness = this.weakness
    const fault = this.error || (this.isChecked ? weakness : '')
    return html`<div class="rl-field">
      <label for=${this.name}>${this.label}</label>
      <input
        id=${this.name}
        name=${this.name}
        type="password"
        class="rl-input"
        ?large=${this.large}
        autocomplete="new-password"
        .value=${this.typed}
        aria-invalid=${fault ? 'true' : nothing}
        aria-describedby="${this.name}-help"
        @input=${this.onInput}
      />
      <div id="${this.name}-help" role=${fault ? 'alert' : 'status'}>
        ${fault ? html`<p class="rl-error">${fault}</p>` : this.renderHelp(weakness)}
      </div>
    </div>`
  }

  private renderHelp(weakness: string) {
    if (this.typed === '') return html`<p class="rl-help">${t('newPassword.help', { count: this.minLength })}</p>`
    if (weakness) return html`<p class="rl-help">${weakness}</p>`
    return html`<p class="rl-help rl-good">${icon('check')}${t('newPassword.good')}</p>`
  }

  /** @returns whether it may be sent; else it is said why, and the field has the focus */
  check(): boolean {
    this.isChecked = true
    const isGood = this.weakness === ''
    if (!isGood) this.focusInput()
    return isGood
  }

  clear(): void {
    this.typed = ''
    this.isChecked = false
  }

  focusInput(): void {
    this.querySelector('input')?.focus()
  }

  private get minLength(): number {
    return session.get()?.minPasswordLength ?? DEFAULT_MIN_LENGTH
  }

  private get weakness(): string {
    const found = findWeakness(this.typed, { minLength: this.minLength, about: this.about })
    return found ? problemText(found) : ''
  }

  private onInput(event: Event): void {
    this.typed = inputValue(event)
    this.error = ''
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-new-password': RlNewPassword
  }
}
