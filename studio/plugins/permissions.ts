// What a plugin may do: of the version that runs, and of the one that waits for a word. Fires `rl-plugin` (as it is then).
import { html, nothing, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import type { WireAsked, WirePlugin } from '../../sdk/wire/plugins.ts'
import { fire, RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { errorText } from '../app/refusal.ts'
import { toast } from '../app/toast.ts'
import { plugins } from './calls.ts'
import './grants.ts'

@customElement('rl-plugin-permissions')
export class RlPluginPermissions extends RlElement {
  @property({ attribute: false }) plugin!: WirePlugin
  @state() private granted: ReadonlySet<string> = new Set()
  @state() private failure = ''
  @state() private isBusy = false

  /** What is to be decided: of the version that waits, where one does. */
  get #decision(): { asked: readonly WireAsked[]; hash: string; version: string; isNext: boolean } {
    const { asks, nextAsks, next, hash, version } = this.plugin
    const isNext = next?.phase === 'grant'
    return isNext
      ? { asked: nextAsks, hash: next.hash, version: next.version, isNext }
      : { asked: asks, hash, version, isNext }
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('plugin')) return
    const { asked } = this.#decision
    const isOpen = this.plugin.state === 'waiting' || this.#decision.isNext
    this.granted = new Set(
      asked.flatMap(({ ask, isGranted }) => (isGranted === true || (isGranted === null && isOpen) ? [ask.key] : [])),
    )
  }

  protected override render() {
    const { asked, version, isNext } = this.#decision
    const isOpen = this.plugin.state === 'waiting' || isNext
    const before = new Set(asked.flatMap(({ ask, isGranted }) => (isGranted === true ? [ask.key] : [])))
    const isSame = !isOpen && before.size === this.granted.size && [...before].every((key) => this.granted.has(key))
    return html`<section class="rl-plugin-part rl-plugin-permissions">
      <p class="rl-muted">${isNext ? t('permissions.next', { version }) : t('permissions.help')}</p>
      <rl-grants
        .asked=${asked}
        .granted=${this.granted}
        ?marked=${isOpen}
        ?disabled=${this.isBusy || this.plugin.state === 'removing'}
        @rl-grants=${({ detail }: CustomEvent<ReadonlySet<string>>) => (this.granted = detail)}
      ></rl-grants>
      ${this.failure ? html`<p class="rl-error" role="alert">${this.failure}</p>` : nothing}
      <div class="rl-plugin-foot">
        <button type="button" class="rl-button" primary ?disabled=${this.isBusy || isSame} @click=${() => void this.save()}>
          ${isOpen ? t('permissions.grant') : t('record.save')}
        </button>
      </div>
    </section>`
  }

  private async save(): Promise<void> {
    this.isBusy = true
    this.failure = ''
    try {
      fire(this, 'rl-plugin', await plugins.grant(this.plugin.name, [...this.granted], this.#decision.hash))
      toast(t('permissions.saved'))
    } catch (error) {
      this.failure = errorText(error)
    } finally {
      this.isBusy = false
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-plugin-permissions': RlPluginPermissions
  }
}
