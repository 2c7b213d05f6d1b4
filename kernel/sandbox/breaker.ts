// Plugins that break limits are paused, longer each time; those that bring a process down run apart from the others, and
// not at all after the third time. What a plugin has done is a list of violations, from which all of this follows: the
// same list gives the same answer in every process.
import type { PluginHealth, Violation } from './contract.ts'
import type { Settings } from './options.ts'

interface Record {
  violationsAtMs: readonly number[]
  pauses: number
  untilMs: number
  kills: number
}
const FINE: Record = { violationsAtMs: [], pauses: 0, untilMs: 0, kills: 0 }

export interface Breakers {
  /** undefined: it may run; null: not until resumed */
  pausedUntil(key: string): number | null | undefined
  isQuarantined(key: string): boolean
  violated(key: string, violation: Violation): void
  health(key: string): PluginHealth
  /** All that it has done, in order; nothing: it is fine. */
  recall(key: string, violations: readonly Violation[]): void
  /** Plugins that do not run, or run apart. */
  counts(): { paused: number; suspended: number; quarantined: number }
}

export function openBreakers(settings: Pick<Settings, 'violations' | 'kills' | 'times'>, now = Date.now): Breakers {
  const records = new Map<string, Record>()
  const { violationWindowMs, pauseMs, longestPauseMs } = settings.times

  const after = (record: Record, { atMs, isKill }: Violation): Record => {
    const recent = record.violationsAtMs.filter((one) => one > atMs - violationWindowMs)
    const violationsAtMs = [...recent, atMs]
    const kills = record.kills + (isKill ? 1 : 0)
    if (violationsAtMs.length < settings.violations) return { ...record, violationsAtMs, kills }
    const untilMs = atMs + Math.min(pauseMs * 2 ** record.pauses, longestPauseMs)
    return { violationsAtMs: [], pauses: record.pauses + 1, untilMs, kills }
  }
  const pausedUntil = (key: string): number | null | undefined => {
    const record = records.get(key)
    if (!record) return undefined
    if (record.kills >= settings.kills) return null
    return record.untilMs > now() ? record.untilMs : undefined
  }
  return {
    pausedUntil,
    isQuarantined: (key) => (records.get(key)?.kills ?? 0) > 0,
    violated: (key, violation) => void records.set(key, after(records.get(key) ?? FINE, violation)),
    health(key) {
      const record = records.get(key)
      const untilMs = pausedUntil(key)
      return {
        state: untilMs === null ? 'suspended' : untilMs === undefined ? 'fine' : 'paused',
        untilMs: untilMs ?? null,
        violations: record?.violationsAtMs.filter((atMs) => atMs > now() - violationWindowMs).length ?? 0,
        isQuarantined: (record?.kills ?? 0) > 0,
      }
    },
    recall(key, violations) {
      if (violations.length === 0) records.delete(key)
      else records.set(key, violations.reduce(after, FINE))
    },
    counts() {
      const keys = [...records.keys()]
      const until = keys.map(pausedUntil)
      return {
        paused: until.filter((one) => typeof one === 'number').length,
        suspended: until.filter((one) => one === null).length,
        quarantined: [...records.values()].filter(({ kills }) => kills > 0).length,
      }
    },
  }
}
