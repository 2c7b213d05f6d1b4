// Letting a person in: name, address, roles. The link to hand over is shown once. Fires `created` (nothing) and `close`.
import { html, nothing } from 'lit'
import { customElement, state } from 'lit/decorators.js'
import { ApiError, api } from '../app/api.ts'
import { fire, RlElement } from '../app/element.ts'
import { formatMoment } from '../app/format.ts'
import { t } from '../app/i18n.ts'
import { forgetRecords } from '../app/records.ts'
import { errorText } from '../app/refusal.ts'
import { toast } from '../app/toast.ts'
import { panel, renderSecret, rolesOf } from './panel.ts'

interface Made {
  id: string
  account: 'new' | 'existing'
  link?: { url: string; expires_at: string }
}

@customElement('rl-new-user')
export class RlNewUser extends RlElement {
  @state() private errors: Readonly<Record<string, string>> = {}
  @state() private made: Made | null = null
  @state() private name = ''
  @state() private isBusy = false
  /** The address has an account in another organisation: it is linked only when that is said. */
  @state() private isLinking = false

  protected override firstUpdated(): void {
    this.querySelector<HTMLInputElement>('#new-user-name')?.focus()
  }

  protected override render() {
    return panel({
      title: t('newUser.title'),
      body: this.made ? this.renderMade(this.made) : this.renderForm(),
      action: this.made ? t('done') : t('newUser.create'),
      isBusy: this.isBusy,
      submit: (form) => (this.made ? fire(this, 'close') : void this.create(form)),
      close: () => fire(this, 'close'),
    })
  }

  private renderForm() {
    return html`${this.errors[''] ? html`<p class="rl-error" role="alert">${this.errors['']}</p>` : nothing}
      <div class="rl-field">
        <label for="new-user-name">${t('profile.name')}</label>
        <input id="new-user-name" name="name" class="rl-input" required maxlength="120" autocomplete="off" />
        ${this.renderError('name')}
      </div>
      <div class="rl-field">
        <label for="new-user-email">${t('email')}</label>
        <input id="new-user-email" name="email" type="email" class="rl-input" required maxlength="254" autocomplete="off" />
        ${this.renderError('email')}
      </div>
      <fieldset class="rl-field rl-fieldset">
        <legend class="rl-label">${t('profile.roles')}</legend>
        ${rolesOf('system.user', 'roles').map(
          ({ value, label }) =>
            html`<label class="rl-check"><input type="checkbox" name="roles" value=${value} ?checked=${value === 'system.member'} />${label}</label>`,
        )}
        ${this.renderError('roles')}
      </fieldset>
      ${
        this.isLinking
          ? html`<label class="rl-check"><input type="checkbox" name="link" />${t('newUser.link')}</label>`
          : nothing
      }`
  }

  private renderError(name: string) {
    const error = this.errors[name]
    return error ? html`<p class="rl-error" role="alert">${error}</p>` : nothing
  }

  private renderMade({ account, link }: Made) {
    if (!link)
      return html`<p>${t(account === 'existing' ? 'newUser.existing' : 'newUser.ready', { name: this.name })}</p>`
    return html`<p>${t('newUser.handOver', { name: this.name })}</p>
      ${renderSecret(link.url)}
      <p class="rl-help">${t('newUser.expires', { moment: formatMoment(link.expires_at) })}</p>`
  }

  private async create(form: HTMLFormElement): Promise<void> {
    const data = new FormData(form)
    const name = String(data.get('name') ?? '').trim()
    const roles = data.getAll('roles').map(String)
    if (roles.length === 0) {
      this.errors = { roles: t('newUser.roles.missing') }
      return
    }
    this.isBusy = true
    this.errors = {}
    try {
      const body = {
        name,
        email: String(data.get('email') ?? '').trim(),
        roles,
        ...(data.has('link') ? { link_existing: true } : {}),
      }
      this.made = await api.post<Made>('users', body)
      this.name = name
      forgetRecords()
      toast(t('newUser.created', { name }))
    } catch (error) {
      this.errors = problemsOf(error)
      this.isLinking ||= error instanceof ApiError && error.problems.some(({ path }) => path === '/link_existing')
    } finally {
      this.isBusy = false
    }
  }
}

function problemsOf(error: unknown): Record<string, string> {
  const known = ['name', 'email', 'roles'].flatMap((name) => {
    const problem = error instanceof ApiError ? error.problemOf(name) : undefined
    return problem ? [[name, problem.message]] : []
  })
  return known.length > 0 ? Object.fromEntries(known) : { '': errorText(error) }
}
