// Several processes at one database: each runs the plugins as they are now, and two administrators do not get in each
// other's way.
import { setTimeout as delay } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { openCatalog } from '../../kernel/catalog/store.ts'
import { createKeyring } from '../../kernel/platform/secret.ts'
import { readPluginSecret } from '../../kernel/plugins/plugin-secrets.ts'
import { resealPluginSecrets } from '../../kernel/plugins/reseal-secrets.ts'
import type { Database } from '../../kernel/run/database.ts'
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
