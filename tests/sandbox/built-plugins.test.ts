// Plugins as `relata plugin build` makes them, in the sandbox as it is, with a host that answers what a test wants.
import { createHash } from 'node:crypto'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { HostAnswer, Limits, Outcome } from '../../kernel/sandbox/contract.ts'
import { openSandbox } from '../../kernel/sandbox/index.ts'
import { type BuiltPlugin, buildPlugin } from '../../sdk/plugin/build/build-plugin.ts'
import { mapStack } from '../../sdk/plugin/build/map-stack.ts'
import { readPluginFolder } from '../../sdk/plugin/build/plugin-folder.ts'
import { makePluginPlace } from '../support/plugin-place.ts'

const samples = path.join(import.meta.dirname, '../../docs/samples/plugins')
const sandbox = openSandbox()
afterAll(() => sandbox.close())

const limits: Limits = {
  wallMs: 5_000,
  cpuMs: 2_000,
  sliceMs: 1_000,
  memoryMb: 32,
  hostCalls: 100,
  pendingCalls: 16,
  logLines: 50,
  logBytes: 16_000,
  payloadBytes: 256_000,
}
const given = { user: { id: 'u', name: 'Ann', locale: 'en', timeZone: 'UTC' } }

interface Ran {
  outcome: Outcome
  calls: [string, unknown][]
}

async function run(plugin: BuiltPlugin, entry: string, input: object, ...answers: HostAnswer[]): Promise<Ran> {
  const code = plugin.code ?? ''
  const calls: [string, unknown][] = []
  const [kind, name = ''] = entry.split(' ')
  const outcome = await sandbox.invoke({
    code: {
      tenant: 't1',
      plugin: plugin.source.name,
      version: '1.0.0',
      hash: createHash('sha256').update(code).digest('hex'),
      load: async () => code,
    },
    entry: { kind: kind === 'describe' || kind === 'before' || kind === 'action' ? kind : 'job', name },
    input: { ...given, settings: {}, ...input },
    now: '2026-03-01T10:00:00Z',
    limits,
    host: async (method, args) => {
      calls.push([method, args])
      return answers.shift() ?? { ok: true, value: null }
    },
  })
  return { outcome, calls }
}

async function built(folder: string): Promise<BuiltPlugin> {
  const { plugin, problems } = await buildPlugin(await readPluginFolder(folder))
  if (!plugin) throw new Error(JSON.stringify(problems))
  return plugin
}

describe('the sample “visits”', () => {
  let visits: BuiltPlugin
  beforeAll(async () => {
    visits = await built(path.join(samples, 'visits'))
  })

  test('says in the sandbox what it said while it was built', async () => {
    const { outcome } = await run(visits, 'describe', {})
    expect(outcome).toMatchObject({ ok: true, value: visits.behaviour })
  })

  test('sets fields, and refuses, each record for itself', async () => {
    const event = (record: object) => ({ operation: 'create', record, before: null, changed: ['visited_on'] })
    const events = [
      event({ visited_on: '2026-01-05', outcome: 'bad' }),
      event({ visited_on: '2026-03-02', outcome: null }),
      event({ visited_on: '2026-01-05', outcome: null }),
    ]
    const { outcome } = await run(visits, 'before next_day', { settings: { weeks: 4 }, events })
    expect(outcome).toMatchObject({
      ok: true,
      value: {
        results: [
          { set: { next_on: '2026-01-12' } },
          { refused: { message: 'A visit is written down after it took place.', field: 'visited_on' } },
          { set: {} },
        ],
      },
    })
  })

  test('works through its host', async () => {
    const input = { event: { ids: ['a', 'b'], input: { day: '2026-05-01', why: null } } }
    const { outcome, calls } = await run(visits, 'action plan', input)
    expect(outcome).toMatchObject({ ok: true, value: { message: '2 visits are planned.' } })
    expect(calls).toHaveLength(2)
    expect(calls[0]).toEqual([
      'records.create',
      {
        entity: 'base.task',
        values: {
          subject: 'Visit',
          about: { entity: 'base.organisation', id: 'a' },
          due_at: { at: '2026-05-01T09:00:00Z', zone: 'UTC' },
        },
      },
    ])
  })
})

describe('a plugin that goes wrong', () => {
  const place = makePluginPlace()
  let plugin: BuiltPlugin
  beforeAll(async () => {
    await place.relata('plugin', 'new', 'wrong')
    const lines = [
      "import { action, definePlugin, job, refuse } from 'relata/plugin'",
      'export default definePlugin([',
      "  job({ name: 'broken' }, () => help('x')),",
      "  job({ name: 'kept' }, async (_event, { records, log }) => {",
      "    await records.get('base.person', '1').catch((error) => log.warn(`${error.code} ${error.message} ${error.hint}`))",
      '  }),',
      "  action('wrong.postpone', () => refuse('Not today', 'days')),",
      '])',
      'function help(text: string): void {',
      '  text.split(0 as never).map((part) => Object(part).no.thing)',
      '}',
    ]
    place.write('wrong/plugin.ts', lines.join('\n'))
    plugin = await built(path.join(place.folder, 'wrong'))
  }, 30_000)

  test('has a stack that leads to the lines of its author', async () => {
    const { outcome } = await run(plugin, 'job broken', { payload: null })
    if (outcome.ok || outcome.failure.kind !== 'failed') throw new Error('it did not fail')
    const stack = mapStack(outcome.failure.error.stack, plugin.sourceMap ?? '')
    expect(stack).toMatch(/plugin\.ts:10:/)
    expect(stack).toMatch(/plugin\.ts:3:/)
  })

  test('hears why the host said no', async () => {
    const error = { code: 'RL404', message: 'Not granted', hint: 'Ask for it' }
    const { outcome } = await run(plugin, 'job kept', { payload: null }, { ok: false, error })
    expect(outcome).toMatchObject({ ok: true, logs: [{ level: 'warn', message: 'RL404 Not granted Ask for it' }] })
  })

  test('may refuse what it was asked to do', async () => {
    const { outcome } = await run(plugin, 'action postpone', { event: { ids: [], input: {} } })
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'refused', message: 'Not today', field: 'days' } })
  })
})
