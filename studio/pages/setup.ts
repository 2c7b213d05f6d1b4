// The first administrator, from the one-time link that the server printed: /setup?token=…
import { html, nothing } from 'lit'
import { customElement, state } from 'lit/decorators.js'
import { ApiError, api } from '../app/api.ts'
import { RlElement } from '../app/element.ts'
import { type TextKey, t } from '../app/i18n.ts'
import { navigate, route } from '../app/router.ts'
import { loadSession, session } from '../app/session.ts'
import '../app/new-password.ts'
import { errorText, problemText } from '../app/refusal.ts'
import { setTitle } from '../shell/header.ts'
import './gate.css'

@customElement('rl-setup')
export class RlSetup extends RlElement {
  /** Field → what is wrong; '' is the form as a whole. */
  @state() private errors: Readonly<Record<string, string>> = {}
  @state() private isBusy = false

  override connectedCallback(): void {
    super.connectedCallback()
    setTitle(t('setup.title'))
  }

  protected override firstUpdated(): void {
    this.querySelector<HTMLInputElement>('#name')?.focus()
  }

  protected override render() {
    const isDone = session.get()?.setup === 'done'
    return html`<main class="rl-alone">
      <div class="rl-gate">
        <img class="rl-logo" src="/icon.svg" alt="" width="36" height="36" />
        <h1>${isDone ? t('setup.done.title') : t('setup.title')}</h1>
        ${
          isDone
            ? html`<p class="rl-muted">${t('setup.done.text')}</p>
                <a class="rl-button" primary large href="/">${t('signIn')}</a>`
            : this.renderForm()
        }
      </div>
    </main>`
  }

  private renderForm() {
    return html`<p class="rl-muted">${t('setup.text')}</p>
      <form @submit=${this.onSubmit} novalidate>
        ${this.renderField('name', 'text', 'setup.name', 'name')} ${this.renderField('email', 'email', 'email', 'username')}
        <rl-new-password large .label=${t('password')} .error=${this.errors['password'] ?? ''}></rl-new-password>
        <div role="alert">${this.errors[''] ? html`<p class="rl-error">${this.errors['']}</p>` : nothing}</div>
        <button class="rl-button" primary large ?disabled=${this.isBusy}>${t('setup.create')}</button>
      </form>`
  }

  private renderField(name: string, type: string, label: TextKey, autocomplete: AutoFill, help = '') {
    const error = this.errors[name]
    return html`<div class="rl-field">
      <label for=${name}>${t(label)}</label>
      <input
        id=${name}
        name=${name}
        type=${type}
        class="rl-input"
        large
        autocomplete=${autocomplete}
        aria-invalid=${error ? 'true' : nothing}
        aria-describedby="${name}-help"
      />
      <div id="${name}-help">${error ? html`<p class="rl-error">${error}</p>` : help ? html`<p class="rl-help">${help}</p>` : nothing}</div>
    </div>`
  }

  private async onSubmit(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    if (!(event.target instanceof HTMLFormElement)) return
    const data = new FormData(event.target)
    const [name = '', email = '', password = ''] = ['name', 'email', 'password'].map((key) =>
      String(data.get(key) ?? ''),
    )
    this.errors = check(name.trim(), email.trim())
    const isGood = this.querySelector('rl-new-password')?.check() ?? false
    if (Object.keys(this.errors).length > 0) return this.focusFirst()
    if (!isGood) return
    this.isBusy = true
    try {
      const token = route.get().query.get('token') ?? ''
      await api.post('/api/setup', { token, email: email.trim(), password, name: name.trim() })
      await loadSession()
      await navigate('/', { replace: true })
    } catch (error) {
      this.errors = fieldErrors(error)
      this.focusFirst()
    } finally {
      this.isBusy = false
    }
  }

  private focusFirst(): void {
    void this.updateComplete.then(() => this.querySelector<HTMLInputElement>('[aria-invalid]')?.focus())
  }
}

function check(name: string, email: string): Record<string, string> {
  return {
    ...(name === '' ? { name: t('setup.name.missing') } : {}),
    ...(/^\S+@\S+$/.test(email) ? {} : { email: t('setup.email.wrong') }),
  }
}

function fieldErrors(error: unknown): Record<string, string> {
  if (!(error instanceof ApiError)) return { '': errorText(error) }
  if (error.code === 'RL305') return { '': t('setup.expired') }
  const known = ['name', 'email', 'password'].flatMap((field) => {
    const problem = error.problemOf(field)
    return problem ? [[field, problemText(problem)]] : []
  })
  return known.length > 0 ? Object.fromEntries(known) : { '': errorText(error) }
}
