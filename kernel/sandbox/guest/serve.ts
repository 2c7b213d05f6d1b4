// Runs in every isolate beneath the plugin: takes invocations as text, answers them as text, keeps the counters before
// anything crosses. What crosses is text and numbers, one way: `post`. Everything that a plugin throws is made plain here,
// within the time that the guest has, since even reading a message can run code of its own.
import type { GuestPlugin } from '../../../sdk/plugin/bridge.ts'
import type { Limits } from '../contract.ts'
import type { Moment } from './lock-down.ts'

/** `call`: number, method, arguments · `log`: –, level, message · `done`: –, `ok` or `failed`, value or failure */
export type Post = (type: 'call' | 'log' | 'done', id: number, call: number, word: string, text: string) => void

export interface Served {
  /** Takes the plugin from where its bundle left it. @returns what is wrong with it, or an empty string */
  capture(): string
  run(
    id: number,
    kind: string,
    name: string,
    now: string,
    nowMs: number,
    seed: number,
    limits: string,
    input: string,
  ): void
  /** @param answers JSON: [call, ok, value or refusal], … */
  settle(id: number, answers: string): void
  /** The host has given it up: whatever it still does is of no effect. */
  forget(id: number): void
}

/** Its text is run in the isolate: it uses nothing from outside of itself. */
export function serve(post: Post, setMoment: (moment: Moment) => void): Served {
  interface Waiting {
    resolve(value: unknown): void
    reject(error: unknown): void
    /** Made when the plugin called, so that its stack tells where. */
    error: Error
  }
  interface Running extends Moment {
    id: number
    limits: Limits
    calls: number
    lines: number
    logLength: number
    waiting: Map<number, Waiting>
  }
  const PLUGIN = '__relata_plugin'
  const REFUSAL = 'relataRefusal'
  const METHOD = /^[a-z][a-zA-Z]{0,40}(\.[a-z][a-zA-Z]{0,40})?$/
  const MOST_OF_AN_ERROR = 2_600
  const { parse, stringify } = JSON
  const toText = String
  const running = new Map<number, Running>()
  let plugin: GuestPlugin | undefined
  /** They are mostly the same from call to call. */
  let lastLimits = { text: '', parsed: undefined as Limits | undefined }
  const limitsOf = (text: string): Limits => {
    if (lastLimits.text !== text || !lastLimits.parsed) lastLimits = { text, parsed: parse(text) }
    return lastLimits.parsed as Limits
  }

  const done = (one: Running, word: 'ok' | 'failed', text: string): void => {
    if (!running.delete(one.id)) return
    one.waiting.clear()
    post('done', one.id, 0, word, text)
  }
  const overLimit = (one: Running, limit: string, used: number, max: number): void =>
    done(one, 'failed', stringify({ kind: 'limit', limit, used, max }))

  const memberText = (value: object, name: string): string => {
    try {
      const member = (value as Record<string, unknown>)[name]
      return member === undefined ? '' : toText(member)
    } catch {
      return ''
    }
  }
  const short = (text: string): string => text.slice(0, MOST_OF_AN_ERROR)
  const plainError = (error: unknown): { name: string; message: string; stack: string } => {
    if ((typeof error !== 'object' && typeof error !== 'function') || error === null)
      return { name: 'Error', message: short(toText(error)), stack: '' }
    const message = memberText(error, 'message')
    // A stack begins with the message, and is made when it is read.
    const stack = message.length > 100_000 ? '' : memberText(error, 'stack')
    return { name: short(memberText(error, 'name')) || 'Error', message: short(message), stack: short(stack) }
  }
  const failed = (one: Running, error: unknown): void => {
    let text: string | undefined
    try {
      const refusal =
        typeof error === 'object' && error !== null ? (error as Record<string, unknown>)[REFUSAL] : undefined
      if (typeof refusal === 'object' && refusal !== null) {
        const { message, field = null } = refusal as { message?: unknown; field?: unknown }
        text = stringify({ kind: 'refused', message, field })
        if (text.length > MOST_OF_AN_ERROR) text = undefined
      }
    } catch {
      text = undefined
    }
    done(one, 'failed', text ?? stringify({ kind: 'failed', error: plainError(error) }))
  }
  const finished = (one: Running, value: unknown): void => {
    const max = one.limits.payloadBytes
    if (typeof value === 'string' && value.length > max) return overLimit(one, 'payloadBytes', value.length, max)
    let text: string | undefined
    try {
      text = stringify(value)
    } catch (error) {
      return failed(one, error)
    }
    text ??= 'null'
    if (text.length > max) return overLimit(one, 'payloadBytes', text.length, max)
    done(one, 'ok', text)
  }

  const call = (one: Running, method: unknown, args: unknown): Promise<unknown> => {
    const error = new Error()
    return new Promise((resolve, reject) => {
      if (running.get(one.id) !== one) return
      const { hostCalls, pendingCalls, payloadBytes } = one.limits
      if (one.calls >= hostCalls) return overLimit(one, 'hostCalls', one.calls + 1, hostCalls)
      if (one.waiting.size >= pendingCalls) return overLimit(one, 'pendingCalls', one.waiting.size + 1, pendingCalls)
      if (typeof method !== 'string' || !METHOD.test(method))
        throw new TypeError('The host is asked by a name such as records.get.')
      if (typeof args === 'string' && args.length > payloadBytes)
        return overLimit(one, 'payloadBytes', args.length, payloadBytes)
      const text = stringify(args) ?? 'null'
      if (text.length > payloadBytes) return overLimit(one, 'payloadBytes', text.length, payloadBytes)
      const number = ++one.calls
      one.waiting.set(number, { resolve, reject, error })
      post('call', one.id, number, method, text)
    })
  }
  const log = (one: Running, level: unknown, message: unknown): void => {
    if (running.get(one.id) !== one) return
    const { logLines, logBytes } = one.limits
    const text = toText(message)
    if (one.lines > logLines || one.logLength > logBytes) return
    one.lines += 1
    one.logLength += text.length
    const isLast = one.lines > logLines || one.logLength > logBytes
    const word = level === 'debug' || level === 'warn' || level === 'error' ? level : 'info'
    if (isLast) post('log', one.id, 0, 'warn', 'More was written to the log than is kept; the rest is left out.')
    else post('log', one.id, 0, word, text)
  }

  return {
    capture() {
      const descriptor = Object.getOwnPropertyDescriptor(globalThis, PLUGIN)
      Reflect.deleteProperty(globalThis, PLUGIN)
      const found: unknown = descriptor?.value
      if (typeof found !== 'object' || found === null) return `The code left nothing at globalThis.${PLUGIN}.`
      plugin = found as GuestPlugin
      return ''
    },
    run(id, kind, name, now, nowMs, seed, limits, input) {
      const one: Running = {
        id,
        nowMs,
        seed,
        limits: limitsOf(limits),
        calls: 0,
        lines: 0,
        logLength: 0,
        waiting: new Map(),
      }
      running.set(id, one)
      setMoment(one)
      const work = async (): Promise<unknown> => {
        if (!plugin) throw new Error('There is no plugin.')
        if (kind === 'describe') return plugin.describe()
        return plugin.run(kind, name, parse(input), {
          now,
          call: (method, args) => call(one, method, args),
          log: (level, message) => log(one, level, message),
        })
      }
      work().then(
        (value) => finished(one, value),
        (error) => failed(one, error),
      )
    },
    settle(id, answers) {
      const one = running.get(id)
      if (!one) return
      setMoment(one)
      const list: [number, boolean, { code?: string; message?: string; hint?: string }][] = parse(answers)
      for (const [number, ok, value] of list) {
        const waiting = one.waiting.get(number)
        if (!waiting) continue
        one.waiting.delete(number)
        if (ok) {
          waiting.resolve(value)
          continue
        }
        const { error } = waiting
        const message = toText(value.message)
        const trace = toText(error.stack)
        const firstCall = trace.indexOf('\n')
        const own = (name: string, text: unknown, enumerable: boolean): void => {
          Object.defineProperty(error, name, { value: text, writable: true, enumerable, configurable: true })
        }
        own('message', message, false)
        own('stack', `Error: ${message}${firstCall < 0 ? '' : trace.slice(firstCall)}`, false)
        own('code', value.code, true)
        if (value.hint !== undefined) own('hint', value.hint, true)
        waiting.reject(error)
      }
    },
    forget(id) {
      running.delete(id)
    },
  }
}
