// Several processes at one database: each runs the plugins as they are now, and two administrators do not get in each
// other's way.
import { setTimeout as delay } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import { assembleKernel, type Kernel } from '../../kernel/assemble.ts'
import { openCatalog } from '../../kernel/catalog/store.ts'
import { readConfig } from '../../kernel/platform/config.ts'
import { createLogger } from '../../kernel/platform/log.ts'
import { createKeyring } from '../../kernel/platform/secret.ts'
import { readPluginSecret } from '../../kernel/plugins/plugin-secrets.ts'
import { resealPluginSecrets } from '../../kernel/plugins/reseal-secrets.ts'
import type { SandboxState } from '../../kernel/sandbox/contract.ts'
import type { Database } from '../../kernel/run/database.ts'
import { beforeHook } from '../support/install-plugin.ts'
import { METADATA_FOLDER } from '../support/metadata-sources.ts'
import { pluginArchive, pluginForm, type TestPlugin } from '../support/plugin-archive.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

let tenant: TestTenant
beforeAll(async () => {
  tenant = await openTestTenant([], { RELATA_SECRET: 'a'.repeat(40) })
})

async function install(plugin: TestPlugin, request: object = { grants: 'all' }) {
  const { body, type } = await pluginForm(pluginArchive(plugin), request)
  return tenant.send('POST', 'plugins', body, type)
}

test('another process runs what was installed, granted or switched off here, heard or not', async () => {
  const { log } = tenant.kernel.services
  const deaf: Database = { ...tenant.database, listen: async () => async () => undefined }
  const others = [
    await openCatalog({ database: tenant.database, log, pollMs: 60_000 }),
    await openCatalog({ database: deaf, log, pollMs: 20 }),
  ]
  const everywhere = async (expected: string[]) => {
    for (const other of others) {
      const running = async () => (await other.load(tenant.slug)).plugins.all.map(({ name }) => name)
      for (let tries = 0; tries < 200 && (await running()).join() !== expected.join(); tries++) await delay(20)
      expect(await running()).toEqual(expected)
    }
  }
  try {
    await everywhere([])
    await install({ name: 'here' })
    await everywhere(['here'])
    const before = await Promise.all(others.map((other) => other.load(tenant.slug)))
    await tenant.call('POST', 'plugins/here/disable')
    await everywhere([])
    await tenant.call('POST', 'plugins/here/enable')
    await everywhere(['here'])
    // The version has not moved, and what is kept beside it serves on.
    for (const [index, other] of others.entries())
      expect((await other.load(tenant.slug)).model).toBe(before[index]?.model)
  } finally {
    for (const other of others) await other.close()
  }
})

test('of two who install different versions at once one is told', async () => {
  const versions = ['1.0.0', '1.0.1', '1.0.2', '1.0.3']
  const answers = await Promise.all(versions.map((version) => install({ name: 'race', version })))
  const done = answers.filter(({ status }) => status === 200)
  expect(done.length).toBeGreaterThanOrEqual(1)
  for (const { status, body } of answers) if (status !== 200) expect(body.code).toMatch(/^RL21[04]$/)
  const { data } = (await tenant.call('GET', 'plugins')).body
  const { packages } = (await tenant.call('GET', 'metadata')).body
  const race = packages.find(({ name }: { name: string }) => name === 'race')
  expect(data.find(({ name }: { name: string }) => name === 'race').version).toBe(race.files['package.json'].version)
})

test('secrets of plugins are sealed again when the key changes', async () => {
  const manifest = { secrets: { TOKEN: { label: 'Token' } } }
  await install({ name: 'sealed', manifest })
  await tenant.call('PUT', 'plugins/sealed/secrets/TOKEN', { value: 'sesame' })
  const both = createKeyring(['b'.repeat(40), 'a'.repeat(40)])
  const { database, schema } = tenant
  expect(await resealPluginSecrets(database, both, schema)).toEqual({ resealed: 1, unopened: [] })
  expect(await resealPluginSecrets(database, both, schema)).toEqual({ resealed: 0, unopened: [] })
  const onlyNew = createKeyring(['b'.repeat(40)])
  expect(await readPluginSecret(database, onlyNew, schema, 'sealed', 'TOKEN')).toBe('sesame')
  // At another place it opens for nobody.
  await expect(readPluginSecret(database, onlyNew, schema, 'sealed', 'OTHER')).resolves.toBeUndefined()
})

describe('what plugins break', () => {
  /** Another server at the same database, asked with the same key. */
  async function another(): Promise<Pick<TestTenant, 'call'> & { close(): Promise<void> }> {
    const config = readConfig({ RELATA_DATA: tenant.kernel.services.config.dataFolder, RELATA_SECRET: 'a'.repeat(40) })
    const kernel: Kernel = await assembleKernel({
      ...{ config, databaseUrl: tenant.databaseUrl, metadataFolder: METADATA_FOLDER, pagesFolder: '/nowhere' },
      log: createLogger({ logLevel: 'fatal', logFormat: 'text' }),
    })
    const { key } = (await tenant.call('POST', 'keys', { name: 'other', role: 'system.administrator' })).body
    return {
      async call(method, address, body, headers = {}) {
        const type = body === undefined ? {} : { 'content-type': 'application/json' }
        const init = body === undefined ? { method } : { method, body: JSON.stringify(body) }
        const answer = await kernel.app.request(
          address.startsWith('/') ? `http://localhost${address}` : `http://localhost/api/v1/test/${address}`,
          { ...init, headers: { authorization: `Bearer ${key}`, ...type, ...headers } },
        )
        return { status: answer.status, body: await answer.json(), headers: answer.headers }
      },
      close: () => kernel.close(),
    }
  }
  type Caller = Pick<TestTenant, 'call'>
  const save = (who: Caller, title: string) => who.call('POST', 'records/wild.thing', { title })
  const healthOf = async (who: Caller) => (await who.call('GET', 'plugins/wild')).body.health
  const wild = (run: string): TestPlugin => ({
    name: 'wild',
    files: {
      'entities/thing.json': { name: 'thing', display_name: 'title', fields: [{ name: 'title', type: 'text' }] },
    },
    behaviour: { before: [beforeHook('wild.thing', ['create'])] },
    run: `${run}; return { results: input.events.map(() => ({ set: {} })) }`,
  })

  test('counts in all processes together; resumed in one it runs in all', async () => {
    await install(wild(`if (input.events[0].record.title === 'loop') for (;;);`))
    const other = await another()
    try {
      for (let times = 0; times < 3; times++) expect((await save(tenant, 'loop')).status).toBeGreaterThanOrEqual(400)
      for (let tries = 0; tries < 100 && (await healthOf(other)).violations < 3; tries++) await delay(20)
      expect(await healthOf(other)).toMatchObject({ state: 'fine', violations: 3 })
      for (let times = 0; times < 2; times++) expect((await save(other, 'loop')).status).toBeGreaterThanOrEqual(400)

      expect((await save(other, 'good')).body.code).toBe('RL405')
      // Without having been asked for it, and within moments.
      for (let tries = 0; tries < 100 && (await save(tenant, 'good')).body.code !== 'RL405'; tries++) await delay(20)
      expect((await save(tenant, 'good')).body.code).toBe('RL405')
      const [here, there] = [await healthOf(tenant), await healthOf(other)]
      expect(here).toMatchObject({ state: 'paused', untilMs: expect.any(Number) })
      expect(there).toEqual(here)

      // One that starts now knows it as well.
      const third = await another()
      try {
        expect(await healthOf(third)).toEqual(here)
        expect((await save(third, 'good')).body.code).toBe('RL405')
        expect((await third.call('GET', '/healthz')).body.sandbox).toMatchObject({ paused: 1, suspended: 0 })
      } finally {
        await third.close()
      }

      expect((await other.call('POST', 'plugins/wild/resume')).body.health).toMatchObject({
        state: 'fine',
        violations: 0,
      })
      expect((await save(other, 'good')).status).toBe(201)
      for (let tries = 0; tries < 100 && (await save(tenant, 'good')).status !== 201; tries++) await delay(20)
      expect((await save(tenant, 'good')).status).toBe(201)
      expect(await healthOf(tenant)).toEqual(await healthOf(other))
    } finally {
      await other.close()
    }
  })

  test('whoever brought a process down runs apart everywhere', async () => {
    await install({
      ...wild(`if (input.events[0].record.title === 'down') [].sort.call({ length: Infinity })`),
      version: '1.0.1',
    })
    const other = await another()
    try {
      expect((await save(tenant, 'down')).body.code).toBe('RL407')
      for (let tries = 0; tries < 100 && !(await healthOf(other)).isQuarantined; tries++) await delay(20)
      expect(await healthOf(other)).toMatchObject({ isQuarantined: true, violations: 1 })
      expect((await save(other, 'good')).status).toBe(201)
      const { sandbox } = (await other.call('GET', '/healthz')).body
      expect(sandbox).toEqual({
        ...{ children: expect.any(Number), isolates: 1, restarts: 0, running: 0, waiting: 0 },
        ...{ paused: 0, suspended: 0, quarantined: 1 },
      })
      const mine = await tenant.kernel.app.request('http://localhost/healthz')
      const { sandbox: here }: { sandbox: SandboxState } = JSON.parse(await mine.text())
      expect(here.restarts).toBeGreaterThan(0)
      // Another version begins anew.
      await install({ ...wild(''), version: '1.0.2' })
      expect(await healthOf(other)).toMatchObject({ isQuarantined: false, violations: 0 })
    } finally {
      await other.close()
    }
  })
})
