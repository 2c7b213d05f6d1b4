// Days and times of day as people type them.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  addDays,
  addMonths,
  dayOf,
  readDate,
  readTime,
  showDate,
  showTime,
  weekdayNames,
} from '../../studio/fields/date-text.ts'

const LOCALES = ['en-US', 'en-GB', 'de', 'ru', 'fr', 'sv', 'zh', 'ja', 'ko', 'hu']
const TODAY = '2026-11-23'
const day = fc
  .integer({ min: -40_000, max: 40_000 })
  .map((days) => addDays('2000-01-01', days))
  .filter((one) => one !== undefined)

test('what is shown is read again, in every language', () => {
  fc.assert(
    fc.property(day, fc.constantFrom(...LOCALES), (one, locale) => {
      expect(readDate(showDate(one, locale), locale, TODAY)).toBe(one)
      expect(readDate(one, locale, TODAY)).toBe(one)
    }),
    { numRuns: 500 },
  )
  fc.assert(
    fc.property(fc.nat(23), fc.nat(59), fc.constantFrom('en-US', 'en-GB', 'de', 'ru'), (hour, minute, locale) => {
      const time = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
      expect(readTime(showTime(time, locale))).toBe(time)
    }),
  )
})

describe('a day is read', () => {
  test.each([
    ['12.3.2026', 'de', '2026-03-12'],
    ['12/3/26', 'en-GB', '2026-03-12'],
    ['12/3/26', 'en-US', '2026-12-03'],
    ['12 mar', 'en-GB', '2026-03-12'],
    ['March 12, 2025', 'en-US', '2025-03-12'],
    ['12 марта 2025', 'ru', '2025-03-12'],
    ['12 марта 2025 г.', 'ru', '2025-03-12'],
    ['2025年3月12日', 'zh', '2025-03-12'],
    ['5.4.', 'de', '2026-04-05'],
    ['today', 'ru', TODAY],
    ['сегодня', 'ru', TODAY],
    ['завтра', 'ru', '2026-11-24'],
    ['+10', 'en-GB', '2026-12-03'],
    ['-1', 'en-GB', '2026-11-22'],
    ['1.1.71', 'de', '1971-01-01'],
  ])('%s (%s)', (typed, locale, expected) => {
    expect(readDate(typed, locale, TODAY)).toBe(expected)
  })

  test.each(['', 'soon', '31.2.2026', '12.13.2026', '12', '1.2.3.4', '12.3.202', '99999', '12 foo 2026', '12;3;2026'])(
    'but not %s',
    (typed) => {
      expect(readDate(typed, 'de', TODAY)).toBeUndefined()
    },
  )
})

test('times of day, in either half', () => {
  expect(['14:05', '14.05', '1405', '2:05 pm', '2pm', '14', '12 am', '12pm', '0:30'].map(readTime)).toEqual([
    '14:05',
    '14:05',
    '14:05',
    '14:05',
    '14:00',
    '14:00',
    '00:00',
    '12:00',
    '00:30',
  ])
  expect(['25:00', '14:60', '13 pm', 'noon', ''].map(readTime)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})

test('months are added to the last day that there is', () => {
  expect(addMonths('2026-01-31', 1)).toBe('2026-02-28')
  expect(addMonths('2026-03-31', -1)).toBe('2026-02-28')
  expect(addMonths('2026-12-15', 1)).toBe('2027-01-15')
  expect(dayOf(2026, 2, 29)).toBeUndefined()
})

test('weeks begin as people are used to', () => {
  expect(weekdayNames('en-US')[0]).toBe('Sun')
  expect(weekdayNames('ru')[0]).toBe('пн')
})
