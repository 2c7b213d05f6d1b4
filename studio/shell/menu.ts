// A button that opens a list of actions or links: the overflow menu, the app switcher, the account menu.
import { html, nothing, type TemplateResult } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { RlElement } from '../app/element.ts'
import { icon } from '../app/icon.ts'
import { openPopup, type Placement } from '../app/popup.ts'
import './menu.css'

export interface MenuItem {
  label: string
  icon?: string
  /** A second, quieter line or word. */
  detail?: string
  href?: string
  /** Not a page of ours: the browser opens it. */
  isExternal?: boolean
  run?: () => void
  isCurrent?: boolean
  isDangerous?: boolean
  /** A line above. */
  startsGroup?: boolean
  /** Key that does the same. */
  key?: string
}

@customElement('rl-menu')
export class RlMenu extends RlElement {
  /** What the button shows. */
  @property({ attribute: false }) face: TemplateResult | string = ''
  /** What the menu is for: the whole name of an icon, read before the words of a row. */
  @property() label = ''
  @property({ attribute: false }) items: readonly MenuItem[] = []
  /** Attributes of the button: `quiet icon-only` is the overflow menu. */
  @property() look: 'icon' | 'row' | 'quiet' = 'icon'
  @property({ attribute: false }) placement: Placement = {}
  @state() private isOpen = false
  @query('.rl-menu-list') private list!: HTMLElement
  @query('button') private button!: HTMLElement

  protected override render() {
    return html`<button
        type="button"
        class=${this.look === 'row' ? 'rl-menu-row' : 'rl-button'}
        ?quiet=${this.look !== 'row'}
        ?icon-only=${this.look === 'icon'}
        aria-haspopup="menu"
        aria-expanded=${this.isOpen}
        aria-label=${(this.look === 'icon' && this.label) || nothing}
        title=${this.look === 'icon' ? this.label : nothing}
        @click=${this.toggle}
        @keydown=${this.onButtonKey}
      >
        ${this.look !== 'icon' && this.label ? html`<span class="rl-sr-only">${this.label} </span>` : nothing}${this.face}
      </button>
      <div
        popover
        class="rl-menu-list"
        role="menu"
        aria-label=${this.label || nothing}
        @toggle=${this.onToggle}
        @keydown=${this.onListKey}
      >
        ${this.isOpen ? this.items.map((item) => renderItem(item, () => this.choose(item))) : nothing}
      </div>`
  }

  private choose(item: MenuItem): void {
    this.list.hidePopover()
    item.run?.()
  }

  private async toggle(): Promise<void> {
    if (this.isOpen) return this.list.hidePopover()
    // Its size is needed to place it.
    this.isOpen = true
    await this.updateComplete
    openPopup(this.list, this.button, this.placement)
    this.entries()[0]?.focus()
  }

  private onToggle(event: ToggleEvent): void {
    if (event.newState === 'open') return
    this.isOpen = false
    if (this.list.contains(document.activeElement)) this.button.focus()
  }

  private onButtonKey(event: KeyboardEvent): void {
    if (event.key !== 'ArrowDown' || this.isOpen) return
    event.preventDefault()
    void this.toggle()
  }

  private onListKey(event: KeyboardEvent): void {
    const all = this.entries()
    const at = all.findIndex((entry) => entry === document.activeElement)
    const to = nextIndex(event.key, at, all.length)
    if (event.key === 'Tab') this.list.hidePopover()
    if (to === undefined) return
    event.preventDefault()
    all[to]?.focus()
  }

  private entries(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>('[role=menuitem]')]
  }
}

/** One entry of a list that is open. */
export function renderItem(item: MenuItem, choose: () => void): TemplateResult {
  const content = html`${item.icon ? icon(item.icon) : nothing}<span class="rl-menu-label">${item.label}</span
    >${item.detail ? html`<span class="rl-menu-detail">${item.detail}</span>` : nothing}${
      item.key ? html`<kbd class="rl-kbd">${item.key}</kbd>` : nothing
    }${item.isCurrent ? icon('check') : nothing}`
  const classes = `rl-menu-item${item.isDangerous ? ' dangerous' : ''}`
  const line = item.startsGroup ? html`<hr role="separator" />` : nothing
  if (item.href === undefined)
    return html`${line}<button type="button" role="menuitem" tabindex="-1" class=${classes} @click=${choose}>${content}</button>`
  return html`${line}<a
    role="menuitem"
    tabindex="-1"
    class=${classes}
    href=${item.href}
    target=${item.isExternal ? '_blank' : nothing}
    rel=${item.isExternal ? 'noopener' : nothing}
    aria-current=${item.isCurrent ? 'true' : nothing}
    @click=${choose}
    >${content}</a
  >`
}

/** Where arrow keys, Home and End lead in a list that goes round. */
export function nextIndex(key: string, at: number, length: number): number | undefined {
  if (key === 'ArrowDown') return (at + 1) % length
  if (key === 'ArrowUp') return (at - 1 + length) % length
  if (key === 'Home') return 0
  if (key === 'End') return length - 1
  return undefined
}
