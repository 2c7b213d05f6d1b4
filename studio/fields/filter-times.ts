// Times that move with the day on which a filter is asked: “this week” in a saved view is another week next Monday.
import type { WireValue } from '../../sdk/wire/records.ts'
import { isList, textOf } from './editor.ts'

type Rule = Readonly<Record<string, unknown>>

export const SPAN_UNITS = ['day', 'week', 'month', 'quarter', 'year'] as const
export type SpanUnit = (typeof SPAN_UNITS)[number]

/** Unit and how many of it from now: names stand in addresses and never change. */
const PERIODS = {
  today: ['day', 0],
  yesterday: ['day', -1],
  tomorrow: ['day', 1],
  this_week: ['week', 0],
  last_week: ['week', -1],
  next_week: ['week', 1],
  this_month: ['month', 0],
  last_month: ['month', -1],
  next_month: ['month', 1],
  this_quarter: ['quarter', 0],
  last_quarter: ['quarter', -1],
  next_quarter: ['quarter', 1],
  this_year: ['year', 0],
  last_year: ['year', -1],
  next_year: ['year', 1],
} as const satisfies Record<string, readonly [SpanUnit, number]>

export type PeriodName = keyof typeof PERIODS
const isPeriod = (name: string): name is PeriodName => Object.hasOwn(PERIODS, name)
export const PERIOD_NAMES: readonly PeriodName[] = Object.keys(PERIODS).filter(isPeriod)
export const periodOf = (value: WireValue): PeriodName | undefined => {
  const name = textOf(value)
  return isPeriod(name) ? name : undefined
}

export interface Span {
  count: number
  unit: SpanUnit
}

/** From the value of a chip, `["7", "day"]`; undefined while there is none. */
export function spanOf(value: WireValue): Span | undefined {
  if (!isList(value)) return undefined
  const [count, unit] = [Number(textOf(value[0])), SPAN_UNITS.find((one) => one === textOf(value[1]))]
  return unit && Number.isInteger(count) && count > 0 && count <= 10_000 ? { count, unit } : undefined
}

/** Days, or moments: of those, “now” is a moment too, and a period ends where the next one begins. */
export interface Clock {
  subject: Rule
  isMoment: boolean
}

export function relativeRule(operator: string, value: WireValue, clock: Clock): Rule | null {
  const { subject, isMoment } = clock
  const now = isMoment ? { now: [] } : { today: [] }
  if (operator === 'past') return { '<': [subject, now] }
  if (operator === 'future') return { '>': [subject, now] }
  if (operator === 'period') {
    const name = periodOf(value)
    return name ? within(PERIODS[name], clock, now) : null
  }
  const span = spanOf(value)
  if (!span) return null
  const ends =
    operator === 'last' ? [moved(now, -span.count, span.unit), now] : [now, moved(now, span.count, span.unit)]
  return { and: [{ '>=': [subject, ends[0]] }, { '<=': [subject, ends[1]] }] }
}

function within([unit, offset]: readonly [SpanUnit, number], { subject, isMoment }: Clock, now: Rule): Rule {
  if (unit === 'day' && !isMoment) return { '==': [subject, moved(now, offset, 'day')] }
  const start = (at: number): Rule => ({ start_of: [moved(now, at, unit), unit] })
  return { and: [{ '>=': [subject, start(offset)] }, { '<': [subject, start(offset + 1)] }] }
}

function moved(time: Rule, count: number, unit: SpanUnit): Rule {
  if (count === 0) return time
  return { [count > 0 ? 'add' : 'subtract']: [time, Math.abs(count), unit] }
}
