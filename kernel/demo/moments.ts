// Points in time as recipes write them: `now-30d`, `-3y`, `@signed_on+2m`, `2024-06-30`.
import type { WireValue } from '../../sdk/wire/records.ts'
import type { Operation } from './expressions.ts'
import { isObject, lookUp, type Scene } from './scene.ts'

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
const UNIT_MS: Readonly<Record<string, number>> = { h: HOUR_MS, d: DAY_MS, m: 30.44 * DAY_MS, y: 365.25 * DAY_MS }

/** @returns ms since 1970, or undefined when the field it counts from is empty */
export type Moment = (scene: Scene) => number | undefined

export function compileMoment(source: unknown, fail: Operation['fail']): Moment {
  const match = /^(?:@([\w.]+)|(\d{4}-\d{2}-\d{2})|now)?(?:([+-]\d+)([hdmy]))?$/.exec(String(source))
  if (!match) return fail(`“${String(source)}” is not a point in time; write now-30d, -3y or @field+2m`)
  const [, path, fixed, count, unit] = match
  const offsetMs = count && unit ? Number(count) * (UNIT_MS[unit] ?? 0) : 0
  if (fixed) return () => Date.parse(fixed) + offsetMs
  if (!path) return (scene) => scene.world.nowMs + offsetMs
  const steps = path.split('.')
  return (scene) => {
    const base = timeOf(lookUp(scene, steps))
    return base === undefined ? undefined : base + offsetMs
  }
}

/** A date, a date-time or one with a zone; a number is a year. */
function timeOf(value: WireValue): number | undefined {
  if (isObject(value)) return timeOf(value['at'] ?? null)
  if (typeof value !== 'string') return undefined
  const time = Date.parse(value)
  return Number.isNaN(time) ? undefined : time
}

export function dateText(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10)
}

export function instantText(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`
}
