// A value on a record's page, in reading: what can be followed is a link, what has lines keeps them.
import { html, type TemplateResult } from 'lit'
import { countryName } from '../../sdk/fields/intl.ts'
import type { ClientField } from '../../sdk/wire/meta.ts'
import type { WireValue } from '../../sdk/wire/records.ts'
import { locale } from '../app/i18n.ts'
import { drawValue } from './cell.ts'
import { member, textOf } from './editor.ts'
import './value.css'

/** '' for an empty value: the page says that nothing is there. */
export function renderValue(field: ClientField, value: WireValue | undefined): TemplateResult | string {
  if (field.isPending) return drawValue(field, value, { isCell: false })
  if (value === null || value === undefined || value === '') return ''
  if (field.widget === 'multiline') return html`<div class="rl-lines">${textOf(value)}</div>`
  if (field.widget === 'address') return html`<div class="rl-lines">${addressLines(value)}</div>`
  if (field.widget === 'json') return html`<pre class="rl-value-json">${JSON.stringify(value, null, 2)}</pre>`
  return drawValue(field, value, { isCell: false })
}

/** Countries that write the postal code after the city. */
const CODE_LAST: ReadonlySet<string> = new Set(['US', 'CA', 'AU', 'NZ', 'GB', 'IE', 'IN', 'PR'])

function addressLines(value: WireValue): string {
  const part = (name: string) => member(value, name)
  const country = part('country')
  const join = (...texts: string[]) => texts.filter(Boolean).join(' ')
  const place = CODE_LAST.has(country)
    ? [part('city'), join(part('region'), part('postal_code'))].filter(Boolean).join(', ')
    : join(part('postal_code'), part('city'))
  const region = CODE_LAST.has(country) ? '' : part('region')
  const lines = [part('street'), part('street2'), place, region, country && countryName(country, locale())]
  return lines.filter(Boolean).join('\n')
}
