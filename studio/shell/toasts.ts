// Draws the messages of app/toast.ts; read out by screen readers, held while pointed at.
import { html, nothing } from 'lit'
import { customElement } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import { RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { dismissToast, keepFor, type Toast, toastError, toasts } from '../app/toast.ts'
import './toasts.css'

const AFTER_HOLD_MS = 3_000

@customElement('rl-toasts')
export class RlToasts extends RlElement {
  override connectedCallback(): void {
    super.connectedCallback()
    this.whileConnected(toasts.subscribe(() => this.requestUpdate()))
  }

  protected override render() {
    return html`<div class="rl-toasts" role="status" aria-live="polite">
      ${repeat(
        toasts.get(),
        ({ id }) => id,
        (one) => this.renderToast(one),
      )}
    </div>`
  }

  private renderToast(one: Toast) {
    const hold = () => keepFor(one.id, 'held')
    const release = () => one.kind === 'done' && keepFor(one.id, AFTER_HOLD_MS)
    return html`<div @pointerenter=${hold} @pointerleave=${release} @focusin=${hold} @focusout=${release}>
      ${renderToast(one, () => void this.act(one))}
    </div>`
  }

  private async act({ id, action }: Toast): Promise<void> {
    dismissToast(id)
    try {
      await action?.run()
    } catch (error) {
      toastError(error)
    }
  }
}

export function renderToast({ id, kind, text, action }: Toast, act: () => void) {
  return html`<div class="rl-toast" data-kind=${kind}>
    ${kind === 'failed' ? icon('circle-alert') : nothing}<span>${text}</span>
    ${action ? html`<button type="button" class="rl-toast-action" @click=${act}>${action.label}</button>` : nothing}
    <button type="button" class="rl-toast-close" aria-label=${t('close')} @click=${() => dismissToast(id)}>${icon('x')}</button>
  </div>`
}
