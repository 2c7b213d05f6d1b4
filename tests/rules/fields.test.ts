// Rules F1–F9 of fields.md, for every field type. A new type is tested by being in the table.
import { FormatRegistry, KindGuard } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encoderOf } from '../../kernel/respond/encode-value.ts'
import { type Database, openDatabase } from '../../kernel/run/database.ts'
import { RelataError } from '../../sdk/errors.ts'
import { readTimeZone } from '../../sdk/fields/time-zones.ts'
import { formatValue } from '../../sdk/fields/format.ts'
import { FIELD_TYPES, fieldType } from '../../sdk/fields/index.ts'
import type { FieldShape, FieldType, PartSpec, StoredParts } from '../../sdk/fields/types.ts'
import type { SqlType } from '../../sdk/metadata/snapshot.ts'
import { fieldCommon } from '../../sdk/metadata/source.ts'
import { FIELD_SAMPLES, type FieldSample } from '../support/field-samples.ts'
import { createTestDatabase } from '../support/test-database.ts'

const RUNS = process.env['RELATA_TEST_LONG'] ? 5000 : 150
const FORMATS: Readonly<Record<string, RegExp>> = {
  decimal: /^-?\d+(\.\d+)?$/,
  date: /^\d{4}-\d\d-\d\d$/,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  email: /^\S+@\S+$/,
}
const UNORDERED: readonly SqlType[] = ['jsonb', 'text[]']

const { url } = await createTestDatabase()
let database: Database
beforeAll(() => {
  for (const [name, form] of Object.entries(FORMATS)) FormatRegistry.Set(name, (value) => form.test(value))
  database = openDatabase({ url, poolSize: 1, longPoolSize: 1 })
})
afterAll(() => database.close())

interface Case {
  label: string
  type: FieldType
  field: FieldShape
  sample: FieldSample
  parts: readonly PartSpec[]
  /** Parts that a value fills. */
  written: readonly PartSpec[]
}
const cases: Case[] = Object.entries(FIELD_TYPES).flatMap(([name, type]) =>
  (FIELD_SAMPLES[name] ?? []).map((sample, index) => {
    const parts = type.parts(sample.options)
    const field = { name: 'value', type: name, options: sample.options }
    const written = parts.filter((part) => !part.isComputed)
    return { label: `${name} ${index}`, type, field, sample, parts, written }
  }),
)
const writable = cases.filter(({ type }) => type.isWritable)

const anything = fc.oneof(
  fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  }),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\ud800', '\udc00', '\u0000', 'e\u0301', '0', '9', '.', '-', '+', ':', 'Z', 'T') }),
)

describe('the table', () => {
  test('[F1] holds each type under its own name, with samples', () => {
    const named = Object.entries(FIELD_TYPES).map(([name, type]) => [name, type.name])
    expect(named.filter(([name, own]) => name !== own)).toEqual([])
    expect(named.filter(([name]) => !/^[a-z]+(_[a-z]+)*$/.test(name ?? ''))).toEqual([])
    expect(Object.keys(FIELD_TYPES).filter((name) => (FIELD_SAMPLES[name] ?? []).length === 0)).toEqual([])
    expect(writable.filter(({ sample }) => !sample.values).map(({ label }) => label)).toEqual([])
  })

  test('[F1] an unknown type is an error of the server', () => {
    for (const name of ['', 'txet', 'constructor', '__proto__'])
      expect(() => fieldType(name)).toThrow(expect.objectContaining({ constructor: RelataError, code: 'RL500' }))
  })
})

describe.each(cases)('$label', ({ type, field, sample, parts, written }) => {
  test('[F2] has members of its own, columns of different names, an editor', () => {
    expect(Object.keys(type.properties).filter((member) => Object.hasOwn(fieldCommon, member))).toEqual([])
    expect(new Set(parts.map(({ key }) => key)).size).toBe(parts.length)
    expect(parts.length === 1 || parts.every(({ key }) => key !== '')).toBe(true)
    expect(type.widget).toMatch(/^[a-z]+/i)
    expect(type.check?.(sample.options) ?? []).toEqual([])
    expect(KindGuard.IsSchema(type.wireSchema(field))).toBe(true)
  })

  test('[F3] is ordered by one column, and unique by columns that can be compared', () => {
    const order = type.orderPart?.(sample.options) ?? ''
    const column = parts.find(({ key }) => key === order)
    if (type.isSortable && parts.length > 0) expect(UNORDERED).not.toContain(column?.sqlType ?? 'jsonb')
    if (type.canBeUnique) {
      expect(parts.length).toBeGreaterThan(0)
      expect(parts.filter((part) => part.isComputed || UNORDERED.includes(part.sqlType))).toEqual([])
    }
    if (!type.isReadable) expect([type.isSortable, type.canBeUnique]).toEqual([false, false])
  })

  test('[F4] answers any value, with texts for all its columns or with a reason', () => {
    const members = fc.record(Object.fromEntries(parts.map(({ key }) => [key, fc.oneof(anything, fc.string())])))
    const keys = written.map(({ key }) => key).toSorted()
    const before = fc.option(anything, { nil: undefined })
    fc.assert(
      fc.property(fc.oneof(anything, members), before, (value, known) => {
        for (const parsed of [type.parse(value, field), type.parse(value, field, { before: known })]) {
          if (!parsed.ok) {
            expect(parsed.key).toMatch(/^[a-z]+(_[a-z]+)*$/)
            expect(parsed.message).toMatch(/^[a-z].*[^.\s]$/su)
            expect(parsed.message.isWellFormed()).toBe(true)
            continue
          }
          expect(Object.keys(parsed.parts).toSorted()).toEqual(keys)
          for (const text of Object.values(parsed.parts)) expect(text === null || typeof text === 'string').toBe(true)
        }
      }),
      { numRuns: RUNS },
    )
  })

  test('[F5] reads any cell of a file without failing', () => {
    const cell = fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.constantFrom('{', '[1', '1e400', ';;', ' '))
    fc.assert(
      fc.property(cell, (text) => {
        const value = type.fromText ? type.fromText(text, field) : text
        if (value !== null && value !== undefined) type.parse(value, field)
      }),
      { numRuns: RUNS },
    )
  })

  test('[F6] is written for people whatever the value and the language', () => {
    const locale = fc.constantFrom('en', 'ru', 'ar-EG', 'zh-Hant-TW', 'de-CH', 'no such language', '')
    const timeZone = fc.constantFrom('Europe/Berlin', 'UTC', 'Nowhere/At_All', '')
    fc.assert(
      fc.property(fc.jsonValue(), locale, timeZone, (value, tag, zone) => {
        expect(typeof formatValue(field, value as never, { locale: tag, timeZone: zone })).toBe('string')
      }),
      { numRuns: RUNS },
    )
    expect(formatValue(field, null, { locale: 'en', timeZone: 'UTC' })).toBe('')
  })
})

test.each(cases.filter(({ type }) => !type.isWritable))('[F7] nobody writes $label', ({ type, field }) => {
  for (const value of ['x', 1, {}, []]) expect(type.parse(value, field)).toMatchObject({ ok: false, key: 'read_only' })
})

describe.each(writable)('$label', ({ type, field, sample, written }) => {
  test('[F8] what it accepts PostgreSQL stores, and gives back as it was', async () => {
    const values = fc.sample(sample.values ?? fc.constant(''), { numRuns: RUNS, seed: 7 })
    const stored = values.map((value) => {
      const parsed = type.parse(value, field)
      return parsed.ok ? parsed.parts : expect.unreachable(`${JSON.stringify(value)} ${parsed.message}`)
    })
    const rows = await throughPostgres(stored)
    const wires = rows.map((row) => wireOf(row))
    for (const [index, wire] of wires.entries()) {
      const parts = stored[index]
      // Nothing is stored as nothing; a secret does not come back at all.
      if (wire === null || !type.isReadable) continue
      expect({ from: values[index], parsed: type.parse(wire, field) }).toEqual({
        from: values[index],
        parsed: { ok: true, parts },
      })
      expect(
        [...Value.Errors(type.wireSchema(field), wire)].map(({ path, message }) => ({ path, message, wire })),
      ).toEqual([])
      expect(formatValue(field, wire as never, { locale: 'en', timeZone: 'UTC' })).not.toBe('')
    }
    if (type.isReadable) expect(wires.some((wire) => wire !== null)).toBe(true)
  })

  /** Raw texts as PostgreSQL returns them, by row and part. */
  async function throughPostgres(stored: readonly StoredParts[]): Promise<(readonly (string | null)[])[]> {
    const columns = await Promise.all(
      written.map(async ({ key, sqlType }) => {
        const cast = sqlType === 'text[]' ? 'to_json(v::text[])::text' : `v::${sqlType}`
        const literal = arrayLiteral(stored.map((one) => one[key] ?? null))
        const rows = await database.query(`select ${cast} from unnest($1::text[]) with ordinality x(v, n) order by n`, [
          literal,
        ])
        return rows.map(([value]) => value ?? null)
      }),
    )
    return stored.map((_, row) => columns.map((column) => column[row] ?? null))
  }

  /** As the API writes it. */
  function wireOf(raw: readonly (string | null)[]): unknown {
    const decoded = raw.map((text, index): unknown => {
      const sqlType = written[index]?.sqlType ?? 'text'
      return text === null ? null : JSON.parse(encoderOf(sqlType)(text))
    })
    if (decoded.every((value) => value === null)) return null
    if (written[0]?.key === '') return decoded[0]
    return Object.fromEntries(written.map(({ key }, index) => [key, decoded[index]]))
  }
})

function arrayLiteral(items: readonly (string | null)[]): string {
  const quoted = items.map((item) => (item === null ? 'NULL' : `"${item.replace(/[\\"]/g, '\\$&')}"`))
  return `{${quoted.join(',')}}`
}

test('[F25] every zone that is taken is one that PostgreSQL knows', async () => {
  const older = [
    'US/Pacific',
    'Asia/Calcutta',
    'Europe/Kiev',
    'europe/kyiv',
    'Etc/GMT+5',
    'SystemV/PST8PDT',
    'EST5EDT',
    'GMT',
  ]
  const zones = [...Intl.supportedValuesOf('timeZone'), ...older]
  const taken = zones.flatMap((zone) => readTimeZone(zone) ?? [])
  expect(taken.length).toBeGreaterThan(300)
  const rows = await database.query(
    'select z from unnest($1::text[]) z where not exists (select from pg_timezone_names where lower(name) = lower(z))',
    [arrayLiteral(taken)],
  )
  expect(rows).toEqual([])
})
