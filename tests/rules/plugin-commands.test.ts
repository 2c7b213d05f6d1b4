// The commands that speak of plugins to a server, against a server that says what a test wants.
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { WirePlugin, WirePluginPlan } from '../../sdk/wire/plugins.ts'
import { type Asked, type FakeServer, problem, type Said, startFakeServer } from '../support/fake-server.ts'
import { makePluginPlace } from '../support/plugin-place.ts'
import { runRelataHere } from '../support/run-relata-here.ts'

const place = makePluginPlace()
let server: FakeServer
const relata = (...args: string[]) =>
  runRelataHere(args, {
    cwd: place.folder,
    env: { RELATA_URL: server.url, RELATA_TENANT: 'acme', RELATA_KEY: 'rk_x' },
  })
const answers =
  (by: Record<string, Said>) =>
  ({ method, path: asked }: Asked): Said =>
    by[`${method} ${asked.slice('/api/v1/acme/'.length)}`] ?? { status: 404, body: asked }
const asked = (what: string): Asked | undefined =>
  server.asked.find((one) => `${one.method} ${one.path.slice('/api/v1/acme/'.length)}` === what)

const plugin: WirePlugin = {
  name: 'visits',
  label: 'Visits',
  version: '1.0.0',
  state: 'on',
  signer: null,
  isDevelopment: false,
  hash: 'a'.repeat(64),
  error: null,
  next: null,
  installedAt: '2026-03-01T10:00:00Z',
  changedAt: '2026-03-01T10:00:00Z',
  health: { state: 'fine', untilMs: null, violations: 0, isQuarantined: false },
  manifest: {},
  behaviour: { before: [], after: [], actions: [], jobs: [], routes: [], migrations: [] },
  asks: [
    { ask: { key: 'read:base.person.name', kind: 'read', entity: 'base.person', field: 'name' }, isGranted: true },
    { ask: { key: 'mail', kind: 'mail' }, isGranted: false },
  ],
  nextAsks: [],
  settings: { weeks: 6 },
  secrets: [{ name: 'API_KEY', label: 'Key of the map', hosts: [], isSet: false, changedAt: null }],
  migrations: [],
  readme: null,
  userId: 'u',
  form: [],
  dependents: [],
}
const plan: WirePluginPlan = {
  name: 'visits',
  label: 'Visits',
  description: null,
  version: '1.0.0',
  hash: 'b'.repeat(64),
  signer: null,
  readme: null,
  codeBytes: 8000,
  kind: 'install',
  installed: null,
  asks: plugin.asks.map(({ ask }) => ({ ask, isGranted: null })),
  metadata: {
    fromVersion: 3,
    steps: [{ text: 'add entity Reminder', kind: 'add', phase: 'now', sql: [] }],
    needsConfirmation: [],
    droppable: [],
    warnings: [],
  },
  behaviour: [{ text: 'hook set_day', kind: 'add' }],
  migrations: [],
  reach: [],
  needs: [],
  problems: [],
  warnings: [],
}

beforeAll(async () => {
  server = await startFakeServer()
  await relata('plugin', 'new', 'visits')
  expect((await relata('plugin', 'pack', 'visits', '--no-types', '--out', 'visits.relata')).code).toBe(0)
}, 30_000)
beforeEach(() => {
  server.asked.length = 0
})
afterAll(() => server.close())

describe('install', () => {
  test('shows in plain words what a plugin may do and brings, and installs what was shown', async () => {
    server.answer = answers({ 'POST plugin-plans': { body: plan }, 'POST plugins': { body: plugin } })
    const ran = await relata('plugin', 'install', 'visits.relata', '--yes')
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(ran.stdout).toBe(
      `Visits (visits 1.0.0) would be installed.
  contents   ${'b'.repeat(64)}
  signed by  nobody

It asks to:
  read name of base.person
  send mail

Tables and fields:
  + add entity Reminder

Its code:
  + hook set_day

visits 1.0.0 is installed and runs.
It needs a secret, Key of the map: relata plugin secret visits API_KEY
`,
    )
    const sent = asked('POST plugins')?.body ?? ''
    expect(sent).toContain(`"hash":"${'b'.repeat(64)}"`)
    expect(sent).toMatch(/"grants":"all".*"expectedVersion":3/)
  })

  test('asks first; with nobody to ask nothing is installed', async () => {
    server.answer = answers({ 'POST plugin-plans': { body: plan } })
    expect(await relata('plugin', 'install', 'visits.relata')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Nothing was installed: there is nobody to ask.'),
    })
    expect(asked('POST plugins')).toBeUndefined()
  })

  test('grants less when told so, and knows what is not asked for', async () => {
    server.answer = answers({ 'POST plugin-plans': { body: plan }, 'POST plugins': { body: plugin } })
    await relata('plugin', 'install', 'visits.relata', '--yes', '--deny', 'mail')
    expect(asked('POST plugins')?.body).toContain('"grants":["read:base.person.name"]')
    expect(await relata('plugin', 'install', 'visits.relata', '--yes', '--deny', 'fax')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('It asks for: read:base.person.name, mail'),
    })
  })

  test('an upgrade tells what is new; what is unusual is agreed to by name; problems stop it', async () => {
    const [read, mail] = plugin.asks
    const upgrade: WirePluginPlan = {
      ...plan,
      version: '1.1.0',
      kind: 'upgrade',
      installed: { version: '1.0.0', hash: 'c', signer: null },
      asks: [
        { ask: read?.ask ?? { key: '', kind: 'mail' }, isGranted: true },
        { ask: mail?.ask ?? { key: '', kind: 'mail' }, isGranted: null },
      ],
      needs: ['signer'],
    }
    server.answer = answers({ 'POST plugin-plans': { body: upgrade } })
    const unusual = await relata('plugin', 'install', 'visits.relata', '--yes')
    expect(unusual.stdout).toContain('would take the place of visits 1.0.0.')
    expect(unusual.stdout).toContain('New, it asks to:\n  send mail\n\nIt may already:\n  read name of base.person')
    expect(unusual).toMatchObject({ code: 1, stderr: expect.stringContaining('--accept signer') })
    const problems = [{ path: '', file: 'plugin.json', message: 'there is no entity “base.persn”' }]
    server.answer = answers({ 'POST plugin-plans': { body: { ...plan, problems } } })
    expect(await relata('plugin', 'install', 'visits.relata', '--yes')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('plugin.json: there is no entity “base.persn”'),
    })
    expect(asked('POST plugins')).toBeUndefined()
  })

  test('a file that is no plugin is not sent', async () => {
    place.write('no.relata', 'PK not at all')
    expect(await relata('plugin', 'install', 'no.relata')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The plugin package is not valid'),
    })
    expect(server.asked).toEqual([])
  })
})

describe('what is installed', () => {
  test('is listed, and what one of them may do', async () => {
    server.answer = answers({ 'GET plugins': { body: { data: [plugin] } }, 'GET plugins/visits': { body: plugin } })
    expect((await relata('plugin', 'list')).stdout).toBe('visits               1.0.0      on         Visits\n')
    expect((await relata('plugin', 'list', 'visits')).stdout).toContain(
      '  may  read name of base.person   read:base.person.name\n  may not  send mail   mail\n',
    )
  })

  test('is stopped, set and removed; what becomes of data is always said', async () => {
    const removal = {
      ...{ name: 'visits', version: '1.0.0', dependents: [], metadata: plan.metadata, drops: [], problems: [] },
      entities: [{ name: 'visits.reminder', label: 'Reminder', records: 12 }],
      fields: [],
    }
    server.answer = answers({
      'GET plugins/visits': { body: plugin },
      'POST plugins/visits/disable': { body: { ...plugin, state: 'off' } },
      'PUT plugins/visits/settings': { body: { ...plugin, settings: { weeks: 4 } } },
      'POST plugins/visits/remove/plan': { body: removal },
      'POST plugins/visits/remove': { body: {} },
    })
    expect((await relata('plugin', 'disable', 'visits')).stdout).toBe('visits no longer runs; its records stay.\n')
    await relata('plugin', 'settings', 'visits', '{"weeks": 4}')
    expect(asked('PUT plugins/visits/settings')?.body).toBe('{"weeks":4}')
    expect(await relata('plugin', 'remove', 'visits', '--yes')).toMatchObject({
      code: 1,
      stdout: 'visits 1.0.0 would be removed.\nIt has:\n  visits.reminder: 12 records\n',
      stderr: expect.stringContaining('--data keep, archive or drop'),
    })
    expect((await relata('plugin', 'remove', 'visits', '--data', 'keep', '--yes')).stdout).toContain('is removed.')
    expect(asked('POST plugins/visits/remove')?.body).toBe('{"data":"keep","expectedVersion":3}')
  })

  test('is granted more or less, by keys that it asks for, and only what was shown', async () => {
    server.answer = answers({ 'GET plugins/visits': { body: plugin }, 'PUT plugins/visits/grant': { body: plugin } })
    const ran = await relata('plugin', 'grant', 'visits', 'mail', '--deny', 'read:base.person.name', '--yes')
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('may not  read name of base.person') })
    expect(asked('PUT plugins/visits/grant')?.body).toBe(`{"grants":["mail"],"hash":"${'a'.repeat(64)}"}`)
    expect(await relata('plugin', 'grant', 'visits')).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('may not  send mail   mail'),
      stderr: expect.stringContaining('Which of it?'),
    })
    expect(await relata('plugin', 'grant', 'visits', 'fax', '--yes')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('It asks for: read:base.person.name, mail'),
    })
    expect(await relata('plugin', 'grant', 'visits', '--all')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Nothing was changed: there is nobody to ask.'),
    })
  })

  test('a version that waits is what is granted', async () => {
    const next = { version: '1.1.0', hash: 'd'.repeat(64), phase: 'grant' }
    const waiting = { ...plugin, next, nextAsks: plugin.asks }
    server.answer = answers({ 'GET plugins/visits': { body: waiting }, 'PUT plugins/visits/grant': { body: plugin } })
    await relata('plugin', 'grant', 'visits', '--all', '--yes')
    expect(JSON.parse(asked('PUT plugins/visits/grant')?.body ?? '')).toEqual({
      grants: ['read:base.person.name', 'mail'],
      hash: 'd'.repeat(64),
    })
  })

  test('goes on after a pause; one that is off is enabled instead', async () => {
    const paused = { ...plugin, health: { ...plugin.health, state: 'paused' } }
    const resumed = { 'POST plugins/visits/resume': { body: plugin } }
    server.answer = answers({ 'GET plugins/visits': { body: paused }, ...resumed })
    expect((await relata('plugin', 'resume', 'visits')).stdout).toBe('visits goes on.\n')
    server.answer = answers({ 'GET plugins/visits': { body: { ...plugin, state: 'off' } } })
    expect(await relata('plugin', 'resume', 'visits')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('relata plugin enable visits'),
    })
  })

  test('runs a job with what it is given, and tells what its parts took', async () => {
    const hour = { hour: '2026-03-01T10:00:00Z', kind: 'job', entry: 'remind', refusals: 0, limits: 0, cpu_ms: 1 }
    const data = [
      { ...hour, calls: 3, failures: 1, wall_ms: 60, slowest_ms: 40, host_calls: 2 },
      { ...hour, calls: 1, failures: 0, wall_ms: 20, slowest_ms: 20, host_calls: 2 },
    ]
    server.answer = answers({
      'POST plugins/visits/jobs/remind/run': { body: { plugin: 'visits', job: 'remind' } },
      'GET plugins/visits/usage': { body: { data } },
    })
    expect((await relata('plugin', 'jobs', 'run', 'visits', 'remind', '{"a":1}')).stdout).toContain('has run')
    expect(asked('POST plugins/visits/jobs/remind/run')?.body).toBe('{"payload":{"a":1}}')
    expect((await relata('plugin', 'jobs', 'run', 'visits', 'remind', '{a')).stderr).toContain('must be JSON')
    expect((await relata('plugin', 'usage', 'visits', '--hours', '24')).stdout).toMatch(
      /part +calls +failed.*\njob remind +4 +1 +0 +0 +20\.0 +40\n/,
    )
    expect(asked('GET plugins/visits/usage')?.query).toEqual({ hours: '24' })
    expect((await relata('plugin', 'usage', 'visits', '--hours', 'x')).stderr).toContain('not “x”')
  })

  test('is tried on records: what would change, what fails and where', async () => {
    const hook = { name: 'next_day', label: null, on: ['update'], when: 'before', fields: null, records: 9 }
    const record = {
      id: 'r1',
      label: 'Oak',
      hook: 'next_day',
      operation: 'update',
      changes: [],
      problems: [],
      sent: [],
    }
    const data = {
      ...{ entity: 'visits.visit', version: '1.0.0', tried: 9, isComplete: true },
      hooks: [{ ...hook, changed: 1, refused: 0, failed: 1, sent: 0 }],
      records: [
        { ...record, outcome: 'changed', changes: [{ field: 'next_on', from: null, to: '2026-01-12' }] },
        { ...record, outcome: 'failed', problems: [{ message: 'x is not a function', at: 'plugin.ts:9:5' }] },
      ],
    }
    server.answer = answers({ 'POST plugins/visits/dry-run': { body: { data } } })
    const ran = await relata('plugin', 'dry-run', 'visits', 'visits.visit', '--last', '9')
    expect(ran).toEqual({
      code: 1,
      stderr: '',
      stdout: `visits 1.0.0, tried on 9 records of visits.visit. Nothing of it was kept.

next_day (before update): 9 asked, changed 1, failed 1

Oak (r1): next_day changed, at update
  next_on: null → "2026-01-12"

Oak (r1): next_day failed, at update
  x is not a function (plugin.ts:9:5)
`,
    })
    expect(asked('POST plugins/visits/dry-run')?.body).toBe('{"entity":"visits.visit","last":9}')
    await relata('plugin', 'dry-run', 'visits', 'visits.visit', '--package', 'visits.relata', '--hook', 'next_day')
    const sent = server.asked.at(-1)?.body ?? ''
    expect(JSON.parse(sent)).toMatchObject({ hook: 'next_day', package: expect.stringMatching(/^UEsD/) })
    expect((await relata('plugin', 'dry-run', 'sales', 'a.b', '--package', 'visits.relata')).stderr).toContain(
      'visits.relata is the plugin visits, not sales.',
    )
    expect((await relata('plugin', 'dry-run', 'visits', 'a.b', '--last', '900')).stderr).toContain('from 1 to 500')
  })

  test('what a plugin wrote does nothing to a terminal, and looks like no line of the log', async () => {
    const message = 'ok\u001b[2J\u001b]0;owned\u0007\r10:00 gone\u009b1A\u202e\n10:00:00.000 info  job x: made up'
    const line = { at: '2026-03-01T10:00:00.123Z', version: '1.0.0', kind: 'job', entry: 'tell', stack: null }
    const lines = [{ ...line, id: '1', level: 'info', message }]
    const evil = { ...plugin, label: 'Vi\u001b[31msits' }
    server.answer = answers({
      'GET plugins/visits/log': { body: { data: lines } },
      'GET plugins': { body: { data: [evil] } },
    })
    expect((await relata('plugin', 'log', 'visits')).stdout).toBe(
      String.raw`10:00:00.123 info  job tell: ok\u001b[2J\u001b]0;owned\u0007\u000d10:00 gone\u009b1A\u202e
      10:00:00.000 info  job x: made up
`.replaceAll('\\\\', '\\'),
    )
    expect((await relata('plugin', 'list')).stdout).toContain('Vi\\u001b[31msits')
  })

  test('its log shows stacks, and the line of plugin.json that was missing', async () => {
    const line = { at: '2026-03-01T10:00:00.123Z', version: '1.0.0', kind: 'after', entry: 'tell', stack: null }
    const lines = [
      { ...line, id: '2', level: 'error', message: 'x is not a function', stack: 'TypeError: x\n    at plugin.ts:9:5' },
      { ...line, id: '1', level: 'warn', message: 'was not granted “read:base.person.email”' },
    ]
    server.answer = answers({ 'GET plugins/visits/log': { body: { data: lines } } })
    expect((await relata('plugin', 'log', 'visits')).stdout).toBe(
      `10:00:00.123 warn  after tell: was not granted “read:base.person.email”
      add to plugin.json: "permissions": { "records": { "base.person": { "read": ["email"] } } }
10:00:00.123 error after tell: x is not a function
    at plugin.ts:9:5
`,
    )
  })
})

test('a plan of a plugin tells of rights and behaviour; applying its metadata alone is refused', async () => {
  server.answer = answers({ 'POST plugin-plans': { body: plan } })
  const ran = await relata('plan', 'visits')
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining('It asks to:\n  read name of base.person') })
  expect(ran.stdout).toContain('Its code:\n  + hook set_day')
  expect(await relata('apply', 'visits', '--yes')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('relata plugin install visits'),
  })
})

test('dev loads a folder; what the server finds is shown at its line', async () => {
  server.answer = answers({ 'POST plugins-in-development': { body: plugin } })
  expect((await relata('plugin', 'dev', 'visits', '--once', '--no-types')).stdout).toMatch(
    /^visits 1\.0\.0 is loaded in \d+ ms\.\n$/,
  )
  const errors = [{ package: 'visits', file: 'entities/reminder.json', path: '/icon', message: 'is not known' }]
  server.answer = answers({ 'POST plugins-in-development': problem(422, 'RL200', { errors }) })
  expect(await relata('plugin', 'dev', 'visits', '--once', '--no-types')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(
      new RegExp(`${path.join('visits', 'metadata', 'entities', 'reminder.json')}:\\d+ /icon: is not known`),
    ),
  })
})
