// Operators on times as SQL. What stands in a query of its own with OFFSET 0 is worked out once: PostgreSQL would
// otherwise write it out in each place that reads it. No session setting takes part: zones are named, and everything
// between is reckoned in timestamps without a zone.
import { CLOCK_UNITS, DAY_UNITS, MONTH_UNITS } from '../../sdk/rules/time-units.ts'
import { type Sql, sql, trusted } from '../sql/sql.ts'
import { ENVIRONMENT } from './environment.ts'

const { zone } = ENVIRONMENT
const number = (value: number): Sql => trusted(String(value))

/** NULL outside the years 1 to 9999, without naming the value twice. */
function told(value: Sql, type: 'date' | 'timestamp' | 'timestamptz', low: string, high: string): Sql {
  const [from, to] = [trusted(`${type} '${low}'`), trusted(`${type} '${high}'`)]
  return sql`NULLIF(NULLIF(LEAST(GREATEST(${value}, ${from}), ${to}), ${to}), ${from})`
}
const toldDate = (value: Sql): Sql => told(value, 'date', '0001-12-31 BC', '10000-01-01')
const toldClock = (value: Sql): Sql => told(value, 'timestamp', '0001-12-31 23:59:59.999999 BC', '10000-01-01 00:00:00')
const toldInstant = (value: Sql): Sql =>
  told(value, 'timestamptz', '0001-12-31 23:59:59.999999+00 BC', '10000-01-01 00:00:00+00')

/** What the clock of the zone shows. */
const clockOf = (instant: Sql): Sql => toldClock(sql`((${instant}) AT TIME ZONE ${zone})`)

/**
 * When the clock of the zone shows `s.l`, in UTC without a zone: with the offset of a day before and of a day after.
 * PostgreSQL itself takes the later of two times; rules take the earlier. sdk/rules/zones.ts does the same.
 */
function instantOf(local: Sql, isStart: boolean): Sql {
  const ahead = (utc: Sql): Sql => sql`(((${utc}) AT TIME ZONE 'UTC') AT TIME ZONE ${zone}) - (${utc})`
  const shows = (utc: Sql): Sql => sql`((${utc} AT TIME ZONE 'UTC') AT TIME ZONE ${zone}) = s.l`
  const [before, after] = [sql`s.b`, sql`s.a`]
  const skipped = sql`${trusted(isStart ? 'GREATEST' : 'LEAST')}(s.b, s.a)`
  const given = sql`SELECT (${local}) AS l OFFSET 0`
  const both = sql`SELECT s.l, s.l - (${ahead(sql`s.l - interval '1 day'`)}) AS b, s.l - (${ahead(sql`s.l + interval '1 day'`)}) AS a FROM (${given}) AS s OFFSET 0`
  return sql`(SELECT (CASE WHEN ${shows(before)} AND ${shows(after)} THEN LEAST(s.b, s.a) WHEN ${shows(before)} THEN s.b WHEN ${shows(after)} THEN s.a ELSE ${skipped} END) AT TIME ZONE 'UTC' FROM (${both}) AS s)`
}

export const dateOf = (instant: Sql): Sql => sql`(${clockOf(instant)})::date`

export function partOf(time: Sql, isDate: boolean, part: string): Sql {
  return sql`extract(${trusted(part)} FROM ${isDate ? time : clockOf(time)})::float8`
}

export function startOf(time: Sql, isDate: boolean, unit: string): Sql {
  if (isDate) return sql`date_trunc('${trusted(unit)}', (${time})::timestamp)::date`
  return toldInstant(instantOf(sql`date_trunc('${trusted(unit)}', ${clockOf(time)})`, true))
}

export function endOf(time: Sql, isDate: boolean, unit: string): Sql {
  const next = (clock: Sql): Sql => sql`date_trunc('${trusted(unit)}', ${clock}) + ${periodOf(unit)}`
  if (isDate) return toldDate(sql`((${next(sql`(${time})::timestamp`)})::date - 1)`)
  return toldInstant(sql`${instantOf(next(clockOf(time)), true)} - interval '1 microsecond'`)
}

const periodOf = (unit: string): Sql =>
  MONTH_UNITS[unit] === undefined
    ? trusted(`interval '${DAY_UNITS[unit] ?? 1} days'`)
    : trusted(`interval '${MONTH_UNITS[unit]} months'`)

/** `count` units later, or earlier: `sign`. */
export function shifted(time: Sql, count: Sql, isDate: boolean, unit: string, sign: '+' | '-'): Sql {
  const whole = sql`(${trusted(sign)}trunc(${within(count, '4e11')}))::bigint`
  const given = sql`SELECT (${time}) AS t, ${whole} AS n OFFSET 0`
  const seconds = CLOCK_UNITS[unit]
  if (seconds !== undefined) {
    const moved = sql`extract(epoch FROM s.t) + s.n * ${number(seconds)}`
    return sql`(SELECT CASE WHEN ${moved} >= -62135596800 AND ${moved} < 253402300800 THEN s.t + interval '1 second' * (s.n * ${number(seconds)})::float8 END FROM (${given}) AS s)`
  }
  if (isDate) return sql`(SELECT (${movedBy(unit, sql`s.t`)})::date FROM (${given}) AS s)`
  const clocks = sql`SELECT s.t, s.n, ${clockOf(sql`s.t`)} AS c FROM (${given}) AS s OFFSET 0`
  const moved = instantOf(movedBy(unit, sql`s.c`), false)
  // A time that the clock shows twice stays the one that it is.
  return sql`(SELECT CASE WHEN s.c IS NULL THEN NULL WHEN s.n = 0 THEN s.t ELSE ${toldInstant(moved)} END FROM (${clocks}) AS s)`
}

/** NULL beyond the year 9999, before PostgreSQL could refuse it. */
function movedBy(unit: string, time: Sql): Sql {
  const days = DAY_UNITS[unit]
  if (days !== undefined) {
    const moved = sql`(${time}::date - date '0001-01-01') + s.n * ${number(days)}`
    return sql`CASE WHEN ${moved} BETWEEN 0 AND 3652058 THEN ${time} + make_interval(days => (s.n * ${number(days)})::int) END`
  }
  const months = number(MONTH_UNITS[unit] ?? 1)
  const moved = sql`extract(year FROM ${time}) * 12 + extract(month FROM ${time}) + s.n * ${months}`
  return sql`CASE WHEN ${moved} BETWEEN 13 AND 120000 THEN ${time} + make_interval(months => (s.n * ${months})::int) END`
}

/** Whole units from one to the other, towards zero. */
export function difference(from: Sql, to: Sql, isDate: boolean, unit: string): Sql {
  const isClock = CLOCK_UNITS[unit] !== undefined
  const clock = (time: Sql): Sql => (isDate ? sql`(${time})::timestamp` : isClock ? time : clockOf(time))
  const given = sql`SELECT ${clock(from)} AS a, ${clock(to)} AS b OFFSET 0`
  const months = MONTH_UNITS[unit]
  if (months === undefined) {
    const seconds = CLOCK_UNITS[unit] ?? (DAY_UNITS[unit] ?? 1) * 86_400
    return sql`(SELECT div(extract(epoch FROM s.b) - extract(epoch FROM s.a), ${number(seconds)})::float8 FROM (${given}) AS s)`
  }
  const monthOf = (time: Sql): Sql => sql`extract(year FROM ${time}) * 12 + extract(month FROM ${time})`
  const restOf = (time: Sql): Sql => sql`${time} - date_trunc('month', ${time})`
  const parts = sql`SELECT (${monthOf(sql`s.b`)}) - (${monthOf(sql`s.a`)}) AS m, ${restOf(sql`s.a`)} AS x, ${restOf(sql`s.b`)} AS y FROM (${given}) AS s OFFSET 0`
  return sql`(SELECT div(s.m + CASE WHEN s.m > 0 AND s.y < s.x THEN -1 WHEN s.m < 0 AND s.y > s.x THEN 1 ELSE 0 END, ${number(months)})::float8 FROM (${parts}) AS s)`
}

/** NULL from the limit on, without naming the value twice. */
export function within(value: Sql, limit: string): Sql {
  const [low, high] = [trusted(`-${limit}`), trusted(limit)]
  return sql`NULLIF(NULLIF(LEAST(GREATEST(${value}, ${low}), ${high}), ${high}), ${low})`
}
