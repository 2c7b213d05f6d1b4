// What a bundle says of itself, found by running it once in a thread of its own.
import { Worker } from 'node:worker_threads'
import { Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { type Problem, RelataError } from '../../errors.ts'
import { Behaviour } from '../behaviour.ts'
import type { Bundle } from './bundle.ts'
import { firstPosition } from './map-stack.ts'
import { sdkModule } from './modules.ts'

export type Described = { ok: true; behaviour: Behaviour } | { ok: false; problems: readonly Problem[] }

const Said = Type.Union([
  Type.Object({ ok: Type.Literal(true), behaviour: Type.String() }),
  Type.Object({ ok: Type.Literal(false), message: Type.String(), stack: Type.String() }),
])

/** @throws RL500 when the thread ends without a word, as when its memory is not enough */
export async function describeBundle({ code, map }: Bundle): Promise<Described> {
  const said = await runOnce(code)
  if (!Value.Check(Said, said))
    throw new RelataError('RL500', `The plugin could not be run to describe itself: ${said}`)
  if (!said.ok) return { ok: false, problems: problemsOf(said.message, said.stack, map) }
  const behaviour: unknown = JSON.parse(said.behaviour)
  if (Value.Check(Behaviour, behaviour)) return { ok: true, behaviour }
  const first = Value.Errors(Behaviour, behaviour).First()
  return {
    ok: false,
    problems: [{ path: first?.path ?? '', message: `what the plugin says of itself is not valid: ${first?.message}` }],
  }
}

function runOnce(code: string): Promise<unknown> {
  const worker = new Worker(sdkModule('plugin/build/describe-worker'), {
    workerData: code,
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  })
  return new Promise((resolve) => {
    worker.once('message', resolve)
    worker.once('error', resolve)
    worker.once('exit', () => resolve('it ended'))
  }).finally(() => worker.terminate())
}

/** A message of definePlugin has a line for each problem. */
function problemsOf(message: string, stack: string, map: string): Problem[] {
  const position = firstPosition(stack, map)
  const place = position
    ? { file: `../${position.file}`, params: { line: position.line, column: position.column } }
    : {}
  const hint = hintFor(message)
  return message.split('\n').map((line) => ({
    path: '',
    message: line.replace(/\.$/, ''),
    ...place,
    ...(hint === undefined ? {} : { hint }),
  }))
}

const HINTS: Readonly<Record<string, string>> = {
  fetch: 'Call other systems with http.fetch of the context.',
  console: 'Write to the log of the plugin with log.info of the context.',
  setTimeout: 'To wait, there is sleep(ms) of the context; to do something later, a job.',
  process: 'What differs from place to place belongs into settings or secrets of plugin.json.',
  require: 'Use import.',
}

function hintFor(message: string): string | undefined {
  const name = /^(\w+) is not defined$/.exec(message)?.[1]
  if (name === undefined) return undefined
  return HINTS[name] ?? 'A plugin has what ECMAScript has, and what its functions get as their second argument.'
}
