// Rules F20–F24 of fields.md: what each type takes, what it makes of it, and what it refuses.
import { describe, expect, test } from 'vitest'
import { fieldType } from '../../sdk/fields/index.ts'
import type { FieldShape } from '../../sdk/fields/types.ts'
import type { FieldOptions } from '../../sdk/metadata/snapshot.ts'

const shape = (type: string, options: FieldOptions = {}): FieldShape => ({ name: 'value', type, options })

/** The stored text, or texts by part; `! key` when refused. */
function outcome(type: string, value: unknown, options: FieldOptions = {}, more: Partial<FieldShape> = {}): unknown {
  const parsed = fieldType(type).parse(value, { ...shape(type, options), ...more })
  if (!parsed.ok) return `! ${parsed.key}`
  const keys = Object.keys(parsed.parts)
  return keys.length === 1 && keys[0] === '' ? parsed.parts[''] : parsed.parts
}
const messageOf = (type: string, value: unknown, options: FieldOptions = {}) => {
  const parsed = fieldType(type).parse(value, shape(type, options))
  return parsed.ok ? undefined : parsed.message
}
const fromText = (type: string, text: string, options: FieldOptions = {}): unknown => {
  const { fromText: read } = fieldType(type)
  return read ? read(text, shape(type, options)) : text
}

type Row = readonly [value: unknown, expected: unknown, options?: FieldOptions]
/** Enough of a value to find its row. */
const brief = (value: unknown) => (typeof value === 'string' ? value.slice(0, 60) : value)

function table(type: string, rows: readonly Row[]): void {
  test(`[F20] ${type}`, () => {
    const outcomes = rows.map(([value, , options]) => [brief(value), brief(outcome(type, value, options))])
    expect(outcomes).toEqual(rows.map(([value, expected]) => [brief(value), brief(expected)]))
  })
}

const LONE = 'a\ud800'
const choices = [{ value: 'b', label: 'B' }, { value: 'a' }, { value: 'old', inactive: true }, { value: 'q"\\' }]

describe('text', () => {
  table('text', [
    ['  Жук Пётр ', 'Жук Пётр'],
    ['张伟', '张伟'],
    ['e\u0301', 'é'],
    ['a\r\n\tb', 'a b'],
    ['\u00a0 \ufeff', null],
    ['', null],
    ['a\u0000b', '! control_character'],
    ['a\u001bb', '! control_character'],
    [LONE, '! broken_text'],
    [5, '! not_text'],
    [['a'], '! not_text'],
    ['x'.repeat(10_000), 'x'.repeat(10_000)],
    ['x'.repeat(10_001), '! too_long'],
    ['x'.repeat(1_000_000), '! too_long'],
    ['👩👩👩', '👩👩👩', { maxLength: 3 }],
    ['👩👩👩👩', '! too_long', { maxLength: 3 }],
    ['👩', '! too_short', { minLength: 2 }],
    ['EURO', '! wrong_form', { pattern: '^[A-Z]{3}$' }],
    ['Київ', 'Київ', { pattern: '^\\p{L}+$' }],
  ])
  table('long_text', [
    [' a\r\nb\rc\td ', 'a\nb\nc\td'],
    ['я'.repeat(1_000_000), 'я'.repeat(1_000_000)],
    ['я'.repeat(1_000_001), '! too_long'],
    ['\u0000', '! control_character'],
  ])
  table('secret', [
    [' p w ', ' p w '],
    ['a\u0301', 'a\u0301'],
    ['', null],
    ['a\u0000', '! control_character'],
    [LONE, '! broken_text'],
    [{}, '! not_text'],
  ])

  test('[F20] text in an index has bounds of its own', () => {
    expect(outcome('text', '张'.repeat(700), {}, { unique: true })).toBe('! too_long_to_index')
    expect(outcome('text', '张'.repeat(600), {}, { unique: true })).toBe('张'.repeat(600))
    expect(outcome('text', 'x'.repeat(2001), {}, { indexed: true })).toBe('! too_long_to_index')
    expect(outcome('text', 'x'.repeat(2001))).toBe('x'.repeat(2001))
  })
})

describe('numbers', () => {
  table('number', [
    [1.5, '1.5'],
    [-0, '0'],
    [1e21, '1e+21'],
    [5e-324, '5e-324'],
    [Number.MAX_VALUE, '1.7976931348623157e+308'],
    [Number.NaN, '! too_large_number'],
    [JSON.parse('1e400'), '! too_large_number'],
    ['1', '! not_a_number'],
    [true, '! not_a_number'],
    [1n, '! not_a_number'],
    [2.5, '! not_whole', { integer: true }],
    [1e300, '! too_large_number', { integer: true }],
    [4.9, '! too_small', { min: 5 }],
    [5, '5', { min: 5, max: 5 }],
    [10.1, '! too_large', { max: 10 }],
  ])
  table('decimal', [
    ['12.50', '12.5'],
    ['+0012.500', '12.50', { scale: 2 }],
    ['.5', '0.5'],
    ['5.', '5'],
    ['-0', '0'],
    ['-0.00', '0.00', { scale: 2 }],
    ['\u22127', '-7'],
    [' 7 ', '7'],
    ['', null],
    ['99999999999999999999999999999999999999', '99999999999999999999999999999999999999'],
    ['0.12345678901234567890123456789012345678', '0.12345678901234567890123456789012345678'],
    ['100000000000000000000000000000000000000', '! too_many_digits'],
    ['1.005', '! too_many_places', { scale: 2 }],
    ['1.5', '! not_whole', { scale: 0 }],
    [12.1, '12.10', { scale: 2 }],
    [0.1, '0.1'],
    [123456789012345, '123456789012345'],
    [1234567890123456, '! write_as_text'],
    [0.1 + 0.2, '! write_as_text'],
    [1e21, '! write_as_text'],
    [1e-7, '! write_as_text'],
    [Number.POSITIVE_INFINITY, '! write_as_text'],
    ['1e5', '! not_a_number'],
    ['1,234.50', '! not_a_number'],
    ['١٢', '! not_a_number'],
    ['.', '! not_a_number'],
    ['NaN', '! not_a_number'],
    ['1'.repeat(1e6), '! not_a_number'],
    [null, '! not_a_number'],
    ['-0.01', '! too_small', { min: '0' }],
    ['10.000000000000000000001', '! too_large', { max: 10 }],
  ])
  table('percent', [
    ['12.5', '12.5'],
    ['100.01', '! too_large', { max: '100' }],
    [33.33, '33.33', { scale: 2 }],
  ])
  table('boolean', [
    [true, 'true'],
    [false, 'false'],
    ['true', '! not_boolean'],
    [1, '! not_boolean'],
  ])

  test('[F21] large and small decimals are compared digit by digit', () => {
    const max = '9007199254740993.0000000000000000000001'
    expect(outcome('decimal', '9007199254740993.0000000000000000000001', { max })).toBe(max)
    expect(outcome('decimal', '9007199254740993.0000000000000000000002', { max })).toBe('! too_large')
  })
})

describe('money', () => {
  table('money', [
    [
      { amount: '12.5', currency: 'EUR' },
      { amount: '12.50', currency: 'EUR' },
    ],
    [
      { amount: 12.5, currency: ' eur ', base: '99.00' },
      { amount: '12.50', currency: 'EUR' },
    ],
    [
      { amount: '100', currency: 'JPY' },
      { amount: '100', currency: 'JPY' },
    ],
    [
      { amount: '1.234', currency: 'KWD' },
      { amount: '1.234', currency: 'KWD' },
    ],
    [{ amount: '0.5', currency: 'JPY' }, '! not_whole'],
    [{ amount: '0.005', currency: 'EUR' }, '! too_many_places'],
    [{ amount: '0.0051', currency: 'EUR' }, { amount: '0.0051', currency: 'EUR' }, { scale: 4 }],
    [{ amount: '5', currency: 'EUR' }, { amount: '5.00', currency: 'EUR' }, { currencies: ['EUR', 'USD'] }],
    [{ amount: '5', currency: 'CHF' }, '! wrong_currency', { currencies: ['EUR', 'USD'] }],
    [{ amount: '5' }, { amount: '5.00', currency: 'EUR' }, { currencies: ['EUR'] }],
    [{ amount: '5' }, '! no_currency', { currencies: ['EUR', 'USD'] }],
    [{ amount: '5', currency: null }, '! no_currency'],
    [{ amount: '5', currency: 'XYZ' }, '! no_such_currency'],
    [{ amount: '5', currency: 7 }, '! no_such_currency'],
    [{ amount: '-1', currency: 'EUR' }, '! too_small', { min: '0' }],
    [
      { amount: null, currency: 'EUR' },
      { amount: null, currency: null },
    ],
    [{}, { amount: null, currency: null }],
    [{ amount: '1', currency: 'EUR', tax: '2' }, '! unknown_member'],
    ['12.50 EUR', '! not_money'],
    [[], '! not_money'],
  ])
})

describe('days and times', () => {
  table('date', [
    ['2024-02-29', '2024-02-29'],
    ['2025-02-29', '! no_such_day'],
    ['1900-02-29', '! no_such_day'],
    ['2000-02-29', '2000-02-29'],
    ['2026-04-31', '! no_such_day'],
    ['2026-13-01', '! no_such_day'],
    ['0001-01-01', '0001-01-01'],
    ['0000-12-31', '! no_such_day'],
    ['9999-12-31', '9999-12-31'],
    ['10000-01-01', '! not_a_date'],
    ['2026-1-31', '! not_a_date'],
    ['31.01.2026', '! not_a_date'],
    ['2026-01-31T00:00:00Z', '! not_a_date'],
    [1_700_000_000, '! not_a_date'],
    [' 2026-01-31 ', '2026-01-31'],
    ['', null],
    ['2025-12-31', '! too_small', { min: '2026-01-01' }],
    ['2027-01-01', '! too_large', { max: '2026-12-31' }],
  ])
  table('date_time', [
    ['2026-01-31T10:00:00Z', '2026-01-31T10:00:00Z'],
    ['2026-01-31t10:00z', '2026-01-31T10:00:00Z'],
    ['2026-01-31 10:00:00+02:00', '2026-01-31T08:00:00Z'],
    ['2026-01-01T00:30:00+05:45', '2025-12-31T18:45:00Z'],
    ['2026-01-31T10:00:00.120000-0930', '2026-01-31T19:30:00.12Z'],
    ['2026-01-31T10:00:00.123456Z', '2026-01-31T10:00:00.123456Z'],
    ['2026-01-31T10:00:00.1234560000Z', '2026-01-31T10:00:00.123456Z'],
    ['2026-01-31T10:00:00.1234567Z', '! too_many_places'],
    ['2026-01-31T10:00:00', '! no_offset'],
    ['2026-01-31', '! not_an_instant'],
    ['2026-02-30T10:00:00Z', '! not_an_instant'],
    ['2026-01-31T24:00:00Z', '! not_an_instant'],
    ['2026-06-30T23:59:60Z', '! not_an_instant'],
    ['2026-01-31T10:00:00+15:00', '! not_an_instant'],
    ['0001-01-01T00:00:00+01:00', '! out_of_range'],
    ['9999-12-31T23:59:59-01:00', '! out_of_range'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00Z'],
    [1_700_000_000, '! not_an_instant'],
    ['', null],
    ['2026-01-01T00:00:00Z', '! too_small', { min: '2026-01-01T00:00:00.000001Z' }],
    ['2026-01-01T00:00:00.5Z', '! too_large', { max: '2026-01-01T00:00:00Z' }],
  ])
  const zoned = { zoned: true }
  table('date_time', [
    [
      { at: '2026-03-29T02:30:00+01:00', zone: 'Europe/Berlin' },
      { at: '2026-03-29T01:30:00Z', zone: 'Europe/Berlin' },
      zoned,
    ],
    // The hour that comes twice when summer time ends: the offset says which of the two.
    [
      { at: '2026-10-25T02:30:00+02:00', zone: 'europe/berlin' },
      { at: '2026-10-25T00:30:00Z', zone: 'Europe/Berlin' },
      zoned,
    ],
    [
      { at: '2026-10-25T02:30:00+01:00', zone: 'Europe/Berlin' },
      { at: '2026-10-25T01:30:00Z', zone: 'Europe/Berlin' },
      zoned,
    ],
    [{ at: '2026-01-01T00:00:00Z', zone: 'utc' }, { at: '2026-01-01T00:00:00Z', zone: 'UTC' }, zoned],
    [{ at: null, zone: 'Europe/Berlin' }, { at: null, zone: null }, zoned],
    [{ at: '2026-01-01T00:00:00Z', zone: 'Europe/Berlln' }, '! no_such_zone', zoned],
    [{ at: '2026-01-01T00:00:00Z', zone: '+02:00' }, '! no_such_zone', zoned],
    [{ at: '2026-01-01T00:00:00Z', zone: 'CET' }, '! no_such_zone', zoned],
    [{ at: '2026-01-01T00:00:00Z' }, '! no_such_zone', zoned],
    [{ at: '2026-01-01T00:00:00', zone: 'Europe/Berlin' }, '! no_offset', zoned],
    [{ at: '2026-01-01T00:00:00Z', zone: 'UTC', offset: 1 }, '! unknown_member', zoned],
    ['2026-01-01T00:00:00Z', '! not_zoned', zoned],
  ])
})

describe('options', () => {
  table('choice', [
    ['a', 'a', { choices }],
    [' a ', 'a', { choices }],
    ['old', 'old', { choices }],
    ['A', '! not_an_option', { choices }],
    ['', null, { choices }],
    [['a'], '! not_an_option', { choices }],
    ['sales.agent', 'sales.agent', { optionsFrom: 'roles' }],
    ['no role!', '! not_an_option', { optionsFrom: 'roles' }],
    ['a', '! not_an_option'],
  ])
  table('multi_choice', [
    [['a', 'b', 'a'], '{"b","a"}', { choices }],
    [['q"\\'], '{"q\\"\\\\"}', { choices }],
    [[], null, { choices }],
    [['a', 'z'], '! not_an_option', { choices }],
    [['a', null], '! not_an_option', { choices }],
    ['a', '! not_a_list', { choices }],
    [new Array(2 ** 32 - 1), '! not_a_list', { choices }],
    [['b.c', 'a.b'], '{"a.b","b.c"}', { optionsFrom: 'roles' }],
  ])

  test('[F22] what is no longer offered stays where it is and comes nowhere else', () => {
    const parse = (type: string, value: unknown, before: unknown) => {
      const parsed = fieldType(type).parse(value, shape(type, { choices }), { before })
      return parsed.ok ? 'taken' : parsed.key
    }
    expect(parse('choice', 'old', null)).toBe('inactive_option')
    expect(parse('choice', 'old', 'a')).toBe('inactive_option')
    expect(parse('choice', 'old', 'old')).toBe('taken')
    expect(parse('choice', 'old', undefined)).toBe('taken')
    expect(parse('choice', 'a', null)).toBe('taken')
    expect(parse('multi_choice', ['a', 'old'], ['b'])).toBe('inactive_option')
    expect(parse('multi_choice', ['a', 'old'], ['old'])).toBe('taken')
  })
})

describe('communication', () => {
  table('email', [
    [' Ada.Lovelace+x@Example.ORG ', 'Ada.Lovelace+x@example.org'],
    ['почта@пример.рф', 'почта@пример.рф'],
    ["o'neil@mail.example.co.uk", "o'neil@mail.example.co.uk"],
    ['', null],
    ['ada', '! not_an_email'],
    ['ada@localhost', '! not_an_email'],
    ['ada@example..org', '! not_an_email'],
    ['.ada@example.org', '! not_an_email'],
    ['ada.@example.org', '! not_an_email'],
    ['a b@example.org', '! not_an_email'],
    ['Ada <ada@example.org>', '! not_an_email'],
    ['a@b@example.org', '! not_an_email'],
    ['ada@-example.org', '! not_an_email'],
    ['ada@127.0.0.1', '! not_an_email'],
    [`${'a'.repeat(65)}@example.org`, '! not_an_email'],
    [`a@${'b.'.repeat(130)}org`, '! too_long'],
    [5, '! not_text'],
  ])
  table('phone', [
    ['+49 (0)30 / 123-456', '+4930123456'],
    ['tel:+1-202-555-0143', '+12025550143'],
    ['＋86 138 0013 8000', '+8613800138000'],
    ['+7 495 123-45-67', '+74951234567'],
    ['', null],
    ['030 123456', '! no_country_code'],
    ['0049 30 123456', '! no_country_code'],
    ['+1 234', '! not_a_phone'],
    ['+999 123456', '! not_a_phone'],
    ['+', '! not_a_phone'],
    ['+44 20 7946 0958 ext. 12', '! phone_extension'],
    ['+49 30 123456 call after six', '! not_a_phone'],
    ['+'.repeat(61), '! too_long'],
  ])
  table('url', [
    ['HTTPS://Example.org/Path?q=Ä#x', 'https://example.org/Path?q=Ä#x'],
    ['example.org', 'https://example.org'],
    ['example.org:8080/x', 'https://example.org:8080/x'],
    ['http://пример.рф/путь', 'http://пример.рф/путь'],
    ['', null],
    ['javascript:alert(1)', '! wrong_scheme'],
    [' jAvascript:alert(1)', '! wrong_scheme'],
    ['data:text/html,x', '! wrong_scheme'],
    ['mailto:ada@example.org', '! wrong_scheme'],
    ['ftp://example.org', '! wrong_scheme'],
    ['https://user:password@example.org', '! not_a_url'],
    ['https://example.org\\@evil.example', '! not_a_url'],
    ['https://example.org/<script>', '! not_a_url'],
    ['https://', '! not_a_url'],
    ['https://exa mple.org', '! not_a_url'],
    ['somewhere', '! not_a_url'],
    ['//example.org', '! not_a_url'],
    [`https://example.org/${'x'.repeat(2000)}`, '! too_long'],
  ])
})

describe('values with parts', () => {
  const nowhere = { street: null, street2: null, city: null, region: null, postal_code: null, country: null }
  const nobody = { prefix: null, given: null, middle: null, family: null, suffix: null }
  table('address', [
    [
      { street: ' Невский пр. 1 ', city: 'Санкт-Петербург', country: 'ru' },
      { ...nowhere, street: 'Невский пр. 1', city: 'Санкт-Петербург', country: 'RU' },
    ],
    [{}, nowhere],
    [{ city: '', country: null }, nowhere],
    [{ country: 'UK' }, '! no_such_country'],
    [{ country: 'Germany' }, '! too_long'],
    [{ city: 5 }, '! not_text'],
    [{ town: 'Bonn' }, '! unknown_member'],
    ['Bonn', '! not_parts'],
    [['Bonn'], '! not_parts'],
  ])
  table('person_name', [
    [
      { given: 'Ada', family: 'Lovelace' },
      { ...nobody, given: 'Ada', family: 'Lovelace' },
    ],
    [
      { family: '张', given: '伟', middle: '' },
      { ...nobody, family: '张', given: '伟' },
    ],
    [{ given: 'x'.repeat(121) }, '! too_long'],
    [{ first: 'Ada' }, '! unknown_member'],
    ['Ada', '! not_parts'],
  ])
  const id = '0190A6F2-1111-7222-8333-444455556666'
  table('reference', [
    [id, id.toLowerCase()],
    ['', null],
    ['0190a6f2', '! not_an_id'],
    [{ id }, '! not_an_id'],
    [`${id}'; drop table`, '! not_an_id'],
    [5, '! not_an_id'],
  ])
  table('any_reference', [
    [
      { entity: 'base.person', id },
      { entity: 'base.person', id: id.toLowerCase() },
    ],
    [
      { entity: 'base.person', id, display_name: 'Ada' },
      { entity: 'base.person', id: id.toLowerCase() },
    ],
    [
      { entity: null, id: null },
      { entity: null, id: null },
    ],
    [{ entity: 'person', id }, '! not_an_entity'],
    [{ id }, '! not_an_entity'],
    [{ entity: 'base.person' }, '! not_an_id'],
    [{ entity: 'base.person', id, name: 'Ada' }, '! unknown_member'],
    [id, '! not_a_link'],
  ])
})

describe('json', () => {
  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  table('json', [
    [{ b: [1, 'x', null], a: true }, '{"a":true,"b":[1,"x",null]}'],
    ['text', '"text"'],
    ['', '""'],
    [-0, '0'],
    [false, 'false'],
    [JSON.parse('{"__proto__":{"x":1}}'), '{"__proto__":{"x":1}}'],
    [nested(50), `${'['.repeat(50)}1${']'.repeat(50)}`],
    [nested(51), '! too_deep'],
    [nested(3000), '! too_deep'],
    ['x'.repeat(1_000_001), '! too_long'],
    [new Array(2 ** 32 - 1), '! too_long'],
    [{ a: 'x\u0000' }, '! broken_text'],
    [{ 'x\u0000': 1 }, '! broken_text'],
    [LONE, '! broken_text'],
    [Number.NaN, '! not_json'],
    [JSON.parse('[1e400]'), '! not_json'],
    [{ a: undefined }, '! not_json'],
    [1n, '! not_json'],
    [new Date(0), '! not_json'],
    [() => 1, '! not_json'],
  ])
  test('[F20] json: a circle is refused, and getters and toJSON are not run', () => {
    expect(outcome('json', circle)).toBe('! too_deep')
    const tricky = {
      get a(): never {
        throw new Error('ran')
      },
      toJSON: () => expect.unreachable(),
    }
    expect(outcome('json', tricky)).toBe('! not_json')
  })
})

describe('messages', () => {
  test('[F20] follow the label of the field', () => {
    expect(messageOf('number', 4, { min: 5 })).toBe('must be at least 5')
    expect(messageOf('decimal', '1.234', { scale: 2 })).toBe('may have at most 2 digits after the point')
    expect(messageOf('text', 'x'.repeat(9), { maxLength: 8 })).toBe('may have at most 8 characters')
    expect(messageOf('choice', 'zz', { choices })).toBe('cannot be “zz”: it is not one of the options')
    expect(messageOf('address', { city: 'x'.repeat(101) })).toBe('may have at most 100 characters (city)')
    expect(messageOf('date', '2025-02-29')).toBe('is no day of the calendar')
    expect(messageOf('formula', 1)).toBe('cannot be set')
    expect(messageOf('phone', '030 1234')).toContain('such as +49 30 123456')
  })

  test('[F20] bring their numbers apart, for other languages', () => {
    const parsed = fieldType('money').parse({ amount: '0.001', currency: 'EUR' }, shape('money'))
    expect(parsed).toMatchObject({ ok: false, key: 'too_many_places', params: { scale: 2 } })
    expect(fieldType('address').parse({ city: 'x'.repeat(101) }, shape('address'))).toMatchObject({
      params: { max: 100, part: 'city' },
    })
  })
})

describe('cells of files', () => {
  const zoned = { zoned: true }
  const at = '2026-03-29T10:00:00+02:00'
  test.each<[string, string, unknown, FieldOptions?]>([
    ['boolean', ' Yes ', true],
    ['boolean', '0', false],
    ['boolean', 'F', false],
    ['boolean', 'maybe', 'maybe'],
    ['number', ' 1.5e3 ', 1500],
    ['number', '1,5', '1,5'],
    ['number', '', null],
    ['number', 'Infinity', 'Infinity'],
    ['percent', '12.5 %', '12.5'],
    ['money', '12.50 EUR', { amount: '12.50', currency: 'EUR' }],
    ['money', 'usd-3', { amount: '-3', currency: 'usd' }],
    ['money', '7', { amount: '7' }],
    ['money', '1,234.50 EUR', { amount: '1,234.50', currency: 'EUR' }],
    ['money', 'EUR 5 USD', 'EUR 5 USD'],
    ['multi_choice', 'a; b;;', ['a', 'b']],
    ['multi_choice', ' ', []],
    ['date_time', `${at}[Europe/Berlin]`, { at, zone: 'Europe/Berlin' }, zoned],
    ['date_time', `${at} America/Argentina/Buenos_Aires`, { at, zone: 'America/Argentina/Buenos_Aires' }, zoned],
    ['date_time', at, at, zoned],
    [
      'any_reference',
      'base.person:0190a6f2-1111-7222-8333-444455556666',
      { entity: 'base.person', id: '0190a6f2-1111-7222-8333-444455556666' },
    ],
    ['address', '{"city":"Bonn"}', { city: 'Bonn' }],
    ['address', 'Bonn', 'Bonn'],
    ['json', '[1]', [1]],
    ['json', '{"a"', Number.NaN],
  ])('[F23] %s: %j → %j', (type, text, expected, options) => {
    expect(fromText(type, text, options)).toEqual(expected)
  })

  test('[F23] what is not understood is refused when it is parsed', () => {
    const refused = [
      ['boolean', 'maybe'],
      ['number', '1,5'],
      ['money', '1,234.50 EUR'],
      ['money', 'EUR 5 USD'],
      ['json', '{"a"'],
      ['address', 'Bonn'],
    ] as const
    for (const [type, text] of refused)
      expect([type, outcome(type, fromText(type, text))]).toEqual([type, expect.stringMatching(/^! /)])
  })
})

describe('options that contradict each other', () => {
  test.each<[string, FieldOptions, string[]]>([
    ['text', { minLength: 5, maxLength: 4 }, ['/minLength']],
    ['text', { pattern: '(' }, ['/pattern']],
    ['text', { pattern: '(?=a)' }, ['/pattern']],
    ['number', { min: 5, max: 1 }, ['/min']],
    ['number', { integer: true, max: 1.5 }, ['/max']],
    ['decimal', { min: '2', max: '1.99' }, ['/min']],
    ['decimal', { scale: 1, max: '1.25' }, ['/max']],
    ['decimal', { min: 'x' }, ['/min']],
    ['percent', { min: 0.1 + 0.2 }, ['/min']],
    ['money', { currencies: ['EUR', 'XYZ'] }, ['/currencies']],
    ['date', { min: '2025-02-29' }, ['/min']],
    ['date', { min: '2026-01-02', max: '2026-01-01' }, ['/min']],
    ['date_time', { min: '2026-01-02', max: '2026-01-01T00:00:00Z' }, ['/min']],
    ['date_time', { min: '2026-01-01T00:00:00.2Z', max: '2026-01-01T00:00:00.1Z' }, ['/min']],
    ['choice', {}, ['/choices']],
    ['choice', { choices, optionsFrom: 'roles' }, ['/optionsFrom']],
    ['multi_choice', { choices: [] }, ['/choices']],
    ['auto_number', { numberPattern: 'INV-{YYYY}' }, ['/numberPattern']],
    ['auto_number', { numberPattern: '{00}-{00}' }, ['/numberPattern']],
    ['auto_number', { numberPattern: '{yyyy}-{00}' }, ['/numberPattern']],
    ['auto_number', { numberPattern: '{00' }, ['/numberPattern']],
    ['auto_number', { numberPattern: 'INV-{YY}{MM}{DD}-{0}' }, []],
  ])('[F24] %s %j', (type, options, paths) => {
    expect((fieldType(type).check?.(options) ?? []).map(({ path }) => path)).toEqual(paths)
  })
})
