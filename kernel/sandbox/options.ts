// What may be set from outside, mostly by tests, which have no seconds to wait.
import { availableParallelism } from 'node:os'
import type { Violation } from './contract.ts'

export interface SandboxTimes {
  /** After the time of an invocation: until its child is told to end it. */
  graceMs: number
  /** After that, until the child is killed. */
  killMs: number
  /** A child with work that says nothing for so long is killed. */
  silentMs: number
  /** How often silence and memory of children are looked at. */
  watchMs: number
  /** A child of its own, of a quarantined plugin, goes after standing idle so long. */
  idleChildMs: number
  /** Longest wait for one of the places of a tenant. */
  queueMs: number
  /** Violations count together that long. */
  violationWindowMs: number
  /** First pause; doubled each time up to the last. */
  pauseMs: number
  longestPauseMs: number
}

export const TIMES: SandboxTimes = {
  graceMs: 250,
  killMs: 500,
  silentMs: 5_000,
  watchMs: 50,
  idleChildMs: 60_000,
  queueMs: 10_000,
  violationWindowMs: 10 * 60_000,
  pauseMs: 15 * 60_000,
  longestPauseMs: 24 * 60 * 60_000,
}

export interface SandboxLog {
  info(members: object, message: string): void
  warn(members: object, message: string): void
}

export interface SandboxOptions {
  log?: SandboxLog
  /** Child processes that tenants are spread over. */
  children?: number
  /** Warm isolates, over all children. */
  maxIsolates?: number
  /** Invocations of one tenant at a time; what a plugin causes while it waits for the host is not counted. */
  tenantCalls?: number
  /** Invocations of one tenant that wait for a place. */
  tenantWaiting?: number
  /** Of one child, resident; above it the child is killed. */
  childMemoryMb?: number
  /** Violations within the window until a plugin is paused. */
  violations?: number
  /** Processes that a plugin may bring down before it is suspended. */
  kills?: number
  times?: Partial<SandboxTimes>
  /** Told of each limit that is broken, by whom. */
  onViolation?(tenant: string, plugin: string, violation: Violation): void
}

export type Settings = Required<Omit<SandboxOptions, 'log' | 'times'>> & { times: SandboxTimes; log: SandboxLog }

const SILENT: SandboxLog = { info() {}, warn() {} }

export function settingsOf({ times, ...options }: SandboxOptions): Settings {
  return {
    log: SILENT,
    onViolation() {},
    children: Math.max(2, availableParallelism()),
    maxIsolates: 600,
    tenantCalls: 8,
    tenantWaiting: 1_000,
    childMemoryMb: 1_024,
    violations: 5,
    kills: 3,
    ...options,
    times: { ...TIMES, ...times },
  }
}
