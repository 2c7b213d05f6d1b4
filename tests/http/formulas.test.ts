// A formula in an answer, a filter over it and a roll-up that counts by it say what the closure of the same rule says.
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import { checkRule, compileRule, type RuleScope, type RuleType, type RuleValue } from '../../sdk/rules/index.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

const v = (name: string) => ({ var: name })

const FORMULAS: Readonly<Record<string, unknown>> = {
  area: { '*': [v('width'), v('height')] },
  share: { '/': [v('price'), v('width')] },
  rest: { '%': [v('price'), v('width')] },
  total: { '+': [v('price'), v('fee.amount'), 0.1] },
  title: { join: [' · ', v('name'), v('width'), v('price'), v('day'), v('at'), v('state')] },
  huge: { cat: [{ '*': [v('width'), 1e22] }, '/', v('width')] },
  is_dear: { '>': [v('price'), v('width')] },
  is_known: { and: [{ '!=': [v('name'), null] }, { contains: [v('name'), 'ß'] }] },
  last: { max: [v('day'), '2024-02-29'] },
  first: { min: [v('at'), '2026-03-29T03:00:00+02:00'] },
  level: { if: [v('is_dear'), 'dear', v('is_known'), 'known', { '==': [v('state'), 'new'] }, 'new'] },
  wide: { max: [v('width'), v('height')] },
}
const FIELDS: Readonly<Record<string, RuleType>> = {
  name: { kind: 'text' },
  width: { kind: 'number' },
  height: { kind: 'number' },
  price: { kind: 'decimal' },
  'fee.amount': { kind: 'decimal' },
  day: { kind: 'date' },
  at: { kind: 'instant' },
  state: { kind: 'text' },
  flag: { kind: 'boolean' },
}
const COUNTED = { or: [{ '<': [v('share'), v('price')] }, { in: [v('level'), ['dear', 'new']] }] }

const FORMULA_PACKAGE: PackageSource = {
  name: 'sums',
  files: {
    'package.json': { name: 'sums', version: '1.0.0', label: 'Sums', requires: { system: '^1.0.0' } },
    'entities/box.json': {
      name: 'box',
      label: 'Box',
      display_name: 'name',
      fields: [
        { name: 'name', type: 'text' },
        { name: 'counted', type: 'rollup', rollup: { over: 'sheet.box', aggregate: 'count', filter: COUNTED } },
        { name: 'least', type: 'rollup', rollup: { over: 'sheet.box', aggregate: 'min', field: 'name' } },
        { name: 'most', type: 'rollup', rollup: { over: 'sheet.box', aggregate: 'max', field: 'name' } },
      ],
    },
    'entities/sheet.json': {
      name: 'sheet',
      label: 'Sheet',
      display_name: { join: [' ', v('name'), v('width')] },
      fields: [
        { name: 'name', type: 'text' },
        { name: 'width', type: 'number' },
        { name: 'height', type: 'number' },
        { name: 'price', type: 'decimal' },
        { name: 'fee', type: 'money' },
        { name: 'day', type: 'date' },
        { name: 'at', type: 'date_time' },
        { name: 'flag', type: 'boolean' },
        { name: 'state', type: 'choice', options: [{ value: 'new' }, { value: 'old' }] },
        { name: 'box', type: 'reference', to: 'box', on_delete: 'cascade' },
        ...Object.entries(FORMULAS).map(([name, rule]) => ({ name, type: 'formula', rule })),
      ],
    },
  },
}

type Sheet = Readonly<Record<string, RuleValue>>

const scope: RuleScope = {
  typeOf(path) {
    if (!Object.hasOwn(FORMULAS, path)) return FIELDS[path]
    const checked = checkRule(FORMULAS[path], scope)
    return checked.ok ? checked.rule.type : undefined
  },
  paths: () => [...Object.keys(FIELDS), ...Object.keys(FORMULAS)],
}

function closureOf(rule: unknown, sheet: Sheet): RuleValue {
  const checked = checkRule(rule, scope)
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems))
  return compileRule<Sheet>(checked.rule, read)(sheet)
}

const read =
  (path: string) =>
  (sheet: Sheet): RuleValue =>
    Object.hasOwn(FORMULAS, path)
      ? closureOf(FORMULAS[path], sheet)
      : path === 'fee.amount'
        ? memberOf(sheet['fee'] ?? null, 'amount')
        : (sheet[path] ?? null)

const memberOf = (value: RuleValue, name: string): RuleValue =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (Reflect.get(value, name) ?? null) : null

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 5 })
const digits = fc
  .tuple(fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }), fc.nat(9))
  .map(([whole, rest]) => `${whole}.${rest}`)
const sheet = fc.record({
  name: optional(fc.constantFrom('a', 'B', 'Z', 'z', 'ä', 'Straße', 'STRASSE', '\uffff', '𐐀', 'ß')),
  width: optional(
    fc.oneof(fc.integer({ min: -20, max: 20 }), fc.constantFrom(0.1, 1e21, 1e-7, 9.5, 2 ** 54 + 4, 1e23)),
  ),
  height: optional(fc.double({ noNaN: true, min: -1e6, max: 1e6 })),
  price: optional(
    fc.oneof(digits, fc.constantFrom('0', '0.3', '-7', '0.00000000000000000001', '12345678901234567890')),
  ),
  fee: optional(fc.nat(99_999).map((cents) => ({ amount: (cents / 100).toFixed(2), currency: 'EUR' }))),
  day: optional(fc.constantFrom('0001-01-01', '2024-02-29', '2024-12-31', '9999-12-31')),
  at: optional(
    fc.constantFrom('2026-03-29T00:59:59.999999Z', '2026-03-29T01:00:00.000001Z', '2026-03-29T03:00:00+02:00'),
  ),
  state: optional(fc.constantFrom('new', 'old')),
  flag: optional(fc.boolean()),
})

let tenant: TestTenant
beforeAll(async () => {
  tenant = await openTestTenant([FORMULA_PACKAGE])
})

test('formulas, filters over them and roll-ups by them', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(sheet, { minLength: 10, maxLength: 25 }), async (sheets) => {
      const box = (await tenant.call('POST', 'records/sums.box', { name: 'Box' })).body.id
      for (const one of sheets) {
        const made = await tenant.call('POST', 'records/sums.sheet', { ...one, box })
        expect([made.status, made.body.errors]).toEqual([201, undefined])
        for (const name of Object.keys(FORMULAS))
          expect([name, one, wired(made.body[name])]).toEqual([name, one, wired(closureOf(v(name), one))])
      }
      const inBox = { '==': [v('box'), box] }
      for (const condition of [
        COUNTED,
        v('is_dear'),
        { '==': [v('rest'), '0'] },
        { '!': v('is_known') },
        { '<': [v('huge'), v('title')] },
      ]) {
        const filter = encodeURIComponent(JSON.stringify({ and: [inBox, condition] }))
        const { body } = await tenant.call('GET', `records/sums.sheet?filter=${filter}&count=exact&limit=1`)
        expect([condition, body.count.value]).toEqual([
          condition,
          sheets.filter((one) => closureOf(condition, one) === true).length,
        ])
      }
      const names = sheets.flatMap(({ name }) => (name === null ? [] : [name])).sort(byBytes)
      const { body } = await tenant.call('GET', `records/sums.box/${box}`)
      expect(body).toMatchObject({
        counted: sheets.filter((one) => closureOf(COUNTED, one) === true).length,
        least: names[0] ?? null,
        most: names.at(-1) ?? null,
      })
    }),
    { numRuns: process.env['RELATA_TEST_LONG'] ? 100 : 4, seed: 20261123 },
  )
})

const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** On the wire instants leave out closing zeros of their fraction. */
const wired = (value: RuleValue | undefined): RuleValue | undefined =>
  typeof value === 'string' && /^\d{4}-\S*Z$/.test(value)
    ? value.replace(/\.(\d*?)0*Z$/, (_, digits: string) => (digits === '' ? 'Z' : `.${digits}Z`))
    : value

test('rules that are too large are refused, wherever they stand', async () => {
  const deep = `${'{"!":'.repeat(10_000)}true${'}'.repeat(10_000)}`
  const short = `${'{"!":'.repeat(2_000)}true${'}'.repeat(2_000)}`
  const filtered = await tenant.call('GET', `records/sums.sheet?filter=${encodeURIComponent(short)}`)
  expect([filtered.status, filtered.body.code, filtered.body.errors?.[0]?.key]).toEqual([422, 'RL203', 'too_large'])
  const asFormula = JSON.stringify({ packages: [withFormulas({ bad: 'DEEP' })] }).replace('"DEEP"', deep)
  const published = await tenant.send('POST', 'metadata/plan', asFormula, 'application/json')
  expect(published.status).toBe(422)
  expect(JSON.stringify(published.body)).toContain('too large')
})

test('formulas that grow by reading each other are refused', async () => {
  const doubling = Object.fromEntries(
    Array.from({ length: 40 }, (_, index) => [
      `f${index}`,
      index === 0 ? { '+': [v('width'), 1] } : { '+': [v(`f${index - 1}`), v(`f${index - 1}`)] },
    ]),
  )
  const chain = Object.fromEntries(
    Array.from({ length: 3_000 }, (_, index) => [
      `g${index}`,
      { '-': [v(index === 2_999 ? 'width' : `g${index + 1}`)] },
    ]),
  )
  for (const formulas of [doubling, chain]) {
    const planned = await tenant.call('POST', 'metadata/plan', { packages: [withFormulas(formulas)] })
    expect([planned.status, JSON.stringify(planned.body).slice(0, 3_000)]).toEqual([
      422,
      expect.stringMatching(/too large|in a row/),
    ])
  }
})

function withFormulas(formulas: Readonly<Record<string, unknown>>): PackageSource {
  const { 'entities/sheet.json': sheet, ...files } = FORMULA_PACKAGE.files as Record<string, { fields?: object[] }>
  const fields = [
    ...(sheet?.fields ?? []),
    ...Object.entries(formulas).map(([name, rule]) => ({ name, type: 'formula', rule })),
  ]
  return { ...FORMULA_PACKAGE, files: { ...files, 'entities/sheet.json': { ...sheet, fields } } }
}
