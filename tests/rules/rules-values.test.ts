// Nothing, texts and times at the edges of what can be held: both engines of the rule language give the same answer,
// whatever the locale of the database.
import fc from 'fast-check'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { socketHost, withDatabase } from '../../kernel/platform/postgres-url.ts'
import { type Database, openDatabase } from '../../kernel/run/database.ts'
import { readInstant, sortableInstant } from '../../sdk/fields/calendar.ts'
import { checkRule, constantToText } from '../../sdk/rules/index.ts'
import { closureValue, disagreements, FIELDS, type Row, ruleScope } from '../support/rule-engines.ts'
import { createTestDatabase } from '../support/test-database.ts'

const isLong = Boolean(process.env['RELATA_TEST_LONG'])
const EMPTY: Row = Object.fromEntries(Object.keys(FIELDS).map((name) => [name, null]))
const FULL: Row = {
  flag: true,
  size: 1.5,
  width: -2,
  price: '12.5',
  rate: '-0.25',
  name: 'Straße',
  city: 'İzmir',
  born: '2024-02-29',
  died: '9999-12-31',
  seen: '2026-03-29T00:59:59.999999Z',
  left: '0001-01-01T00:00:00.000000Z',
  owner: '00000000-0000-7000-8000-00000000000a',
  maker: 'ffffffff-ffff-4fff-bfff-ffffffffffff',
  tags: ['a', ''],
}
const v = (name: string) => ({ var: name })

let database: Database
beforeAll(async () => {
  const { url } = await createTestDatabase()
  database = openDatabase({ url, poolSize: 1, longPoolSize: 1 })
  return () => database.close()
})

async function expectAgreement(row: Row, rules: readonly unknown[], on: Database = database): Promise<void> {
  for (let start = 0; start < rules.length; start += 200)
    expect((await disagreements(on, { ...EMPTY, ...row }, rules.slice(start, start + 200))).slice(0, 3)).toEqual([])
}

describe('nothing', () => {
  /** A field, a constant, and each way of writing null. */
  const operands = (field: string, constant: unknown): unknown[] => [
    v(field),
    constant,
    null,
    { max: [null, null] },
    { if: [v('flag'), null] },
    { if: [false, v(field)] },
    { if: [{ '==': [v('name'), null] }, null, null] },
  ]
  const PLACES: readonly (readonly [string, unknown, readonly string[]])[] = [
    ['flag', true, ['==', '!=', 'and', 'or', 'if']],
    ['size', 3, ['==', '!=', '<', '<=', '>', '>=', 'if', '+', '-', '*', '/', '%', 'min', 'max', 'cat', 'join']],
    ['price', '3', ['==', '!=', '<', '<=', '>', '>=', 'if', '+', '-', '*', '/', '%', 'min', 'max', 'cat']],
    ['name', 'x', ['==', '!=', '<', '<=', '>', '>=', 'if', 'in', 'contains', 'starts_with', 'cat', 'join']],
    ['born', '2026-01-31', ['==', '!=', '<', '<=', '>', '>=', 'min', 'max', 'cat', 'join']],
    ['seen', '2026-01-31T00:00:00Z', ['==', '!=', '<', '<=', '>', '>=', 'min', 'max', 'cat', 'join']],
    ['owner', '00000000-0000-7000-8000-00000000000A', ['==', '!=', 'cat', 'join']],
  ]

  const operandsOf = (operator: string, a: unknown, b: unknown, field: unknown): unknown[] => {
    if (operator === 'if') return [v('flag'), a, b]
    // Without a field two texts are texts, which have no smaller one.
    return operator === 'min' || operator === 'max' ? [a, b, field] : [a, b]
  }

  test('may stand in every place of every operator', { timeout: isLong ? 600_000 : 60_000 }, async () => {
    const rules: unknown[] = []
    for (const [field, constant, operators] of PLACES) {
      const all = operands(field, constant).slice(0, isLong ? undefined : 6)
      for (const operator of operators) {
        for (const a of all) {
          for (const b of all) {
            rules.push({ [operator]: operandsOf(operator, a, b, v(field)) })
            if (operator === '<' || operator === '<=')
              rules.push({ [operator]: [a, b, v(field)] }, { [operator]: [v(field), a, b] })
          }
        }
      }
      for (const a of all) {
        rules.push({ '!': { '==': [a, null] } }, { in: [a, []] })
        if (field !== 'flag') rules.push({ in: [a, [constant, constant]] })
        if (field === 'size' || field === 'price') rules.push({ '-': [a] }, { '+': [a] })
        if (field === 'flag') rules.push({ '!': a }, { '!!': a }, { and: [a] }, { if: [a, 1, 2] }, { if: [a, 'x'] })
      }
    }
    rules.push(
      { in: [null, v('tags')] },
      { in: [{ max: [null] }, [1, 2]] },
      { in: ['a', { if: [v('flag'), v('tags'), null] }] },
      null,
    )
    for (const row of [FULL, EMPTY, { ...FULL, flag: false }, { ...EMPTY, flag: true }])
      await expectAgreement(row, rules)
  })
})

describe('texts', () => {
  const TEXTS = [
    '',
    ' ',
    'a',
    'A',
    'ä',
    'a\u0308',
    'Ä',
    'z',
    'Z',
    'ß',
    'ẞ',
    'SS',
    'ss',
    'i',
    'I',
    'ı',
    'İ',
    'i\u0307',
    'ς',
    'σ',
    'Σ',
    'ΑΣ',
    'ΑΣ Β',
    'ñ',
    'ch',
    'll',
    'æ',
    'ǆ',
    'ﬁ',
    'é',
    'e\u0301',
    '\u200b',
    '\u00ad',
    '\u0085',
    '\u2028',
    '\t',
    '\n',
    '%',
    '_',
    '\\',
    "'",
    '"',
    '$1',
    '{}',
    '{"a"}',
    '\ud7ff',
    '\ue000',
    '\ufffd',
    '\uffff',
    '\ufeff',
    '😀',
    '𐐀',
    '𐐨',
    '\u{10ffff}',
    '北京',
    'Ω',
    'Ω',
    'null',
    'true',
    '1',
    '10',
    '9',
  ]
  const OPERATORS = ['==', '!=', '<', '<=', '>', '>=', 'in', 'contains', 'starts_with', 'cat']
  const rulesOf = (a: unknown, b: unknown) => OPERATORS.map((operator) => ({ [operator]: [a, b] }))

  test('of every script are compared and searched by code points', { timeout: isLong ? 600_000 : 60_000 }, async () => {
    for (const [at, name] of TEXTS.entries()) {
      const others = TEXTS.filter((_, index) => isLong || (index + at) % 6 === 0)
      await expectAgreement({ name, tags: [name, 'b'] }, [
        ...others.flatMap((other) => rulesOf(v('name'), other)),
        ...others.map((other) => ({ in: [other, v('tags')] })),
        { in: [v('name'), TEXTS] },
        { join: [v('name'), 'x', v('city'), '', 'y'] },
        { join: ['-', v('name'), v('name')] },
      ])
    }
  })

  test('are found in lower case for every letter there is', { timeout: isLong ? 600_000 : 60_000 }, async () => {
    const letters: string[] = []
    for (let code = 1; code < 0x30000; code++) {
      const letter = String.fromCodePoint(code)
      if (letter.isWellFormed() && letter.toLowerCase() !== letter) letters.push(letter)
    }
    const rules = letters.flatMap((letter) => [
      { contains: [letter.toLowerCase(), letter] },
      { starts_with: [letter, letter.toLowerCase()] },
    ])
    await expectAgreement({}, rules)
  })

  test('mean the same in databases of every locale', { timeout: isLong ? 600_000 : 60_000 }, async () => {
    const texts = TEXTS.filter((_, index) => isLong || index % 3 === 0)
    const rules = texts.flatMap((text, at) => [
      ...rulesOf(v('name'), text),
      ...rulesOf(v('name'), TEXTS[(at * 7 + 3) % TEXTS.length]),
      ...rulesOf(text, v('city')),
    ])
    const url = inject('superuserUrl')
    const server = postgres(url, { ...socketHost(url), max: 1, onnotice: () => undefined })
    afterAll(() => server.end({ timeout: 5 }))
    for (const [index, locale] of [
      "icu icu_locale 'tr-TR'",
      "icu icu_locale 'und-u-kn-true-ka-shifted'",
      "icu icu_locale 'de-u-co-phonebk'",
      'libc',
    ]
      .slice(0, isLong ? 4 : 2)
      .entries()) {
      const name = `test_locale_${process.pid}_${index}`
      await server.unsafe(
        `create database "${name}" template template0 encoding 'UTF8' locale 'C' locale_provider ${locale}`,
      )
      const strange = openDatabase({ url: withDatabase(url, name), poolSize: 1, longPoolSize: 1 })
      try {
        await expectAgreement({ name: 'İstanbul', city: 'zß' }, rules, strange)
        await expectAgreement({ name: 'i', city: 'a-b' }, rules, strange)
      } finally {
        await strange.close()
        await server.unsafe(`drop database "${name}" with (force)`)
      }
    }
  })

  test('that no column can hold are refused; letters are composed as stored ones are', () => {
    for (const text of ['a\u0000b', '\ud800', 'x\udc00y', 'x'.repeat(10_001)])
      expect(checkRule({ '==': [v('name'), text] }, ruleScope).ok).toBe(false)
    expect(closureValue({ '==': [v('name'), 'e\u0301'] }, { name: 'é' })).toBe(true)
    expect(closureValue({ in: [v('name'), ['e\u0301']] }, { name: 'é' })).toBe(true)
  })
})

describe('times', () => {
  const DAYS = [
    '0001-01-01',
    '0001-12-31',
    '0099-02-28',
    '0100-02-28',
    '1582-10-10',
    '1900-02-28',
    '1970-01-01',
    '2000-02-29',
    '2023-12-31',
    '2024-02-29',
    '2024-12-31',
    '2025-01-01',
    '9999-12-31',
  ]
  const INSTANTS = [
    '0001-01-01T00:00:00Z',
    '0099-12-31T23:59:59.999999Z',
    '1582-10-10T12:00:00Z',
    '1969-12-31T23:59:59.999999Z',
    '1970-01-01T00:00:00Z',
    '2000-02-29T23:59:59.000001Z',
    '2024-12-31T23:59:59.999999Z',
    '2025-01-01T00:00:00Z',
    '2025-01-01T00:00:00.000001Z',
    '2025-01-01T00:00:00.001Z',
    '2026-03-29T00:59:59.999Z',
    '2026-03-29T01:00:00Z',
    '2026-10-25T00:59:59Z',
    '9999-12-31T23:59:59.999999Z',
    '2026-03-29T03:00:00+02:00',
    '2026-10-25T02:30:00+02:00',
    '2026-10-25T02:30:00+01:00',
    '2024-12-31T20:00:00-05:00',
    '2025-01-01T05:45:00+0545',
    '2025-01-01T14:00+14:00',
  ]
  const OPERATORS = ['==', '!=', '<', '<=', '>', '>=', 'min', 'max', 'cat']

  test('at the ends of years, in leap years and to the microsecond', {
    timeout: isLong ? 600_000 : 60_000,
  }, async () => {
    for (const [at, born] of DAYS.entries())
      await expectAgreement({ born, died: DAYS[(at + 1) % DAYS.length] ?? null }, [
        ...DAYS.flatMap((day) => OPERATORS.map((operator) => ({ [operator]: [v('born'), day] }))),
        { '<': [v('born'), '2024-02-29', v('died')] },
        { in: [v('born'), DAYS] },
        { '<=': [{ min: [v('born'), v('died')] }, v('born'), { max: [v('born'), v('died')] }] },
      ])
    for (const seen of INSTANTS)
      await expectAgreement({ seen }, [
        ...INSTANTS.flatMap((other) => OPERATORS.map((operator) => ({ [operator]: [v('seen'), other] }))),
        { in: [v('seen'), INSTANTS] },
      ])
  })

  test('written as a field takes them are constants too, and the same ones', () => {
    const two = (max: number) => fc.nat(max).map((number) => String(number).padStart(2, '0'))
    const written = fc
      .tuple(
        fc.constantFrom(...DAYS, '2025-02-29', '0000-01-01'),
        fc.constantFrom('T', 't', ' '),
        fc.tuple(two(25), two(60), two(60)),
        fc.constantFrom('', '.5', '.123456', '.1234567', '.1234560', ',25', '.'),
        fc.constantFrom('Z', 'z', '+02:00', '-0330', '+14:00', '+15:00', '+02', '', '+1'),
      )
      .map(
        ([day, letter, [hour, minute, second], fraction, zone]) =>
          `${day}${letter}${hour}:${minute}:${second}${fraction}${zone}`,
      )
    fc.assert(
      fc.property(written, (text) => {
        const field = readInstant(text)
        const constant = constantToText(text, { kind: 'instant' })
        expect(constant.ok && constant.text).toBe(field.ok && `${sortableInstant(field.text)}Z`)
      }),
      { numRuns: isLong ? 20_000 : 1_000, seed: 20261123 },
    )
  })
})
