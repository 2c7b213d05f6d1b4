// How much one run of a plugin may use, by what is run. Counters are exact and hold whatever the code makes of being
// refused; times and memory are nets for what counters do not catch.
import type { EntryKind, Limits } from '../sandbox/contract.ts'

/** Counted by the host. */
export interface HostLimits {
  queries: number
  writes: number
  rowsRead: number
  rowsWritten: number
  httpCalls: number
  /** Waiting for answers, all calls together. */
  httpMs: number
  /** Of one answer. */
  httpBytes: number
  mails: number
  jobs: number
}

export interface RunLimits {
  sandbox: Limits
  host: HostLimits
}

const NOTHING_OUTSIDE = { httpCalls: 0, httpMs: 0, httpBytes: 0, mails: 0, jobs: 0 }

const SAVE: RunLimits = {
  sandbox: {
    ...{ wallMs: 1_000, cpuMs: 250, sliceMs: 250, memoryMb: 32, hostCalls: 50, pendingCalls: 16 },
    ...{ logLines: 50, logBytes: 16_384, payloadBytes: 262_144 },
  },
  host: { queries: 20, writes: 0, rowsRead: 2_000, rowsWritten: 0, ...NOTHING_OUTSIDE },
}
const SOON: RunLimits = {
  sandbox: {
    ...{ wallMs: 10_000, cpuMs: 1_000, sliceMs: 500, memoryMb: 32, hostCalls: 200, pendingCalls: 32 },
    ...{ logLines: 200, logBytes: 65_536, payloadBytes: 262_144 },
  },
  host: {
    ...{ queries: 100, writes: 50, rowsRead: 10_000, rowsWritten: 2_000 },
    ...{ httpCalls: 10, httpMs: 10_000, httpBytes: 1_000_000, mails: 10, jobs: 20 },
  },
}
const JOB: RunLimits = {
  sandbox: {
    ...{ wallMs: 60_000, cpuMs: 10_000, sliceMs: 1_000, memoryMb: 64, hostCalls: 2_000, pendingCalls: 64 },
    ...{ logLines: 1_000, logBytes: 262_144, payloadBytes: 1_000_000 },
  },
  host: {
    ...{ queries: 500, writes: 200, rowsRead: 50_000, rowsWritten: 10_000 },
    ...{ httpCalls: 100, httpMs: 60_000, httpBytes: 1_000_000, mails: 100, jobs: 200 },
  },
}
/** Of one page: nobody waits for it, and its transaction holds the records that it wrote. */
const MIGRATION: RunLimits = {
  sandbox: {
    ...{ wallMs: 30_000, cpuMs: 10_000, sliceMs: 3_000, memoryMb: 128, hostCalls: 2_000, pendingCalls: 32 },
    ...{ logLines: 100, logBytes: 64_000, payloadBytes: 1_000_000 },
  },
  host: { queries: 2_000, writes: 2_000, rowsRead: 50_000, rowsWritten: 10_000, ...NOTHING_OUTSIDE },
}
/** Of kinds that are not run soon after something that somebody did. */
const OWN: Partial<Record<EntryKind, RunLimits>> = { before: SAVE, job: JOB, migration: MIGRATION }
/** Nobody goes further, however many records a run is for. */
export const MOST = { wallMs: 60_000, cpuMs: 10_000, hostCalls: 10_000, queries: 1_000, writes: 500, rowsRead: 50_000 }

/** @param records that the run is for: a bulk action is given more than one on a single record */
export function limitsOf(kind: EntryKind, records = 1): RunLimits {
  const base = OWN[kind] ?? SOON
  if (records <= 1) return base
  const { sandbox, host } = base
  /** What a run has for all, and once more for each record, a part of it. */
  const more = (value: number, part: number, most: number): number =>
    Math.max(value, Math.min(most, Math.ceil(value * (1 + (records - 1) * part))))
  return {
    sandbox: {
      ...sandbox,
      wallMs: more(sandbox.wallMs, 0.1, MOST.wallMs),
      cpuMs: more(sandbox.cpuMs, 0.1, MOST.cpuMs),
      hostCalls: more(sandbox.hostCalls, 0.2, MOST.hostCalls),
    },
    host: {
      ...host,
      queries: more(host.queries, 0.2, MOST.queries),
      writes: host.writes === 0 ? 0 : more(host.writes, 0.05, MOST.writes),
      rowsRead: more(host.rowsRead, 0.1, MOST.rowsRead),
    },
  }
}
