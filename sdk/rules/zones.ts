// Clocks of time zones, from the platform's own tables. Seconds are counted from 1970 in UTC, or on the clock of a zone.

const DAY = 86_400
/** Before the second year nothing changes; formatting years before the first would lose their sign. */
const FIRST = -62_104_060_800
const MAX_KEPT = 20_000

interface Zone {
  format: Intl.DateTimeFormat
  /** Offset of a day in which the clocks stay as they are; undefined: they do not. */
  days: Map<number, number | undefined>
}

const zones = new Map<string, Zone>()

/** How far the clock of the zone is ahead of UTC. @throws RangeError where the platform does not know the zone */
export function offsetAt(timeZone: string, seconds: number): number {
  const at = seconds < FIRST ? FIRST : seconds
  const zone = zones.get(timeZone) ?? openZone(timeZone)
  const day = Math.floor(at / DAY)
  if (!zone.days.has(day)) keepDay(zone, day)
  return zone.days.get(day) ?? readOffset(zone, at)
}

function openZone(timeZone: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const zone: Zone = { format, days: new Map() }
  zones.set(timeZone, zone)
  return zone
}

function keepDay(zone: Zone, day: number): void {
  if (zone.days.size >= MAX_KEPT) zone.days.clear()
  const [start, end] = [readOffset(zone, day * DAY), readOffset(zone, (day + 1) * DAY)]
  zone.days.set(day, start === end ? start : undefined)
}

const SHOWN = /^(\d+)\/(\d+)\/(\d+), (\d+):(\d+):(\d+)$/

function readOffset(zone: Zone, seconds: number): number {
  const [, month, day, year, hour, minute, second] = SHOWN.exec(zone.format.format(seconds * 1000)) ?? []
  const date = new Date(0)
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  return date.getTime() / 1000 + Number(hour) * 3600 + Number(minute) * 60 + Number(second) - seconds
}

/** On the clock of the zone. */
export function toLocal(timeZone: string, seconds: number): number {
  return seconds + offsetAt(timeZone, seconds)
}

/**
 * When the clock of the zone shows this. What it shows twice is the earlier time. What it leaves out is read with the
 * clock after the leap, which gives the earlier time; `isStart`: with the clock before it, so that a day whose midnight
 * is left out starts with the leap.
 */
export function fromLocal(timeZone: string, local: number, isStart: boolean): number {
  const before = local - offsetAt(timeZone, local - DAY)
  const after = local - offsetAt(timeZone, local + DAY)
  if (before === after) return before
  const isBefore = toLocal(timeZone, before) === local
  const isAfter = toLocal(timeZone, after) === local
  if (isBefore && isAfter) return Math.min(before, after)
  if (isBefore) return before
  if (isAfter) return after
  return isStart ? Math.max(before, after) : Math.min(before, after)
}
