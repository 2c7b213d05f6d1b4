// Asking a person in: address and roles; with `?resend=` the same invitation goes out again. The mail is on its way
// afterwards, or, without a mail server, the link is shown to be handed over. Fires `close`.
import { html, nothing } from 'lit'
import { customElement, state } from 'lit/decorators.js'
import { ApiError, api } from '../app/api.ts'
import { fire, RlElement } from '../app/element.ts'
import { formatMoment } from '../app/format.ts'
import { t } from '../app/i18n.ts'
import { forgetRecords } from '../app/records.ts'
import { errorText, problemText } from '../app/refusal.ts'
import { route } from '../app/router.ts'
import { panel, renderSecret, rolesOf } from './panel.ts'

interface Made {
  id: string
  sent: 'mailed' | 'link'
  link?: string
  expires_at: string
}

@customElement('rl-invite')
export class RlInvite extends RlElement {
  @state() private errors: Readonly<Record<string, string>> = {}
  @state() private made: Made | null = null
  @state() private email = ''
  @state() private isBusy = false

  override connectedCallback(): void {
    super.connectedCallback()
    const { query } = route.get()
    const again = query.get('resend')
    if (again === null) return
    this.email = query.get('to') ?? ''
    void this.send(`invitations/${encodeURIComponent(again)}/resend`)
  }

  protected override firstUpdated(): void {
    this.querySelector<HTMLInputElement>('#invite-email')?.focus()
  }

  protected override render() {
    return panel({
      title: t('invite.title'),
      body: this.made ? this.renderMade(this.made) : this.renderForm(),
      action: this.made ? t('done') : t('invite.send'),
      isBusy: this.isBusy,
      submit: (form) => (this.made ? fire(this, 'close') : this.invite(form)),
      close: () => fire(this, 'close'),
    })
  }

  private renderForm() {
    return html`${this.renderError('')}
      <div class="rl-field">
        <label for="invite-email">${t('email')}</label>
        <input id="invite-email" name="email" type="email" class="rl-input" required maxlength="254" autocomplete="off" .value=${this.email} />
        ${this.renderError('email')}
      </div>
      <fieldset class="rl-field rl-fieldset">
        <legend class="rl-label">${t('profile.roles')}</legend>
        ${rolesOf('system.invitation', 'roles').map(
          ({ value, label }) =>
            html`<label class="rl-check"><input type="checkbox" name="roles" value=${value} ?checked=${value === 'system.member'} />${label}</label>`,
        )}
        ${this.renderError('roles')}
      </fieldset>`
  }

  private renderError(name: string) {
    const error = this.errors[name]
    return error ? html`<p class="rl-error" role="alert">${error}</p>` : nothing
  }

  private renderMade({ link, expires_at }: Made) {
    const moment = formatMoment(expires_at)
    if (link === undefined) return html`<p role="status">${t('invite.sent', { email: this.email, moment })}</p>`
    return html`<p role="status">${t('invite.handOver', { moment })}</p>
      ${renderSecret(link)}`
  }

  private invite(form: HTMLFormElement): void {
    const data = new FormData(form)
    const roles = data.getAll('roles').map(String)
    this.email = String(data.get('email') ?? '').trim()
    this.errors = roles.length === 0 ? { roles: t('invite.roles.missing') } : {}
    if (roles.length > 0) void this.send('invitations', { email: this.email, roles })
  }

  private async send(path: string, body: object = {}): Promise<void> {
    this.isBusy = true
    this.errors = {}
    try {
      this.made = await api.post<Made>(path, body)
      forgetRecords()
    } catch (error) {
      this.errors = problemsOf(error)
    } finally {
      this.isBusy = false
    }
  }
}

function problemsOf(error: unknown): Record<string, string> {
  const known = ['email', 'roles'].flatMap((name) => {
    const problem = error instanceof ApiError ? error.problemOf(name) : undefined
    return problem ? [[name, problemText(problem)]] : []
  })
  return known.length > 0 ? Object.fromEntries(known) : { '': errorText(error) }
}
