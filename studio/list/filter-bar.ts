// Chips that narrow the list: field, operator, value. Adding one chooses the field first, then opens its editor.
import { html, nothing } from 'lit'
import { customElement, property, query, state } from 'lit/decorators.js'
import type { ClientEntity, ClientField } from '../../sdk/wire/meta.ts'
import type { WireValue } from '../../sdk/wire/records.ts'
import { RlElement, fire } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { meta, pathLabel, text } from '../app/meta.ts'
import { openPopup } from '../app/popup.ts'
import './filter-bar.css'
import { filterEditor, filterOperators, filterText, firstValue } from './kit.ts'
import type { Chip } from './state.ts'

/** Fires `rl-filter` (the new chips). */
@customElement('rl-filter-bar')
export class RlFilterBar extends RlElement {
  @property({ attribute: false }) entity!: ClientEntity
  @property({ attribute: false }) chips: readonly Chip[] = []
  /** The chip being edited; its number is chips.length while it is new. */
  @state() private draft: { index: number; chip: Chip } | null = null
  @state() private fieldSearch = ''
  @query('.rl-field-menu') private fieldMenu!: HTMLElement
  @query('.rl-chip-editor') private editor!: HTMLElement

  protected override render() {
    const shown = this.draft && this.draft.index === this.chips.length ? [...this.chips, this.draft.chip] : this.chips
    return html`<div class="rl-chips" ?hidden=${shown.length === 0}>
        ${shown.map((chip, index) => this.renderChip(chip, index))}
        <button type="button" class="rl-button rl-chip-add" quiet @click=${(event: Event) => this.openFields(event.currentTarget)}>
          ${icon('plus')}${t('filter.more')}
        </button>
        ${
          this.chips.length > 0
            ? html`<button type="button" class="rl-button" quiet @click=${() => fire(this, 'rl-filter', [])}>${t('filter.clear')}</button>`
            : nothing
        }
      </div>
      ${this.renderFieldMenu()}
      <div popover class="rl-popup rl-chip-editor" @toggle=${this.onEditorToggle}>${this.draft ? this.renderEditor(this.draft.chip) : nothing}</div>`
  }

  private renderChip(chip: Chip, index: number) {
    const field = meta.field(this.entity.name, chip.path)
    if (!field) return nothing
    const label = pathLabel(this.entity.name, chip.path)
    const operator = filterOperators(field).find(({ name }) => name === chip.operator)
    const value =
      operator?.needsValue === false
        ? nothing
        : chip.value === null
          ? '…'
          : filterText(field, chip.operator, chip.value)
    return html`<span class="rl-chip" data-index=${index}>
      <button type="button" class="rl-chip-main" @click=${() => void this.edit(index, chip)}>
        <span class="rl-chip-field">${label}</span> <span class="rl-muted">${operator?.label ?? chip.operator}</span>
        <span class="rl-chip-value" translate="no">${value}</span>
      </button>
      <button type="button" class="rl-chip-remove" aria-label=${t('filter.remove', { field: label })} @click=${() => this.removeChip(index)}>
        ${icon('x')}
      </button>
    </span>`
  }

  private renderFieldMenu() {
    const wanted = this.fieldSearch.toLocaleLowerCase()
    const fields = filterable(this.entity).filter((field) => text(field.label).toLocaleLowerCase().includes(wanted))
    return html`<div popover class="rl-popup rl-field-menu" @toggle=${() => (this.fieldSearch = '')} @keydown=${moveFocus}>
      <input
        type="search"
        class="rl-input"
        placeholder=${t('filter.field')}
        aria-label=${t('filter.field')}
        .value=${this.fieldSearch}
        @input=${(event: Event) => event.target instanceof HTMLInputElement && ((this.fieldSearch = event.target.value))}
      />
      <div class="rl-popup-list">
        ${fields.map(
          (field) =>
            html`<button type="button" class="rl-popup-item" @click=${() => void this.addField(field)}>${text(field.label)}</button>`,
        )}
        ${fields.length === 0 ? html`<p class="rl-muted rl-popup-none">${t('filter.noField')}</p>` : nothing}
      </div>
    </div>`
  }

  private renderEditor(chip: Chip) {
    const field = meta.field(this.entity.name, chip.path)
    if (!field) return nothing
    const operators = filterOperators(field)
    const operator = operators.find(({ name }) => name === chip.operator) ?? operators[0]
    return html`<form @submit=${(event: Event) => this.apply(event)}>
      <div class="rl-select">
        <select class="rl-input" aria-label=${t('filter.operator', { field: text(field.label) })} @change=${this.onOperator}>
          ${operators.map(({ name, label }) => html`<option value=${name} ?selected=${name === chip.operator}>${label}</option>`)}
        </select>
        ${icon('chevron-down')}
      </div>
      ${
        operator?.needsValue === false
          ? nothing
          : html`<div class="rl-chip-input">${filterEditor(field, chip.operator, chip.value, (value) => this.changeDraft({ value }))}</div>`
      }
      <div class="rl-popup-actions"><button class="rl-button" primary>${t('filter.apply')}</button></div>
    </form>`
  }

  /** @param anchor what the menu stands beside; default: this bar */
  openFields(anchor?: EventTarget | null): void {
    const beside =
      anchor instanceof Element ? anchor : (this.closest('rl-list')?.querySelector('.rl-open-filter') ?? this)
    openPopup(this.fieldMenu, beside)
    this.fieldMenu.querySelector('input')?.focus()
  }

  private async addField(field: ClientField): Promise<void> {
    this.fieldMenu.hidePopover()
    const [first] = filterOperators(field)
    if (first) await this.edit(this.chips.length, { path: field.name, operator: first.name, value: null })
  }

  private async edit(index: number, chip: Chip): Promise<void> {
    this.draft = { index, chip }
    await this.updateComplete
    const anchor = this.querySelector(`.rl-chip[data-index="${index}"]`)
    if (!anchor) return
    openPopup(this.editor, anchor)
    const [first] = this.editor.querySelectorAll<HTMLElement>(
      '.rl-chip-input :is(input, select, button, [tabindex="0"])',
    )
    first?.focus()
  }

  private onOperator(event: Event): void {
    if (!(event.target instanceof HTMLSelectElement) || !this.draft) return
    const { value: operator } = event.target
    // A day is no period, and a period no day.
    const isOther = JSON.stringify(firstValue(operator)) !== JSON.stringify(firstValue(this.draft.chip.operator))
    this.changeDraft(isOther ? { operator, value: firstValue(operator) } : { operator })
  }

  private changeDraft(change: { operator?: string; value?: WireValue }): void {
    if (this.draft) this.draft = { ...this.draft, chip: { ...this.draft.chip, ...change } }
  }

  private apply(event: Event): void {
    event.preventDefault()
    this.editor.hidePopover()
  }

  /** Closing applies: only a chip that never got a value goes away. */
  private onEditorToggle(event: ToggleEvent): void {
    if (event.newState === 'open' || !this.draft) return
    const { index, chip } = this.draft
    this.draft = null
    const next = isComplete(this.entity, chip) ? this.chips.toSpliced(index, 1, chip) : this.chips.toSpliced(index, 1)
    if (JSON.stringify(next) !== JSON.stringify(this.chips)) fire(this, 'rl-filter', next)
  }

  private removeChip(index: number): void {
    fire(this, 'rl-filter', this.chips.toSpliced(index, 1))
  }
}

function isComplete(entity: ClientEntity, { path, operator, value }: Chip): boolean {
  const field = meta.field(entity.name, path)
  const found = field && filterOperators(field).find(({ name }) => name === operator)
  return found !== undefined && (!found.needsValue || value !== null)
}

const filterable = (entity: ClientEntity): readonly ClientField[] =>
  meta.fields(entity).filter((field) => field.isReadable && filterOperators(field).length > 0)

/** Arrow keys walk through the entries of a popup list; from its search box down into it. */
export function moveFocus(event: KeyboardEvent): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const popup = event.currentTarget
  if (!(popup instanceof HTMLElement)) return
  const stops = [...popup.querySelectorAll<HTMLElement>('input[type=search], .rl-popup-item')]
  const at = stops.findIndex((stop) => stop === document.activeElement)
  event.preventDefault()
  stops[(at + (event.key === 'ArrowDown' ? 1 : -1) + stops.length) % stops.length]?.focus()
}

declare global {
  interface HTMLElementTagNameMap {
    'rl-filter-bar': RlFilterBar
  }
}
