// Code that was exchanged where it is kept, by somebody who reaches the database.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { assembleKernel } from '../../kernel/assemble.ts'
import { createKey } from '../../kernel/auth/api-keys.ts'
import { systemActor } from '../../kernel/auth/index.ts'
import { readConfig } from '../../kernel/platform/config.ts'
import { createLogger } from '../../kernel/platform/log.ts'
import { installPlugin } from '../support/install-plugin.ts'
import { METADATA_FOLDER } from '../support/metadata-sources.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

let tenant: TestTenant
const folder = mkdtempSync(path.join(tmpdir(), 'relata-fresh-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
beforeAll(async () => {
  tenant = await openTestTenant([])
  for (const name of ['kept', 'exchanged'])
    await installPlugin(tenant, {
      name,
      requires: { base: '^1.0.0' },
      files: { 'actions/say.json': { name: 'say', entity: 'base.person', label: 'Say', on: ['list'] } },
      behaviour: { actions: ['say'] },
      run: `return { message: '${name} as it was installed' }`,
    })
})

/** Another server at the same database, which has not read any code yet. */
async function openFresh() {
  const kernel = await assembleKernel({
    config: readConfig({ RELATA_DATA: folder }),
    log: createLogger({ logLevel: 'fatal', logFormat: 'text' }),
    databaseUrl: tenant.databaseUrl,
    metadataFolder: METADATA_FOLDER,
    pagesFolder: METADATA_FOLDER,
  })
  const loaded = await kernel.services.catalog.load(tenant.slug)
  const role = { name: 'fresh', role: 'system.administrator' }
  const { key } = await createKey(kernel.services.database, loaded, systemActor(loaded.tenant), role)
  const say = async (plugin: string) => {
    const response = await kernel.app.request(`http://localhost/api/v1/${tenant.slug}/actions/${plugin}.say`, {
      method: 'POST',
      body: '{}',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    })
    return { status: response.status, body: (await response.json()) as { code?: string; message?: string } }
  }
  return { kernel, say }
}

test('[20] does not run; the server and other plugins go on', async () => {
  await tenant.database.query(
    `UPDATE "${tenant.schema}"._plugin SET code = replace(code, 'as it was installed', 'something else') WHERE name = 'exchanged'`,
  )
  const { kernel, say } = await openFresh()
  try {
    const { status, body } = await say('exchanged')
    expect([status, body.code]).toEqual([502, 'RL403'])
    expect(JSON.stringify(body)).not.toContain('something else')
    expect((await say('kept')).body.message).toBe('kept as it was installed')
  } finally {
    await kernel.close()
  }
})
