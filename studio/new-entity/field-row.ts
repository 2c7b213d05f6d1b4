// One row of the New entity page: what a field is called, its type, whether it must be filled, and what its type asks for.
import { html, nothing, type PropertyValues } from 'lit'
import { customElement, property, state } from 'lit/decorators.js'
import { repeat } from 'lit/directives/repeat.js'
import { RlElement, fire } from '../app/element.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { inputValue, isChecked } from '../app/inputs.ts'
import { meta, text } from '../app/meta.ts'
import { COLORS, type DraftField, hasChoices, hasTarget } from './draft.ts'
import { GROUPS, OFFERED, offered, typeLabel } from './types.ts'

/** Fires `rl-change` (the field), `rl-remove`, `rl-next` (Enter: another row), `rl-move` (±1). */
@customElement('rl-field-row')
export class RlFieldRow extends RlElement {
  @property({ attribute: false }) field!: DraftField
  /** Input → what is wrong there. */
  @property({ attribute: false }) errors: Readonly<Record<string, string>> = {}
  @property({ type: Number }) number = 0
  @property({ attribute: false }) isOnly = false
  @state() private isOpen = false

  protected override render() {
    const { key, label, type, isRequired } = this.field
    const { isWritable } = offered(type)
    const error = this.errors['label'] ?? this.errors['type']
    return html`<div class="rl-row-main">
        <span class="rl-row-icon">${icon(offered(type).icon)}</span>
        <input
          class="rl-input rl-row-label"
          placeholder=${t('newEntity.field.label')}
          aria-label=${t('newEntity.field.labelOf', { number: this.number })}
          aria-invalid=${error ? 'true' : nothing}
          aria-describedby=${error ? `${key}-error` : nothing}
          maxlength="80"
          .value=${label}
          @input=${(event: Event) => this.change({ label: inputValue(event) })}
          @keydown=${this.onKey}
        />
        <div class="rl-select rl-row-type">
          <select
            class="rl-input"
            aria-label=${t('newEntity.field.typeOf', { number: this.number })}
            @change=${(event: Event) => this.changeType(inputValue(event))}
          >
            ${GROUPS.map(
              (group) => html`<optgroup label=${t(`type.group.${group}`)}>
                ${OFFERED.filter((one) => one.group === group).map(
                  ({ name }) => html`<option value=${name} ?selected=${name === type}>${typeLabel(name)}</option>`,
                )}
              </optgroup>`,
            )}
          </select>
          ${icon('chevron-down')}
        </div>
        <label class="rl-check" ?data-off=${!isWritable}
          ><input
            type="checkbox"
            .checked=${isRequired && isWritable}
            ?disabled=${!isWritable}
            @change=${(event: Event) => this.change({ isRequired: isChecked(event) })}
          />${t('newEntity.field.required')}</label
        >
        <button
          type="button"
          class="rl-button"
          quiet
          icon-only
          aria-expanded=${this.isOpen}
          aria-label=${t('newEntity.field.more', { number: this.number })}
          title=${t('newEntity.field.moreShort')}
          @click=${() => (this.isOpen = !this.isOpen)}
        >
          ${icon('settings-2')}
        </button>
        <button
          type="button"
          class="rl-button"
          quiet
          icon-only
          aria-label=${t('newEntity.field.remove', { number: this.number })}
          title=${t('newEntity.field.removeShort')}
          ?disabled=${this.isOnly}
          @click=${() => fire(this, 'rl-remove')}
        >
          ${icon('x')}
        </button>
      </div>
      ${error ? html`<p class="rl-error rl-row-error" id="${key}-error">${error}</p>` : nothing} ${this.renderTypeOptions()}
      ${this.isOpen ? this.renderMore() : nothing}`
  }

  /** Another type was chosen: what it asks for is filled in next. */
  protected override updated(changed: PropertyValues<this>): void {
    const before = changed.get('field')
    if (before && before.key === this.field.key && before.type !== this.field.type)
      this.querySelector<HTMLElement>('.rl-row-options :is(input, select)')?.focus()
  }

  private renderTypeOptions() {
    const { type } = this.field
    if (hasChoices(type)) return this.renderChoices()
    if (hasTarget(type)) return this.renderTarget()
    if (type === 'auto_number')
      return this.renderText(
        'numberPattern',
        t('newEntity.pattern'),
        this.field.numberPattern,
        'INV-{YYYY}-{0000}',
        t('newEntity.pattern.help'),
      )
    if (type === 'money')
      return this.renderText(
        'currencies',
        t('newEntity.currencies'),
        this.field.currencies,
        meta.all.baseCurrency,
        t('newEntity.currencies.help'),
      )
    if (type === 'number')
      return html`<div class="rl-row-options">
        <label class="rl-check"
          ><input type="checkbox" .checked=${this.field.isWhole} @change=${(event: Event) => this.change({ isWhole: isChecked(event) })} />${t(
            'newEntity.whole',
          )}</label
        >
      </div>`
    return nothing
  }

  private renderText(
    member: 'numberPattern' | 'currencies',
    label: string,
    value: string,
    placeholder: string,
    help: string,
  ) {
    const error = this.errors[member]
    return html`<div class="rl-row-options">
      <label class="rl-field"
        ><span>${label}</span
        ><input class="rl-input" .value=${value} placeholder=${placeholder} @input=${(event: Event) => this.change({ [member]: inputValue(event) })}
      /></label>
      <p class=${error ? 'rl-error' : 'rl-help'}>${error ?? help}</p>
    </div>`
  }

  private renderTarget() {
    const entities = meta.all.entities
      .filter(({ isLink }) => !isLink)
      .toSorted((a, b) => text(a.label).localeCompare(text(b.label)))
    const error = this.errors['target']
    return html`<div class="rl-row-options">
      <label class="rl-field"
        ><span>${t('newEntity.target')}</span>
        <div class="rl-select">
          <select class="rl-input" aria-invalid=${error ? 'true' : nothing} @change=${(event: Event) => this.change({ target: inputValue(event) })}>
            <option value="" ?selected=${this.field.target === ''}>${t('newEntity.target.choose')}</option>
            ${entities.map(({ name, label }) => html`<option value=${name} ?selected=${name === this.field.target}>${text(label)}</option>`)}
          </select>
          ${icon('chevron-down')}
        </div>
      </label>
      ${error ? html`<p class="rl-error">${error}</p>` : nothing}
    </div>`
  }

  private renderChoices() {
    // The last one is always empty: typing there adds an option.
    const shown = [...this.field.choices, { label: '', color: nextColor(this.field.choices.length) }]
    const error = this.errors['choices']
    return html`<div class="rl-row-options">
      <span class="rl-label">${t('newEntity.choices')}</span>
      <ol class="rl-choices-list">
        ${repeat(
          shown,
          (_, index) => index,
          ({ label, color }, index) => html`<li>
            <button
              type="button"
              class="rl-dot-button"
              aria-label=${t('newEntity.choice.color', { number: index + 1 })}
              title=${t('newEntity.choice.colorShort')}
              ?disabled=${index === this.field.choices.length}
              @click=${() => this.changeChoice(index, { color: COLORS[(COLORS.findIndex((one) => one === color) + 1) % COLORS.length] ?? 'gray' })}
            >
              <span class="rl-dot" style="--rl-dot: var(--rl-${color})"></span>
            </button>
            <input
              class="rl-input"
              aria-label=${t('newEntity.choice', { number: index + 1 })}
              placeholder=${index === this.field.choices.length ? t('newEntity.choice.add') : ''}
              aria-invalid=${error && index === 0 ? 'true' : nothing}
              maxlength="60"
              .value=${label}
              @input=${(event: Event) => this.changeChoice(index, { label: inputValue(event) })}
              @keydown=${(event: KeyboardEvent) => this.onChoiceKey(event, index)}
            />
          </li>`,
        )}
      </ol>
      ${error ? html`<p class="rl-error">${error}</p>` : nothing}
    </div>`
  }

  private renderMore() {
    const { canBeUnique } = offered(this.field.type)
    return html`<div class="rl-row-options">
      <label class="rl-field"
        ><span>${t('newEntity.help')}</span
        ><input class="rl-input" maxlength="200" .value=${this.field.help} @input=${(event: Event) => this.change({ help: inputValue(event) })}
      /></label>
      ${
        canBeUnique
          ? html`<label class="rl-check"
              ><input type="checkbox" .checked=${this.field.isUnique} @change=${(event: Event) => this.change({ isUnique: isChecked(event) })} />${t(
                'newEntity.unique',
              )}</label
            >`
          : nothing
      }
      <div class="rl-row-moves">
        <button type="button" class="rl-button" quiet @click=${() => fire(this, 'rl-move', -1)}>${icon('arrow-up')}${t('newEntity.up')}</button>
        <button type="button" class="rl-button" quiet @click=${() => fire(this, 'rl-move', 1)}>${icon('arrow-down')}${t('newEntity.down')}</button>
      </div>
    </div>`
  }

  private change(changes: Partial<DraftField>): void {
    fire(this, 'rl-change', { ...this.field, ...changes })
  }

  private changeType(type: string): void {
    const { canBeUnique } = offered(type)
    this.change({ type, isUnique: this.field.isUnique && canBeUnique })
  }

  private changeChoice(index: number, change: { label?: string; color?: string }): void {
    const { choices } = this.field
    const present = choices[index] ?? { label: '', color: nextColor(index) }
    const next = choices.toSpliced(index, 1, { ...present, ...change })
    // Emptying the last one takes it away.
    this.change({ choices: next.at(-1)?.label === '' ? next.slice(0, -1) : next })
  }

  private onChoiceKey(event: KeyboardEvent, index: number): void {
    const inputs = [...this.querySelectorAll<HTMLInputElement>('.rl-choices-list input')]
    if (event.key === 'Enter') {
      event.preventDefault()
      const next = inputs[index + 1]
      if (next) next.focus()
      else fire(this, 'rl-next')
    }
    if (event.key === 'Backspace' && inputs[index]?.value === '' && index > 0) {
      event.preventDefault()
      if (index < this.field.choices.length) this.change({ choices: this.field.choices.toSpliced(index, 1) })
      inputs[index - 1]?.focus()
    }
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key !== 'Enter') return
    event.preventDefault()
    fire(this, 'rl-next')
  }
}

const nextColor = (index: number): string => COLORS[index % COLORS.length] ?? 'gray'

declare global {
  interface HTMLElementTagNameMap {
    'rl-field-row': RlFieldRow
  }
}
