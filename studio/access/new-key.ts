// A key for a program, with one role. The key itself is shown once and never again. Fires `close`.
import { html, nothing } from 'lit'
import { customElement, state } from 'lit/decorators.js'
import { api } from '../app/api.ts'
import { fire, RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { inputValue } from '../app/inputs.ts'
import { meta, text } from '../app/meta.ts'
import { forgetRecords } from '../app/records.ts'
import { errorText } from '../app/refusal.ts'
import { panel, renderSecret, rolesOf } from './panel.ts'

const LIFETIMES = ['30', '90', '365', ''] as const
const DAY_MS = 86_400_000

@customElement('rl-new-key')
export class RlNewKey extends RlElement {
  @state() private error = ''
  @state() private key = ''
  @state() private isBusy = false
  /** The key is for some entities only. */
  @state() private isNarrow = false

  protected override firstUpdated(): void {
    this.querySelector<HTMLInputElement>('#new-key-name')?.focus()
  }

  protected override render() {
    return panel({
      title: t('newKey.title'),
      body: this.key ? this.renderKey() : this.renderForm(),
      action: this.key ? t('done') : t('newKey.create'),
      isBusy: this.isBusy,
      submit: (form) => (this.key ? fire(this, 'close') : void this.create(form)),
      close: () => fire(this, 'close'),
    })
  }

  private renderForm() {
    return html`${this.error ? html`<p class="rl-error" role="alert">${this.error}</p>` : nothing}
      <div class="rl-field">
        <label for="new-key-name">${t('newKey.name')}</label>
        <input id="new-key-name" name="name" class="rl-input" required maxlength="120" autocomplete="off" />
      </div>
      <div class="rl-field">
        <label for="new-key-role">${t('newKey.role')}</label>
        <div class="rl-select">
          <select id="new-key-role" name="role" class="rl-input">
            ${rolesOf('system.key', 'role').map(
              ({ value, label }) =>
                html`<option value=${value} ?selected=${value === 'system.reader'}>${label}</option>`,
            )}
          </select>
          ${icon('chevron-down')}
        </div>
      </div>
      <label class="rl-check"><input type="checkbox" name="reads" />${t('newKey.onlyReads')}</label>
      <div class="rl-field">
        <label for="new-key-reach">${t('newKey.entities')}</label>
        <div class="rl-select">
          <select id="new-key-reach" class="rl-input" @change=${(event: Event) => (this.isNarrow = inputValue(event) === 'some')}>
            <option value="all" ?selected=${!this.isNarrow}>${t('newKey.entities.all')}</option>
            <option value="some" ?selected=${this.isNarrow}>${t('newKey.entities.some')}</option>
          </select>
          ${icon('chevron-down')}
        </div>
        ${this.isNarrow ? renderEntities() : nothing}
      </div>
      <div class="rl-field">
        <label for="new-key-days">${t('newKey.expires')}</label>
        <div class="rl-select">
          <select id="new-key-days" name="days" class="rl-input">
            ${LIFETIMES.map(
              (days) =>
                html`<option value=${days} ?selected=${days === '365'}>
                  ${days === '' ? t('newKey.never') : t('newKey.days', { count: Number(days) })}
                </option>`,
            )}
          </select>
          ${icon('chevron-down')}
        </div>
      </div>`
  }

  private renderKey() {
    return html`<p>${t('newKey.shownOnce')}</p>
      ${renderSecret(this.key)}
      <p class="rl-help">${t('newKey.use')}</p>`
  }

  private async create(form: HTMLFormElement): Promise<void> {
    const data = new FormData(form)
    const days = Number(data.get('days'))
    const entities = data.getAll('entities').map(String)
    if (this.isNarrow && entities.length === 0) {
      this.error = t('newKey.entities.missing')
      return
    }
    this.isBusy = true
    this.error = ''
    try {
      const { key } = await api.post<{ id: string; key: string }>('keys', {
        name: String(data.get('name') ?? '').trim(),
        role: String(data.get('role') ?? ''),
        read_only: data.has('reads'),
        ...(this.isNarrow ? { entities } : {}),
        ...(days > 0 ? { expires_at: new Date(Date.now() + days * DAY_MS).toISOString() } : {}),
      })
      this.key = key
      forgetRecords()
    } catch (error) {
      this.error = errorText(error)
    } finally {
      this.isBusy = false
    }
  }
}

/** In the order of their names, so that one is found. */
function renderEntities() {
  const offered = meta.all.entities
    .filter(({ isLink }) => !isLink)
    .map(({ name, plural }) => ({ name, label: text(plural) }))
    .toSorted((a, b) => a.label.localeCompare(b.label))
  return html`<fieldset class="rl-fieldset rl-choose">
    <legend class="rl-sr-only">${t('newKey.entities.some')}</legend>
    ${offered.map(({ name, label }) => html`<label class="rl-check"><input type="checkbox" name="entities" value=${name} />${label}</label>`)}
  </fieldset>`
}
