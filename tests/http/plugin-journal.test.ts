// What plugins did, as administrators see it: counts, lines, errors in the author's own files, as they come.
import { beforeAll, expect, test } from 'vitest'
import type { PluginRun } from '../../kernel/plugins/journal/journal-contract.ts'
import { openJournal, type OpenJournal } from '../../kernel/plugins/journal/journal.ts'
import type { Outcome } from '../../kernel/sandbox/contract.ts'
import { pluginArchive, pluginForm } from '../support/plugin-archive.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

let tenant: TestTenant
let journal: OpenJournal
let run: PluginRun
beforeAll(async () => {
  tenant = await openTestTenant([])
  // One line of the bundle, from line 3 of the author's file.
  const sourceMap = JSON.stringify({ version: 3, sources: ['plugin.ts'], names: [], mappings: 'AAEA' })
  const { body, type } = await pluginForm(pluginArchive({ sourceMap }), { grants: 'all' })
  await tenant.send('POST', 'plugins', body, type)
  journal = await openJournal({ database: tenant.database, log: tenant.kernel.services.log })
  const { plugins } = await tenant.kernel.services.catalog.load(tenant.slug)
  const plugin = plugins.find('shop')
  if (!plugin) throw new Error('not there')
  run = { tenant: { schema: tenant.schema }, plugin, kind: 'job', entry: 'nightly', actor: null }
  return () => journal.close()
})

const usage = { wallMs: 10, cpuMs: 4, hostCalls: 2, heapBytes: 1 }
const done = (messages: string[] = []): Outcome => ({
  ...{ usage, ok: true, value: null },
  logs: messages.map((message) => ({ level: 'info', message, atMs: 1 })),
})
const failed = (failure: Extract<Outcome, { ok: false }>['failure']): Outcome => ({
  usage,
  ok: false,
  failure,
  logs: [],
})

test('calls, failures, refusals and limits are counted by hour and entry', async () => {
  journal.ran(run, done())
  journal.ran(run, failed({ kind: 'refused', message: 'No.', field: null }))
  await journal.flush()
  journal.ran(run, failed({ kind: 'limit', limit: 'hostCalls', used: 101, max: 100 }))
  journal.ran({ ...run, kind: 'before', entry: 'tidy' }, failed({ kind: 'lost', reason: 'killed' }))
  journal.ran(run, failed({ kind: 'cancelled' }))
  await journal.flush()
  const { data } = (await tenant.call('GET', 'plugins/shop/usage')).body
  expect(data).toEqual([
    expect.objectContaining({ kind: 'before', entry: 'tidy', calls: 1, failures: 1 }),
    expect.objectContaining({
      ...{ entry: 'nightly', calls: 3, failures: 0, refusals: 1, limits: 1 },
      ...{ wall_ms: 30, cpu_ms: 12, slowest_ms: 10, host_calls: 6 },
    }),
  ])
})

test('errors are told in the files of their author; what was not granted is named', async () => {
  const stack = 'Error: no\n    at run (plugin://shop@1.0.0/plugin.js:1:1)'
  journal.ran(run, failed({ kind: 'failed', error: { name: 'Error', message: 'no \u0000', stack } }))
  journal.denied(run, 'read:base.person', 'The plugin may not read base.person.')
  await journal.flush()
  const { data } = (await tenant.call('GET', 'plugins/shop/log?limit=2')).body
  expect(data[0]).toMatchObject({ level: 'warn', message: expect.stringContaining('“read:base.person”') })
  expect(data[1]).toMatchObject({ level: 'error', message: 'Error: no \ufffd', entry: 'nightly', version: '1.0.0' })
  expect(data[1].stack).toContain('plugin.ts:3')
  const after = await tenant.call('GET', `plugins/shop/log?after=${data[1].id}`)
  expect(after.body.data).toEqual([data[0]])
})

test('lines come as they are written, whichever process writes them', async () => {
  const end = new AbortController()
  const address = `http://localhost/api/v1/${tenant.slug}/plugins/shop/log/stream`
  const { key } = (await tenant.call('POST', 'keys', { name: 'watch', role: 'system.administrator' })).body
  const request = new Request(address, { headers: { authorization: `Bearer ${key}` }, signal: end.signal })
  const response = await tenant.kernel.app.request(request)
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  journal.ran(run, done(['one', 'two']))
  let text = ''
  while (!text.includes('"two"')) text += (await reader?.read())?.value ?? ''
  expect(text.match(/"message":"(one|two)"/g)).toEqual(['"message":"one"', '"message":"two"'])
  expect(text).toMatch(/^id: \d+\nevent: line$/m)
  end.abort()
})

test('a plugin that writes without end fills its own share and no more', async () => {
  for (let count = 0; count < 30; count++) journal.ran(run, done(Array<string>(50).fill('again')))
  await journal.flush()
  const { data } = (await tenant.call('GET', 'plugins/shop/log?limit=1000')).body
  expect(data.length).toBeLessThanOrEqual(500)
  expect(data[0].message).toBe('More lines of this minute are left out.')
  expect((await tenant.call('GET', 'plugins/shop/log?limit=5000')).body.code).toBe('RL104')
  const reader = await tenant.as('system.reader')
  expect((await reader.call('GET', 'plugins/shop/log')).status).toBe(403)
})
