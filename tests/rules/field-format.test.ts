// Rule F40 of fields.md: values as people read them.
import { describe, expect, test } from 'vitest'
import { formatValue } from '../../sdk/fields/format.ts'
import type { NumberFormat } from '../../sdk/fields/number-format.ts'
import type { FieldOptions } from '../../sdk/metadata/snapshot.ts'
import type { ClientField } from '../../sdk/wire/meta.ts'
import type { WireValue } from '../../sdk/wire/records.ts'

/** Intl separates with several kinds of space. */
const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, ' ')
const format = (
  type: string,
  value: WireValue,
  locale = 'en',
  options: FieldOptions = {},
  timeZone = 'Europe/Berlin',
) => plain(formatValue({ name: 'value', type, options }, value, { locale, timeZone }))

const choices = [
  { value: 'won', label: { en: 'Won', ru: 'Выиграна' } },
  { value: 'lost', label: 'Lost' },
]

describe('values for people', () => {
  test('[F40] decimals keep all their digits', () => {
    const long = '12345678901234567890123456.123456789012'
    expect(format('decimal', long)).toBe('12,345,678,901,234,567,890,123,456.123456789012')
    expect(format('decimal', long, 'de')).toBe('12.345.678.901.234.567.890.123.456,123456789012')
    expect(format('decimal', '-0.10')).toBe('-0.10')
    expect(format('money', { amount: '90071992547409931.25', currency: 'EUR', base: null })).toBe(
      '€90,071,992,547,409,931.25',
    )
  })

  test('[F40] numbers, money and percentages are written as the language does', () => {
    expect(format('number', 1234.5, 'de')).toBe('1.234,5')
    expect(format('number', 0.1 + 0.2)).toBe('0.3')
    expect(format('money', { amount: '1234.50', currency: 'EUR', base: '1234.50' }, 'de')).toBe('1.234,50 €')
    expect(format('money', { amount: '1234', currency: 'JPY', base: null }, 'en')).toBe('¥1,234')
    expect(format('percent', '12.5', 'ru')).toBe('12,5 %')
    expect(format('percent', '12.50', 'tr')).toBe('%12,50')
  })

  test('[F40] days have no zone, instants have the zone of the reader or their own', () => {
    expect(format('date', '2026-01-31', 'en', {}, 'America/Los_Angeles')).toBe('Jan 31, 2026')
    expect(format('date', '2026-01-31', 'de')).toBe('31.01.2026')
    expect(format('date_time', '2026-01-31T23:30:00Z')).toBe('Feb 1, 2026, 12:30 AM')
    expect(format('date_time', '2026-07-01T12:00:00.123456Z', 'de')).toBe('01.07.2026, 14:00')
    expect(format('date_time', { at: '2026-01-31T23:30:00Z', zone: 'Asia/Tokyo' }, 'en', { zoned: true })).toBe(
      'Feb 1, 2026, 8:30 AM GMT+9',
    )
  })

  test('[F40] choices have their labels, in the nearest language', () => {
    expect(format('choice', 'won', 'ru-RU', { choices })).toBe('Выиграна')
    expect(format('choice', 'won', 'fr', { choices })).toBe('Won')
    expect(format('choice', 'gone', 'fr', { choices })).toBe('gone')
    expect(format('multi_choice', ['won', 'lost'], 'en', { choices })).toBe('Won, Lost')
  })

  test('[F40] addresses and names are one line', () => {
    const address = {
      street: 'Hauptstr. 1',
      street2: null,
      city: 'Bonn',
      region: null,
      postal_code: '53111',
      country: 'DE',
    }
    expect(format('address', address)).toBe('Hauptstr. 1, 53111 Bonn, Germany')
    expect(format('address', address, 'ru')).toBe('Hauptstr. 1, 53111 Bonn, Германия')
    expect(
      format('address', { street: '1 Main St', city: 'Ames', region: 'IA', postal_code: '50010', country: 'US' }),
    ).toBe('1 Main St, Ames, IA 50010, United States')
    expect(format('person_name', { prefix: 'Dr.', given: 'Ada', middle: null, family: 'King', suffix: 'PhD' })).toBe(
      'Dr. Ada King PhD',
    )
    expect(format('person_name', { given: '伟', family: '张' })).toBe('张伟')
    expect(format('phone', '+4930123456')).toBe('+49 30 123456')
  })

  test('[F40] yes, no and secrets in the words given', () => {
    const texts = { yes: 'Да', no: 'Нет', secret: 'задан' }
    const field = (type: string) => ({ name: 'value', type, options: {} })
    const context = { locale: 'ru', timeZone: 'UTC', texts }
    expect(formatValue(field('boolean'), true, context)).toBe('Да')
    expect(formatValue(field('boolean'), false, context)).toBe('Нет')
    expect(formatValue(field('secret'), true, context)).toBe('задан')
    expect(formatValue(field('secret'), false, context)).toBe('')
    expect(format('boolean', false)).toBe('No')
  })

  test('[F40] records by display name, formulas and roll-ups by what they yield', () => {
    const id = '0190a6f2-1111-7222-8333-444455556666'
    expect(format('reference', { id, display_name: 'Ada' })).toBe('Ada')
    expect(format('reference', id)).toBe(id)
    expect(format('any_reference', { entity: 'base.person', id, display_name: null })).toBe(id)
    expect(
      format('many_to_many', [
        { id, display_name: 'Ada' },
        { id, display_name: 'Bob' },
      ]),
    ).toBe('Ada, Bob')
    expect(format('formula', '1234.50', 'en', { ruleType: { kind: 'decimal' } })).toBe('1,234.5')
    expect(format('formula', '2026-01-31', 'de', { ruleType: { kind: 'date' } })).toBe('31.01.2026')
    expect(format('formula', true, 'en', { ruleType: { kind: 'boolean' } })).toBe('Yes')
    const rollup = { entity: 'a.b', reference: 'c', aggregate: 'sum' as const, table: 't', columns: [] }
    expect(format('rollup', '1234567.8', 'en', { rollup })).toBe('1,234,567.8')
  })

  test('computed numbers are rounded to what tells something', () => {
    const ratio = { ruleType: { kind: 'decimal' } } as const
    expect(format('formula', '58.620689655172413793', 'en', ratio)).toBe('58.62')
    expect(format('formula', '0.00012345678', 'en', ratio)).toBe('0.000123')
    expect(format('formula', '389808.64635010630758327427', 'en', ratio)).toBe('389,808.65')
  })

  test('a format says style, digits and grouping', () => {
    const written = (value: string | number, how: NumberFormat, locale = 'en') =>
      format(typeof value === 'number' ? 'number' : 'decimal', value, locale, { format: how })
    expect(written(1996, { grouping: false })).toBe('1996')
    expect(written('58.62', { style: 'percent', decimals: 1 })).toBe('58.6%')
    expect(written('58.62', { style: 'percent', decimals: 1 }, 'de')).toBe('58,6 %')
    expect(written('1234.5', { style: 'currency', currency: 'USD' })).toBe('$1,234.50')
    expect(written('1234.5', { style: 'currency' })).toBe('1,234.5')
    expect(
      formatValue({ name: 'v', type: 'decimal', options: { format: { style: 'currency' } } }, '1234.5', {
        locale: 'en',
        timeZone: 'UTC',
        baseCurrency: 'EUR',
      }),
    ).toBe('€1,234.50')
  })

  test('[F40] fields as the browser knows them will do', () => {
    const field: ClientField = {
      name: 'orders',
      package: 'shop',
      type: 'rollup',
      label: 'Orders',
      required: false,
      unique: false,
      searchable: false,
      readOnly: true,
      personal: 'none',
      widget: 'readonly',
      isWritable: false,
      isReadable: true,
      isSortable: true,
      options: { rollup: { entity: 'shop.order', aggregate: 'count' } },
    }
    expect(formatValue(field, 1234, { locale: 'en', timeZone: 'UTC' })).toBe('1,234')
  })
})
