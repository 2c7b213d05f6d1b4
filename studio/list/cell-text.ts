// A value as plain text: in files, and where a value is itself the name of a record.
import { formatValue } from '../../sdk/fields/format.ts'
import type { ClientField } from '../../sdk/wire/meta.ts'
import type { WireValue } from '../../sdk/wire/records.ts'
import { locale, t } from '../app/i18n.ts'
import { text } from '../app/meta.ts'
import { timeZone } from '../app/session.ts'

/** A value as a person would type it. */
export function cellText(field: ClientField | undefined, value: WireValue | undefined): string {
  if (value === null || value === undefined) return ''
  if (isList(value)) return value.map((one) => cellText(field, one)).join('; ')
  if (typeof value === 'object') return objectText(value)
  if (typeof value === 'string' && field?.options.choices) {
    const option = field.options.choices.find((choice) => choice.value === value)
    return option?.label === undefined ? value : text(option.label)
  }
  return String(value)
}

const isList = (value: WireValue): value is readonly WireValue[] => Array.isArray(value)

function objectText(value: { readonly [key: string]: WireValue }): string {
  const { display_name, amount, currency, at } = value
  if (typeof display_name === 'string') return display_name
  if (typeof amount === 'string') return `${amount} ${currency ?? ''}`.trim()
  if (typeof at === 'string') return at
  return Object.values(value)
    .filter((part) => typeof part === 'string' && part !== '')
    .join(', ')
}

/** As cells show it, in the reader's language and zone. */
export const shownText = (field: ClientField, value: WireValue | undefined): string =>
  formatValue(field, value, {
    locale: locale(),
    timeZone: timeZone(),
    texts: { yes: t('fields.yes'), no: t('fields.no'), secret: t('fields.secret.set') },
  })
