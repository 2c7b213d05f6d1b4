// Bundled with every plugin: makes of its parts the object that the sandbox calls (bridge.ts).
import type { BeforeEvent } from './api.ts'
import type { Behaviour } from './behaviour.ts'
import {
  type ActionInput,
  type AfterInput,
  type BeforeInput,
  type BeforeOutput,
  type Bridge,
  GLOBAL_NAME,
  type GuestPlugin,
  type JobInput,
  type MigrationInput,
  REFUSAL,
  type Refusal,
  type RouteInput,
} from './bridge.ts'
import { partTitle } from './check-parts.ts'
import { makeBeforeContext, makeContext } from './context.ts'
import { refuse } from './define.ts'
import type { Plugin, PluginPart } from './parts.ts'

/** Called by the bundle with the default export of plugin.ts and the name of its package. */
export function expose(plugin: unknown, name: string): void {
  if (!isPlugin(plugin))
    throw new Error('plugin.ts must end in: export default definePlugin([…]). Its default export is something else.')
  const foreign = plugin.parts.find((part) => part.kind === 'action' && part.action !== `${name}.${part.name}`)
  if (foreign?.kind === 'action')
    throw new Error(`action “${foreign.action}” must be one of this plugin; write ${name}.${foreign.name}.`)
  Object.assign(globalThis, { [GLOBAL_NAME]: guestPlugin(plugin) })
}

const isPlugin = (value: unknown): value is Plugin =>
  typeof value === 'object' && value !== null && 'parts' in value && Array.isArray(value.parts)

export function guestPlugin({ parts }: Plugin): GuestPlugin {
  return {
    describe: () => describeParts(parts),
    async run(kind, name, input, bridge) {
      const part = parts.find((one) => one.kind === kind && one.name === name)
      if (!part) throw new Error(`This version of the plugin has no ${kind} “${name}”.`)
      return RUNS[part.kind](part, input as never, bridge)
    },
  }
}

export function describeParts(parts: readonly PluginPart[]): Behaviour {
  const behaviour: Behaviour = { before: [], after: [], actions: [], jobs: [], routes: [], migrations: [] }
  for (const part of parts) {
    if (part.kind === 'before') {
      const { kind: _kind, run: _run, on, fields, ...rest } = part
      behaviour.before.push({ ...rest, on: [...on], ...(fields ? { fields: [...fields] } : {}) })
    } else if (part.kind === 'after') {
      const { kind: _kind, run: _run, on, fields, ...rest } = part
      behaviour.after.push({ ...rest, on: [...on], ...(fields ? { fields: [...fields] } : {}) })
    } else if (part.kind === 'action') behaviour.actions.push(part.name)
    else if (part.kind === 'job') {
      const { kind: _kind, run: _run, ...rest } = part
      behaviour.jobs.push(rest)
    } else if (part.kind === 'route') {
      const { kind: _kind, run: _run, ...rest } = part
      behaviour.routes.push(rest)
    } else {
      const { kind: _kind, run: _run, ...rest } = part
      behaviour.migrations.push(rest)
    }
  }
  return behaviour
}

/** One kind of part each: input of the host → the author's function → output for the host. */
const RUNS: Readonly<Record<PluginPart['kind'], (part: PluginPart, input: never, bridge: Bridge) => unknown>> = {
  before: runBefore,
  after: (part, { event, ...given }: AfterInput, bridge) => runOne(part, event, makeContext(bridge, given)),
  action: (part, { event, ...given }: ActionInput, bridge) => runOne(part, event, makeContext(bridge, given)),
  job: (part, { payload, ...given }: JobInput, bridge) => runOne(part, { payload }, makeContext(bridge, given)),
  route: (part, { request, ...given }: RouteInput, bridge) =>
    runOne(part, { ...request, json: () => JSON.parse(request.body) as unknown }, makeContext(bridge, given)),
  migration: (part, { cursor, ...given }: MigrationInput, bridge) =>
    runOne(part, { cursor }, makeContext(bridge, given)),
}

async function runOne({ run }: PluginPart, event: unknown, context: unknown): Promise<unknown> {
  return (await run(event as never, context as never)) ?? null
}

/** One after the other, so that what a hook does is the same whether one record is saved or a hundred. */
async function runBefore(part: PluginPart, { events, ...given }: BeforeInput, bridge: Bridge): Promise<BeforeOutput> {
  const context = makeBeforeContext(bridge, given)
  const results: BeforeOutput['results'][number][] = []
  for (const event of events) {
    const told: BeforeEvent<string> = { ...event, refuse }
    try {
      results.push({ set: fieldsOf(part, await runOne(part, told, context)) })
    } catch (error) {
      const refused = refusalIn(error)
      if (!refused) throw error
      results.push({ refused })
    }
  }
  return { results }
}

function fieldsOf(part: PluginPart, answer: unknown): Record<string, unknown> {
  if (answer === null) return {}
  if (typeof answer === 'object' && !Array.isArray(answer)) return { ...answer }
  throw new Error(
    `${partTitle(part)} returned ${Array.isArray(answer) ? 'a list' : typeof answer}; it returns an object of fields to set, or nothing.`,
  )
}

function refusalIn(error: unknown): Refusal | undefined {
  if (typeof error !== 'object' || error === null || !(REFUSAL in error)) return undefined
  return error[REFUSAL] as Refusal
}
