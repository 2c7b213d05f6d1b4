// A floating-point number, for measurements; for what must be exact there are decimal and money.
import { Type } from '@sinclair/typebox'
import { tooLarge, tooSmall } from './bounds.ts'
import { formatNumber, formatStyled } from './intl.ts'
import { formatProperties } from './number-format.ts'
import { refuse, stored } from './parsed.ts'
import type { FieldType } from './types.ts'

/** As people write numbers in files; thousands separators are not guessed at. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,4})?$/i

export const number: FieldType = {
  name: 'number',
  properties: {
    integer: Type.Optional(Type.Boolean()),
    min: Type.Optional(Type.Number()),
    max: Type.Optional(Type.Number()),
    ...formatProperties,
  },
  parts: () => [{ key: '', sqlType: 'float8', ruleType: { kind: 'number' } }],
  widget: 'number',
  isWritable: true,
  isReadable: true,
  isSortable: true,
  canBeUnique: true,
  wireSchema({ options: { integer, min, max } }) {
    const bounds = {
      ...(min === undefined ? {} : { minimum: Number(min) }),
      ...(max === undefined ? {} : { maximum: Number(max) }),
    }
    return integer ? Type.Integer(bounds) : Type.Number(bounds)
  },
  parse(value, { options: { integer, min, max } }) {
    if (typeof value !== 'number') return refuse('not_a_number', 'must be a number')
    if (!Number.isFinite(value)) return refuse('too_large_number', 'is not a number that can be stored')
    if (integer && !Number.isSafeInteger(value))
      return Number.isInteger(value)
        ? refuse('too_large_number', 'is too large for a whole number')
        : refuse('not_whole', 'must be a whole number')
    if (min !== undefined && value < Number(min)) return tooSmall(min)
    if (max !== undefined && value > Number(max)) return tooLarge(max)
    return stored(String(value === 0 ? 0 : value))
  },
  fromText(text) {
    const trimmed = text.trim()
    if (trimmed === '') return null
    return NUMBER.test(trimmed) ? Number(trimmed) : text
  },
  check({ integer, min, max }) {
    const problems = []
    if (min !== undefined && max !== undefined && Number(min) > Number(max))
      problems.push({ path: '/min', message: 'must not be above max' })
    for (const [member, bound] of [['min', min] as const, ['max', max] as const])
      if (integer && bound !== undefined && !Number.isInteger(Number(bound)))
        problems.push({ path: `/${member}`, message: 'must be whole, as the values are' })
    return problems
  },
  format: (value, { options }, { locale, baseCurrency }) => {
    if (typeof value !== 'number') return ''
    return options.format ? formatStyled(value, options.format, locale, baseCurrency) : formatNumber(value, locale)
  },
}
