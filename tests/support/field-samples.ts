// Values that each field type takes, for the suite that all types pass. A new type needs a line here.
import fc from 'fast-check'
import type { FieldOptions } from '../../sdk/metadata/snapshot.ts'

export interface FieldSample {
  options: FieldOptions
  /** Values that parse accepts with these options; absent for types that nobody writes. */
  values?: fc.Arbitrary<unknown>
}

const words = fc.constantFrom(
  'Ada',
  'Жук Пётр',
  '张伟',
  'e\u0301te\u0301',
  '👩‍🚀 crew',
  'İstanbul',
  '  spaced\tout ',
  '{"quoted\\"}',
)
const text = fc.oneof(words, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }))
const lines = fc.array(text, { minLength: 1, maxLength: 4 }).map((all) => all.join('\r\n'))

const digits = (max: number) => fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: max })
const sign = fc.constantFrom('', '-', '+')
const decimalText = (scale: number) =>
  fc
    .tuple(sign, digits(38 - scale), fc.option(digits(Math.max(1, scale)), { nil: undefined }))
    .map(([minus, whole, rest]) => {
      return `${minus}${whole}${rest === undefined || scale === 0 ? '' : `.${rest}`}`
    })
const cents = fc.integer({ min: -1e12, max: 1e12 }).map((value) => value / 100)

const pad = (value: number, length: number) => String(value).padStart(length, '0')
const day = fc
  .date({ min: new Date('0001-01-02T00:00:00Z'), max: new Date('9999-12-30T00:00:00Z'), noInvalidDate: true })
  .map((at) => at.toISOString().slice(0, 10))
const instant = fc
  .tuple(
    day,
    fc.nat(23),
    fc.nat(59),
    fc.nat(59),
    fc.option(digits(6), { nil: undefined }),
    fc.constantFrom('Z', '+02:00', '-09:30', '+1400', '-00:00'),
  )
  .map(([date, hour, minute, second, fraction, offset]) => {
    return `${date}T${pad(hour, 2)}:${pad(minute, 2)}:${pad(second, 2)}${fraction === undefined ? '' : `.${fraction}`}${offset}`
  })
const zone = fc.constantFrom('Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Asia/Kolkata', 'UTC', 'europe/paris')

const id = fc.uuid().map((value) => (value.startsWith('a') ? value.toUpperCase() : value))
const ids: FieldSample = { options: { to: ['base.person'], onDelete: 'detach' }, values: id }
const choices = ['new', 'with space', 'quo"te', 'back\\slash', 'ü', 'old'].map((value) => ({
  value,
  label: value,
  ...(value === 'old' ? { inactive: true } : {}),
}))
const choice = fc.constantFrom(...choices.map(({ value }) => value))
const maybe = (value: fc.Arbitrary<string>) => fc.option(value)

export const FIELD_SAMPLES: Readonly<Record<string, readonly FieldSample[]>> = {
  text: [
    { options: {}, values: text },
    { options: { minLength: 2, maxLength: 3, pattern: '^[A-Z]+$' }, values: fc.constantFrom('AB', 'ABC', ' XYZ ') },
  ],
  long_text: [{ options: {}, values: lines }],
  number: [
    { options: {}, values: fc.double({ noNaN: true, noDefaultInfinity: true }) },
    { options: { integer: true, min: -5, max: 2 ** 40 }, values: fc.integer({ min: -5, max: 2 ** 40 - 1 }) },
  ],
  decimal: [
    { options: {}, values: fc.oneof(decimalText(0), decimalText(10), cents) },
    { options: { scale: 4 }, values: fc.oneof(decimalText(4), cents) },
  ],
  money: [
    {
      options: {},
      values: fc.record(
        {
          amount: fc.oneof(decimalText(2), cents),
          currency: fc.constantFrom('EUR', 'usd', ' CHF '),
          base: fc.constant('1.00'),
        },
        { requiredKeys: ['amount', 'currency'] },
      ),
    },
    {
      options: { currencies: ['JPY'], min: '0' },
      values: fc.record({ amount: fc.nat(1e9).map(String) }),
    },
  ],
  percent: [
    { options: { scale: 2, min: '0', max: 100 }, values: fc.integer({ min: 0, max: 10_000 }).map((n) => n / 100) },
  ],
  boolean: [{ options: {}, values: fc.boolean() }],
  date: [
    { options: {}, values: day },
    {
      options: { min: '2000-01-01', max: '2000-12-31' },
      values: fc.constantFrom('2000-01-01', '2000-02-29', '2000-12-31'),
    },
  ],
  date_time: [
    { options: {}, values: instant },
    { options: { zoned: true }, values: fc.record({ at: instant, zone }) },
  ],
  choice: [
    { options: { choices }, values: choice },
    { options: { optionsFrom: 'roles' }, values: fc.constantFrom('base.contact_reader', 'system.member') },
  ],
  multi_choice: [{ options: { choices }, values: fc.array(choice, { maxLength: 8 }) }],
  email: [{ options: {}, values: fc.oneof(fc.emailAddress(), fc.constantFrom('Ada@Example.ORG', 'почта@пример.рф')) }],
  phone: [
    {
      options: {},
      values: fc.constantFrom('+49 30 123456', '+7 (495) 123-45-67', '+86 138 0013 8000', '＋44 20 7946 0958'),
    },
  ],
  url: [
    { options: {}, values: fc.oneof(fc.webUrl(), fc.constantFrom('HTTP://Пример.рф/путь?q=1#x', 'example.org:8080')) },
  ],
  address: [
    {
      options: {},
      values: fc.record(
        {
          street: maybe(text),
          street2: maybe(text),
          city: maybe(text),
          region: maybe(text),
          postal_code: maybe(fc.constantFrom('10115', 'SW1A 2AA')),
          country: maybe(fc.constantFrom('DE', 'cn', 'US')),
        },
        { requiredKeys: [] },
      ),
    },
  ],
  person_name: [
    {
      options: {},
      values: fc.record(
        { prefix: maybe(text), given: maybe(text), middle: maybe(text), family: maybe(text), suffix: maybe(text) },
        { requiredKeys: [] },
      ),
    },
  ],
  json: [
    {
      options: {},
      values: fc
        .jsonValue({ maxDepth: 4 })
        .filter((value) => value !== null && !/\\u0000|\\ud[89a-f]/.test(JSON.stringify(value))),
    },
  ],
  file: [{ ...ids, options: { to: ['system.file'], accept: ['image/*'] } }],
  auto_number: [{ options: { numberPattern: 'INV-{YYYY}-{00000}' } }],
  user: [ids],
  reference: [ids],
  many_to_many: [{ options: { to: ['base.person'] } }],
  any_reference: [
    {
      options: { to: [], traits: ['party'] },
      values: fc.record({ entity: fc.constantFrom('base.person', 'sales.deal_team'), id }),
    },
  ],
  parent: [ids],
  formula: [{ options: { rule: { var: 'a' }, ruleType: { kind: 'decimal' } } }],
  rollup: [
    { options: { rollup: { entity: 'a.b', reference: 'c', aggregate: 'count', table: 't', columns: [] } } },
    {
      options: {
        rollup: { entity: 'a.b', reference: 'c', aggregate: 'max', field: 'd', table: 't', columns: [] },
        ruleType: { kind: 'date' },
      },
    },
  ],
  secret: [{ options: {}, values: fc.oneof(text, fc.constant(' p\u0001w ')) }],
}
