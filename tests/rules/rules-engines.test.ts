// The same rule over the same record gives the same answer as a closure and as SQL, constants as literals or as inputs.
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../kernel/run/database.ts'
import { checkRule, liftConstants, type RuleEnvironment, type RuleValue } from '../../sdk/rules/index.ts'
import { before, disagreements, FIELDS, KID_FIELDS, KIDS, type Row, ruleScope } from '../support/rule-engines.ts'
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
/** In each of them something happens to a calendar or to the clocks of a zone below. */
const EVENTS = [
  '0001-01-01',
  '1582-10-15',
  '1900-02-28',
  '2000-02-29',
  '2011-12-30',
  '2023-12-31',
  '2024-01-31',
  '2024-02-29',
  '2026-03-08',
  '2026-03-29',
  '2026-04-05',
  '2026-10-04',
  '2026-10-25',
  '2026-11-01',
  '9999-12-31',
]
const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kathmandu',
  'Pacific/Apia',
  'Australia/Lord_Howe',
  'America/Sao_Paulo',
  'America/St_Johns',
]
const day = fc.oneof(
  fc
    .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10)),
  fc.constantFrom(...EVENTS),
)
const instant = fc
  .tuple(
    day,
    fc.oneof(
      fc.nat(86_399),
      fc.nat(95).map((quarter) => quarter * 900),
    ),
    fc.oneof(fc.nat(999_999), fc.constantFrom(0, 999_999)),
  )
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

const environment: fc.Arbitrary<RuleEnvironment> = fc.record({
  now: instant,
  timeZone: fc.constantFrom(...ZONES),
  me: fc.option(
    id.map((one) => one.toLowerCase()),
    { nil: null, freq: 4 },
  ),
  teams: fc.uniqueArray(
    id.map((one) => one.toLowerCase()),
    { maxLength: 2 },
  ),
  teamsBelow: fc.uniqueArray(
    id.map((one) => one.toLowerCase()),
    { maxLength: 3 },
  ),
  organisation: fc.option(
    id.map((one) => one.toLowerCase()),
    { nil: null, freq: 2 },
  ),
})

const nullable = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { nil: null, freq: 4 })
const valuesOf = (fields: typeof FIELDS): Record<string, fc.Arbitrary<RuleValue>> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, type]) => [
      name,
      nullable<RuleValue>(type.isList ? fc.uniqueArray(word, { maxLength: 3 }) : OF[type.kind as Kind]),
    ]),
  )
/** As it is, as it was (mostly the same), and what leads to it. */
const row: fc.Arbitrary<Row> = fc
  .tuple(
    fc.record(valuesOf(FIELDS)),
    fc.option(fc.record(valuesOf(FIELDS)), { nil: undefined }),
    fc.array(fc.record(valuesOf(KID_FIELDS)), { maxLength: 3 }),
  )
  .map(([now, then, kids]) => ({
    ...now,
    ...Object.fromEntries(Object.entries({ ...now, ...then }).map(([name, value]) => [before(name), value])),
    kids,
  }))

const varsOf = (kind: Kind) =>
  Object.keys(FIELDS).filter((name) => FIELDS[name]?.kind === kind && !FIELDS[name]?.isList)
const call = (operator: string, ...args: fc.Arbitrary<unknown>[]) =>
  fc.tuple(...args).map((operands) => ({ [operator]: operands }))

const GIVEN: Readonly<Partial<Record<Kind, readonly unknown[]>>> = {
  date: [{ today: [] }],
  instant: [{ now: [] }],
  id: [{ me: [] }, { my_organisation: [] }],
}
const CALENDAR = ['day', 'days', 'weeks', 'months', 'quarters', 'years']
const CLOCK = ['seconds', 'minutes', 'hours']
const PERIODS = ['day', 'week', 'month', 'quarter', 'year']
/** Of all types but JSON something can be said of related records too. */
const kidVar = (kind: Kind) =>
  fc
    .constantFrom(...Object.keys(KID_FIELDS).filter((name) => KID_FIELDS[name]?.kind === kind))
    .map((name) => ({ var: name }))
const kidCondition = fc.oneof(
  fc
    .tuple(kidVar('number'), double, fc.constantFrom('<', '>=', '=='))
    .map(([a, b, operator]) => ({ [operator]: [a, b] })),
  fc.tuple(kidVar('text'), word).map((args) => ({ contains: args })),
  fc.constantFrom<unknown>({ var: 'flag' }, { '!': { var: 'flag' } }, { '==': [{ var: 'name' }, null] }),
  fc.constant({ '<': [{ var: 'born' }, { today: [] }] }),
)
const ofKids = (operator: string, ...args: fc.Arbitrary<unknown>[]) =>
  fc.tuple(...args).map((operands) => ({ [operator]: [KIDS, ...operands] }))
const PATTERNS = ['a', '^[a-zß]+$', '\\\\', '^.$', 'b?|ж{1,2}', '[^\\w\\s]', '^(?:[\\u{10400}-\\u{1044f}]|北.)+']
const count = fc.oneof(
  fc.integer({ min: -40, max: 40 }),
  fc.constantFrom(0, -0.5, 1.9, 12_000, 4e6, -1e12, 1e300),
  fc.constant({ var: 'size' }),
)

function timesOf(kind: 'date' | 'instant', inner: (of: Kind) => fc.Arbitrary<unknown>): fc.Arbitrary<unknown>[] {
  const variable = fc.constantFrom(...varsOf(kind)).map((name) => ({ var: name }))
  const time = kind === 'date' ? inner(kind) : variable
  const units = fc.constantFrom(...CALENDAR, ...(kind === 'date' ? [] : CLOCK))
  return [
    call('add', time, count, units),
    call('subtract', time, count, units),
    call('start_of', time, fc.constantFrom(...PERIODS)),
    call('end_of', time, fc.constantFrom(...PERIODS)),
    ...['minimum', 'maximum'].map((operator) => ofKids(operator, kidVar(kind), kidCondition)),
  ]
}

function countsOf(): fc.Arbitrary<unknown>[] {
  const variable = (kind: Kind) => fc.constantFrom(...varsOf(kind)).map((name) => ({ var: name }))
  return [
    ...(['date', 'instant'] as const).flatMap((kind) => [
      call(
        'difference',
        variable(kind),
        fc.oneof(variable(kind), fc.constant(kind === 'date' ? { today: [] } : { now: [] })),
        fc.constantFrom(...CALENDAR, ...(kind === 'date' ? [] : CLOCK)),
      ),
      ...['year', 'month', 'day'].map((part) => call(part, variable(kind))),
    ]),
    call('length', variable('text')),
    fc.constantFrom<unknown>({ size: { var: 'tags' } }, { size: { my_teams: [] } }, { count: KIDS }),
    ofKids('count', kidCondition),
  ]
}

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
  const leaf = fc.oneof(
    { weight: 3, arbitrary: variable },
    { weight: 2, arbitrary: OF[kind] as fc.Arbitrary<unknown> },
    { weight: 1, arbitrary: fc.constantFrom(...varsOf(kind)).map((name) => ({ before: name })) },
    ...(GIVEN[kind] ?? []).map((rule) => ({ weight: 1, arbitrary: fc.constant(rule) })),
  )
  if (depth === 0) return leaf
  const inner = (of: Kind) => ruleOf(of, depth - 1)
  const choice = call('if', inner('boolean'), inner(kind), inner(kind))
  const partly = fc.tuple(inner('boolean'), variable).map(([when, then]) => ({ if: [when, then] }))
  const more: fc.Arbitrary<unknown>[] = [choice, partly]
  if (kind === 'boolean') more.push(...conditions(inner))
  if (kind === 'date' || kind === 'instant') more.push(...timesOf(kind, inner))
  if (kind === 'date') more.push(call('to_date', inner('instant')))
  if (kind === 'number') more.push(...countsOf())
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
      ...['sum', 'average', 'minimum', 'maximum'].map((operator) => ofKids(operator, kidVar('decimal'))),
      ofKids('sum', fc.constant({ '*': [{ var: 'price' }, { var: 'size' }] }), kidCondition),
    )
  }
  if (kind === 'text') {
    const any = fc.oneof(
      ...(['text', 'number', 'decimal', 'date', 'instant', 'id', 'boolean'] as const).map((one) => ruleOf(one, 0)),
    )
    more.push(call('cat', any, any), call('join', word, any, inner('text'), any))
    more.push(...['lower', 'upper', 'trim'].map((operator) => call(operator, inner('text'))))
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
    call('ends_with', inner('text'), inner('text')),
    call('matches', inner('text'), fc.constantFrom(...PATTERNS)),
    ...['contains_any', 'contains_all'].map((operator) =>
      call(
        operator,
        fc.constant({ var: 'tags' }),
        fc.oneof(fc.array(word, { maxLength: 2 }), fc.constant({ before: 'tags' })),
      ),
    ),
    fc.constantFrom('owner', 'maker').map((name) => ({ in: [{ var: name }, { my_teams_below: [] }] })),
    fc.constant({ contains_any: [{ my_teams: [] }, { my_teams_below: [] }] }),
    fc.constantFrom(...Object.keys(FIELDS)).map((name) => ({ changed: name })),
    ...['some', 'all', 'none'].map((operator) => ofKids(operator, kidCondition)),
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
  const numRuns = process.env['RELATA_TEST_LONG'] ? 2_000 : 100
  await fc.assert(
    fc.asyncProperty(
      row,
      environment,
      fc.array(anyRule, { minLength: 30, maxLength: 60 }),
      async (record, given, rules) => {
        expect(await disagreements(database, record, rules, given)).toEqual([])
      },
    ),
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
