// Draws the question of app/dialog.ts in the platform's own modal dialog: it keeps the focus and gives it back.
import { html, nothing } from 'lit'
import { customElement, query, state } from 'lit/decorators.js'
import { type OpenQuestion, question } from '../app/dialog.ts'
import { RlElement } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { inputValue } from '../app/inputs.ts'
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
      ${renderQuestion(asked, this.typed, (typed) => (this.typed = typed))}
    </dialog>`
  }
}

/** @param id what the names of the title and the text begin with */
export function renderQuestion(
  { title, text, typed: wanted, confirm, cancel, isDangerous, answer }: OpenQuestion,
  typed: string,
  type: (typed: string) => void,
  id = 'rl-dialog',
) {
  const onSubmit = (event: Event): void => {
    event.preventDefault()
    answer(true)
  }
  return html`<form method="dialog" @submit=${onSubmit}>
    <h2 id="${id}-title">${title}</h2>
    <p id="${id}-text">${text}</p>
    ${
      wanted === undefined
        ? nothing
        : html`<label class="rl-field"
            ><span>${t('dialog.typed', { text: wanted })}</span
            ><input class="rl-input" autocomplete="off" .value=${typed} @input=${(event: Event) => type(inputValue(event))}
          /></label>`
    }
    <div class="rl-dialog-actions">
      <button type="button" class="rl-button" @click=${() => answer(false)}>${cancel ?? t('cancel')}</button>
      <button
        type="submit"
        class="rl-button"
        ?primary=${!isDangerous}
        ?danger=${isDangerous}
        ?disabled=${wanted !== undefined && typed.trim() !== wanted}
      >
        ${confirm}
      </button>
    </div>
  </form>`
}
