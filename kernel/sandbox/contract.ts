// What the sandbox offers to the rest of the kernel. It runs code that nobody trusts and knows nothing of records,
// rights or databases: whatever the code asks of its host is a name and JSON, answered by who started it.
import type { Text } from '../../sdk/metadata/source.ts'

/** What of a plugin is run. `describe` answers its behaviour and gets no host. */
export type EntryKind = 'describe' | 'before' | 'after' | 'action' | 'job' | 'route' | 'migration'

/** Which isolate: one for each tenant, plugin and code. */
export interface SandboxCode {
  /** PostgreSQL schema of the tenant. */
  tenant: string
  plugin: string
  version: string
  /** SHA-256 of the code, hex. */
  hash: string
  /** Asked for when the child process does not have it yet. */
  load(): Promise<string>
}

/** For one invocation. Counters are exact; times and memory are nets that catch what counters do not. */
export interface Limits {
  wallMs: number
  cpuMs: number
  /** One uninterrupted stretch of guest code. */
  sliceMs: number
  memoryMb: number
  hostCalls: number
  pendingCalls: number
  logLines: number
  logBytes: number
  payloadBytes: number
}

export interface LogLine {
  level: 'debug' | 'info' | 'warn' | 'error'
  message: string
  /** Milliseconds since the invocation began. */
  atMs: number
}

export interface Usage {
  wallMs: number
  cpuMs: number
  hostCalls: number
  /** Of the isolate, as it was before the call. */
  heapBytes: number
}

/** An error of the guest, its stack still in terms of the bundle. */
export interface GuestError {
  name: string
  message: string
  stack: string
}

export type Failure =
  /** The plugin said no, which is its right: told to the person. */
  | { kind: 'refused'; message: Text; field: string | null }
  | { kind: 'failed'; error: GuestError }
  /** A counter was passed, or memory or processor time ran out. */
  | { kind: 'limit'; limit: string; used: number; max: number }
  | { kind: 'timeout'; afterMs: number }
  /** The process that ran it is gone. */
  | { kind: 'lost'; reason: string }
  /** The circuit breaker is open; null: until an administrator resumes it. */
  | { kind: 'paused'; untilMs: number | null }
  | { kind: 'cancelled' }

export type Outcome = { usage: Usage; logs: readonly LogLine[] } & (
  | { ok: true; value: unknown }
  | { ok: false; failure: Failure }
)

/** How the guest learns that the host said no: a code and a sentence, never a stack. */
export interface HostRefusal {
  code: string
  message: string
  hint?: string
}
export type HostAnswer = { ok: true; value: unknown } | { ok: false; error: HostRefusal; isFatal?: boolean }

export interface Invocation {
  code: SandboxCode
  entry: { kind: EntryKind; name: string }
  /** JSON. */
  input: unknown
  /** ISO instant that the guest sees as now. */
  now: string
  limits: Limits
  /**
   * Answers what the guest asks. Does not throw. `isFatal`: the invocation is lost whatever the guest makes of it, as
   * after a limit of the host's own counters.
   */
  host(method: string, args: unknown): Promise<HostAnswer>
  signal?: AbortSignal
  /** As they are written; for a terminal that watches. */
  onLog?(line: LogLine): void
}

export interface PluginHealth {
  state: 'fine' | 'paused' | 'suspended'
  untilMs: number | null
  violations: number
  /** It has brought a process down and runs apart from the others. */
  isQuarantined: boolean
}

/** A limit that was broken. */
export interface Violation {
  /** Milliseconds since 1970. */
  atMs: number
  /** It brought a process down. */
  isKill: boolean
}

/** How the sandbox of this process is doing, in numbers. */
export interface SandboxState {
  /** Processes, and the isolates in them. */
  children: number
  isolates: number
  /** Processes that were ended because of what ran in them. */
  restarts: number
  /** Invocations under way, and those that wait for a place of their tenant. */
  running: number
  waiting: number
  /** Plugins of all tenants. */
  paused: number
  suspended: number
  quarantined: number
}

export interface Sandbox {
  /** Never throws: what goes wrong is part of the outcome. */
  invoke(invocation: Invocation): Promise<Outcome>
  health(tenant: string, plugin: string): PluginHealth
  /** What it has broken so far, here or elsewhere, oldest first. */
  recall(tenant: string, plugin: string, violations: readonly Violation[]): void
  /** It is fine, as far as this process is concerned. */
  resume(tenant: string, plugin: string): void
  state(): SandboxState
  /** Its isolates go; calls under way are cancelled. */
  retire(tenant: string, plugin: string): void
  close(): Promise<void>
}
