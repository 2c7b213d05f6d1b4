// How a record looks in a list: the value of a column, or the whole record as a card.
import { html, nothing, type TemplateResult } from 'lit'
import type { ClientEntity } from '../../sdk/wire/meta.ts'
import type { WireRecord, WireValue } from '../../sdk/wire/records.ts'
import { t } from '../app/i18n.ts'
import { hrefOf } from '../app/router.ts'
import { cellText, shownText } from './cell-text.ts'
import { isUncut } from './column-width.ts'
import type { Column } from './columns.ts'
import { renderCell } from './kit.ts'
import { valueAt } from './select.ts'

const CARD_FACTS = 4

/** The first column is the link to the record, whatever it shows; the others are what studio/fields makes of them. */
export function renderValue(
  entity: ClientEntity,
  record: WireRecord,
  { path, field }: Column,
  isFirst: boolean,
): TemplateResult | string {
  const value = valueAt(record, path)
  if (!isFirst && path !== 'display_name') return renderCell(field, value, { entity, record, place: 'cell' })
  const shown = isUncut(field) ? shownText(field, value) : cellText(field, value)
  return nameLink(entity, record, path === 'display_name' ? record.display_name : shown || record.display_name)
}

function nameLink(entity: ClientEntity, record: WireRecord, shown = record.display_name): TemplateResult {
  return html`<a class="rl-cell-name" translate="no" tabindex="-1" data-record=${record.id} href=${hrefOf.record(entity.name, record.id)}
    >${shown || t('list.unnamed')}</a
  >`
}

export function renderCard(entity: ClientEntity, record: WireRecord, columns: readonly Column[]): TemplateResult {
  const facts = columns
    .map((column) => ({ column, value: valueAt(record, column.path) }))
    .filter(({ value }) => !isEmpty(value))
    // The title says it already.
    .filter(({ column, value }) => column.path !== 'display_name' && !isTitle(record, cellText(column.field, value)))
    .slice(0, CARD_FACTS)
  return html`<div class="rl-card">
    ${nameLink(entity, record)}
    ${
      facts.length === 0
        ? nothing
        : html`<dl>
            ${facts.map(
              ({ column, value }) => html`<div>
                <dt>${column.label}</dt>
                <dd translate="no">${renderCell(column.field, value, { entity, record, place: 'card' })}</dd>
              </div>`,
            )}
          </dl>`
    }
  </div>`
}

/** Spaces and order of a name's parts aside: a person's name is a value of parts, the title one text. */
const isTitle = (record: WireRecord, text: string): boolean => sameWords(record.display_name) === sameWords(text)
const sameWords = (text: string): string => (text.toLocaleLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).sort().join(' ')

const isEmpty = (value: WireValue | undefined): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)
