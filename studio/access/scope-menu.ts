// The choice of how far a right reaches: one menu for all cells of the matrix, opened beside the one that asks.
import { html, nothing } from 'lit'
import { customElement, query, state } from 'lit/decorators.js'
import { RlElement } from '../app/element.ts'
import { icon } from '../app/icon.ts'
import { openPopup } from '../app/popup.ts'
import { KINDS, reach, scopeAbout, type ScopeKind } from './role-words.ts'
import { t } from '../app/i18n.ts'

export interface ScopeChoice {
  /** What is being chosen for. */
  label: string
  /** undefined: cells that differ. */
  current: ScopeKind | undefined
  /** False where no rule can be written. */
  hasRule: boolean
  choose(kind: ScopeKind): void
  /** What can be done beside choosing. */
  actions: readonly { label: string; icon: string; run(): void }[]
}

@customElement('rl-scope-menu')
export class RlScopeMenu extends RlElement {
  @state() private choice: ScopeChoice | undefined
  @query('.rl-scope-menu') private list!: HTMLElement
  #anchor: HTMLElement | undefined

  async open(anchor: HTMLElement, choice: ScopeChoice): Promise<void> {
    this.#anchor = anchor
    this.choice = choice
    await this.updateComplete
    openPopup(this.list, anchor)
    const checked = this.list.querySelector<HTMLElement>('[aria-checked="true"]')
    ;(checked ?? this.#items()[0])?.focus()
  }

  protected override render() {
    const { choice } = this
    return html`<div
      popover
      class="rl-popup rl-scope-menu"
      role="menu"
      aria-label=${choice?.label ?? nothing}
      @keydown=${this.onKey}
      @toggle=${this.onToggle}
    >
      ${
        choice
          ? html`${KINDS.filter((kind) => kind !== 'rule' || choice.hasRule).map((kind) => this.renderKind(choice, kind))}
            ${choice.actions.length > 0 ? html`<hr />` : nothing}
            ${choice.actions.map(
              ({ label, icon: name, run }) =>
                html`<button type="button" role="menuitem" class="rl-popup-item" tabindex="-1" @click=${() => this.done(run)}>
                  ${icon(name)}<span>${label}</span>
                </button>`,
            )}`
          : nothing
      }
    </div>`
  }

  private renderKind(choice: ScopeChoice, kind: ScopeKind) {
    const isCurrent = choice.current === kind
    return html`<button
      type="button"
      role="menuitemradio"
      class="rl-popup-item rl-scope-item"
      tabindex="-1"
      aria-checked=${isCurrent}
      @click=${() => this.done(() => choice.choose(kind))}
    >
      ${reach(kind)}<span class="rl-scope-word">${t(`scope.${kind}`)}</span>
      <span class="rl-muted rl-scope-about">${scopeAbout(kind)}</span>${isCurrent ? icon('check') : nothing}
    </button>`
  }

  #items(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>('.rl-popup-item')]
  }

  private done(run: () => void): void {
    this.list.hidePopover()
    run()
  }

  private onToggle(event: ToggleEvent): void {
    if (event.newState === 'closed' && this.contains(document.activeElement)) this.#anchor?.focus()
  }

  private onKey(event: KeyboardEvent): void {
    const items = this.#items()
    const at = items.findIndex((item) => item === document.activeElement)
    const to = stepOf(event.key, at, items.length) ?? byLetter(event.key, items, at)
    if (event.key === 'Tab') this.list.hidePopover()
    if (to === undefined) return
    event.preventDefault()
    event.stopPropagation()
    items[to]?.focus()
  }
}

function stepOf(key: string, at: number, count: number): number | undefined {
  if (key === 'ArrowDown') return (at + 1) % count
  if (key === 'ArrowUp') return (at - 1 + count) % count
  if (key === 'Home') return 0
  return key === 'End' ? count - 1 : undefined
}

/** The next one whose word begins with the letter. */
function byLetter(key: string, items: readonly HTMLElement[], at: number): number | undefined {
  if (key.length !== 1 || key === ' ') return undefined
  const letter = key.toLocaleLowerCase()
  const order = items.map((_, index) => (at + 1 + index) % items.length)
  return order.find((index) => wordOf(items[index]).startsWith(letter))
}

const wordOf = (item: HTMLElement | undefined): string =>
  (item?.querySelector('.rl-scope-word')?.textContent ?? '').trim().toLocaleLowerCase()

declare global {
  interface HTMLElementTagNameMap {
    'rl-scope-menu': RlScopeMenu
  }
}
