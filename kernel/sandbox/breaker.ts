// Plugins that break limits are paused, longer each time; those that bring a process down run apart from the others, and
// not at all after the third time. Kept in this process only: another one finds out for itself.
import type { PluginHealth } from './contract.ts'
import type { Settings } from './options.ts'

interface Record {
  violationsAtMs: number[]
  pauses: number
  untilMs: number
  kills: number
}

export interface Breakers {
  /** undefined: it may run; null: not until resumed */
  pausedUntil(key: string): number | null | undefined
  isQuarantined(key: string): boolean
  violated(key: string): void
  /** It brought a process down, which is a violation too. */
  killed(key: string): void
  health(key: string): PluginHealth
  resume(key: string): void
}

export function openBreakers(settings: Pick<Settings, 'violations' | 'kills' | 'times'>, now = Date.now): Breakers {
  const records = new Map<string, Record>()
  const { violationWindowMs, pauseMs, longestPauseMs } = settings.times

  const recordOf = (key: string): Record => {
    const known = records.get(key)
    if (known) return known
    const record = { violationsAtMs: [], pauses: 0, untilMs: 0, kills: 0 }
    records.set(key, record)
    return record
  }
  const pausedUntil = (key: string): number | null | undefined => {
    const record = records.get(key)
    if (!record) return undefined
    if (record.kills >= settings.kills) return null
    return record.untilMs > now() ? record.untilMs : undefined
  }
  const violated = (key: string): void => {
    const record = recordOf(key)
    const nowMs = now()
    record.violationsAtMs = [...record.violationsAtMs, nowMs].filter((atMs) => atMs > nowMs - violationWindowMs)
    if (record.violationsAtMs.length < settings.violations) return
    record.untilMs = nowMs + Math.min(pauseMs * 2 ** record.pauses, longestPauseMs)
    record.pauses += 1
    record.violationsAtMs = []
  }
  return {
    pausedUntil,
    isQuarantined: (key) => (records.get(key)?.kills ?? 0) > 0,
    violated,
    killed(key) {
      recordOf(key).kills += 1
      violated(key)
    },
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
    resume: (key) => void records.delete(key),
  }
}
