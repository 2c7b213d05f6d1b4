// How the form of the entity will look, while it is made up: the real editors, out of reach.
import { html } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { ClientField } from '../../sdk/wire/meta.ts'
import type { WireValue } from '../../sdk/wire/records.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import '../fields/index.ts'
import { type Draft, type DraftField, hasChoices, hasTarget } from './draft.ts'
import { offered } from './types.ts'

const WIDE: ReadonlySet<string> = new Set(['multiline', 'address', 'personName', 'json', 'links'])

export function renderPreview({ label, fields, icon: iconName }: Draft) {
  return html`<div class="rl-preview" aria-hidden="true" inert>
    <p class="rl-preview-title">
      ${icon(iconName)}<span translate="no">${label.trim() || t('newEntity.preview.untitled')}</span>
    </p>
    <div class="rl-preview-fields">
      ${repeat(
        fields,
        ({ key, type }) => `${key} ${type}`,
        (field) => html`<rl-field-editor
          ?data-wide=${WIDE.has(offered(field.type).widget)}
          .field=${shapeOf(field)}
          .value=${sample(field)}
          .required=${field.isRequired && offered(field.type).isWritable}
        ></rl-field-editor>`,
      )}
    </div>
  </div>`
}

/** The field as metadata will describe it once it is published. */
function shapeOf(field: DraftField): ClientField {
  const { widget, isWritable } = offered(field.type)
  const currencies = field.currencies.toUpperCase().match(/[A-Z]{3}/g) ?? []
  return {
    name: `preview_${field.key.replaceAll('-', '')}`,
    package: 'custom',
    type: field.type,
    label: field.label.trim() || t('newEntity.preview.field'),
    ...(field.help.trim() ? { help: field.help.trim() } : {}),
    required: field.isRequired,
    unique: field.isUnique,
    searchable: false,
    readOnly: false,
    personal: 'none',
    widget,
    isWritable,
    isReadable: true,
    isSortable: true,
    options: {
      ...(hasChoices(field.type)
        ? { choices: field.choices.map(({ label, color }, index) => ({ value: String(index), label, color })) }
        : {}),
      ...(hasTarget(field.type) && field.target ? { to: [field.target] } : {}),
      ...(currencies.length > 0 ? { currencies } : {}),
    },
  }
}

/** Only what a person would not type has something to show. */
function sample({ type, numberPattern, choices }: DraftField): WireValue {
  if (type === 'auto_number') return firstNumber(numberPattern || '{0000}')
  if (type === 'choice') return choices.length > 0 ? '0' : null
  return null
}

function firstNumber(pattern: string): string {
  const now = new Date().toISOString()
  return pattern
    .replace(/\{(0+)\}/, (_, zeros: string) => '1'.padStart(zeros.length, '0'))
    .replace('{YYYY}', now.slice(0, 4))
    .replace('{YY}', now.slice(2, 4))
    .replace('{MM}', now.slice(5, 7))
    .replace('{DD}', now.slice(8, 10))
}
