// One invocation as the child sees it. The guest has counted already; it is counted again here, since a guest that broke
// out of its bootstrap counts as it likes.
import type { ChildFailure, ToChild } from '../messages.ts'
import type { Slot } from './slots.ts'

export type Run = Extract<ToChild, { type: 'run' }>

export interface Result {
  result: 'ok' | 'failed' | 'again'
  body: string
}

export interface Work {
  run: Run
  input: string
  slot: Slot
  startedMs: number
  cpuMs: number
  /** Processor time since guest code began to run without a pause. */
  sliceMs: number
  calls: number
  /** Asked of the host and not answered. */
  pending: Set<number>
  lines: number
  logBytes: number
  /** Answers that came in this turn, as JSON. */
  answers: string[]
  /** Known before it is told: guest code of it may still run. */
  result: Result | undefined
}

export function newWork(run: Run, input: string, slot: Slot): Work {
  return {
    run,
    input,
    slot,
    startedMs: performance.now(),
    cpuMs: 0,
    sliceMs: 0,
    calls: 0,
    pending: new Set(),
    lines: 0,
    logBytes: 0,
    answers: [],
    result: undefined,
  }
}

export const failure = (what: ChildFailure): Result => ({ result: 'failed', body: JSON.stringify(what) })
export const limit = (name: string, used: number, max: number): Result =>
  failure({ kind: 'limit', limit: name, used: Math.round(used), max })
export const AGAIN: Result = { result: 'again', body: '' }
export const STUCK: Result = failure({
  kind: 'failed',
  error: {
    name: 'Error',
    message: 'It waits for something that never comes: a promise that nothing settles.',
    stack: '',
  },
})

/** Processor time and time on the clock. @returns null: within its limits */
export function overTime({ run: { limits }, cpuMs, sliceMs, startedMs }: Work, nowMs: number): Result | null {
  if (sliceMs > limits.sliceMs) return limit('sliceMs', sliceMs, limits.sliceMs)
  if (cpuMs > limits.cpuMs) return limit('cpuMs', cpuMs, limits.cpuMs)
  const wallMs = nowMs - startedMs
  if (wallMs > limits.wallMs) return failure({ kind: 'timeout', afterMs: Math.round(wallMs) })
  return null
}

/** @returns null: the call may leave */
export function countCall(work: Work, call: number, text: string): Result | null {
  const { hostCalls, pendingCalls, payloadBytes } = work.run.limits
  work.calls += 1
  work.pending.add(call)
  if (work.calls > hostCalls) return limit('hostCalls', work.calls, hostCalls)
  if (work.pending.size > pendingCalls) return limit('pendingCalls', work.pending.size, pendingCalls)
  const bytes = Buffer.byteLength(text)
  if (bytes > payloadBytes) return limit('payloadBytes', bytes, payloadBytes)
  return null
}

/** @returns whether the line may leave; the guest has said so itself when it is the last */
export function countLine(work: Work, text: string): boolean {
  const { logLines, logBytes } = work.run.limits
  work.lines += 1
  work.logBytes += Buffer.byteLength(text)
  return work.lines <= logLines + 1 && work.logBytes <= logBytes * 3 + 200
}

/** @returns what is told in its place when it is too long */
export function checkedResult(work: Work, result: Result): Result {
  const bytes = Buffer.byteLength(result.body)
  const max = result.result === 'ok' ? work.run.limits.payloadBytes : 32_768
  return bytes > max ? limit('payloadBytes', bytes, max) : result
}
