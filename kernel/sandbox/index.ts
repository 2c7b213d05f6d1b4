// The front door of the sandbox: runs code that nobody trusts in processes that can be thrown away. What must survive
// whatever a plugin does: this process, the other plugins, and the same plugin at its next call.
import { AsyncLocalStorage } from 'node:async_hooks'
import { randomInt } from 'node:crypto'
import { openBreakers } from './breaker.ts'
import { type Children, openChildren } from './children.ts'
import type { ConfinementReport } from './confinement.ts'
import type { Failure, Invocation, LogLine, Outcome, Sandbox } from './contract.ts'
import { parseGuestJson } from './guarded-json.ts'
import { type HostReply, openJournal } from './journal.ts'
import type { Attempt, AttemptEnd } from './line.ts'
import { toOutcome } from './outcome.ts'
import { type SandboxOptions, settingsOf } from './options.ts'
import { openTenantQueue } from './tenant-queue.ts'

export type { SandboxOptions } from './options.ts'
export type { ConfinementReport } from './confinement.ts'
export type * from './contract.ts'

/** Runs of one invocation: the first, and again after others brought its process down. */
const MOST_RUNS = 4

export interface OpenSandbox extends Sandbox {
  /** What protects the children on this system, and what does not. */
  report(): Promise<ConfinementReport & { children: { pid: number; running: number }[] }>
}

/** Children are started when the first plugin runs. */
export function openSandbox(options: SandboxOptions = {}): OpenSandbox {
  const settings = settingsOf(options)
  const children = openChildren(settings)
  const breakers = openBreakers(settings)
  const queue = openTenantQueue(settings.tenantCalls, settings.tenantWaiting, settings.times.queueMs)
  /** The invocation that the host works for now: what comes of it must not wait for its place. */
  const working = new AsyncLocalStorage<{ isOver: boolean }>()
  const underWay = new Map<string, Set<Stop>>()
  let isClosed = false

  const invoke = async (invocation: Invocation): Promise<Outcome> => {
    const { tenant, plugin } = invocation.code
    const key = keyOf(tenant, plugin)
    const startedMs = performance.now()
    const refused = (failure: Failure): Outcome => ({
      usage: { wallMs: performance.now() - startedMs, cpuMs: 0, hostCalls: 0, heapBytes: 0 },
      logs: [],
      ok: false,
      failure,
    })
    if (isClosed || invocation.signal?.aborted) return refused({ kind: 'cancelled' })
    const untilMs = breakers.pausedUntil(key)
    if (untilMs !== undefined) return refused({ kind: 'paused', untilMs })

    const outer = working.getStore()
    const isInner = outer !== undefined && !outer.isOver
    const line = lineOf(invocation)
    if (!isInner) {
      const entering = queue.enter(line, invocation.signal)
      const entry = entering === 'in' ? entering : await entering
      if (entry === 'cancelled') return refused({ kind: 'cancelled' })
      if (entry !== 'in')
        return refused({
          kind: 'limit',
          limit: 'tenantCalls',
          used: settings.tenantCalls + 1,
          max: settings.tenantCalls,
        })
    }
    const stop: Stop = { isStopped: false, cancel: undefined }
    const mine = underWay.get(key) ?? new Set()
    underWay.set(key, mine.add(stop))
    const onAbort = (): void => stopNow(stop)
    invocation.signal?.addEventListener('abort', onAbort)
    const work = { isOver: false }
    try {
      return await runToEnd(invocation, key, stop, startedMs, work)
    } finally {
      work.isOver = true
      invocation.signal?.removeEventListener('abort', onAbort)
      mine.delete(stop)
      if (mine.size === 0) underWay.delete(key)
      if (!isInner) queue.leave(line)
    }
  }

  const runToEnd = async (
    invocation: Invocation,
    key: string,
    stop: Stop,
    startedMs: number,
    work: { isOver: boolean },
  ): Promise<Outcome> => {
    const journal = openJournal()
    const logs: LogLine[] = []
    const attempt = attemptOf(invocation, journal, logs, (run) => working.run(work, run))
    const outcome = (ended: AttemptEnd): Outcome => {
      const { failure, isViolation } = toOutcome(ended, invocation)
      if (isViolation) {
        const { tenant, plugin } = invocation.code
        const violation = { atMs: Date.now(), isKill: isViolation === 'kill' }
        breakers.violated(key, violation)
        settings.onViolation(tenant, plugin, violation)
      }
      const { cpuMs, hostCalls, heapBytes } = ended
      const usage = { wallMs: performance.now() - startedMs, cpuMs, hostCalls, heapBytes }
      if ('value' in failure) return { usage, logs, ok: true, value: failure.value }
      return { usage, logs, ok: false, failure }
    }
    let isSuspect = false
    for (let runs = 1; ; runs++) {
      const place = await findPlace(
        children,
        invocation.code.tenant,
        isSuspect,
        breakers.isQuarantined(key) ? key : null,
      )
      const { id, ended: ending } = place.child.run(attempt())
      stop.cancel = () => place.child.cancel(id)
      if (stop.isStopped) stop.cancel()
      const ended = await ending
      // Nothing else was there.
      if (ended.end === 'died' && isSuspect && ended.guilt === 'suspect') ended.guilt = 'sure'
      place.giveBack()

      const isInnocent = ended.end === 'again' || (ended.end === 'died' && ended.guilt !== 'sure')
      const canRepeat = isInnocent && runs < MOST_RUNS && !isClosed && !stop.isStopped && journal.rewind()
      if (!canRepeat)
        return outcome((stop.isStopped || isClosed) && isInnocent ? { ...ended, end: 'cancelled' } : ended)
      // Whom bad luck met twice runs alone as well, where nobody can bring it down.
      isSuspect ||= runs > 1 || (ended.end === 'died' && ended.guilt === 'suspect')
    }
  }

  const retire = (tenant: string, plugin: string): void => {
    for (const stop of underWay.get(keyOf(tenant, plugin)) ?? []) stopNow(stop)
    for (const child of children.all()) child.retire(keyOf(tenant, plugin))
  }
  return {
    invoke,
    retire,
    health: (tenant, plugin) => breakers.health(keyOf(tenant, plugin)),
    recall: (tenant, plugin, violations) => breakers.recall(keyOf(tenant, plugin), violations),
    resume: (tenant, plugin) => breakers.recall(keyOf(tenant, plugin), []),
    state: () => ({ ...children.counts(), ...queue.counts(), ...breakers.counts() }),
    async report() {
      const list = children.all().map((child) => ({ pid: child.pid, running: child.running() }))
      return { ...(await children.report()), children: list }
    },
    async close() {
      isClosed = true
      children.close()
    },
  }
}

/** Lighter than an AbortController, which every call would pay for. */
interface Stop {
  isStopped: boolean
  cancel: (() => void) | undefined
}
function stopNow(stop: Stop): void {
  stop.isStopped = true
  stop.cancel?.()
}
/** A save, for which somebody waits, stands in no line with jobs and actions, which may take a minute. */
const lineOf = ({ code: { tenant }, entry }: Invocation): string =>
  entry.kind === 'before' ? `${tenant} saves` : tenant
const keyOf = (tenant: string, plugin: string): string => `${tenant}/${plugin}`

async function findPlace(
  children: Children,
  tenant: string,
  isSuspect: boolean,
  quarantined: string | null,
): Promise<Awaited<ReturnType<Children['alone']>>> {
  if (isSuspect) return children.alone()
  const child = await (quarantined === null ? children.ofTenant(tenant) : children.ofPlugin(quarantined))
  return { child, giveBack() {} }
}

/** @returns makes one run after the other: the same moment and chance, the host asked once only */
function attemptOf(
  { code, entry, input, now, limits, host, onLog }: Invocation,
  journal: ReturnType<typeof openJournal>,
  logs: LogLine[],
  within: (run: () => Promise<HostReply>) => Promise<HostReply>,
): () => Attempt {
  const message = {
    box: `${keyOf(code.tenant, code.plugin)}/${code.hash}`,
    hash: code.hash,
    filename: `plugin://${code.plugin}@${code.version}/plugin.js`,
    kind: entry.kind,
    name: entry.name,
    now,
    nowMs: Date.parse(now),
    seed: randomInt(2 ** 32 - 1),
    limits,
  }
  const text = JSON.stringify(input) ?? 'null'
  const ask = async (method: string, args: string): Promise<HostReply> => {
    try {
      const answer = await within(async () => replyOf(await host(method, parseGuestJson(args))))
      return answer
    } catch (error) {
      const refusal = { code: 'RL400', message: error instanceof Error ? error.message : String(error) }
      return { ok: false, body: JSON.stringify(refusal), fatal: null }
    }
  }
  return () => {
    let lines = 0
    return {
      message,
      input: text,
      load: () => code.load(),
      onCall: (method, args) => journal.ask(method, args, () => ask(method, args)),
      onLog(line) {
        // Lines of an earlier run were told already.
        if (++lines <= logs.length) return
        logs.push(line)
        onLog?.(line)
      },
    }
  }
}

function replyOf(answer: Awaited<ReturnType<Invocation['host']>>): HostReply {
  if (answer.ok) return { ok: true, body: JSON.stringify(answer.value) ?? 'null', fatal: null }
  return { ok: false, body: JSON.stringify(answer.error), fatal: answer.isFatal ? answer.error : null }
}
