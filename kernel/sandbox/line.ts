// The server's end of the channel to one child: what runs there, what it asks, what came of it. The child is not
// trusted: a message that does not fit ends it, and everything that a guest may do is counted here once more.
import { createHash } from 'node:crypto'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import type { Limits, LogLine } from './contract.ts'
import type { HostReply } from './journal.ts'
import { FromChild, type ToChild } from './messages.ts'
import type { SandboxTimes } from './options.ts'
import type { Wire } from './wire.ts'

/** For getting and loading its code, which is not the time of the invocation. */
const COLD_MS = 2_000
const MOST_WARM = 5_000
const isFromChild = TypeCompiler.Compile(FromChild)

/** One run of an invocation on one child. */
export interface Attempt {
  message: Omit<Extract<ToChild, { type: 'run' }>, 'type' | 'id'>
  input: string
  load(): Promise<string>
  /** null: it is no use any more, the attempt ends as lost. */
  onCall(method: string, text: string): Promise<HostReply> | null
  onLog(line: LogLine): void
}

export type AttemptEnd = { cpuMs: number; heapBytes: number; hostCalls: number } & (
  | { end: 'ok'; body: string }
  | { end: 'failed'; body: string; isWaitingForHost: boolean }
  /** Its isolate went away through no doing of its own. */
  | { end: 'again' }
  /** The host gave it up. */
  | { end: 'fatal'; name: string; message: string }
  | { end: 'late'; isWaitingForHost: boolean; afterMs: number }
  | { end: 'cancelled' }
  /** It asks for other things than the first time. */
  | { end: 'astray' }
  /** The child is gone. suspect: it may have been this one, or another */
  | { end: 'died'; guilt: 'none' | 'suspect' | 'sure'; isLate: boolean; reason: string }
)
type Told = AttemptEnd extends infer E
  ? E extends unknown
    ? Omit<E, 'cpuMs' | 'heapBytes' | 'hostCalls'>
    : never
  : never

interface Running {
  id: number
  attempt: Attempt
  limits: Limits
  startedMs: number
  pending: Set<number>
  calls: number
  lines: number
  logBytes: number
  hasAskedForCode: boolean
  /** The last that was heard of it is a call, which is not answered. */
  isWaiting: boolean
  /** Why it was cancelled: what is told once the child has acknowledged it. */
  ending: Told | undefined
  timer: NodeJS.Timeout
  resolve(end: AttemptEnd): void
}

export interface Line {
  run(attempt: Attempt): { id: number; ended: Promise<AttemptEnd> }
  cancel(id: number): void
  /** @param boxesOf tenant and plugin */
  retire(boxesOf: string): void
  running(): number
  /** As the child says. */
  isolates(): number
  /** Told once; also when it dies before. */
  ready: Promise<void>
  isReady(): boolean
  /** Since it was last heard of, or began to have work. */
  silentMs(): number
  /** Everything that runs there has ended. */
  die(reason: string, guilty?: Guilty): void
}

/**
 * Who brought a child down: an invocation by number, an isolate by name, nobody, or whoever it may have been. Not given:
 * who ran there alone, or one of those who ran.
 */
export type Guilty = number | string
export const NOBODY = 'nobody'
export const SOMEBODY = 'somebody'

/** @param kill asked for when the child breaks the rules or does not end what it shall; calls `die` in the end */
export function openLine(
  wire: Wire,
  times: Pick<SandboxTimes, 'graceMs' | 'killMs'>,
  kill: (reason: string, guilty?: Guilty) => void,
): Line {
  const runs = new Map<number, Running>()
  /** Isolates that have answered before. */
  const warm = new Set<string>()
  let lastId = 0
  let isolates = 0
  const readied = Promise.withResolvers<void>()
  let isReady = false
  let isDead = false
  let heardMs = performance.now()
  const send = (message: ToChild, body?: string): void => wire.send(message, body)

  const end = (one: Running, told: Told, cpuMs = 0, heapBytes = 0): void => {
    runs.delete(one.id)
    clearTimeout(one.timer)
    one.resolve({ ...told, cpuMs, heapBytes, hostCalls: one.calls } as AttemptEnd)
  }
  /** Tells the child to end it; when it does not, the child is ended. */
  const give = (one: Running, ending: Told): void => {
    if (one.ending || !runs.has(one.id)) return
    one.ending = ending
    send({ type: 'cancel', id: one.id })
    clearTimeout(one.timer)
    one.timer = setTimeout(kill, times.killMs, 'It did not end an invocation that it was told to.', one.id)
  }
  const late = (one: Running): void =>
    give(one, {
      end: 'late',
      isWaitingForHost: one.pending.size > 0,
      afterMs: Math.round(performance.now() - one.startedMs),
    })

  const answer = async (one: Running, call: number, reply: Promise<HostReply>): Promise<void> => {
    const { ok, body, fatal } = await reply
    one.pending.delete(call)
    one.isWaiting = false
    if (!runs.has(one.id) || one.ending) return
    if (fatal) give(one, { end: 'fatal', name: fatal.code, message: fatal.message })
    else send({ type: 'answer', id: one.id, call, ok }, body)
  }
  const called = (one: Running, call: number, method: string, text: string): string | null => {
    one.calls += 1
    if (one.pending.has(call) || call !== one.calls) return 'It asked twice under one number.'
    if (one.calls > one.limits.hostCalls) return 'It asked the host more often than a guest may.'
    if (one.pending.size >= one.limits.pendingCalls) return 'It asked the host for more at a time than a guest may.'
    if (Buffer.byteLength(text) > one.limits.payloadBytes) return 'It asked the host with more than a guest may.'
    if (one.ending) return null
    one.pending.add(call)
    one.isWaiting = true
    const reply = one.attempt.onCall(method, text)
    if (reply) void answer(one, call, reply)
    else give(one, { end: 'astray' })
    return null
  }
  const logged = (one: Running, level: LogLine['level'], atMs: number, message: string): string | null => {
    one.lines += 1
    one.logBytes += Buffer.byteLength(message)
    if (one.lines > one.limits.logLines + 1) return 'It wrote more lines to the log than a guest may.'
    if (one.logBytes > one.limits.logBytes * 3 + 200) return 'It wrote more to the log than a guest may.'
    one.attempt.onLog({ level, message, atMs: Math.round(atMs) })
    return null
  }
  const needed = async (one: Running): Promise<void> => {
    const { hash } = one.attempt.message
    try {
      const code = await one.attempt.load()
      if (createHash('sha256').update(code).digest('hex') !== hash)
        throw new Error('The code of the plugin is not the code that was installed: its fingerprint is another.')
      send({ type: 'code', hash }, code)
    } catch (error) {
      send({ type: 'nocode', hash }, error instanceof Error ? error.message : String(error))
    }
  }

  /** @returns what is wrong with it */
  const take = (message: FromChild, body: string): string | null => {
    if (message.type === 'beat') return null
    if (message.type === 'isolates') {
      isolates = message.count
      return null
    }
    if (message.type === 'ready') {
      if (isReady) return 'It was ready twice.'
      isReady = true
      readied.resolve()
      return null
    }
    if (message.type === 'fatal') {
      kill('V8 gave up on an isolate.', message.box)
      return null
    }
    const one = runs.get(message.id)
    if (!one) return `It spoke of an invocation ${message.id} that it does not have.`
    if (message.type === 'wedged') {
      kill('An invocation could not be ended: only with its process.', one.id)
      return null
    }
    if ('box' in message && message.box !== one.attempt.message.box) return 'It spoke of another isolate.'
    if (message.type === 'need') {
      if (one.hasAskedForCode || message.hash !== one.attempt.message.hash)
        return 'It asked for code that is not its own.'
      one.hasAskedForCode = true
      void needed(one)
      return null
    }
    if (message.type === 'call') return called(one, message.call, message.method, body)
    if (message.type === 'log') return logged(one, message.level, message.atMs, body)
    if (message.result !== 'failed' && Buffer.byteLength(body) > one.limits.payloadBytes)
      return 'It answered with more than a guest may.'
    const told: Told =
      message.result === 'again'
        ? { end: 'again' }
        : message.result === 'ok'
          ? { end: 'ok', body }
          : { end: 'failed', body, isWaitingForHost: one.pending.size > 0 }
    if (warm.size > MOST_WARM) warm.clear()
    warm.add(message.box)
    end(one, one.ending ?? told, message.cpuMs, message.heapBytes)
    return null
  }

  const guiltOf = (one: Running, isIt: boolean | undefined, isAlone: boolean): 'none' | 'suspect' | 'sure' => {
    if (isIt !== undefined) return isIt ? 'sure' : 'none'
    if (!isReady) return 'none'
    // Who waits for the host runs no code, as far as can be told from here; if it did, it will be found out next time.
    if (one.isWaiting) return isAlone ? 'suspect' : 'none'
    return isAlone ? 'sure' : 'suspect'
  }

  wire.listen(
    (header, body) => {
      if (isDead) return
      heardMs = performance.now()
      const problem = isFromChild.Check(header) ? take(header, body) : 'It sent a message that does not exist.'
      if (problem) kill(problem)
    },
    (why) => kill(why ?? 'It is gone.'),
  )

  return {
    run(attempt) {
      const id = ++lastId
      const { promise, resolve } = Promise.withResolvers<AttemptEnd>()
      const { limits } = attempt.message
      if (runs.size === 0) heardMs = performance.now()
      const one: Running = {
        id,
        attempt,
        limits,
        startedMs: performance.now(),
        pending: new Set(),
        calls: 0,
        lines: 0,
        logBytes: 0,
        hasAskedForCode: false,
        isWaiting: false,
        ending: undefined,
        timer: setTimeout(
          () => late(one),
          limits.wallMs + times.graceMs + (warm.has(attempt.message.box) ? 0 : COLD_MS),
        ),
        resolve,
      }
      runs.set(id, one)
      if (isDead) end(one, { end: 'died', guilt: 'none', isLate: false, reason: 'It was gone already.' })
      else send({ type: 'run', id, ...attempt.message }, attempt.input)
      return { id, ended: promise }
    },
    cancel(id) {
      const one = runs.get(id)
      if (one) give(one, { end: 'cancelled' })
    },
    retire: (boxesOf) => send({ type: 'retire', boxesOf }),
    running: () => runs.size,
    isolates: () => isolates,
    ready: readied.promise,
    isReady: () => isReady,
    silentMs: () => performance.now() - heardMs,
    die(reason, guilty) {
      if (isDead) return
      isDead = true
      readied.resolve()
      const all = [...runs.values()]
      for (const one of all) {
        const isIt = guilty === one.id || guilty === one.attempt.message.box
        const isKnown = guilty !== undefined && guilty !== SOMEBODY
        const guilt = guiltOf(one, isKnown ? isIt : undefined, all.length === 1 && guilty !== SOMEBODY)
        const isLate = one.ending?.end === 'late'
        if (one.ending?.end === 'cancelled' && guilt !== 'sure') end(one, one.ending)
        else end(one, { end: 'died', guilt, isLate, reason })
      }
      wire.close()
    },
  }
}
