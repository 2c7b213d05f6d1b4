// Units of time that rules name. Periods are those of the calendar; the others last equally long everywhere.

/** Seconds of what the clock counts. */
export const CLOCK_UNITS: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600 }
/** Days of what the calendar counts in days. */
export const DAY_UNITS: Readonly<Record<string, number>> = { day: 1, week: 7 }
/** Months of the longer periods. */
export const MONTH_UNITS: Readonly<Record<string, number>> = { month: 1, quarter: 3, year: 12 }

const UNITS = new Set([...Object.keys(CLOCK_UNITS), ...Object.keys(DAY_UNITS), ...Object.keys(MONTH_UNITS)])

export const UNIT_NAMES: readonly string[] = [...UNITS].map((unit) => `${unit}s`)
export const PERIOD_NAMES: readonly string[] = [...UNITS].filter((unit) => !isClockUnit(unit))

/** `days` and `day` alike → `day`; undefined when there is no such unit. */
export function unitOf(word: string): string | undefined {
  const unit = word.endsWith('s') ? word.slice(0, -1) : word
  return UNITS.has(unit) ? unit : undefined
}

export function isClockUnit(unit: string): boolean {
  return Object.hasOwn(CLOCK_UNITS, unit)
}
