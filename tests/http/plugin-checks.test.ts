// What a plugin package is refused for before anything of it is installed, each with what its author has to change.
import { beforeAll, describe, expect, test } from 'vitest'
import { bundleOf, pluginArchive, pluginForm, type TestPlugin } from '../support/plugin-archive.ts'
import type { Answer } from '../support/sign-in.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

let tenant: TestTenant
let developing: TestTenant
beforeAll(async () => {
  tenant = await openTestTenant([])
  developing = await openTestTenant([], { RELATA_DEV_PLUGINS: 'true' })
})

const files = { 'entities/thing.json': { name: 'thing', fields: [{ name: 'name', type: 'text' }] } }
const plan = async (plugin: TestPlugin | Uint8Array): Promise<Answer> =>
  tenant.send('POST', 'plugin-plans', plugin instanceof Uint8Array ? plugin : pluginArchive(plugin), 'application/zip')
const install = async (plugin: TestPlugin, request?: object): Promise<Answer> => {
  const { body, type } = await pluginForm(pluginArchive(plugin), request)
  return tenant.send('POST', 'plugins', body, type)
}
const problemsOf = async (plugin: TestPlugin): Promise<string[]> =>
  (await plan({ files, ...plugin })).body.problems.map(
    ({ file, path, message, hint }: Record<string, string>) => `${file}${path} ${message}${hint ? ` ${hint}` : ''}`,
  )

describe('code', () => {
  test.each([
    ['eval', 'eval("1")'],
    ['the Function constructor', 'new Function("return 1")'],
    ['require()', 'require("fs")'],
    ['import()', 'import("fs")'],
    ['WebAssembly', 'globalThis.WebAssembly.compile()'],
  ])('that uses %s is refused with its line', async (name, code) => {
    expect(await problemsOf({ run: `\n${code}` })).toEqual([expect.stringContaining(`uses ${name} (line 4, column`)])
  })

  test('that does something else than it says is refused', async () => {
    const said = { actions: [], before: [], jobs: [{ name: 'other' }] }
    expect(await problemsOf({ behaviour: {}, says: said })).toEqual([
      expect.stringContaining('does not say what the code does (jobs)'),
    ])
    expect(await problemsOf({ code: 'throw new Error("at the start")' })).toEqual([
      expect.stringContaining('cannot be compared with the code: Error: at the start'),
    ])
    expect(await problemsOf({ code: 'for (;;) {}' })).toEqual([expect.stringContaining('cannot be compared')])
  })
})

describe('names', () => {
  test('that nothing has are told with the nearest one', async () => {
    const found = await problemsOf({
      manifest: { permissions: { records: { 'system.usr': { read: true }, 'system.team': { read: ['nam'] } } } },
      behaviour: {
        before: [{ name: 'a', entity: 'shop.thng', on: ['create'], onFailure: 'skip' }],
        after: [{ name: 'b', entity: 'shop.thing', on: ['update'], fields: ['nme'], as: 'plugin' }],
        actions: ['win'],
      },
    })
    expect(found).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/behaviour.json\/before\/0 there is no entity “shop.thng” Did you mean “shop.thing”\?/),
        expect.stringMatching(/behaviour.json\/after\/0\/0 shop.thing has no field “nme” Did you mean “name”\?/),
        expect.stringMatching(/plugin.json\/permissions\/records\/system.usr\S* there is no entity “system.usr”/),
        expect.stringMatching(/system.team\/read\/0 system.team has no field “nam” Did you mean “name”\?/),
        expect.stringMatching(/\/after\/0\/as acts with the plugin’s own rights.*"background": true/),
        expect.stringMatching(/\/actions\/0 there is no metadata\/actions\/win.json/),
      ]),
    )
  })

  test('schedules, time zones, routes and the server’s version are looked at', async () => {
    const found = await problemsOf({
      manifest: { engine: '^9.0.0', settings: [{ name: 'key', type: 'secret' }] },
      behaviour: {
        jobs: [{ name: 'nightly', schedule: '0 25 * * *', timeZone: 'Mars/Olympus' }],
        routes: [
          { name: 'in', method: 'POST', path: 'in', access: 'signed' },
          { name: 'also', method: 'POST', path: 'in', access: 'open' },
        ],
        migrations: [{ name: 'later', version: '2.0.0' }],
      },
    })
    expect(found).toEqual([
      expect.stringMatching(/plugin.json\/engine asks for Relata \^9.0.0/),
      expect.stringMatching(/\/jobs\/0\/schedule has “25” as hour/),
      expect.stringMatching(/\/jobs\/0\/timeZone “Mars\/Olympus” is not a time zone/),
      expect.stringMatching(/\/routes\/0 is for signed calls/),
      expect.stringMatching(/\/routes\/1 answers POST in, as another one does/),
      expect.stringMatching(/\/migrations\/0\/version is later than 1.0.0/),
      expect.stringMatching(/plugin.json\/settings\/0\/type a form has no fields of type “secret” .*"secrets"/),
    ])
  })
})

test('what was planned is what is installed', async () => {
  const { hash } = (await plan({ files })).body
  expect((await install({ files, version: '1.0.1' }, { hash })).body).toMatchObject({ code: 'RL408' })
  expect((await install({ files }, { hash, expectedVersion: 99 })).body).toMatchObject({ code: 'RL210' })
  const answer = await plan(new Uint8Array([1, 2, 3]))
  expect(answer).toMatchObject({ status: 422, body: { code: 'RL408' } })
})

describe('settings and secrets', () => {
  const form: TestPlugin = {
    name: 'form',
    run: null,
    manifest: {
      permissions: { http: ['api.example.org'] },
      secrets: { API_KEY: { label: 'Key', hosts: ['api.example.org'] } },
      settings: [
        { name: 'limit', type: 'number', default: 5 },
        { name: 'colour', type: 'choice', required: true, options: [{ value: 'red' }, { value: 'blue' }] } as never,
      ],
    },
  }

  test('are checked by the form that plugin.json has', async () => {
    const installed = await install(form, { grants: 'all' })
    expect(installed.body.settings).toEqual({ limit: 5 })
    const put = (body: object) => tenant.call('PUT', 'plugins/form/settings', body)
    const wrong = await put({ limit: 'many', colour: 'green', other: 1 })
    expect(wrong).toMatchObject({ status: 422, body: { code: 'RL206' } })
    expect(wrong.body.errors.map(({ path }: { path: string }) => path)).toEqual(['/other', '/limit', '/colour'])
    expect((await put({ limit: 7, colour: 'red' })).body.settings).toEqual({ limit: 7, colour: 'red' })
    const { plugins } = await tenant.kernel.services.catalog.load(tenant.slug)
    expect(plugins.find('form')?.settings).toEqual({ limit: 7, colour: 'red' })
    // A version with another form keeps what it still knows.
    const next = { ...form, version: '1.1.0', manifest: { settings: [{ name: 'limit', type: 'number' }] } }
    expect((await install(next)).body.settings).toEqual({ limit: 7 })
  })

  test('secrets are kept sealed and never answered', async () => {
    await install({ ...form, version: '1.2.0' }, { grants: 'all' })
    const put = (name: string, value: unknown) => tenant.call('PUT', `plugins/form/secrets/${name}`, { value })
    expect((await put('API_KY', 'x')).body).toMatchObject({ code: 'RL205', hint: 'Did you mean “API_KEY”?' })
    const answer = await put('API_KEY', 'sesame')
    expect(answer.body.secrets).toEqual([expect.objectContaining({ name: 'API_KEY', isSet: true })])
    expect(JSON.stringify(answer.body)).not.toContain('sesame')
    const [row] = await tenant.database.query(`SELECT sealed FROM "${tenant.schema}"._plugin_secret`)
    expect(row?.[0]).toMatch(/^v1\./)
    expect((await put('API_KEY', null)).body.secrets[0].isSet).toBe(false)
  })
})

describe('development', () => {
  const load = (plugin: TestPlugin, where = developing) =>
    where.send('POST', 'plugins-in-development', pluginArchive({ files, ...plugin }), 'application/zip')
  const tidy = { before: [{ name: 'tidy', entity: 'shop.thing', on: ['create' as const], onFailure: 'skip' as const }] }

  test('is where the server allows it', async () => {
    expect((await load({}, tenant)).body).toMatchObject({ code: 'RL301' })
  })

  test('replaces code at once, grants what is asked for, and is marked', async () => {
    const first = await load({ run: 'return 1' })
    expect(first.body).toMatchObject({ state: 'on', isDevelopment: true, signer: null })
    const { version } = (await developing.call('GET', 'metadata')).body
    const second = await load({ behaviour: tidy, code: bundleOf(tidy, 'return 2') })
    expect(second.body).toMatchObject({ state: 'on', isDevelopment: true })
    expect(second.body.asks).toEqual([expect.objectContaining({ isGranted: true })])
    expect((await developing.call('GET', 'metadata')).body.version).toBe(version)
    const more = { 'entities/thing.json': { name: 'thing', fields: [{ name: 'title', type: 'text' }] } }
    expect((await load({ files: more })).status).toBe(200)
    expect((await load({ files: more, behaviour: tidy, says: {} })).body).toMatchObject({ code: 'RL408' })
  })

  test('does not touch what was installed from a package', async () => {
    const { body, type } = await pluginForm(pluginArchive({ name: 'firm' }), {})
    await developing.send('POST', 'plugins', body, type)
    expect((await load({ name: 'firm', version: '2.0.0' })).body).toMatchObject({ code: 'RL214' })
  })
})
