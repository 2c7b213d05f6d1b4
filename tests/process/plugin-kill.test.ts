// kill -9 in the middle of an install and of an upgrade: a version is there whole or not at all, steps go on where they
// were, and asking again is enough.
import { rmSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createClient, type RelataClient } from '../../sdk/client/index.ts'
import { pluginArchive, type TestPlugin } from '../support/plugin-archive.ts'
import { signIn } from '../support/sign-in.ts'
import { freePort, makeDataFolder, type ServerUnderTest, startServer } from '../support/start-server.ts'
import { createTestDatabase } from '../support/test-database.ts'

const ROUNDS = process.env['RELATA_TEST_LONG'] ? 15 : 3
const RECORDS = 60
const ENTITY = 'counted.item'

const version = (number: number): TestPlugin => ({
  name: 'counted',
  version: `1.${number}.0`,
  files: {
    'entities/item.json': {
      name: 'item',
      fields: [
        { name: 'title', type: 'text' },
        { name: 'passes', type: 'number', default: 0 },
        ...Array.from({ length: number }, (_, index) => ({ name: `field_${index}`, type: 'text' })),
      ],
    },
  },
})
/** Counts each record once more; a page that was done twice would count it twice. */
const counting = (number: number): TestPlugin => ({
  ...version(number),
  behaviour: { migrations: [{ name: 'count', version: `1.${number}.0` }] },
  run: `
    const { data, next } = await bridge.call('records.list', { entity: '${ENTITY}', sort: 'title', limit: 1, ...(input.cursor ? { cursor: input.cursor } : {}) })
    for (const { id, passes } of data) await bridge.call('records.update', { entity: '${ENTITY}', id, values: { passes: passes + 1 } })
    return next ? { next } : { done: true }`,
})

test('installs and upgrades survive kill -9 at any moment', { timeout: 300_000 }, async () => {
  const [{ url: databaseUrl }, dataFolder, port] = [await createTestDatabase(), makeDataFolder(), await freePort()]
  let server: ServerUnderTest | undefined
  const start = async () => startServer({ dataFolder, port, env: { DATABASE_URL: databaseUrl } })
  try {
    server = await start()
    const person = await signIn(server.url)
    await person.call('POST', '/api/tenants', { title: 'Count', slug: 'count', kind: 'empty' })
    const { body } = await person.call('POST', '/api/v1/count/keys', { name: 'k', role: 'system.administrator' })
    const relata = createClient({ url: server.url, tenant: 'count', key: body.key })

    for (let round = 0; round < ROUNDS; round++) {
      const installing = relata.plugins.install(pluginArchive(version(round)), { grants: 'all' }).catch(() => null)
      await delay(Math.random() * 500)
      await server.stop('SIGKILL')
      await installing
      server = await start()
      await expectWhole(relata)
      const installed = await relata.plugins.install(pluginArchive(version(round)), { grants: 'all' })
      expect(installed).toMatchObject({ version: `1.${round}.0`, state: 'on' })
    }

    for (let number = 0; number < RECORDS; number++)
      await relata.records.create(ENTITY, { title: `item ${String(number).padStart(3, '0')}` })
    await relata.plugins.install(pluginArchive(counting(ROUNDS)), { grants: 'all' })
    // A job that was cut off six times is given up.
    for (let round = 0; round < Math.min(ROUNDS, 4); round++) {
      await delay(Math.random() * 400)
      await server.stop('SIGKILL')
      server = await start()
    }
    const upgraded = await settled(relata)
    expect(upgraded).toMatchObject({ version: `1.${ROUNDS}.0`, state: 'on', error: null })
    const { data } = await relata.records.list(ENTITY, { limit: 200 })
    expect(data.map((record) => record['passes'])).toEqual(Array<number>(RECORDS).fill(1))
  } finally {
    await server?.stop()
    rmSync(dataFolder, { recursive: true, force: true })
  }
})

/** The row, the metadata and the actor of the plugin are of one version, or there is none of them. */
async function expectWhole(relata: RelataClient): Promise<void> {
  const [plugin] = await relata.plugins.list()
  const { packages } = await relata.metadata.read()
  const source = packages.find(({ name }) => name === 'counted')
  expect(source?.files['package.json']).toEqual(
    plugin ? expect.objectContaining({ version: plugin.version }) : undefined,
  )
  const users = await relata.records.list('system.user', { filter: { '==': [{ var: 'kind' }, 'plugin'] } })
  expect(users.data).toHaveLength(plugin ? 1 : 0)
}

async function settled(relata: RelataClient) {
  for (;;) {
    const plugin = await relata.plugins.get('counted')
    if (plugin.next?.phase !== 'migration') return plugin
    await delay(50)
  }
}
