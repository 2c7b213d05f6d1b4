// An exact amount and its currency; the server adds `base`, the amount in the tenant's own currency at the day's rate.
import { Type } from '@sinclair/typebox'
import { Name } from '../metadata/source.ts'
import { checkBounds, decimalProperties, outsideBounds } from './bounds.ts'
import { isCurrency, minorUnits } from './currencies.ts'
import { readDecimal } from './exact-number.ts'
import { formatMoney } from './intl.ts'
import { membersOf, refuse, unknownMember } from './parsed.ts'
import type { FieldType, Parsed, ValueOptions } from './types.ts'

const Decimal = Type.String({ format: 'decimal' })
const Currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217' })

export const money: FieldType = {
  name: 'money',
  properties: {
    ...decimalProperties,
    currencies: Type.Optional(Type.Array(Currency, { minItems: 1, maxItems: 200, description: 'the ones allowed' })),
    rate_date: Type.Optional({ ...Name, description: 'the date field whose day picks the rate of the base amount' }),
  },
  parts: () => [
    { key: 'amount', sqlType: 'numeric', ruleType: { kind: 'decimal' } },
    { key: 'currency', sqlType: 'text', ruleType: { kind: 'text' } },
    { key: 'base', sqlType: 'numeric', ruleType: { kind: 'decimal' }, isComputed: true },
  ],
  widget: 'money',
  isWritable: true,
  isReadable: true,
  isSortable: true,
  orderPart: () => 'base',
  canBeUnique: false,
  wireSchema: ({ options }) =>
    Type.Object(
      {
        amount: Decimal,
        currency: options.currencies ? Type.Union(options.currencies.map((code) => Type.Literal(code))) : Currency,
        base: Type.Optional(Type.Union([Decimal, Type.Null()], { readOnly: true })),
      },
      { additionalProperties: false },
    ),
  parse: (value, { options }) => parseMoney(value, options),
  /** `12.50 EUR` or `EUR 12.50`; without a currency when the field allows only one. */
  fromText(text) {
    const trimmed = text.trim()
    if (trimmed === '') return null
    const match = /^(?:([A-Za-z]{3})\s*)?([^A-Za-z\s]{1,100})(?:\s*([A-Za-z]{3}))?$/.exec(trimmed)
    const [, before, amount, after] = match ?? []
    if (amount === undefined || (before && after)) return text
    const currency = before ?? after
    return { amount, ...(currency === undefined ? {} : { currency }) }
  },
  check(options) {
    const strange = options.currencies?.find((code) => !isCurrency(code))
    return [
      ...checkBounds(options),
      ...(strange === undefined ? [] : [{ path: '/currencies', message: `“${strange}” is no currency of ISO 4217` }]),
    ]
  },
  format(value, _field, { locale }) {
    const members = membersOf(value)
    return members ? formatMoney(members['amount'], members['currency'], locale) : ''
  },
}

function parseMoney(value: unknown, options: ValueOptions): Parsed {
  const members = membersOf(value)
  if (!members) return refuse('not_money', 'must have an amount and a currency: {"amount":"12.50","currency":"EUR"}')
  const strange = unknownMember(members, ['amount', 'currency', 'base'])
  if (strange) return strange
  const amount = members['amount'] ?? ''
  // A currency alone is no value: forms show one before any amount is typed.
  if (typeof amount === 'string' && amount.length < 100 && amount.trim() === '')
    return { ok: true, parts: { amount: null, currency: null } }
  const [only, ...others] = options.currencies ?? []
  const given = members['currency'] ?? (others.length === 0 ? only : undefined)
  if (given === undefined || given === '') return refuse('no_currency', 'needs a currency')
  const currency = typeof given === 'string' && given.length < 100 ? given.trim().toUpperCase() : ''
  if (!isCurrency(currency)) return refuse('no_such_currency', 'needs a currency of ISO 4217, such as EUR')
  if (options.currencies && !options.currencies.includes(currency))
    return refuse('wrong_currency', `must be in ${options.currencies.join(', ')}`, {
      currencies: options.currencies.join(', '),
    })
  const read = readDecimal(amount, options.scale ?? minorUnits(currency))
  if (!read.ok) return read
  return outsideBounds(read.text, options) ?? { ok: true, parts: { amount: read.text, currency } }
}
