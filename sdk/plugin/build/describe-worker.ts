// A thread of its own that runs the bundle once, as bare as the sandbox is, and tells what it describes. It guards against
// mistakes, not against malice: the code is the author's, and so is the machine.
import { createContext, Script } from 'node:vm'
import { parentPort, workerData } from 'node:worker_threads'
import { GLOBAL_NAME } from '../bridge.ts'

const TIMEOUT_MS = 5_000
/** What the sandbox takes away as well. */
const ABSENT = ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'console', 'eval', 'Function']

const context = createContext(Object.create(null), { codeGeneration: { strings: false, wasm: false } })
try {
  for (const name of ABSENT) new Script(`delete globalThis.${name}`).runInContext(context)
  new Script(String(workerData), { filename: 'plugin.js' }).runInContext(context, { timeout: TIMEOUT_MS })
  const described: unknown = new Script(`JSON.stringify(globalThis.${GLOBAL_NAME}.describe())`).runInContext(context, {
    timeout: TIMEOUT_MS,
  })
  parentPort?.postMessage({ ok: true, behaviour: String(described) })
} catch (error) {
  const { message, stack } = Object(error)
  parentPort?.postMessage({ ok: false, message: String(message ?? error), stack: String(stack ?? '') })
}
