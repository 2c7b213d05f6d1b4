// Pieces of shown values that lists and record pages have in common.
import { html, nothing, type TemplateResult } from 'lit'
import { until } from 'lit/directives/until.js'
import type { ClientField } from '../../sdk/wire/meta.ts'
import type { WireValue } from '../../sdk/wire/records.ts'
import { t } from '../app/i18n.ts'
import { meta } from '../app/meta.ts'
import { hrefOf } from '../app/router.ts'
import { idOf, targetOf } from './edit-reference.ts'
import { isList, member, textOf } from './editor.ts'
import { knownName, nameOf, rememberName } from './names.ts'
import { optionOf } from './options.ts'

/** Colour and word; the word alone where no colour was given. The name of a role leads to its rights. */
export function choiceTag(field: ClientField, value: WireValue, place?: LinkPlace): TemplateResult | string {
  const { label, color } = optionOf(field, textOf(value))
  if (field.options.optionsFrom === 'roles' && meta.all.administer && place?.isCell === false)
    return html`<a href=${hrefOf.role(textOf(value))}>${label}</a>`
  return color ? html`<span class="rl-choice"><span class="rl-dot" data-color=${color}></span>${label}</span>` : label
}

export const choiceTags = (field: ClientField, value: WireValue, place?: LinkPlace): TemplateResult =>
  html`<span class="rl-choices">${(isList(value) ? value : [value]).map((one) => html`<span class="rl-choice-tag">${choiceTag(field, one, place)}</span>`)}</span>`

/** Lists are walked by arrow keys, so that links in their cells are no stops of the Tab key. */
export interface LinkPlace {
  isCell: boolean
}

/** The record that a value points to, by name; a link where this person may read its entity. */
export function recordLink(entity: string, value: WireValue, { isCell }: LinkPlace): TemplateResult | string {
  const id = idOf(value)
  if (id === '') return ''
  if (isHidden(entity, value)) return html`<span class="rl-muted">${t('fields.hidden')}</span>`
  const given = member(value, 'display_name')
  if (given) rememberName(entity, id, given)
  const name = given || knownName(entity, id)
  const shown =
    name ??
    until(
      nameOf(entity, id).then((found) => found || t('list.unnamed')),
      '…',
    )
  // Everybody knows the names of colleagues and teams; their pages are for who keeps them.
  const canOpen = meta.entity(entity)?.can.read === true && (!entity.startsWith('system.') || meta.all.administer)
  if (!canOpen) return name === undefined ? html`${shown}` : name || t('list.unnamed')
  return html`<a href=${hrefOf.record(entity, id)} tabindex=${isCell ? '-1' : nothing}>${shown || t('list.unnamed')}</a>`
}

/** There is a record, and this person may not see which. */
function isHidden(entity: string, value: WireValue): boolean {
  const isNamed = typeof value === 'object' && value !== null && 'display_name' in value
  return isNamed
    ? value.display_name === null
    : meta.entity(entity)?.can.read !== true && !knownName(entity, idOf(value))
}

export const referenceLink = (field: ClientField, value: WireValue, place: LinkPlace): TemplateResult | string =>
  recordLink(targetOf(field), value, place)

/** Rows of a link entity as select reads them, or what they lead to. */
export function linkedRecords(field: ClientField, value: WireValue, place: LinkPlace): TemplateResult | string {
  if (!isList(value) || value.length === 0) return ''
  const { link } = field.options
  const targets = value.map((row) =>
    link && typeof row === 'object' && row !== null && !isList(row) ? (row[link.target] ?? row) : row,
  )
  return html`${targets.map((target, index) => html`${index > 0 ? ', ' : nothing}${recordLink(targetOf(field), target, place)}`)}`
}

/** Only addresses that the field type would take: others are shown as text. */
export function webLink(value: string, { isCell }: LinkPlace): TemplateResult | string {
  if (!/^https?:\/\//i.test(value)) return value
  const shown = value.replace(/^https?:\/\/(www\.)?/i, '').replace(/\/$/, '')
  return html`<a href=${value} target="_blank" rel="noopener noreferrer" tabindex=${isCell ? '-1' : nothing}>${shown}</a>`
}

export const schemeLink = (
  scheme: 'mailto' | 'tel',
  value: string,
  shown: string,
  { isCell }: LinkPlace,
): TemplateResult =>
  html`<a href="${scheme}:${scheme === 'mailto' ? encodeURIComponent(value).replaceAll('%40', '@') : value}" tabindex=${isCell ? '-1' : nothing}>${shown}</a>`
