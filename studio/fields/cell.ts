// A value in a list: one line, few elements, the same place for the same thing.
import { html, type TemplateResult } from 'lit'
import type { ClientField } from '../../sdk/wire/meta.ts'
import type { WireValue } from '../../sdk/wire/records.ts'
import type { RenderCell } from '../app/field-kit.ts'
import { t } from '../app/i18n.ts'
import { icon } from '../app/icon.ts'
import { fileLink } from './edit-file.ts'
import { idOf } from './edit-reference.ts'
import { member, textOf } from './editor.ts'
import { shownText } from './shown.ts'
import './value.css'
import {
  choiceTag,
  choiceTags,
  type LinkPlace,
  linkedRecords,
  recordLink,
  referenceLink,
  schemeLink,
  webLink,
} from './value-parts.ts'

export const renderCell: RenderCell = (field, value, { place }) => drawValue(field, value, { isCell: place === 'cell' })

export function drawValue(field: ClientField, value: WireValue | undefined, where: LinkPlace): TemplateResult | string {
  if (field.isPending) return html`<span class="rl-muted">${t('fields.pending')}</span>`
  if (value === null || value === undefined || value === '') return ''
  if (field.isMasked) return textOf(value)
  switch (field.widget) {
    case 'choice':
      return choiceTag(field, value, where)
    case 'choices':
      return choiceTags(field, value, where)
    case 'checkbox':
      return value === true
        ? html`<span class="rl-value-check">${icon('check', t('fields.yes'))}</span>`
        : html`<span class="rl-muted">${t('fields.no')}</span>`
    case 'reference':
      return referenceLink(field, value, where)
    case 'anyReference':
      return recordLink(member(value, 'entity'), value, where)
    case 'links':
      return linkedRecords(field, value, where)
    case 'file':
      return fileLink(idOf(value), member(value, 'display_name'))
    case 'email':
      return schemeLink('mailto', textOf(value), textOf(value), where)
    case 'phone':
      return schemeLink('tel', textOf(value), shownText(field, value), where)
    case 'url':
      return webLink(textOf(value), where)
    case 'number':
    case 'percent':
    case 'money':
    case 'date':
    case 'datetime':
      return html`<span class="rl-num">${shownText(field, value)}</span>`
    default:
      return shownText(field, value)
  }
}
