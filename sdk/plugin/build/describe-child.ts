// A process of its own that runs the bundle once, as bare as the sandbox is, and writes what it describes. It guards
// against mistakes, not against malice: the code is the author's, and so is the machine.
import { createContext, Script } from 'node:vm'
import { text } from 'node:stream/consumers'
import { GLOBAL_NAME } from '../bridge.ts'

const TIMEOUT_MS = 5_000
/** What the sandbox takes away as well. */
const ABSENT = ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'console', 'eval', 'Function']

const code = await text(process.stdin)
const context = createContext(Object.create(null), { codeGeneration: { strings: false, wasm: false } })
try {
  for (const name of ABSENT) new Script(`delete globalThis.${name}`).runInContext(context)
  new Script(code, { filename: 'plugin.js' }).runInContext(context, { timeout: TIMEOUT_MS })
  const described: unknown = new Script(`JSON.stringify(globalThis.${GLOBAL_NAME}.describe())`).runInContext(context, {
    timeout: TIMEOUT_MS,
  })
  process.stdout.write(JSON.stringify({ ok: true, behaviour: String(described) }))
} catch (error) {
  const { message, stack } = Object(error)
  process.stdout.write(JSON.stringify({ ok: false, message: String(message ?? error), stack: String(stack ?? '') }))
}
