// Times as closures. The calendar is reckoned here; the clocks of zones are asked only by operators on instants.
import {
  civilOf,
  type Civil,
  dayText,
  fractionOf,
  instantText,
  isTold,
  monthsBetween,
  readDay,
  readSeconds,
  shiftDay,
  startOf,
  startOfNext,
} from './calendar.ts'
import type { Closure } from './closures.ts'
import type { CallNode } from './nodes.ts'
import { CLOCK_UNITS, DAY_UNITS, MONTH_UNITS } from './time-units.ts'
import type { RuleValue } from './types.ts'
import { fromLocal, toLocal } from './zones.ts'

const DAY = 86_400
/** More of any unit reach beyond the years 1 to 9999. */
const MOST = 4e11

/** undefined: no operator on times. */
export function compileTime<T>({ operator, word, args: nodes }: CallNode, args: readonly Closure<T>[]) {
  const [a, b] = args
  const isDate = nodes[0]?.type.kind === 'date'
  if (!a) return undefined
  switch (operator) {
    case 'add':
    case 'subtract': {
      const sign = operator === 'add' ? 1 : -1
      const shift = isDate ? shiftDate : shiftInstant
      return b && shifted(a, b, (time, count, zone) => shift(time, count * sign, word, zone))
    }
    case 'difference':
      return b && difference(a, b, word, isDate)
    case 'start_of':
      return isDate
        ? onDate(a, (day) => dayText(startOf(day, word)))
        : onClock(a, (local, zone) => instantText(fromLocal(zone, startOf(dayOf(local), word) * DAY, true), '.000000Z'))
    case 'end_of':
      return isDate
        ? onDate(a, (day) => dayText(startOfNext(startOf(day, word), word) - 1))
        : onClock(a, (local, zone) => {
            const next = startOfNext(startOf(dayOf(local), word), word) * DAY
            return instantText(fromLocal(zone, next, true) - 1, '.999999Z')
          })
    case 'year':
    case 'month':
    case 'day': {
      const part = (day: number): number => partOf(civilOf(day), operator)
      return isDate ? onDate(a, part) : onClock(a, (local) => part(dayOf(local)))
    }
    case 'to_date':
      return onClock(a, (local) => dayText(dayOf(local)))
    default:
      return undefined
  }
}

const dayOf = (seconds: number): number => Math.floor(seconds / DAY)
const partOf = (civil: Civil, part: 'year' | 'month' | 'day'): number => civil[part]

const onDate =
  <T>(date: Closure<T>, change: (day: number) => RuleValue): Closure<T> =>
  (record, environment) => {
    const value = date(record, environment)
    return typeof value === 'string' ? change(readDay(value)) : null
  }

/** @param change is given what the clock shows, whole seconds */
const onClock =
  <T>(instant: Closure<T>, change: (local: number, zone: string) => RuleValue): Closure<T> =>
  (record, environment) => {
    const value = instant(record, environment)
    if (typeof value !== 'string' || !environment) return null
    const local = toLocal(environment.timeZone, readSeconds(value))
    return isTold(local) ? change(local, environment.timeZone) : null
  }

type Shift = (time: string, count: number, zone: string | undefined) => RuleValue

const shifted =
  <T>(time: Closure<T>, count: Closure<T>, shift: Shift): Closure<T> =>
  (record, environment) => {
    const [start, number] = [time(record, environment), count(record, environment)]
    if (typeof start !== 'string' || typeof number !== 'number' || Math.abs(number) >= MOST) return null
    return shift(start, Math.trunc(number), environment?.timeZone)
  }

function shiftDate(date: string, count: number, unit: string): RuleValue {
  const moved = shiftDay(readDay(date), count, unit)
  return moved === null ? null : dayText(moved)
}

function shiftInstant(instant: string, count: number, unit: string, zone: string | undefined): RuleValue {
  const seconds = readSeconds(instant)
  const perUnit = CLOCK_UNITS[unit]
  if (perUnit !== undefined) return instantText(seconds + count * perUnit, fractionOf(instant))
  if (zone === undefined) return null
  const local = toLocal(zone, seconds)
  if (!isTold(local)) return null
  // A time that the clock shows twice stays the one that it is.
  if (count === 0) return instant
  const day = dayOf(local)
  const moved = shiftDay(day, count, unit)
  if (moved === null) return null
  return instantText(fromLocal(zone, moved * DAY + (local - day * DAY), false), fractionOf(instant))
}

function difference<T>(a: Closure<T>, b: Closure<T>, unit: string, isDate: boolean): Closure<T> {
  const between = isDate ? daysBetween : CLOCK_UNITS[unit] === undefined ? localBetween : secondsBetween
  return (record, environment) => {
    const [from, to] = [a(record, environment), b(record, environment)]
    if (typeof from !== 'string' || typeof to !== 'string') return null
    return between(from, to, unit, environment?.timeZone)
  }
}

/** Towards zero; there is no negative zero. */
const whole = (value: number): number => Math.trunc(value) + 0

function daysBetween(from: string, to: string, unit: string): number {
  const [a, b] = [readDay(from), readDay(to)]
  const perUnit = DAY_UNITS[unit]
  if (perUnit !== undefined) return whole((b - a) / perUnit)
  return whole(monthsBetween(a, '', b, '') / (MONTH_UNITS[unit] ?? 1))
}

function secondsBetween(from: string, to: string, unit: string): number {
  return whole(secondsFrom(readSeconds(from), from, readSeconds(to), to) / (CLOCK_UNITS[unit] ?? 1))
}

function localBetween(from: string, to: string, unit: string, zone: string | undefined): RuleValue {
  if (zone === undefined) return null
  const [a, b] = [toLocal(zone, readSeconds(from)), toLocal(zone, readSeconds(to))]
  if (!isTold(a) || !isTold(b)) return null
  const perUnit = DAY_UNITS[unit]
  if (perUnit !== undefined) return whole(secondsFrom(a, from, b, to) / (perUnit * DAY))
  const [aDay, bDay] = [dayOf(a), dayOf(b)]
  const [aRest, bRest] = [restOf(a - aDay * DAY, from), restOf(b - bDay * DAY, to)]
  return whole(monthsBetween(aDay, aRest, bDay, bRest) / (MONTH_UNITS[unit] ?? 1))
}

/** Whole seconds between, the fractions of both heeded. */
function secondsFrom(a: number, from: string, b: number, to: string): number {
  const [aFraction, bFraction] = [fractionOf(from), fractionOf(to)]
  if (b > a && bFraction < aFraction) return b - a - 1
  return b < a && bFraction > aFraction ? b - a + 1 : b - a
}

/** How late in the day, as text that can be compared. */
const restOf = (seconds: number, instant: string): string => `${String(seconds).padStart(5, '0')}${fractionOf(instant)}`
