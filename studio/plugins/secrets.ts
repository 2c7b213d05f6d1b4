// Secrets that a plugin asks for: entered, replaced or taken away here, and shown nowhere. Fires `rl-plugin`.
import { html, nothing } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { WirePlugin } from '../../sdk/wire/plugins.ts'
import { fire, RlElement } from '../app/element.ts'
import { formatMoment } from '../app/format.ts'
import { locale, t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { text } from '../app/meta.ts'
import { toast, toastError } from '../app/toast.ts'
import { plugins } from './calls.ts'

type Secret = WirePlugin['secrets'][number]

@customElement('rl-plugin-secrets')
export class RlPluginSecrets extends RlElement {
  @property({ attribute: false }) plugin!: WirePlugin
  /** The one that is being entered. */
  @state() private open = ''
  @state() private isBusy = false

  protected override render() {
    return html`<section class="rl-plugin-part rl-plugin-form">
      <p class="rl-muted">${t('secrets.help')}</p>
      ${this.plugin.secrets.map((secret) => this.renderSecret(secret))}
    </section>`
  }

  private renderSecret(secret: Secret) {
    const { name, label, help, hosts, isSet, changedAt } = secret
    const goesTo =
      hosts.length > 0 ? t('secrets.hosts', { hosts: new Intl.ListFormat(locale()).format(hosts) }) : t('secrets.signs')
    return html`<div class="rl-plugin-secret">
      ${icon(isSet ? 'lock-keyhole' : 'key-round')}
      <div>
        <strong>${text(label)}</strong>
        <p class="rl-muted">${help ? `${text(help)} ` : ''}${goesTo}</p>
        <p class="rl-muted">${isSet && changedAt !== null ? t('secrets.set', { at: formatMoment(changedAt) }) : t('secrets.unset')}</p>
        ${this.open === name ? this.renderForm(secret) : nothing}
      </div>
      ${
        this.open === name
          ? nothing
          : html`<div class="rl-plugin-notice-acts">
              <button type="button" class="rl-button" ?primary=${!isSet} @click=${() => void this.enter(name)}>${isSet ? t('secrets.replace') : t('secrets.enter')}</button>
              ${isSet ? html`<button type="button" class="rl-button" quiet icon-only title=${t('secrets.remove')} aria-label=${t('secrets.remove')} ?disabled=${this.isBusy} @click=${() => void this.save(name, null)}>${icon('trash-2')}</button>` : nothing}
            </div>`
      }
    </div>`
  }

  private renderForm({ name, label }: Secret) {
    const onSubmit = (event: Event): void => {
      event.preventDefault()
      const value = this.querySelector<HTMLInputElement>('.rl-plugin-secret input')?.value ?? ''
      if (value !== '') void this.save(name, value)
    }
    return html`<form class="rl-plugin-enter" @submit=${onSubmit} @keydown=${(event: KeyboardEvent) => event.key === 'Escape' && ((this.open = ''))}>
      <input class="rl-input" type="password" autocomplete="off" spellcheck="false" maxlength="10000" required aria-label=${text(label)} />
      <button type="submit" class="rl-button" primary ?disabled=${this.isBusy}>${t('record.save')}</button>
      <button type="button" class="rl-button" @click=${() => (this.open = '')}>${t('cancel')}</button>
    </form>`
  }

  private async enter(name: string): Promise<void> {
    this.open = name
    await this.updateComplete
    this.querySelector<HTMLInputElement>('.rl-plugin-secret input')?.focus()
  }

  private async save(name: string, value: string | null): Promise<void> {
    this.isBusy = true
    try {
      fire(this, 'rl-plugin', await plugins.secret(this.plugin.name, name, value))
      this.open = ''
      toast(value === null ? t('secrets.removed') : t('secrets.saved'))
    } catch (error) {
      toastError(error)
    } finally {
      this.isBusy = false
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-plugin-secrets': RlPluginSecrets
  }
}
