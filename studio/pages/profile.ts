// What a person says about themselves here: name, language, time zone, appearance. Saved as it is chosen.
import { html, nothing } from 'lit'
import { customElement, query, state } from 'lit/decorators.js'
import { live } from 'lit/directives/live.js'
import { ApiError, api } from '../app/api.ts'
import { interfaceLanguages } from '../app/catalogues.ts'
import { RlElement } from '../app/element.ts'
import { locale, t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { inputValue } from '../app/inputs.ts'
import { meta, text } from '../app/meta.ts'
import { density, type Profile, profile, saveProfile, session, setDensity, type Theme } from '../app/session.ts'
import '../app/new-password.ts'
import type { RlNewPassword } from '../app/new-password.ts'
import { errorText, problemText } from '../app/refusal.ts'
import { toast } from '../app/toast.ts'
import { pageHead, setTitle } from '../shell/header.ts'
import './profile.css'
import './second-factor.ts'
import './sessions.ts'

const THEMES: readonly Theme[] = ['system', 'light', 'dark']
const ZONES = Intl.supportedValuesOf('timeZone')

@customElement('rl-profile')
export class RlProfile extends RlElement {
  @state() private errors: Readonly<Record<string, string>> = {}
  @state() private passwordError = ''
  /** Of the new password itself. */
  @state() private nextError = ''
  @query('rl-new-password') private next!: RlNewPassword

  override connectedCallback(): void {
    super.connectedCallback()
    setTitle(t('profile.title'), meta.tenant.title)
    this.whileConnected(profile.subscribe(() => this.requestUpdate()))
  }

  protected override render() {
    const now = profile.get()
    return html`${pageHead({ title: t('profile.title') })}
      <div class="rl-page">${now ? html`<div class="rl-profile">${this.renderProfile(now)}${this.renderAccount(now)}</div>` : nothing}</div>`
  }

  private renderProfile(now: Profile) {
    return html`<section>
      <div class="rl-field">
        <label for="display_name">${t('profile.name')}</label>
        <input
          id="display_name"
          class="rl-input"
          autocomplete="name"
          maxlength="120"
          .value=${live(now.display_name)}
          aria-invalid=${this.errors['display_name'] ? 'true' : nothing}
          aria-describedby="display_name-error"
          @change=${(event: Event) => void this.save({ display_name: inputValue(event).trim() })}
        />
        <div id="display_name-error">${this.renderError('display_name')}</div>
      </div>
      <div class="rl-field">
        <span class="rl-label">${t('email')}</span>
        <span class="rl-muted" translate="no">${now.email ?? '–'}</span>
      </div>
      <div class="rl-field">
        <label for="locale">${t('profile.language')}</label>
        <div class="rl-select">
          <select id="locale" class="rl-input" @change=${(event: Event) => void this.save({ locale: inputValue(event) || null })}>
            <option value="" ?selected=${now.locale === null}>${t('profile.language.device')}</option>
            ${languages(now.locale).map(
              (tag) =>
                html`<option value=${tag} ?selected=${tag === now.locale} lang=${tag}>${nameOfLanguage(tag)}</option>`,
            )}
          </select>
          ${icon('chevron-down')}
        </div>
        <p class="rl-help">${t('profile.language.help')}</p>
      </div>
      <div class="rl-field">
        <label for="time_zone">${t('profile.timeZone')}</label>
        <div class="rl-select">
          <select id="time_zone" class="rl-input" @change=${(event: Event) => void this.save({ time_zone: inputValue(event) || null })}>
            <option value="" ?selected=${now.time_zone === null}>${t('profile.timeZone.device', { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}</option>
            ${ZONES.map((zone) => html`<option value=${zone} ?selected=${zone === now.time_zone}>${zone.replaceAll('_', ' ')}</option>`)}
          </select>
          ${icon('chevron-down')}
        </div>
        ${this.renderError('time_zone')}
      </div>
      <fieldset class="rl-field">
        <legend class="rl-label">${t('profile.theme')}</legend>
        <div class="rl-segments">
          ${THEMES.map(
            (theme) =>
              html`<label
                ><input type="radio" name="theme" .checked=${live(now.theme === theme)} @change=${() => void this.save({ theme })} />${t(`profile.theme.${theme}`)}</label
              >`,
          )}
        </div>
      </fieldset>
      <fieldset class="rl-field">
        <legend class="rl-label">${t('profile.density')}</legend>
        <div class="rl-segments">
          ${(['compact', 'comfortable'] as const).map(
            (one) =>
              html`<label
                ><input type="radio" name="density" .checked=${live(density() === one)} @change=${() => this.changeDensity(one)} />${t(`profile.density.${one}`)}</label
              >`,
          )}
        </div>
      </fieldset>
      ${
        now.roles.length === 0
          ? nothing
          : html`<div class="rl-field">
              <span class="rl-label">${t('profile.roles')}</span><span class="rl-muted" translate="no">${now.roles.map(nameOfRole).join(', ')}</span>
            </div>`
      }
    </section>`
  }

  /** Of an account that somebody else looks after nothing is asked here. */
  private renderAccount(now: Profile) {
    if (session.get()?.user?.isOfTenant) return html`<p class="rl-muted">${t('profile.ofTenant')}</p>`
    return html`${this.renderPassword(now)}<rl-second-factor></rl-second-factor><rl-sessions></rl-sessions>`
  }

  private renderPassword(now: Profile) {
    return html`<section>
      <h2>${t('profile.password')}</h2>
      <form @submit=${this.onPassword}>
        <input type="text" name="username" autocomplete="username" .value=${now.email ?? ''} hidden />
        <div class="rl-field">
          <label for="current">${t('profile.password.current')}</label>
          <input id="current" name="current" type="password" class="rl-input" autocomplete="current-password" required />
        </div>
        <rl-new-password name="next" .label=${t('profile.password.next')} .about=${[now.email ?? '', now.display_name]} .error=${this.nextError}></rl-new-password>
        <div role="alert">${this.passwordError ? html`<p class="rl-error">${this.passwordError}</p>` : nothing}</div>
        <button class="rl-button">${t('profile.password.change')}</button>
      </form>
    </section>`
  }

  private renderError(field: string) {
    const error = this.errors[field]
    return error ? html`<p class="rl-error" role="alert">${error}</p>` : nothing
  }

  private changeDensity(next: 'compact' | 'comfortable'): void {
    setDensity(next)
    this.requestUpdate()
  }

  private async save(changes: Parameters<typeof saveProfile>[0]): Promise<void> {
    const [field = ''] = Object.keys(changes)
    if (changes.display_name === '') {
      this.errors = { display_name: t('profile.name.missing') }
      return
    }
    try {
      await saveProfile(changes)
      this.errors = {}
      toast(t('profile.saved'))
    } catch (error) {
      const problem = error instanceof ApiError ? error.problemOf(field) : undefined
      this.errors = { [field]: problem?.message ?? errorText(error) }
      this.requestUpdate()
    }
  }

  private async onPassword(event: SubmitEvent): Promise<void> {
    event.preventDefault()
    const form = event.target
    if (!(form instanceof HTMLFormElement) || !this.next.check()) return
    const data = new FormData(form)
    this.passwordError = ''
    this.nextError = ''
    try {
      const [current, password] = [String(data.get('current')), String(data.get('next'))]
      await api.post('/api/password', { current, password, locale: locale() })
      form.reset()
      this.next.clear()
      toast(t('profile.password.changed'))
    } catch (error) {
      const problem = error instanceof ApiError ? error.problemOf('password') : undefined
      if (problem) {
        this.nextError = problemText(problem)
        return
      }
      this.passwordError =
        error instanceof ApiError && error.code === 'RL306' ? t('profile.password.wrong') : errorText(error)
    }
  }
}

/** Those of the pages and those that texts of the metadata have; the one chosen, whatever it is. */
function languages(chosen: string | null): readonly string[] {
  return [...new Set([...interfaceLanguages, ...meta.all.locales, ...(chosen ? [chosen] : [])])].sort()
}

/** As the users' field offers it, where this person may see it. */
function nameOfRole(name: string): string {
  const choice = meta.field('system.user', 'roles')?.options.choices?.find(({ value }) => value === name)
  return choice?.label === undefined ? name : text(choice.label)
}

function nameOfLanguage(tag: string): string {
  const name = new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag
  return name.charAt(0).toLocaleUpperCase(tag) + name.slice(1)
}
