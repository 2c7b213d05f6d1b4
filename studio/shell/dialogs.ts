// Draws the question of app/dialog.ts in the platform's own modal dialog: it keeps the focus and gives it back.
import { html, nothing } from 'lit'
import { customElement, query, state } from 'lit/decorators.js'
import { type OpenQuestion, question } from '../app/dialog.ts'
import { RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import './dialogs.css'

@customElement('rl-dialogs')
export class RlDialogs extends RlElement {
  @state() private typed = ''
  @query('dialog') private dialog!: HTMLDialogElement | null
  #before: Element | null = null

  override connectedCallback(): void {
    super.connectedCallback()
    this.whileConnected(
      question.subscribe(() => {
        this.typed = ''
        this.requestUpdate()
      }),
    )
  }

  protected override updated(): void {
    if (this.dialog && !this.dialog.open) {
      this.#before = document.activeElement
      this.dialog.showModal()
    } else if (!this.dialog && this.#before) {
      // The platform gives the focus back only to what closes a dialog; ours is taken out of the page.
      if (this.#before instanceof HTMLElement && this.#before.isConnected) this.#before.focus()
      this.#before = null
    }
  }

  protected override render() {
    const asked = question.get()
    if (!asked) return nothing
    return html`<dialog
      class="rl-dialog"
      aria-labelledby="rl-dialog-title"
      aria-describedby="rl-dialog-text"
      @close=${() => asked.answer(false)}
    >
      <form method="dialog" @submit=${(event: Event) => this.onSubmit(event, asked)}>
        <h2 id="rl-dialog-title">${asked.title}</h2>
        <p id="rl-dialog-text">${asked.text}</p>
        ${asked.typed === undefined ? nothing : this.renderTyped(asked.typed)}
        <div class="rl-dialog-actions">
          <button type="button" class="rl-button" @click=${() => asked.answer(false)}>${asked.cancel ?? t('cancel')}</button>
          <button
            type="submit"
            class="rl-button"
            ?primary=${!asked.isDangerous}
            ?danger=${asked.isDangerous}
            ?disabled=${asked.typed !== undefined && this.typed.trim() !== asked.typed}
          >
            ${asked.confirm}
          </button>
        </div>
      </form>
    </dialog>`
  }

  private renderTyped(wanted: string) {
    return html`<label class="rl-field"
      ><span>${t('dialog.typed', { text: wanted })}</span
      ><input
        class="rl-input"
        autocomplete="off"
        .value=${this.typed}
        @input=${(event: InputEvent) => event.target instanceof HTMLInputElement && ((this.typed = event.target.value))}
    /></label>`
  }

  private onSubmit(event: Event, asked: OpenQuestion): void {
    event.preventDefault()
    asked.answer(true)
  }
}
