// The same rule over the same record gives the same answer as a closure and as SQL, constants as literals or as inputs.
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../kernel/run/database.ts'
import { checkRule, liftConstants, type RuleValue } from '../../sdk/rules/index.ts'
import { disagreements, FIELDS, type Row, ruleScope } from '../support/rule-engines.ts'
import { createTestDatabase } from '../support/test-database.ts'

let database: Database
beforeAll(async () => {
  const { url } = await createTestDatabase()
  database = openDatabase({ url, poolSize: 1, longPoolSize: 1 })
  return () => database.close()
})

const word = fc.oneof(
  fc.constantFrom(
    'a',
    'A',
    'ab',
    'İ',
    'i',
    'ß',
    'ΑΣ',
    'ας',
    'Жук',
    'жук',
    '\uffff',
    '𐐀',
    '北京',
    '%',
    '\\',
    "it's",
    ' ',
  ),
  fc.string({ maxLength: 4 }).filter((text) => !text.includes('\u0000') && text.isWellFormed() && text !== ''),
)
const double = fc.oneof(
  fc.constantFrom(0, 1, -1, 0.1, 0.2, 0.3, 1e21, 1e-7, 1e308, 5e-324, 2 ** 53),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
  fc.integer({ min: -100, max: 100 }),
)
const decimalText = fc.oneof(
  fc.constantFrom('0', '1', '-1', '0.1', '3', '7', '99999999999999999999.99', '0.00000000000000000001'),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.nat(12))
    .map(([digits, scale]) => withPoint(digits, scale)),
)
const day = fc
  .date({ min: new Date('0001-01-02'), max: new Date('9999-12-30'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))
const instant = fc
  .tuple(day, fc.nat(86_399), fc.nat(999_999))
  .map(
    ([date, second, micro]) =>
      `${date}T${new Date(second * 1000).toISOString().slice(11, 19)}.${String(micro).padStart(6, '0')}Z`,
  )
const id = fc.constantFrom(
  '00000000-0000-7000-8000-00000000000a',
  '00000000-0000-7000-8000-00000000000B',
  'ffffffff-ffff-4fff-bfff-ffffffffffff',
)
const OF = { boolean: fc.boolean(), number: double, decimal: decimalText, text: word, date: day, instant, id }
type Kind = keyof typeof OF

function withPoint(digits: bigint, scale: number): string {
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0')
  const whole = text.slice(0, text.length - scale)
  return `${digits < 0n ? '-' : ''}${whole}${scale ? `.${text.slice(-scale)}` : ''}`
}

const nullable = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { nil: null, freq: 4 })
const row: fc.Arbitrary<Row> = fc.record(
  Object.fromEntries(
    Object.entries(FIELDS).map(([name, type]) => [
      name,
      nullable<RuleValue>(type.isList ? fc.uniqueArray(word, { maxLength: 3 }) : OF[type.kind as Kind]),
    ]),
  ) as Record<string, fc.Arbitrary<RuleValue>>,
)

const varsOf = (kind: Kind) =>
  Object.keys(FIELDS).filter((name) => FIELDS[name]?.kind === kind && !FIELDS[name]?.isList)
const call = (operator: string, ...args: fc.Arbitrary<unknown>[]) =>
  fc.tuple(...args).map((operands) => ({ [operator]: operands }))

const made = new Map<string, fc.Arbitrary<unknown>>()

/** A rule that yields this kind, at most so deep. */
function ruleOf(kind: Kind, depth: number): fc.Arbitrary<unknown> {
  const key = `${kind} ${depth}`
  const known = made.get(key) ?? makeRuleOf(kind, depth)
  made.set(key, known)
  return known
}

function makeRuleOf(kind: Kind, depth: number): fc.Arbitrary<unknown> {
  const variable = fc.constantFrom(...varsOf(kind)).map((name) => ({ var: name }))
  const leaf = fc.oneof({ weight: 3, arbitrary: variable }, { weight: 2, arbitrary: OF[kind] as fc.Arbitrary<unknown> })
  if (depth === 0) return leaf
  const inner = (of: Kind) => ruleOf(of, depth - 1)
  const choice = call('if', inner('boolean'), inner(kind), inner(kind))
  const partly = fc.tuple(inner('boolean'), variable).map(([when, then]) => ({ if: [when, then] }))
  const more: fc.Arbitrary<unknown>[] = [choice, partly]
  if (kind === 'boolean') more.push(...conditions(inner))
  if (kind === 'decimal') {
    // Beside a decimal a number of more than 15 digits is refused.
    const short = OF.number.map((value) => Number(value.toPrecision(15)) || 0).filter(Number.isFinite)
    const numeric = fc.oneof(
      inner('decimal'),
      fc.constantFrom(...varsOf('number')).map((name) => ({ var: name })),
      short,
    )
    more.push(
      ...['+', '-', '*', '/', '%', 'min', 'max'].map((operator) =>
        call(operator, numeric, fc.oneof(numeric, variable)),
      ),
      call('-', inner('decimal')),
      call('+', numeric, numeric, numeric),
    )
  }
  if (kind === 'text') {
    const any = fc.oneof(
      ...(['text', 'number', 'decimal', 'date', 'instant', 'id', 'boolean'] as const).map((one) => ruleOf(one, 0)),
    )
    more.push(call('cat', any, any), call('join', word, any, inner('text'), any))
  }
  return fc.oneof({ weight: 1, arbitrary: leaf }, ...more.map((arbitrary) => ({ weight: 2, arbitrary })))
}

function conditions(inner: (kind: Kind) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown>[] {
  const ordered = ['number', 'decimal', 'text', 'date', 'instant'] as const
  const variable = (kind: Kind) => fc.constantFrom(...varsOf(kind)).map((name) => ({ var: name }))
  return [
    ...(['==', '!='] as const).flatMap((operator) =>
      (Object.keys(OF) as Kind[]).map((kind) =>
        call(operator, inner(kind), kind === 'text' || kind === 'boolean' ? inner(kind) : variable(kind)),
      ),
    ),
    ...(['<', '<=', '>', '>='] as const).flatMap((operator) =>
      ordered.map((kind) => call(operator, variable(kind), kind === 'text' ? inner(kind) : variable(kind))),
    ),
    ...ordered.map((kind) =>
      fc
        .tuple(variable(kind), OF[kind] as fc.Arbitrary<unknown>, fc.constantFrom('<', '<=', '>', '>=', '==', '!='))
        .map(([a, b, operator]) => ({ [operator]: [a, b] })),
    ),
    call('<', variable('number'), variable('decimal'), variable('number')),
    call('and', inner('boolean'), inner('boolean')),
    call('or', inner('boolean'), inner('boolean'), inner('boolean')),
    inner('boolean').map((rule) => ({ '!': [rule] })),
    inner('boolean').map((rule) => ({ '!!': rule })),
    ...(['text', 'number', 'decimal', 'date', 'id'] as const).map((kind) =>
      fc
        .tuple(variable(kind), fc.array(OF[kind] as fc.Arbitrary<unknown>, { maxLength: 3 }))
        .map(([item, list]) => ({ in: [item, list] })),
    ),
    fc.tuple(word, fc.constant({ var: 'tags' })).map((args) => ({ in: args })),
    call('in', inner('text'), inner('text')),
    call('contains', inner('text'), inner('text')),
    call('starts_with', inner('text'), inner('text')),
    fc.constantFrom(...Object.keys(FIELDS)).map((name) => ({ '==': [{ var: name }, null] })),
    fc.constantFrom(...Object.keys(FIELDS)).map((name) => ({ '!=': [null, { var: name }] })),
  ]
}

const anyRule = fc.oneof(
  ...(Object.keys(OF) as Kind[]).map((kind) => ({
    weight: kind === 'boolean' || kind === 'decimal' ? 3 : 1,
    arbitrary: ruleOf(kind, 3),
  })),
)

test('closures and PostgreSQL agree', { timeout: 600_000 }, async () => {
  const numRuns = process.env['RELATA_TEST_LONG'] ? 2_000 : 60
  await fc.assert(
    fc.asyncProperty(row, fc.array(anyRule, { minLength: 20, maxLength: 40 }), async (record, rules) => {
      expect(await disagreements(database, record, rules)).toEqual([])
    }),
    { numRuns, seed: 20261123 },
  )
})

test('what is lifted are the constants that the check counts', () => {
  fc.assert(
    fc.property(anyRule, (rule) => {
      const checked = checkRule(rule, ruleScope)
      const lifted = liftConstants(rule)
      expect(checked.ok && checked.rule.constants.map((one) => one.value)).toEqual(lifted.constants)
    }),
    { numRuns: 500, seed: 20261123 },
  )
})
