// One isolate with one plugin of one tenant in it. What enters it are runs and answers, one after another; what leaves
// are posts. It is thrown away rather than mended.
import ivm from 'isolated-vm'
import { lockDown } from '../guest/lock-down.ts'
import { type Post, type Served, serve } from '../guest/serve.ts'
import type { Meter } from './meter.ts'

const FILENAME = 'relata:sandbox'
const BOOTSTRAP = `return (${serve.toString()})($0, (${lockDown.toString()})())`

/** What came of letting guest code run. */
export type Entered =
  | { end: 'fine' }
  /** Something failed that no invocation answers for, such as a promise that an earlier one left behind. */
  | { end: 'foreign' }
  | { end: 'memory' }
  /** It was thrown away meanwhile. */
  | { end: 'gone' }

export interface Box {
  run(...args: Parameters<Served['run']>): Promise<Entered>
  settle(id: number, answers: string): Promise<Entered>
  forget(id: number): void
  /** Bytes; as of the last time that it was looked at. */
  heapBytes(): number
  /** Looks at it, which takes a while: not before whoever waits has been answered. */
  readHeap(): number
  /** At once, whatever runs in it. */
  dispose(): void
}

export interface BoxOptions {
  code: string
  filename: string
  memoryMb: number
  meter: Meter
  post: Post
  /** V8 has given up on the isolate: the process is not to be used for long. */
  onFatal(): void
  /** Who is charged for the time of loading. */
  charge(ms: number): void
}

export class BadCode extends Error {
  readonly plain: { name: string; message: string; stack: string }
  constructor(plain: { name: string; message: string; stack: string }) {
    super(plain.message)
    this.plain = plain
  }
}

/** @throws BadCode · the error of isolated-vm when it was disposed meanwhile */
export async function openBox(options: BoxOptions, onIsolate: (dispose: () => void) => void): Promise<Box> {
  const isolate = new ivm.Isolate({ memoryLimit: Math.max(8, options.memoryMb), onCatastrophicError: options.onFatal })
  const dispose = (): void => {
    if (!isolate.isDisposed) isolate.dispose()
  }
  onIsolate(dispose)
  try {
    const context = await isolate.createContext()
    const post = new ivm.Callback(options.post, { ignored: true })
    const served = await context.evalClosure(BOOTSTRAP, [post], { filename: FILENAME, result: { reference: true } })
    const reach = (name: keyof Served): Promise<ivm.Reference> => served.get(name, { reference: true })
    const [capture, run, settle, forget] = await Promise.all([
      reach('capture'),
      reach('run'),
      reach('settle'),
      reach('forget'),
    ])
    const metered = { charge: options.charge }
    options.meter.start(metered)
    try {
      const script = await isolate.compileScript(options.code, { filename: options.filename })
      await script.run(context, { release: true })
      const problem: unknown = await capture.apply(undefined, [])
      if (problem !== '') throw new BadCode({ name: 'Error', message: String(problem), stack: '' })
    } finally {
      options.meter.stop(metered)
    }

    let inside = 0
    let heapBytes = 0
    const enter = async (fn: ivm.Reference, args: (string | number)[]): Promise<Entered> => {
      inside += 1
      try {
        await fn.apply(undefined, args)
        return { end: 'fine' }
      } catch (error) {
        if (isolate.isDisposed)
          return { end: error instanceof Error && error.message.includes('memory limit') ? 'memory' : 'gone' }
        return { end: 'foreign' }
      } finally {
        inside -= 1
      }
    }
    return {
      run: (...args) => enter(run, args),
      settle: (id, answers) => enter(settle, [id, answers]),
      forget: (id) => void enter(forget, [id]),
      heapBytes: () => heapBytes,
      readHeap() {
        // Asking an isolate that runs would make us wait for it.
        if (inside === 0 && !isolate.isDisposed) {
          const heap = isolate.getHeapStatisticsSync()
          heapBytes = heap.used_heap_size + heap.externally_allocated_size
        }
        return heapBytes
      },
      dispose,
    }
  } catch (error) {
    const isGone = isolate.isDisposed
    dispose()
    if (isGone || error instanceof BadCode) throw error
    throw new BadCode(plain(error))
  }
}

/** Errors of compiling and loading are made anew on this side by isolated-vm: their members are plain. */
function plain(error: unknown): { name: string; message: string; stack: string } {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error).slice(0, 2_600), stack: '' }
  return {
    name: error.name.slice(0, 200),
    message: error.message.slice(0, 2_600),
    stack: (error.stack ?? '').slice(0, 2_600),
  }
}
