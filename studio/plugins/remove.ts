// Removing a plugin: what becomes of its data is asked for, with how much of it there is. Nothing is chosen beforehand.
import { html, nothing } from 'lit'
import { customElement, query, state } from 'lit/decorators.js'
import { DATA_CHOICES, type RemoveRequest, type WireRemovalPlan } from '../../sdk/wire/plugins.ts'
import { RlElement } from '../app/element.ts'
import { formatNumber, locale, t } from '../app/i18n.ts'
import { text } from '../app/meta.ts'
import { errorText } from '../app/refusal.ts'
import { hrefOf, navigate } from '../app/router.ts'
import { toast } from '../app/toast.ts'
import { plugins } from './calls.ts'
import { PLUGIN } from './entity.ts'

@customElement('rl-remove-plugin')
export class RlRemovePlugin extends RlElement {
  @state() private name = ''
  @state() private dependents: readonly string[] = []
  @state() private plan: WireRemovalPlan | undefined
  @state() private data: RemoveRequest['data'] | undefined
  @state() private failure = ''
  @state() private isBusy = false
  @query('dialog') private dialog!: HTMLDialogElement

  async ask(name: string, dependents: readonly string[]): Promise<void> {
    this.name = name
    this.dependents = dependents
    this.plan = undefined
    this.data = undefined
    this.failure = ''
    await this.updateComplete
    this.dialog.showModal()
    try {
      this.plan = await plugins.removalPlan(name)
    } catch (error) {
      this.failure = errorText(error)
    }
  }

  protected override render() {
    const { plan } = this
    const isHeld = this.dependents.length > 0 || (plan?.problems.length ?? 0) > 0
    const onSubmit = (event: Event): void => {
      event.preventDefault()
      void this.removeIt()
    }
    return html`<dialog class="rl-dialog rl-remove-plugin" aria-labelledby="rl-remove-title">
      <form @submit=${onSubmit}>
        <h2 id="rl-remove-title">${t('remove.title', { name: this.name })}</h2>
        ${this.failure ? html`<p class="rl-error" role="alert">${this.failure}</p>` : nothing}
        ${isHeld ? this.renderHeld(plan) : plan ? this.renderChoice(plan) : this.failure ? nothing : html`<div class="rl-skeleton"></div>`}
        <div class="rl-dialog-actions">
          <button type="button" class="rl-button" @click=${() => this.dialog.close()}>${isHeld ? t('close') : t('cancel')}</button>
          ${isHeld ? nothing : html`<button type="submit" class="rl-button" danger ?disabled=${this.data === undefined || this.isBusy}>${t('plugin.remove')}</button>`}
        </div>
      </form>
    </dialog>`
  }

  private renderHeld(plan: WireRemovalPlan | undefined) {
    return html`${this.dependents.length > 0 ? html`<p>${t('remove.dependents', { names: new Intl.ListFormat(locale()).format(this.dependents) })}</p>` : nothing}
      ${(plan?.problems ?? []).map(({ message }) => html`<p>${message}</p>`)}`
  }

  private renderChoice({ entities, fields }: WireRemovalPlan) {
    const holdings = [...entities, ...fields].filter(({ records }) => records > 0)
    return html`${
      holdings.length === 0
        ? html`<p>${t('remove.nothing')}</p>`
        : html`<ul class="rl-holdings">${holdings.map(({ label, name, records }) => html`<li><span>${text(label)} <span class="rl-muted" translate="no">${name}</span></span><span class="rl-num">${formatNumber(records)}</span></li>`)}</ul>`
    }
      <fieldset class="rl-remove-choice">
        <legend>${t('remove.data')}</legend>
        ${DATA_CHOICES.map(
          (data) =>
            html`<label><input type="radio" name="data" .checked=${this.data === data} @change=${() => (this.data = data)} /><span><strong>${t(`remove.${data}`)}</strong><span class="rl-muted">${t(`remove.${data}.text`)}</span></span></label>`,
        )}
      </fieldset>`
  }

  private async removeIt(): Promise<void> {
    const { data, plan } = this
    if (!data || !plan || this.isBusy) return
    this.isBusy = true
    this.failure = ''
    try {
      await plugins.remove(plan.name, {
        data,
        ...(plan.metadata ? { expectedVersion: plan.metadata.fromVersion } : {}),
      })
      this.dialog.close()
      toast(t(data === 'archive' ? 'remove.archiving' : 'remove.done', { name: plan.name }))
      await navigate(hrefOf.list(PLUGIN))
    } catch (error) {
      this.failure = errorText(error)
    } finally {
      this.isBusy = false
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-remove-plugin': RlRemovePlugin
  }
}
