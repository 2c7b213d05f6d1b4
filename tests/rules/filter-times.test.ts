// Filters that move with the day: what is chosen becomes a rule that picks exactly the days a calendar would.
import { describe, expect, test } from 'vitest'
import { PERIOD_NAMES, relativeRule, SPAN_UNITS, type SpanUnit } from '../../studio/fields/filter-times.ts'
import { closureValue, ENVIRONMENT, FIELDS, type Row } from '../support/rule-engines.ts'

const EMPTY: Row = Object.fromEntries(Object.keys(FIELDS).map((name) => [name, null]))
/** A Thursday; in Berlin it is Friday already. */
const ENV = { ...ENVIRONMENT, now: '2026-12-31T23:30:00Z', timeZone: 'Europe/Berlin' }
const TODAY = '2027-01-01'
const DAY_MS = 86_400_000

const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
const DAYS = Array.from({ length: 1_000 }, (_, index) => dayOf(Date.parse(TODAY) + (index - 500) * DAY_MS))

/** First day of the period that holds this day; weeks begin on Monday (ISO 8601). */
function startOf(day: string, unit: SpanUnit): string {
  const [year = '', month = ''] = day.split('-')
  const ms = Date.parse(day)
  if (unit === 'day') return day
  if (unit === 'week') return dayOf(ms - ((new Date(ms).getUTCDay() + 6) % 7) * DAY_MS)
  if (unit === 'year') return `${year}-01-01`
  const first = unit === 'month' ? Number(month) : Math.floor((Number(month) - 1) / 3) * 3 + 1
  return `${year}-${String(first).padStart(2, '0')}-01`
}

/** `this`: in the same period as today; `last`, `next`: in the one that ends before, or begins after. */
function isIn(name: string, day: string): boolean {
  if (name === 'today') return day === TODAY
  const [which = '', unitName = ''] =
    { yesterday: 'last_day', tomorrow: 'next_day' }[name]?.split('_') ?? name.split('_')
  const unit = SPAN_UNITS.find((one) => one === unitName) ?? 'day'
  const [own, now] = [startOf(day, unit), startOf(TODAY, unit)]
  if (which === 'this') return own === now
  if (which === 'last') return own === startOf(dayOf(Date.parse(now) - DAY_MS), unit)
  const beyond = DAYS.find((one) => one > now && startOf(one, unit) !== now) ?? ''
  return own === startOf(beyond, unit)
}

const picked = (rule: unknown, field: string, values: readonly string[]): string[] =>
  values.filter((value) => closureValue(rule, { ...EMPTY, [field]: value }, ENV) === true)
const born = { subject: { var: 'born' }, isMoment: false }
const seen = { subject: { var: 'seen' }, isMoment: true }

describe('a period by its name', () => {
  test.each(PERIOD_NAMES)('%s', (name) => {
    const expected = DAYS.filter((day) => isIn(name, day))
    expect(expected.length).toBeGreaterThan(0)
    expect(picked(relativeRule('period', name, born), 'born', DAYS)).toEqual(expected)
    // Noon in Berlin is of the same day.
    const noons = DAYS.map((day) => `${day}T11:00:00Z`)
    expect(picked(relativeRule('period', name, seen), 'seen', noons)).toEqual(expected.map((day) => `${day}T11:00:00Z`))
  })

  test('of moments ends where the next one begins', () => {
    const rule = relativeRule('period', 'today', seen)
    const moments = [
      '2026-12-31T22:59:59.999999Z',
      '2026-12-31T23:00:00Z',
      '2027-01-01T22:59:59.999999Z',
      '2027-01-01T23:00:00Z',
    ]
    expect(picked(rule, 'seen', moments)).toEqual(moments.slice(1, 3))
  })

  test('that is not known narrows nothing', () => {
    for (const value of [null, '', 'some_week', 'toString', ['1', 'day']])
      expect(relativeRule('period', value, born)).toBeNull()
  })
})

describe('so many from now', () => {
  test('the last seven days hold today, and not tomorrow', () => {
    const days = picked(relativeRule('last', ['7', 'day'], born), 'born', DAYS)
    expect([days[0], days.at(-1)]).toEqual(['2026-12-25', TODAY])
  })

  test.each(SPAN_UNITS)('%s: forwards as far as backwards', (unit) => {
    const last = picked(relativeRule('last', ['1', unit], born), 'born', DAYS)
    const next = picked(relativeRule('next', ['1', unit], born), 'born', DAYS)
    expect([last.at(-1), next[0]]).toEqual([TODAY, TODAY])
    expect(
      { day: '2026-12-31', week: '2026-12-25', month: '2026-12-01', quarter: '2026-10-01', year: '2026-01-01' }[unit],
    ).toBe(last[0])
    expect(
      { day: '2027-01-02', week: '2027-01-08', month: '2027-02-01', quarter: '2027-04-01', year: '2028-01-01' }[unit],
    ).toBe(next.at(-1))
  })

  test('of moments it ends this very moment', () => {
    const moments = ['2026-12-30T23:29:59Z', '2026-12-30T23:30:00Z', '2026-12-31T23:30:00Z', '2026-12-31T23:30:01Z']
    expect(picked(relativeRule('last', ['1', 'day'], seen), 'seen', moments)).toEqual(moments.slice(1, 3))
  })

  test('what is no number of them narrows nothing', () => {
    for (const value of [
      null,
      '7',
      ['0', 'day'],
      ['-1', 'day'],
      ['1.5', 'day'],
      ['x', 'day'],
      ['7', 'hour'],
      ['99999999', 'day'],
    ])
      expect(relativeRule('last', value, born)).toBeNull()
  })
})

test('what is past and what is to come', () => {
  const around = ['2026-12-31', TODAY, '2027-01-02']
  expect(picked(relativeRule('past', null, born), 'born', around)).toEqual(['2026-12-31'])
  expect(picked(relativeRule('future', null, born), 'born', around)).toEqual(['2027-01-02'])
  const moments = ['2026-12-31T23:29:00Z', '2026-12-31T23:31:00Z']
  expect(picked(relativeRule('past', null, seen), 'seen', moments)).toEqual(moments.slice(0, 1))
  expect(picked(relativeRule('future', null, seen), 'seen', moments)).toEqual(moments.slice(1))
})
