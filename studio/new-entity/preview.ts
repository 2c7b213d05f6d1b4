// How the form of the entity will look, while it is made up. Nothing here can be filled in.
import { html, nothing } from 'lit'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { meta, text } from '../app/meta.ts'
import { type Draft, type DraftField, hasChoices } from './draft.ts'
import { offered } from './types.ts'

const WIDE: ReadonlySet<string> = new Set(['multiline', 'address', 'json', 'links'])

export function renderPreview({ label, fields, icon: iconName }: Draft) {
  return html`<div class="rl-preview" aria-hidden="true" inert>
    <p class="rl-preview-title">${icon(iconName)}${label.trim() || t('newEntity.preview.untitled')}</p>
    <div class="rl-preview-fields">${fields.map((field) => renderField(field))}</div>
  </div>`
}

function renderField(field: DraftField) {
  const { widget } = offered(field.type)
  return html`<div class="rl-preview-field" ?data-wide=${WIDE.has(widget)}>
    <span class="rl-preview-label"
      >${field.label.trim() || t('newEntity.preview.field')}${
        field.isRequired && offered(field.type).isWritable ? html`<span class="rl-preview-required">*</span>` : nothing
      }</span
    >
    ${renderInput(field)} ${field.help.trim() ? html`<span class="rl-help">${field.help}</span>` : nothing}
  </div>`
}

function renderInput(field: DraftField) {
  const { widget } = offered(field.type)
  if (widget === 'checkbox') return html`<span class="rl-preview-check"></span>`
  if (hasChoices(field.type))
    return html`<span class="rl-preview-input"
      >${field.choices
        .slice(0, 4)
        .map(
          ({ label, color }) =>
            html`<span class="rl-preview-choice"><span class="rl-dot" style="--rl-dot: var(--rl-${color})"></span>${label}</span>`,
        )}${icon('chevron-down')}</span
    >`
  return html`<span class="rl-preview-input" ?data-tall=${widget === 'multiline' || widget === 'json'}
    ><span class="rl-muted">${sample(field)}</span>${suffixIcon(widget) ? icon(suffixIcon(widget)) : nothing}</span
  >`
}

function suffixIcon(widget: string): string {
  if (widget === 'date') return 'calendar'
  if (widget === 'datetime') return 'calendar-clock'
  if (widget === 'reference' || widget === 'links') return 'search'
  return widget === 'file' ? 'paperclip' : ''
}

/** A value that shows what belongs there. */
function sample({ type, target, numberPattern, currencies }: DraftField): string {
  if (type === 'money') return `0.00 ${currencies.match(/[A-Za-z]{3}/)?.[0]?.toUpperCase() ?? meta.all.baseCurrency}`
  if (type === 'percent') return '0 %'
  if (type === 'auto_number')
    return (numberPattern || '{0000}')
      .replace(/\{(0+)\}/, (_, zeros: string) => '1'.padStart(zeros.length, '0'))
      .replace('{YYYY}', String(new Date().getFullYear()))
  if (type === 'email') return 'ada@example.org'
  if (type === 'url') return 'https://'
  if (type === 'phone') return '+'
  return target ? text(meta.entity(target)?.label) : ''
}
