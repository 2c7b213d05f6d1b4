// Installing a plugin, or a later version of one: which package, what it would do and asks for, and then how far it is.
import { html, nothing } from 'lit'
import { customElement, state } from 'lit/decorators.js'
import type { Acceptable, WireAvailable, WirePlugin, WirePluginPlan } from '../../sdk/wire/plugins.ts'
import { RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { inputValue } from '../app/inputs.ts'
import { text } from '../app/meta.ts'
import { errorText } from '../app/refusal.ts'
import { hrefOf, navigate, route } from '../app/router.ts'
import { toast } from '../app/toast.ts'
import { pageHead, setTitle } from '../shell/header.ts'
import { type DataArchive, plugins } from './calls.ts'
import { PLUGIN } from './entity.ts'
import './grants.ts'
import '../record/record.css'
import './install.css'
import { renderArchives } from './archives.ts'
import { grantedAtFirst, isDone, renderChanges, renderNeeds, renderProblems } from './plan.ts'

const ASK_EVERY_MS = 700

@customElement('rl-install-plugin')
export class RlInstallPlugin extends RlElement {
  @state() private available: readonly WireAvailable[] = []
  @state() private archives: readonly DataArchive[] = []
  @state() private plan: WirePluginPlan | undefined
  @state() private granted: ReadonlySet<string> = new Set()
  @state() private accepted: ReadonlySet<Acceptable> = new Set()
  @state() private note = ''
  @state() private failure = ''
  /** Being read, or brought in. */
  @state() private busy: 'plan' | 'install' | undefined
  /** As far as it has come. */
  @state() private underWay: WirePlugin | undefined
  @state() private isOver = false
  #file: Blob | undefined

  override connectedCallback(): void {
    super.connectedCallback()
    setTitle(t('plugin.install'))
    void this.load()
  }

  private async load(): Promise<void> {
    try {
      const [available, archives] = await Promise.all([plugins.available(), plugins.archives()])
      this.available = available
      this.archives = archives
      const wanted = route.get().query.get('package')
      if (wanted !== null && !this.plan) await this.choose(() => plugins.package(wanted))
    } catch (error) {
      this.failure = errorText(error)
    }
  }

  protected override render() {
    const back = html`<a class="rl-button" quiet href=${hrefOf.list(PLUGIN)}>${icon('arrow-left')}<span>${t('plugin.all')}</span></a>`
    const { plan } = this
    const title = plan
      ? t(`plugin.plan.${plan.kind}`, { name: text(plan.label), version: plan.version })
      : t('plugin.install')
    return html`${pageHead({ title, actions: back })}
      <div class="rl-page rl-plugin-install">
        ${this.failure ? html`<p class="rl-refused" role="alert">${this.failure}</p>` : nothing}
        ${this.underWay ? this.renderUnderWay(this.underWay) : plan ? this.renderPlan(plan) : this.renderChoice()}
      </div>`
  }

  private renderChoice() {
    return html`<label class="rl-drop" ?data-over=${this.isOver} @dragover=${this.onDragOver} @dragleave=${() => (this.isOver = false)} @drop=${this.onDrop}>
        ${icon('package-open')}
        <strong>${this.busy ? t('plugin.reading') : t('plugin.drop')}</strong>
        <span class="rl-muted">${t('plugin.drop.help')}</span>
        <input type="file" accept=".relata" class="rl-sr-only" ?disabled=${this.busy !== undefined} @change=${this.onFile} />
      </label>
      ${this.available.length > 0 ? this.renderAvailable() : nothing}
      ${renderArchives(this.archives, (archives) => (this.archives = archives))}`
  }

  private renderAvailable() {
    return html`<section class="rl-plugin-part">
      <h2>${t('plugin.available')}</h2>
      ${this.available.map(
        (
          one,
        ) => html`<button type="button" class="rl-package" ?disabled=${this.busy !== undefined} @click=${() => void this.choose(() => plugins.package(one.name))}>
          ${icon('blocks')}
          <span class="rl-package-name"><strong>${text(one.label)}</strong> <span class="rl-muted">${one.version}</span></span>
          <span class="rl-muted rl-package-about">${one.description ? text(one.description) : ''}</span>
          ${icon('chevron-right')}
        </button>`,
      )}
    </section>`
  }

  private renderPlan(plan: WirePluginPlan) {
    const isBlocked = plan.problems.length > 0
    return html`${plan.description ? html`<p class="rl-plugin-about">${text(plan.description)}</p>` : nothing}
      <p class="rl-plugin-signed" data-kind=${plan.signer === null ? 'unsigned' : 'signed'}>
        ${icon(plan.signer === null ? 'shield-alert' : 'shield-check')}<span>${plan.signer === null ? t('plugin.unsigned') : t('plugin.signedBy', { signer: plan.signer })}</span>
      </p>
      ${renderProblems(plan)}
      ${
        isBlocked
          ? html`<div class="rl-plugin-foot"><button type="button" class="rl-button" @click=${() => this.startOver()}>${t('plugin.other')}</button></div>`
          : html`<div class="rl-plan">
                <section class="rl-plugin-part">
                  <h2>${t('plugin.asks')}</h2>
                  <p class="rl-muted">${t('plugin.asks.help')}</p>
                  <rl-grants
                    .asked=${plan.asks}
                    .granted=${this.granted}
                    ?marked=${plan.installed !== null}
                    ?disabled=${this.busy !== undefined}
                    @rl-grants=${({ detail }: CustomEvent<ReadonlySet<string>>) => (this.granted = detail)}
                  ></rl-grants>
                </section>
                ${renderChanges(plan)}
              </div>
              ${renderNeeds(plan, this.accepted, (accepted) => (this.accepted = accepted))}
              <div class="rl-plugin-foot">
                <input class="rl-input" maxlength="2000" placeholder=${t('plugin.note')} aria-label=${t('plugin.note')} .value=${this.note} @input=${(event: Event) => (this.note = inputValue(event))} />
                <button type="button" class="rl-button" @click=${() => this.startOver()}>${t('plugin.other')}</button>
                <button type="button" class="rl-button" primary ?disabled=${this.busy !== undefined || plan.needs.some((need) => !this.accepted.has(need))} @click=${() => void this.install(plan)}>
                  ${this.busy ? t('plugin.installing') : t(`plugin.do.${plan.kind}`)}
                </button>
              </div>`
      }`
  }

  private renderUnderWay({ migrations }: WirePlugin) {
    return html`<section class="rl-plugin-part" aria-live="polite">
      <p>${t('plugin.underWay')}</p>
      <ul class="rl-steps">
        ${migrations.map(({ name, isDone: isStepDone }) => html`<li ?data-done=${isStepDone}>${icon(isStepDone ? 'check' : 'loader')}<span translate="no">${name}</span></li>`)}
      </ul>
      <progress aria-label=${t('plugin.underWay')}></progress>
    </section>`
  }

  private async choose(read: () => Promise<Blob>): Promise<void> {
    this.busy = 'plan'
    this.failure = ''
    try {
      this.#file = await read()
      this.plan = await plugins.plan(this.#file)
      this.granted = grantedAtFirst(this.plan)
      this.accepted = new Set()
    } catch (error) {
      this.failure = errorText(error)
    } finally {
      this.busy = undefined
    }
  }

  private startOver(): void {
    this.plan = undefined
    this.failure = ''
    this.#file = undefined
  }

  private async install(plan: WirePluginPlan): Promise<void> {
    if (!this.#file) return
    this.busy = 'install'
    this.failure = ''
    try {
      const made = await plugins.install(this.#file, {
        grants: [...this.granted],
        hash: plan.hash,
        accept: [...this.accepted],
        ...(plan.metadata ? { expectedVersion: plan.metadata.fromVersion } : {}),
        ...(this.note.trim() ? { note: this.note.trim() } : {}),
      })
      await this.follow(made, plan)
    } catch (error) {
      this.failure = errorText(error)
      this.underWay = undefined
    } finally {
      this.busy = undefined
    }
  }

  /** First steps and migrations take their time. */
  private async follow(made: WirePlugin, plan: WirePluginPlan): Promise<void> {
    let plugin = made
    while (!isDone(plugin) && this.isConnected) {
      this.underWay = plugin
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS))
      plugin = await plugins.get(plugin.name)
    }
    if (!this.isConnected) return
    if (plugin.error === null) toast(t('plugin.installed', { name: text(plan.label), version: plan.version }))
    await navigate(hrefOf.record(PLUGIN, plugin.name))
  }

  private readonly onFile = ({ target }: Event): void => {
    const file = target instanceof HTMLInputElement ? target.files?.[0] : undefined
    if (file) void this.choose(async () => file)
  }
  private readonly onDragOver = (event: DragEvent): void => {
    event.preventDefault()
    this.isOver = true
  }
  private readonly onDrop = (event: DragEvent): void => {
    event.preventDefault()
    this.isOver = false
    const file = event.dataTransfer?.files[0]
    if (file) void this.choose(async () => file)
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-install-plugin': RlInstallPlugin
  }
}
