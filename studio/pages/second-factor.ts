// The second factor of one's account: set up with an authenticator app, new codes on paper, turned off. Fires `set-up`
// when the codes have been seen.
import { html, nothing, type TemplateResult } from 'lit'
import { customElement, state } from 'lit/decorators.js'
import { unsafeSVG } from 'lit/directives/unsafe-svg.js'
import { renderSVG } from 'uqr'
import { ApiError, api } from '../app/api.ts'
import { fire, RlElement } from '../app/element.ts'
import { formatMoment } from '../app/format.ts'
import { locale, t, type TextKey } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { errorText, problemText } from '../app/refusal.ts'
import { session } from '../app/session.ts'
import { toast } from '../app/toast.ts'
import './gate.css'
import './second-factor.css'

interface State {
  on: boolean
  since: string | null
  recovery_codes: number
}
/** What the password is asked for. */
type Purpose = 'begin' | 'codes' | 'off'

const ACTIONS: Readonly<Record<Purpose, TextKey>> = {
  begin: 'secondFactor.begin',
  codes: 'secondFactor.newCodes',
  off: 'secondFactor.off',
}

@customElement('rl-second-factor')
export class RlSecondFactor extends RlElement {
  @state() private now: State | null = null
  @state() private purpose: Purpose | null = null
  @state() private begun: { secret: string; uri: string } | null = null
  @state() private codes: readonly string[] | null = null
  @state() private error = ''
  @state() private isBusy = false

  override connectedCallback(): void {
    super.connectedCallback()
    void this.load()
  }

  protected override updated(): void {
    const input = this.querySelector<HTMLInputElement>('input[data-first]')
    if (input && !this.contains(document.activeElement)) input.focus()
  }

  protected override render() {
    return html`<section>
      <h2>${t('secondFactor.title')}</h2>
      ${this.#step()}
    </section>`
  }

  #step(): TemplateResult | typeof nothing {
    const { now } = this
    if (this.codes) return this.#paper(this.codes)
    if (this.begun) return this.#scan(this.begun)
    if (this.purpose) return this.#password(this.purpose)
    if (!now) return this.error ? html`<p class="rl-error" role="alert">${this.error}</p>` : nothing
    if (!now.on)
      return html`<p class="rl-muted">${t('secondFactor.text')}</p>
        ${this.#button('begin')}`
    const since = now.since === null ? '' : formatMoment(now.since)
    return html`<p>${icon('shield-check')} ${t('secondFactor.isOn', { moment: since })}</p>
      <p class=${now.recovery_codes < 3 ? 'rl-error' : 'rl-muted'}>${t('secondFactor.left', { count: now.recovery_codes })}</p>
      <div class="rl-second-factor-actions">${this.#button('codes')}${this.#button('off')}</div>`
  }

  #button(purpose: Purpose) {
    const open = () => {
      this.purpose = purpose
      this.error = ''
    }
    return html`<button type="button" class="rl-button" @click=${open}>${t(ACTIONS[purpose])}</button>`
  }

  #password(purpose: Purpose) {
    return html`<form @submit=${this.onPassword}>
      <input type="text" name="username" autocomplete="username" .value=${session.get()?.user?.email ?? ''} hidden />
      <div class="rl-field">
        <label for="second-factor-password">${t('profile.password.current')}</label>
        <input id="second-factor-password" name="password" type="password" class="rl-input" autocomplete="current-password" data-first required />
      </div>
      ${this.#error()}
      <div class="rl-second-factor-actions">
        <button class="rl-button" ?disabled=${this.isBusy}>${t(ACTIONS[purpose])}</button>
        <button type="button" class="rl-button" quiet @click=${() => (this.purpose = null)}>${t('record.cancel')}</button>
      </div>
    </form>`
  }

  #scan({ secret, uri }: { secret: string; uri: string }) {
    return html`<form @submit=${this.onCode} novalidate>
      <p>${t('secondFactor.scan')}</p>
      <div class="rl-second-factor-picture" role="img" aria-label=${t('secondFactor.picture')}>${unsafeSVG(renderSVG(uri, { border: 2 }))}</div>
      <p class="rl-muted">${t('secondFactor.byHand')} <code translate="no">${secret.replace(/(.{4})(?=.)/g, '$1 ')}</code></p>
      <div class="rl-field">
        <label for="second-factor-code">${t('secondFactor.first')}</label>
        <input id="second-factor-code" name="code" class="rl-input rl-num" inputmode="numeric" autocomplete="one-time-code" maxlength="10" data-first />
      </div>
      ${this.#error()}
      <div class="rl-second-factor-actions">
        <button class="rl-button" primary ?disabled=${this.isBusy}>${t('secondFactor.confirm')}</button>
        <button type="button" class="rl-button" quiet @click=${this.reset}>${t('record.cancel')}</button>
      </div>
    </form>`
  }

  #paper(codes: readonly string[]) {
    return html`<p>${t('secondFactor.paper')}</p>
      <ul class="rl-second-factor-codes" translate="no">${codes.map((code) => html`<li><code>${code}</code></li>`)}</ul>
      <div class="rl-second-factor-actions">
        <button type="button" class="rl-button" @click=${() => void this.copy(codes)}>${icon('copy')}${t('copy')}</button>
        <button type="button" class="rl-button" @click=${() => download(codes)}>${icon('download')}${t('secondFactor.download')}</button>
        <button type="button" class="rl-button" primary @click=${this.finish}>${t('secondFactor.kept')}</button>
      </div>`
  }

  #error() {
    return html`<div role="alert">${this.error ? html`<p class="rl-error">${this.error}</p>` : nothing}</div>`
  }

  private async load(): Promise<void> {
    try {
      this.now = await api.get<State>('/api/second-factor')
    } catch (error) {
      this.error = errorText(error)
    }
  }

  private readonly reset = (): void => {
    this.purpose = this.begun = this.codes = null
    this.error = ''
    void this.load()
  }

  private readonly finish = (): void => {
    this.reset()
    fire(this, 'set-up')
  }

  private readonly onPassword = (event: SubmitEvent): void => {
    event.preventDefault()
    if (!(event.target instanceof HTMLFormElement) || !this.purpose) return
    const password = String(new FormData(event.target).get('password') ?? '')
    const { purpose } = this
    void this.attempt(async () => {
      if (purpose === 'begin')
        this.begun = await api.post<{ secret: string; uri: string }>('/api/second-factor', { password })
      else if (purpose === 'codes') await this.renew(password)
      else await this.turnOff(password)
      this.purpose = null
    })
  }

  private async renew(password: string): Promise<void> {
    const answer = await api.post<{ recovery_codes: string[] }>('/api/second-factor/recovery-codes', { password })
    this.codes = answer.recovery_codes
  }

  private async turnOff(password: string): Promise<void> {
    await api.post('/api/second-factor/off', { password, locale: locale() })
    toast(t('secondFactor.isOff'))
    await this.load()
  }

  private readonly onCode = (event: SubmitEvent): void => {
    event.preventDefault()
    if (!(event.target instanceof HTMLFormElement)) return
    const code = String(new FormData(event.target).get('code') ?? '').trim()
    if (code === '') {
      this.error = t('secondFactor.code.missing')
      return
    }
    void this.attempt(async () => {
      const body = { code, locale: locale() }
      const answer = await api.post<{ recovery_codes: string[] }>('/api/second-factor/confirm', body)
      this.begun = null
      this.codes = answer.recovery_codes
    })
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    this.isBusy = true
    this.error = ''
    try {
      await work()
    } catch (error) {
      this.error = wordsFor(error)
      this.querySelector<HTMLInputElement>('input[data-first]')?.select()
    } finally {
      this.isBusy = false
    }
  }

  private async copy(codes: readonly string[]): Promise<void> {
    try {
      await navigator.clipboard.writeText(codes.join('\n'))
      toast(t('copied'))
    } catch {
      toast(t('copyFailed'), { kind: 'failed' })
    }
  }
}

function wordsFor(error: unknown): string {
  if (!(error instanceof ApiError)) return errorText(error)
  const problem = error.problemOf('code')
  if (problem) return problemText(problem)
  return error.code === 'RL306' ? t('profile.password.wrong') : errorText(error)
}

function download(codes: readonly string[]): void {
  const address = URL.createObjectURL(new Blob([codes.join('\n'), '\n'], { type: 'text/plain' }))
  const link = document.createElement('a')
  link.href = address
  link.download = 'relata-recovery-codes.txt'
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}
