// What a child does: takes runs, lets them into isolates, passes on what guests ask and what they are answered, watches
// their time. It never waits for guest code, so that it can always throw an isolate away.
import type { FromChild, ToChild } from '../messages.ts'
import type { Wire } from '../wire.ts'
import { BadCode, type Entered, openBox } from './box.ts'
import { openCodes } from './codes.ts'
import { openMeter } from './meter.ts'
import { openSlots, type Slot, SLOT_LIMITS, type SlotLimits } from './slots.ts'
import {
  AGAIN,
  checkedResult,
  countCall,
  countLine,
  failure,
  limit,
  newWork,
  overTime,
  type Result,
  STUCK,
  type Work,
} from './work.ts'

const TICK_MS = 20
const BEAT_MS = 250
/** An isolate that was thrown away ends its code within this, or never. */
const WEDGED_MS = 400
const SWEEP_MS = 60_000
/** Processor time for loading the code of a plugin. */
const LOAD_MS = 2_000

/** Runs until the wire ends. */
export function serveSandbox(wire: Wire, onEnd: () => void, limits: Partial<SlotLimits> = {}): void {
  const works = new Map<number, Work>()
  const slots = openSlots({ ...SLOT_LIMITS, ...limits }, (count) => send({ type: 'isolates', count }))
  const codes = openCodes()
  /** Isolates to be, by the hash of the code that was asked for. */
  const wanting = new Map<string, Slot[]>()
  const meter = openMeter()
  let ticking: NodeJS.Timeout | undefined
  let lastBeatMs = 0
  const send = (message: FromChild, body?: string): void => wire.send(message, body)

  /** Nothing is said of it any more. */
  const finish = (work: Work, given: Result): void => {
    if (!works.delete(work.run.id)) return
    const { result, body } = checkedResult(work, given)
    const heapBytes = work.slot.box?.heapBytes() ?? 0
    send({ type: 'done', id: work.run.id, box: work.slot.key, result, cpuMs: work.cpuMs, heapBytes }, body)
    slots.left(work.slot, work)
  }
  /** The isolate goes, and with it whatever runs in it; for the others that is no fault of theirs. */
  const condemn = (slot: Slot, guilty: Work, result: Result): void => {
    guilty.result = result
    slots.retire(slot)
    slot.dispose()
    for (const other of [...slot.works]) if (other !== guilty) finish(other, AGAIN)
    // While its thread is not free, nobody is told that it has ended.
    if (!slot.entered.includes(guilty)) return finish(guilty, result)
    setTimeout(() => {
      if (works.has(guilty.run.id)) send({ type: 'wedged', id: guilty.run.id })
    }, WEDGED_MS)
  }
  const endStuck = (slot: Slot): void => {
    const isMoving = slot.entered.length > 0 || [...slot.works].some(({ pending }) => pending.size > 0)
    if (!isMoving) for (const work of [...slot.works]) finish(work, work.result ?? STUCK)
  }
  const left = (slot: Slot, work: Work, { end }: Entered): void => {
    if (end === 'memory') return condemn(slot, work, work.result ?? limit('memoryMb', slot.memoryMb, slot.memoryMb))
    if (end === 'foreign') slots.retire(slot)
    if (work.result) finish(work, work.result)
    else if (end === 'gone') finish(work, AGAIN)
    if (slot.works.size > 0) setImmediate(endStuck, slot)
  }
  const enter = (work: Work, go: () => Promise<Entered>): void => {
    const { slot } = work
    if (slot.entered.push(work) === 1) {
      meter.start(charged(slot))
      work.sliceMs = 0
    }
    void go().then((entered) => {
      if (slot.entered.length > 1) meter.read()
      else meter.stop(charged(slot))
      slot.entered.shift()
      const [next] = slot.entered
      if (next) next.sliceMs = 0
      left(slot, work, entered)
    })
  }
  const start = (work: Work): void => {
    const { box } = work.slot
    if (!box) return
    work.startedMs = performance.now()
    const { id, kind, name, now, nowMs, seed } = work.run
    enter(work, () => box.run(id, kind, name, now, nowMs, seed, JSON.stringify(work.run.limits), work.input))
    work.input = ''
  }
  const settle = (work: Work): void => {
    const { box } = work.slot
    const answers = `[${work.answers.join(',')}]`
    work.answers = []
    if (box && works.has(work.run.id) && !work.result) enter(work, () => box.settle(work.run.id, answers))
  }

  const open = async (slot: Slot, code: string): Promise<void> => {
    try {
      slot.box = await openBox(
        {
          code,
          filename: slot.filename,
          memoryMb: slot.memoryMb,
          meter,
          post: (type, id, call, word, text) => take(slot, type, id, call, word, text),
          onFatal: () => send({ type: 'fatal', box: slot.key }),
          charge(ms) {
            slot.loadMs += ms
          },
        },
        (dispose) => {
          slot.dispose = dispose
        },
      )
      for (const work of slot.works) start(work)
      if (slot.isRetired) slots.retire(slot)
    } catch (error) {
      slots.retire(slot)
      const result =
        slot.loadMs > LOAD_MS
          ? limit('loadMs', slot.loadMs, LOAD_MS)
          : error instanceof BadCode
            ? failure({ kind: 'failed', error: error.plain })
            : limit('memoryMb', slot.memoryMb, slot.memoryMb)
      for (const work of [...slot.works]) finish(work, work.result ?? result)
    }
  }

  const take = (slot: Slot, type: string, id: number, call: number, word: string, text: string): void => {
    const work = works.get(id)
    if (!work || work.slot !== slot || work.result) return
    if (type === 'done') work.result = { result: word === 'ok' ? 'ok' : 'failed', body: text }
    else if (type === 'log') {
      if (!countLine(work, text)) return
      const level = word === 'debug' || word === 'warn' || word === 'error' ? word : 'info'
      send({ type: 'log', id, level, atMs: performance.now() - work.startedMs }, text)
    } else {
      const refused = countCall(work, call, text)
      if (refused) condemn(slot, work, refused)
      else send({ type: 'call', id, box: slot.key, call, method: word }, text)
    }
  }

  const run = (message: Extract<ToChild, { type: 'run' }>, input: string): void => {
    const { box: key, hash, filename, limits: own } = message
    const known = slots.find(key)
    const slot = known ?? slots.add({ key, hash, filename, memoryMb: own.memoryMb })
    const work = newWork(message, input, slot)
    works.set(message.id, work)
    slot.works.add(work)
    if (slot.box) start(work)
    else if (!known) {
      const code = codes.get(hash)
      if (code !== undefined) void open(slot, code)
      else {
        wanting.set(hash, [...(wanting.get(hash) ?? []), slot])
        send({ type: 'need', id: message.id, hash })
      }
    }
    lastBeatMs = performance.now()
    ticking ??= setInterval(tick, TICK_MS)
  }
  const cancel = (id: number): void => {
    const work = works.get(id)
    if (!work) return
    const cancelled = failure({ kind: 'cancelled' })
    const { slot } = work
    if (slot.entered[0] === work) return condemn(slot, work, cancelled)
    work.result = cancelled
    slot.box?.forget(id)
    finish(work, cancelled)
    slots.retire(slot)
  }

  const tick = (): void => {
    const nowMs = performance.now()
    meter.read()
    for (const work of [...works.values()]) {
      const over = overTime(work, nowMs)
      if (!over || !works.has(work.run.id)) continue
      if (work.slot.entered[0] === work) condemn(work.slot, work, over)
      else if (!work.slot.box && work.slot.loadMs > LOAD_MS) work.slot.dispose()
      else {
        work.slot.box?.forget(work.run.id)
        finish(work, over)
        slots.retire(work.slot)
      }
    }
    if (nowMs - lastBeatMs >= BEAT_MS) {
      lastBeatMs = nowMs
      send({ type: 'beat' })
    }
    if (works.size > 0) return
    clearInterval(ticking)
    ticking = undefined
  }
  setInterval(() => slots.sweep(), SWEEP_MS).unref()

  const onMessage = (message: ToChild, body: string): void => {
    if (message.type === 'run') run(message, body)
    else if (message.type === 'cancel') cancel(message.id)
    else if (message.type === 'answer') {
      const work = works.get(message.id)
      if (!work?.pending.delete(message.call)) return
      if (work.answers.push(`[${message.call},${message.ok},${body}]`) === 1) queueMicrotask(() => settle(work))
    } else if (message.type === 'retire') {
      slots.retirePlugin(message.boxesOf)
    } else {
      const waiting = wanting.get(message.hash) ?? []
      wanting.delete(message.hash)
      if (message.type === 'code') {
        codes.add(message.hash, body)
        for (const slot of waiting) void open(slot, body)
      } else {
        for (const slot of waiting) {
          slots.retire(slot)
          const error = { name: 'Error', message: body.slice(0, 2_000), stack: '' }
          for (const work of [...slot.works]) finish(work, failure({ kind: 'failed', error }))
        }
      }
    }
  }
  // The server is trusted, and both are of one version.
  wire.listen((message, body) => onMessage(message as ToChild, body), onEnd)
  send({ type: 'ready' })
}

const charges = new WeakMap<Slot, { charge(ms: number): void }>()
/** The time of an isolate is that of whoever runs in it now. */
function charged(slot: Slot): { charge(ms: number): void } {
  const known = charges.get(slot)
  if (known) return known
  const one = {
    charge(ms: number): void {
      const work = slot.entered[0]
      if (!work) return
      work.cpuMs += ms
      work.sliceMs += ms
    },
  }
  charges.set(slot, one)
  return one
}
