// Plugins come, are granted, change and go: over HTTP, on a real database, their code in a real sandbox.
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { createSigningKey } from '../../sdk/plugin/signature.ts'
import { pluginArchive, pluginForm, type TestPlugin } from '../support/plugin-archive.ts'
import type { Answer } from '../support/sign-in.ts'
import { type Caller, openTestTenant, type TestTenant } from '../support/test-tenant.ts'

const thing = (...fields: object[]) => ({
  'entities/thing.json': { name: 'thing', fields: [{ name: 'name', type: 'text' }, ...fields] },
})
const hooked = (name = 'shop'): TestPlugin => ({
  name,
  files: thing(),
  behaviour: { before: [{ name: 'tidy', entity: `${name}.thing`, on: ['create'], onFailure: 'refuse' }] },
})

let tenant: TestTenant
beforeAll(async () => {
  tenant = await openTestTenant([])
})

async function install(plugin: TestPlugin | Uint8Array, request?: object, caller: Caller = tenant): Promise<Answer> {
  const bytes = plugin instanceof Uint8Array ? plugin : pluginArchive(plugin)
  const { body, type } = await pluginForm(bytes, request)
  return caller.send('POST', 'plugins', body, type)
}
const plan = async (plugin: TestPlugin): Promise<Answer> =>
  tenant.send('POST', 'plugin-plans', pluginArchive(plugin), 'application/octet-stream')
const running = async (): Promise<string[]> =>
  (await tenant.kernel.services.catalog.load(tenant.slug)).plugins.all.map(({ name, version }) => `${name} ${version}`)

describe('a plugin', () => {
  test('is planned, installed, granted, switched off and on, and removed', async () => {
    const planned = await plan(hooked())
    expect(planned.body).toMatchObject({ kind: 'install', name: 'shop', problems: [], signer: null, installed: null })
    expect(planned.body.asks).toEqual([
      expect.objectContaining({ ask: expect.objectContaining({ key: 'before:shop.thing:create' }), isGranted: null }),
    ])
    expect(planned.body.metadata.steps.map((step: { text: string }) => step.text)).toContain('add entity Thing')
    expect(planned.body.warnings).toContainEqual(expect.objectContaining({ key: 'unsigned' }))

    const installed = await install(hooked(), { hash: planned.body.hash })
    expect(installed).toMatchObject({ status: 200, body: { name: 'shop', state: 'waiting', version: '1.0.0' } })
    expect(await running()).toEqual([])
    // Its metadata is there already.
    expect((await tenant.call('POST', 'records/shop.thing', { name: 'One' })).status).toBe(201)

    const granted = await tenant.call('PUT', 'plugins/shop/grant', { grants: 'all', hash: planned.body.hash })
    expect(granted.body).toMatchObject({ state: 'on' })
    expect(await running()).toEqual(['shop 1.0.0'])
    const { plugins } = await tenant.kernel.services.catalog.load(tenant.slug)
    expect(plugins.before('shop.thing', 'create')).toHaveLength(1)
    expect(plugins.before('shop.thing', 'update')).toHaveLength(0)

    expect((await tenant.call('POST', 'plugins/shop/disable')).body.state).toBe('off')
    expect(await running()).toEqual([])
    expect((await tenant.call('POST', 'plugins/shop/enable')).body.state).toBe('on')
    expect(await running()).toEqual(['shop 1.0.0'])

    const removal = (await tenant.call('POST', 'plugins/shop/remove/plan')).body
    expect(removal).toMatchObject({ entities: [{ name: 'shop.thing', records: 1 }], drops: ['drop:shop.thing'] })
    expect((await tenant.call('POST', 'plugins/shop/remove', { data: 'keep' })).status).toBe(200)
    expect((await tenant.call('GET', 'plugins')).body.data).toEqual([])
    expect((await tenant.call('GET', 'records/shop.thing')).status).toBe(404)

    // Kept is kept.
    await install(hooked(), { grants: 'all' })
    expect((await tenant.call('GET', 'records/shop.thing')).body.data).toHaveLength(1)
    expect((await tenant.call('POST', 'plugins/shop/remove', { data: 'drop' })).status).toBe(200)
    const tables = await tenant.database.query('SELECT relname FROM pg_class WHERE relname LIKE $1', ['%thing%'])
    expect(tables).toEqual([])
  })

  test('has a face among the records, and an entry in the log for each of these', async () => {
    await install(hooked('face'), { grants: 'all' })
    const faces = (await tenant.call('GET', 'records/system.plugin')).body.data
    expect(faces).toEqual([expect.objectContaining({ plugin: 'face', release: '1.0.0', state: 'on' })])
    await tenant.call('POST', 'plugins/face/disable')
    const log = (await tenant.call('GET', 'records/system.audit_entry?sort=-created_at&limit=8')).body.data
    expect(log.map((entry: { action: string }) => entry.action)).toEqual(
      expect.arrayContaining(['plugin_off', 'plugin_installed', 'plugin_removed']),
    )
    const users = (await tenant.call('GET', 'records/system.user?q=face')).body.data
    expect(users).toContainEqual(expect.objectContaining({ kind: 'plugin', name: 'The face' }))
    await tenant.call('POST', 'plugins/face/remove', { data: 'drop' })
    expect((await tenant.call('GET', 'records/system.plugin')).body.data).toEqual([])
  })

  test('is for administrators alone', async () => {
    const reader = await tenant.as('system.reader')
    expect((await reader.call('GET', 'plugins')).status).toBe(403)
    expect((await install(hooked(), {}, reader)).status).toBe(403)
  })
})

describe('an upgrade', () => {
  const asking = (version: string, more: TestPlugin = {}): TestPlugin => ({ ...hooked('up'), version, ...more })
  const both = (version: string): TestPlugin =>
    asking(version, {
      files: thing({ name: 'size', type: 'number' }),
      behaviour: {
        before: [{ name: 'tidy', entity: 'up.thing', on: ['create', 'update'], onFailure: 'refuse' }],
      },
    })

  test('that asks for more waits for the grant, and the version before runs on', async () => {
    await install(asking('1.0.0'), { grants: 'all' })
    const waits = await install(both('1.1.0'))
    expect(waits.body).toMatchObject({ state: 'on', version: '1.0.0', next: { version: '1.1.0', phase: 'grant' } })
    expect(waits.body.nextAsks).toEqual([
      { ask: expect.objectContaining({ key: 'before:up.thing:create' }), isGranted: true },
      { ask: expect.objectContaining({ key: 'before:up.thing:update' }), isGranted: null },
    ])
    expect(await running()).toEqual(['up 1.0.0'])
    // Nothing of its metadata is there before.
    expect((await tenant.call('POST', 'records/up.thing', { name: 'A', size: 1 })).status).toBe(422)

    const granted = await tenant.call('PUT', 'plugins/up/grant', { grants: ['before:up.thing:create'] })
    expect(granted.body).toMatchObject({ state: 'on', version: '1.1.0', next: null })
    expect(granted.body.asks.map(({ isGranted }: { isGranted: boolean }) => isGranted)).toEqual([true, false])
    expect((await tenant.call('POST', 'records/up.thing', { name: 'A', size: 1 })).status).toBe(201)
    // What was refused once is not asked for again.
    expect((await install(both('1.2.0'))).body).toMatchObject({ state: 'on', version: '1.2.0', next: null })
  })

  test('to an earlier version, or to other contents of the same, has to be asked for by name', async () => {
    expect((await install(asking('1.0.0'))).body).toMatchObject({ code: 'RL214', needs: ['downgrade'] })
    expect((await install({ ...both('1.2.0'), readme: 'Other' })).body).toMatchObject({ needs: ['replace'] })
    const back = await install(asking('1.0.0'), { accept: ['downgrade'] })
    expect(back.body).toMatchObject({ version: '1.0.0', state: 'on' })
    // Installed twice is installed once.
    const { version } = (await tenant.call('GET', 'metadata')).body
    expect((await install(asking('1.0.0'))).status).toBe(200)
    expect((await tenant.call('GET', 'metadata')).body.version).toBe(version)
  })

  test('that does not publish leaves the version before as it was', async () => {
    const broken = asking('2.0.0', { files: thing({ name: 'other', type: 'reference', to: 'nowhere' }) })
    const answer = await install(broken)
    expect(answer).toMatchObject({ status: 422, body: { code: 'RL408' } })
    expect(answer.body.errors).toContainEqual(expect.objectContaining({ file: 'entities/thing.json' }))
    expect(await running()).toEqual(['up 1.0.0'])
  })

  test('keeps to the key that signed first', async () => {
    const [author, stranger] = [createSigningKey(), createSigningKey()]
    const signed = (version: string, sign?: string): TestPlugin => ({
      ...hooked('signed'),
      version,
      ...(sign ? { sign } : {}),
    })
    const first = await install(signed('1.0.0', author.privatePem), { grants: 'all' })
    expect(first.body.signer).toBe(author.fingerprint)
    expect((await plan(signed('1.1.0', stranger.privatePem))).body).toMatchObject({
      needs: ['signer'],
      warnings: [expect.objectContaining({ key: 'other_signer' })],
    })
    expect((await install(signed('1.1.0', stranger.privatePem))).body).toMatchObject({ needs: ['signer'] })
    expect((await install(signed('1.1.0'))).body).toMatchObject({ needs: ['signer'] })
    expect((await install(signed('1.1.0', author.privatePem))).body).toMatchObject({ version: '1.1.0' })
    const taken = await install(signed('1.2.0', stranger.privatePem), { accept: ['signer'] })
    expect(taken.body).toMatchObject({ version: '1.2.0', signer: stranger.fingerprint })
  })
})

describe('metadata of a plugin', () => {
  test('is changed by the plugin alone', async () => {
    await install({ ...hooked('own'), requires: {} }, { grants: 'all' })
    const { packages } = (await tenant.call('GET', 'metadata')).body
    const own = packages.find(({ name }: { name: string }) => name === 'own')
    const changed = { ...own, files: { ...own.files, ...thing({ name: 'more', type: 'text' }) } }
    const publish = (body: object) => tenant.call('POST', 'metadata/publish', body)
    expect((await publish({ packages: [changed] })).body).toMatchObject({ code: 'RL214' })
    expect((await publish({ remove: ['own'] })).body).toMatchObject({ code: 'RL214' })
    // As it is, it may come along with others.
    expect((await publish({ packages: [own] })).status).toBe(200)
  })

  test('stays when an earlier version of the organisation is restored', async () => {
    const restored = await tenant.call('POST', 'metadata/versions/1/restore', {})
    expect(restored.status).toBe(200)
    expect((await tenant.call('GET', 'records/own.thing')).status).toBe(200)
    expect(await running()).toContain('own 1.0.0')
  })

  test('cannot go while another package needs it', async () => {
    await install({ ...hooked('leans'), requires: { own: '^1.0.0' } }, { grants: 'all' })
    const removal = await tenant.call('POST', 'plugins/own/remove/plan')
    expect(removal.body.dependents).toEqual(['leans'])
    const answer = await tenant.call('POST', 'plugins/own/remove', { data: 'keep' })
    expect(answer).toMatchObject({ status: 409, body: { code: 'RL209', dependents: ['leans'] } })
  })
})

test('packages that came with the server are offered, broken ones are not', async () => {
  const folder = path.join(tenant.kernel.services.config.dataFolder, 'packages')
  mkdirSync(folder)
  const bytes = pluginArchive(hooked('offered'))
  writeFileSync(path.join(folder, 'offered-1.0.0.relata'), bytes)
  writeFileSync(path.join(folder, 'broken-1.0.0.relata'), 'no zip')
  const { data } = (await tenant.call('GET', 'plugin-packages')).body
  expect(data).toEqual([expect.objectContaining({ name: 'offered', version: '1.0.0', signer: null })])
  const { key } = (await tenant.call('POST', 'keys', { name: 'k', role: 'system.administrator' })).body
  const address = `http://localhost/api/v1/${tenant.slug}/plugin-packages/offered`
  const answer = await tenant.kernel.app.request(address, { headers: { authorization: `Bearer ${key}` } })
  expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true)
  expect((await tenant.call('GET', 'plugin-packages/offred')).body).toMatchObject({
    hint: 'Did you mean “offered”?',
  })
})
