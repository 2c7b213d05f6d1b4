// Times where clocks leap and stand still, months of unequal length and the ends of the calendar: both engines reckon
// alike, and as docs/rule-semantics.md says.
import { beforeAll, describe, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../kernel/run/database.ts'
import { checkRule, type RuleEnvironment, type RuleValue } from '../../sdk/rules/index.ts'
import { offsetAt } from '../../sdk/rules/zones.ts'
import { closureValue, disagreements, ENVIRONMENT, FIELDS, type Row, ruleScope } from '../support/rule-engines.ts'
import { createTestDatabase } from '../support/test-database.ts'

const isLong = Boolean(process.env['RELATA_TEST_LONG'])
const EMPTY: Row = Object.fromEntries(Object.keys(FIELDS).map((name) => [name, null]))
const v = (name: string) => ({ var: name })
const inZone = (timeZone: string): RuleEnvironment => ({ ...ENVIRONMENT, timeZone })
const DAY = 86_400
const BERLIN = 'Europe/Berlin'

let database: Database
beforeAll(async () => {
  const { url } = await createTestDatabase()
  database = openDatabase({ url, poolSize: 1, longPoolSize: 1 })
  return () => database.close()
})

/** Each zone with days between which it changes its clocks: by hours, by half hours, by a whole day, at midnight. */
const CHANGES: Readonly<Record<string, readonly string[]>> = {
  'Europe/Berlin': ['2026-03-29', '2026-10-25', '1945-05-24'],
  'America/New_York': ['2026-03-08', '2026-11-01', '1883-11-18'],
  'Asia/Kathmandu': ['1985-12-31'],
  'Pacific/Apia': ['2011-12-30', '2012-04-01'],
  'Australia/Lord_Howe': ['2026-04-04', '2026-10-03'],
  'America/Sao_Paulo': ['2018-11-04', '2018-02-18'],
  'America/St_Johns': ['2011-03-13', '1988-04-03'],
  'Africa/Cairo': ['2026-04-24', '2026-10-29'],
}

/** The second of the change within a day and a half after the day's start. */
function changeOf(zone: string, day: string): number {
  let low = Date.parse(day) / 1000 - DAY
  let high = low + 3 * DAY
  expect(offsetAt(zone, low)).not.toBe(offsetAt(zone, high))
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (offsetAt(zone, middle) === offsetAt(zone, low)) low = middle
    else high = middle
  }
  return high
}

const instantText = (seconds: number, fraction = '.000000') =>
  `${new Date(seconds * 1000).toISOString().slice(0, 19)}${fraction}Z`

const UNITS = ['hours', 'days', 'weeks', 'months', 'years']
const RULES: readonly unknown[] = [
  ...UNITS.flatMap((unit) =>
    [-1, 0, 1].map((count) => ({ add: [v('seen'), count, unit] })).concat({ add: [v('left'), 1, unit] }),
  ),
  ...['day', 'week', 'month', 'quarter', 'year'].flatMap((unit) => [
    { start_of: [v('seen'), unit] },
    { end_of: [v('seen'), unit] },
    { difference: [v('seen'), v('left'), unit] },
    { difference: [v('left'), v('seen'), unit] },
  ]),
  { to_date: [v('seen')] },
  { day: [v('seen')] },
  { '<=': [{ start_of: [v('seen'), 'day'] }, v('seen'), { end_of: [v('seen'), 'day'] }] },
]

describe('clocks that change', () => {
  test.each(Object.entries(CHANGES))('%s', { timeout: 120_000 }, async (zone, days) => {
    const steps = [-DAY, -1800, -1, 0, 1800, 3600, DAY + 1800, ...(isLong ? [-3600, 1, 5400, DAY, -DAY - 1800] : [])]
    for (const day of isLong ? days : days.slice(0, 2)) {
      const change = changeOf(zone, day)
      for (const [index, step] of steps.entries()) {
        const left = instantText(change + (steps[(index * 5 + 2) % steps.length] ?? 0) - 30 * DAY, '.500000')
        const row = { ...EMPTY, seen: instantText(change + step, step === -1 ? '.999999' : '.000000'), left }
        expect((await disagreements(database, row, RULES, inZone(zone))).slice(0, 3)).toEqual([])
      }
    }
  })

  const at = v('seen')
  test.each<[string, string, string, unknown, RuleValue]>([
    ['left out: the earlier', BERLIN, '2026-03-28T01:30:00Z', { add: [at, 1, 'days'] }, '2026-03-29T00:30:00.000000Z'],
    [
      'shown twice: the earlier',
      BERLIN,
      '2026-10-24T00:30:00Z',
      { add: [at, 1, 'days'] },
      '2026-10-25T00:30:00.000000Z',
    ],
    ['shown twice: stays', BERLIN, '2026-10-25T01:30:00Z', { add: [at, 0, 'days'] }, '2026-10-25T01:30:00.000000Z'],
    ['a long day', BERLIN, '2026-10-24T22:00:00Z', { end_of: [at, 'day'] }, '2026-10-25T22:59:59.999999Z'],
    [
      'no midnight',
      'America/Sao_Paulo',
      '2018-11-04T12:00:00Z',
      { start_of: [at, 'day'] },
      '2018-11-04T03:00:00.000000Z',
    ],
    ['a day left out', 'Pacific/Apia', '2011-12-30T01:00:00Z', { add: [at, 2, 'days'] }, '2011-12-31T01:00:00.000000Z'],
    [
      'half an hour',
      'Australia/Lord_Howe',
      '2026-10-02T15:45:00Z',
      { add: [at, 1, 'days'] },
      '2026-10-03T15:15:00.000000Z',
    ],
    ['minutes', 'Asia/Kathmandu', '2026-01-31T18:15:00Z', { to_date: [at] }, '2026-02-01'],
  ])('%s', (_, zone, seen, rule, expected) => {
    expect(closureValue(rule, { ...EMPTY, seen }, inZone(zone))).toBe(expected)
  })
})

describe('the calendar', () => {
  test.each<[unknown, RuleValue]>([
    [{ add: ['2024-01-31', 1, 'months'] }, '2024-02-29'],
    [{ add: ['2023-01-31', 1, 'month'] }, '2023-02-28'],
    [{ add: ['2024-02-29', 1, 'years'] }, '2025-02-28'],
    [{ subtract: ['2024-03-31', 1, 'months'] }, '2024-02-29'],
    [{ add: ['2024-01-31', 1.9, 'days'] }, '2024-02-01'],
    [{ add: ['9999-12-31', 1, 'days'] }, null],
    [{ subtract: ['0001-01-01', 1, 'weeks'] }, null],
    [{ add: ['2024-01-31', { var: 'size' }, 'days'] }, null],
    [{ difference: ['2000-02-29', '2023-02-28', 'years'] }, 22],
    [{ difference: ['2000-02-29', '2023-03-01', 'years'] }, 23],
    [{ difference: ['2024-01-31', '2024-02-29', 'months'] }, 0],
    [{ difference: ['2024-03-01', '2024-01-31', 'months'] }, -1],
    [{ difference: ['2024-03-10', '2024-03-03', 'weeks'] }, -1],
    [{ start_of: ['2026-11-24', 'week'] }, '2026-11-23'],
    [{ end_of: ['2026-11-24', 'quarter'] }, '2026-12-31'],
    [{ end_of: ['9999-12-31', 'week'] }, null],
    [{ year: ['2026-11-24'] }, 2026],
    [{ today: [] }, '2026-10-25'],
    [{ now: [] }, '2026-10-25T00:30:00.250000Z'],
  ])('%j is %j', async (rule, expected) => {
    expect(closureValue(rule, EMPTY)).toBe(expected)
    expect(await disagreements(database, EMPTY, [rule])).toEqual([])
  })

  test('at its ends', async () => {
    const ends = ['0001-01-01T00:00:00.000000Z', '0001-01-01T12:00:00.000001Z', '9999-12-31T23:59:59.999999Z']
    for (const zone of Object.keys(CHANGES).slice(0, isLong ? undefined : 4))
      for (const seen of ends) {
        const row = { ...EMPTY, seen, left: '2026-10-25T00:30:00Z', size: 1e12 }
        const far = ['seconds', 'hours', 'days', 'years'].map((unit) => ({ add: [v('seen'), v('size'), unit] }))
        expect((await disagreements(database, row, [...RULES, ...far], inZone(zone))).slice(0, 3)).toEqual([])
      }
  })

  test.each<[unknown, string]>([
    [{ add: [v('born'), 1, 'hours'] }, '/add bad_unit'],
    [{ add: [v('born'), 1, 'fortnights'] }, '/add/2 bad_unit'],
    [{ add: [v('born'), 1, v('name')] }, '/add/2 not_a_word'],
    [{ add: [v('name'), 1, 'days'] }, '/add/0/var wrong_type'],
    [{ add: [v('born'), v('name'), 'days'] }, '/add/1/var wrong_type'],
    [{ start_of: [v('seen'), 'hour'] }, '/start_of/1 bad_unit'],
    [{ difference: [v('born'), v('seen'), 'days'] }, '/difference types_differ'],
    [{ year: [v('size')] }, '/year/0/var wrong_type'],
    [{ to_date: [v('born')] }, '/to_date/0/var wrong_type'],
  ])('%j is refused', (rule, expected) => {
    const result = checkRule(rule, ruleScope)
    expect(result.ok ? [] : result.problems.map(({ path, key }) => `${path} ${key}`)).toEqual([expected])
  })
})

describe('who asks', () => {
  const nobody: RuleEnvironment = { ...ENVIRONMENT, me: null, organisation: null, teams: [], teamsBelow: [] }
  const RULES_OF_ACTORS: readonly unknown[] = [
    { '==': [v('owner'), { me: [] }] },
    { '!=': [{ me: [] }, v('owner')] },
    { '==': [{ me: [] }, { my_organisation: [] }] },
    { in: [v('owner'), { my_teams: [] }] },
    { '!': { in: [{ me: [] }, { my_teams_below: [] }] } },
    { size: { my_teams_below: [] } },
    { if: [{ '==': [v('owner'), { me: [] }] }, v('owner'), { me: [] }] },
    { '==': [v('born'), { today: [] }] },
  ]

  test('is told by the environment, and equals nothing where it is nobody', async () => {
    const mine = { ...EMPTY, owner: ENVIRONMENT.me }
    const answers = (row: Row, given: RuleEnvironment) => RULES_OF_ACTORS.map((rule) => closureValue(rule, row, given))
    expect(answers(mine, ENVIRONMENT)).toEqual([true, false, false, false, true, 2, ENVIRONMENT.me, false])
    expect(answers(EMPTY, nobody)).toEqual([false, true, false, false, true, 0, null, false])
    for (const row of [mine, EMPTY, { ...EMPTY, owner: ENVIRONMENT.teams[0] ?? null, born: '2026-10-25' }])
      for (const given of [ENVIRONMENT, nobody])
        expect(await disagreements(database, row, RULES_OF_ACTORS, given)).toEqual([])
  })

  test('what an answer hangs on is known', () => {
    const reasons = (rule: unknown) => {
      const result = checkRule(rule, ruleScope)
      return result.ok ? [...result.rule.volatility].sort() : result.problems
    }
    expect(reasons({ add: [v('born'), 1, 'days'] })).toEqual([])
    expect(reasons({ add: [v('seen'), 1, 'hours'] })).toEqual([])
    expect(reasons({ add: [v('seen'), 1, 'days'] })).toEqual(['actor'])
    expect(reasons({ '<': [v('seen'), { now: [] }] })).toEqual(['time'])
    expect(reasons({ '<': [v('born'), { today: [] }] })).toEqual(['actor', 'time'])
    expect(reasons({ in: [v('owner'), { my_teams: [] }] })).toEqual(['actor'])
    expect(reasons({ '>': [{ count: 'test.kid.parent' }, 1] })).toEqual(['related'])
  })
})
