// A telephone number in the international form E.164: `+4930123456`.
import { Type } from '@sinclair/typebox'
import { parsePhoneNumberFromString } from 'libphonenumber-js/min'
import { refuse, stored } from './parsed.ts'
import { readText } from './plain-text.ts'
import type { FieldType } from './types.ts'

const MAX_WRITTEN = 60

export const phone: FieldType = {
  name: 'phone',
  properties: {},
  parts: () => [{ key: '', sqlType: 'text', ruleType: { kind: 'text' } }],
  widget: 'phone',
  isWritable: true,
  isReadable: true,
  isSortable: true,
  canBeUnique: true,
  wireSchema: () => Type.String({ pattern: '^\\+[1-9]\\d{3,14}$', description: 'E.164' }),
  /**
   * Whether a number has a length that its country uses is checked; whether it is in service nobody here can know, and
   * tables of number ranges grow old.
   */
  parse(value) {
    const read = readText(value, { max: MAX_WRITTEN })
    if (!read.ok || read.text === '') return read.ok ? stored(null) : read
    const written = read.text.replace(/^tel:/i, '').replace(/^＋/, '+')
    if (!written.startsWith('+'))
      return refuse('no_country_code', 'must begin with + and the country code, such as +49 30 123456')
    const number = parsePhoneNumberFromString(written, { extract: false })
    if (number?.ext !== undefined)
      return refuse('phone_extension', 'must be without an extension; keep that in a field of its own')
    return number?.isPossible() ? stored(number.number) : refuse('not_a_phone', 'is not a possible telephone number')
  },
  format(value) {
    if (typeof value !== 'string') return ''
    return parsePhoneNumberFromString(value, { extract: false })?.formatInternational() ?? value
  },
}
