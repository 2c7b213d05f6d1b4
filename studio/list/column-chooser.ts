// Which columns a list shows and in which order: tick, drag, or move with the keyboard.
import { html, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import type { ClientEntity } from '../../sdk/wire/meta.ts'
import { RlElement, fire } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { pathLabel } from '../app/meta.ts'
import { openPopup } from '../app/popup.ts'
import './column-chooser.css'
import { possibleColumns } from './columns.ts'

/** Fires `rl-columns`: the paths in order, or null for those of the view. */
@customElement('rl-column-chooser')
export class RlColumnChooser extends RlElement {
  @property({ attribute: false }) entity!: ClientEntity
  @property({ attribute: false }) chosen: readonly string[] = []
  @state() private isOpen = false
  @state() private dragged = ''
  @query('.rl-columns') private popup!: HTMLElement
  @query('.rl-columns-open') private button!: HTMLElement

  protected override render() {
    return html`<button
        type="button"
        class="rl-button rl-columns-open"
        quiet
        icon-only
        title=${t('columns.choose')}
        aria-label=${t('columns.choose')}
        aria-expanded=${this.isOpen}
        @click=${() => void this.open()}
      >
        ${icon('columns-3')}
      </button>
      <div popover class="rl-popup rl-columns" @toggle=${(event: ToggleEvent) => (this.isOpen = event.newState === 'open')}>
        ${this.isOpen ? this.renderList() : nothing}
      </div>`
  }

  private renderList() {
    const hidden = possibleColumns(this.entity)
      .map(({ name }) => name)
      .filter((name) => !this.chosen.includes(name))
    return html`<div class="rl-popup-list">
        ${repeat(
          [...this.chosen, ...hidden],
          (path) => path,
          (path) => this.renderRow(path),
        )}
      </div>
      <div class="rl-popup-actions">
        <button type="button" class="rl-button" quiet @click=${() => fire(this, 'rl-columns', null)}>${t('columns.reset')}</button>
      </div>`
  }

  private renderRow(path: string) {
    const at = this.chosen.indexOf(path)
    const isShown = at >= 0
    const label = pathLabel(this.entity.name, path)
    return html`<div
      class="rl-column-row"
      ?data-dragged=${this.dragged === path}
      draggable=${isShown ? 'true' : 'false'}
      @dragstart=${(event: DragEvent) => this.onDragStart(event, path)}
      @dragover=${(event: DragEvent) => this.onDragOver(event, path)}
      @dragend=${() => (this.dragged = '')}
    >
      <label
        ><input
          type="checkbox"
          .checked=${isShown}
          ?disabled=${isShown && this.chosen.length === 1}
          @change=${() => this.toggle(path)}
          @keydown=${(event: KeyboardEvent) => this.onKey(event, path)}
        /><span class="rl-ellipsis">${label}</span></label
      >
      ${
        isShown
          ? html`<button
                type="button"
                class="rl-button"
                quiet
                icon-only
                aria-label=${t('columns.up', { column: label })}
                ?disabled=${at === 0}
                @click=${() => this.move(path, at - 1)}
              >
                ${icon('chevron-up')}</button
              ><button
                type="button"
                class="rl-button"
                quiet
                icon-only
                aria-label=${t('columns.down', { column: label })}
                ?disabled=${at === this.chosen.length - 1}
                @click=${() => this.move(path, at + 1)}
              >
                ${icon('chevron-down')}
              </button>`
          : nothing
      }
    </div>`
  }

  private async open(): Promise<void> {
    if (this.isOpen) return this.popup.hidePopover()
    this.isOpen = true
    await this.updateComplete
    openPopup(this.popup, this.button, { align: 'end' })
    this.popup.querySelector('input')?.focus()
  }

  private toggle(path: string): void {
    fire(
      this,
      'rl-columns',
      this.chosen.includes(path) ? this.chosen.filter((one) => one !== path) : [...this.chosen, path],
    )
  }
  private move(path: string, to: number): void {
    const others = this.chosen.filter((one) => one !== path)
    if (to >= 0 && to <= others.length) fire(this, 'rl-columns', others.toSpliced(to, 0, path))
  }
  private onKey(event: KeyboardEvent, path: string): void {
    const step = event.altKey ? { ArrowUp: -1, ArrowDown: 1 }[event.key] : undefined
    if (step === undefined || !this.chosen.includes(path)) return
    event.preventDefault()
    this.move(path, this.chosen.indexOf(path) + step)
  }
  private onDragStart(event: DragEvent, path: string): void {
    this.dragged = path
    if (event.dataTransfer) event.dataTransfer.effectAllowed = 'move'
  }
  private onDragOver(event: DragEvent, path: string): void {
    const to = this.chosen.indexOf(path)
    if (this.dragged === '' || to < 0) return
    event.preventDefault()
    if (path !== this.dragged) this.move(this.dragged, to)
  }
}
