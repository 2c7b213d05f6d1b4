// A postal address.
import { isCountry } from './countries.ts'
import { countryName } from './intl.ts'
import { membersOf, refuse } from './parsed.ts'
import { parseParts, partsFromText, partsOf, partsSchema, type TextParts, textOf } from './text-parts.ts'
import type { FieldType } from './types.ts'

const PARTS: TextParts = { street: 200, street2: 200, city: 100, region: 100, postal_code: 20, country: 2 }
/** City, region, code; elsewhere the code stands before the city. */
const CODE_LAST: ReadonlySet<string> = new Set(['US', 'CA', 'AU', 'NZ', 'GB', 'IE', 'IN', 'PR'])

export const address: FieldType = {
  name: 'address',
  properties: {},
  parts: () => partsOf(PARTS),
  widget: 'address',
  isWritable: true,
  isReadable: true,
  isSortable: false,
  canBeUnique: false,
  wireSchema: () => partsSchema(PARTS),
  parse(value) {
    const parsed = parseParts(value, PARTS)
    if (!parsed.ok) return parsed
    const country = parsed.parts['country']?.toUpperCase() ?? null
    return country === null || isCountry(country)
      ? { ok: true, parts: { ...parsed.parts, country } }
      : refuse('no_such_country', 'needs a country code of ISO 3166, such as DE (country)', { part: 'country' })
  },
  fromText: partsFromText,
  format(value, _field, { locale }) {
    const members = membersOf(value)
    if (!members) return ''
    const [street, street2, city, region, code, country] = Object.keys(PARTS).map((key) => textOf(members, key))
    const place = CODE_LAST.has(country ?? '') ? [city, join([region, code])] : [join([code, city]), region]
    return [street, street2, ...place, country ? countryName(country, locale) : ''].filter(Boolean).join(', ')
  },
}

const join = (texts: readonly (string | undefined)[]): string => texts.filter(Boolean).join(' ')
