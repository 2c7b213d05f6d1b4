// The settings of a plugin: the form that it brings, with the editors that records have. Fires `rl-plugin`.
import { html, nothing, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { WirePlugin } from '../../sdk/wire/plugins.ts'
import type { WireValue } from '../../sdk/wire/records.ts'
import { ApiError } from '../app/api.ts'
import { confirmDiscard } from '../app/dialog.ts'
import { fire, RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { errorText } from '../app/refusal.ts'
import { addLeaveGuard } from '../app/router.ts'
import { toast } from '../app/toast.ts'
import { areFine, type FieldChange } from '../fields/field-editor.ts'
import { bodyOf, problemsByField, problemsElsewhere, type Values } from '../fields/form-values.ts'
import { plugins } from './calls.ts'
import { PLUGIN } from './entity.ts'

@customElement('rl-plugin-settings')
export class RlPluginSettings extends RlElement {
  @property({ attribute: false }) plugin!: WirePlugin
  @state() private changes: Values = {}
  @state() private errors: Readonly<Record<string, string>> = {}
  @state() private refused: readonly string[] = []
  @state() private isBusy = false
  #removeGuard: (() => void) | undefined

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#unguard()
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('plugin') && changed.get('plugin')?.name !== this.plugin.name) this.changes = {}
  }

  protected override render() {
    const values = this.#values
    const onSubmit = (event: Event): void => {
      event.preventDefault()
      void this.save()
    }
    return html`<form class="rl-plugin-part rl-plugin-form" novalidate @submit=${onSubmit}>
      ${this.refused.length > 0 ? html`<div class="rl-refused" role="alert">${this.refused.map((line) => html`<p>${line}</p>`)}</div>` : nothing}
      ${this.plugin.form.map(
        (field) => html`<rl-field-editor
          data-field=${field.name}
          .entity=${PLUGIN}
          .field=${field}
          .value=${values[field.name] ?? null}
          .error=${this.errors[field.name] ?? ''}
          .required=${field.required}
          @change=${({ detail }: CustomEvent<FieldChange | undefined>) => detail && this.change(detail)}
        ></rl-field-editor>`,
      )}
      <div class="rl-plugin-foot">
        <button type="submit" class="rl-button" primary ?disabled=${this.isBusy || Object.keys(this.changes).length === 0}>${t('record.save')}</button>
      </div>
    </form>`
  }

  get #values(): Values {
    return { ...asValues(this.plugin.settings), ...this.changes }
  }

  private change({ field, value }: FieldChange): void {
    this.changes = { ...this.changes, [field]: value }
    this.errors = { ...this.errors, [field]: '' }
    this.#removeGuard ??= addLeaveGuard(confirmDiscard)
  }

  private async save(): Promise<void> {
    if (this.isBusy || !areFine(this)) return
    const form = { fields: this.plugin.form }
    this.isBusy = true
    this.refused = []
    try {
      const plugin = await plugins.settings(this.plugin.name, bodyOf(form, this.#values))
      this.changes = {}
      this.#unguard()
      fire(this, 'rl-plugin', plugin)
      toast(t('record.saved'))
    } catch (error) {
      const isTold = error instanceof ApiError && error.problems.length > 0
      this.errors = isTold ? problemsByField(form, error) : {}
      this.refused = isTold ? problemsElsewhere(form, error, new Set(Object.keys(this.errors))) : [errorText(error)]
    } finally {
      this.isBusy = false
    }
  }

  #unguard(): void {
    this.#removeGuard?.()
    this.#removeGuard = undefined
  }
}

const isValue = (value: unknown): value is WireValue => value !== undefined
const asValues = (settings: WirePlugin['settings']): Values =>
  Object.fromEntries(Object.entries(settings).flatMap(([name, value]) => (isValue(value) ? [[name, value]] : [])))

declare global {
  interface HTMLElementTagNameMap {
    'rl-plugin-settings': RlPluginSettings
  }
}
