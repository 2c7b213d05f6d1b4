// `npm start -- --rotate-secret`, with kill -9 in the middle: at no moment is there a value that no key at hand opens.
import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import path from 'node:path'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { assembleKernel, type Kernel } from '../../kernel/assemble.ts'
import { ensureSystemUser, systemActor, systemContext } from '../../kernel/auth/index.ts'
import { createKey } from '../../kernel/auth/api-keys.ts'
import { readConfig } from '../../kernel/platform/config.ts'
import { createLogger } from '../../kernel/platform/log.ts'
import { socketHost } from '../../kernel/platform/postgres-url.ts'
import { createKeyring, readSecrets } from '../../kernel/platform/secret.ts'
import { secretPlace } from '../../kernel/plan/field-value.ts'
import { bulkLoad } from '../../kernel/run/bulk.ts'
import { deleteRecord } from '../../kernel/run/trash-records.ts'
import { createRecord } from '../../kernel/run/write-records.ts'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import { METADATA_FOLDER } from '../support/metadata-sources.ts'
import { makeDataFolder } from '../support/start-server.ts'
import { createTestDatabase } from '../support/test-database.ts'

const ROWS = 4_000
const MAIN = path.join(import.meta.dirname, '../../kernel/main.ts')
const VAULT = (fields: readonly string[]): PackageSource => ({
  name: 'vault',
  files: {
    'package.json': { name: 'vault', version: '1.0.0', label: 'Vault', requires: { system: '^1.0.0' } },
    'entities/safe.json': {
      name: 'safe',
      label: 'Safe',
      fields: [{ name: 'name', type: 'text' }, ...fields.map((name) => ({ name, type: 'secret' }))],
    },
  },
})

let url: string
let folder: string
let schema: string
let table: string
let keyTable: string
let sql: postgres.Sql
let kernel: Kernel | undefined

beforeAll(async () => {
  folder = makeDataFolder()
  url = (await createTestDatabase()).url
  // Not by the name of a server's connections, which a rotation refuses to run beside.
  sql = postgres(url, { ...socketHost(url), max: 1, onnotice: () => undefined })
  afterAll(async () => {
    await kernel?.close()
    await sql.end()
    rmSync(folder, { recursive: true, force: true })
  })
  kernel = await openKernel()
  const { tenant } = await kernel.tenants.create({ title: 'Test', slug: 'test', kind: 'empty' })
  schema = tenant.schema
  const { publisher, catalog, database, seal } = kernel.services
  await publisher.publish(tenant, { packages: [VAULT(['code', 'former'])], by: null })
  const loaded = await catalog.reload('test')
  await database.transaction((tx) => ensureSystemUser(tx, loaded))
  const context = { ...systemContext(loaded, systemActor(tenant)), seal }
  const safe = loaded.model.entity('vault.safe')
  table = safe.entity.table
  keyTable = loaded.model.entity('system.key').entity.table
  const lines = Array.from({ length: ROWS }, (_, index) => ({
    line: index + 1,
    values: { name: `safe ${index}`, code: `code ${index}`, former: 'from earlier' },
  }))
  expect(await bulkLoad(context, database, safe, lines)).toMatchObject({ accepted: ROWS, errors: [] })
  const { id } = await createRecord(context, { database }, safe, { name: 'trashed', code: 'code of the trash' })
  await deleteRecord(context, { database }, safe, id, undefined)
  await createKey(database, loaded, systemActor(tenant), { name: 'Robot', role: 'system.reader' })
  await publisher.publish(tenant, { packages: [VAULT(['code'])], by: null })
  await kernel.close()
  kernel = undefined
})

function openKernel(): Promise<Kernel> {
  return assembleKernel({
    config: readConfig({ RELATA_DATA: folder }),
    log: createLogger({ logLevel: 'fatal', logFormat: 'text' }),
    databaseUrl: url,
    metadataFolder: METADATA_FOLDER,
    pagesFolder: path.join(folder, 'no-pages'),
  })
}

interface Rotation {
  child: ChildProcess
  output(): string
  ended: Promise<number | null>
}

function rotate(env: Record<string, string> = {}): Rotation {
  const child = spawn(process.execPath, [MAIN, '--rotate-secret'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], RELATA_DATA: folder, DATABASE_URL: url, RELATA_LOG_FORMAT: 'json', ...env },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text) => (output += text))
  return {
    child,
    output: () => output,
    ended: new Promise((resolve) => child.once('close', (code) => resolve(code))),
  }
}

const keys = () => readSecrets({ secrets: [], dataFolder: folder })
const rows = () =>
  sql<
    { id: string; code: string | null; former: string | null }[]
  >`select id, code, former from ${sql(schema)}.${sql(table)} order by id`

/** Every value opens with these keys at its own place. @returns how many are not sealed with the newest */
async function expectOpen(secrets: readonly string[]): Promise<number> {
  const keyring = createKeyring(secrets)
  let outdated = 0
  for (const row of await rows()) {
    for (const field of ['code', 'former'] as const) {
      const sealed = row[field]
      if (sealed === null) continue
      const text = keyring.open(sealed, secretPlace(schema, 'vault:safe', `vault:${field}`, row.id))
      expect(text).toMatch(field === 'code' ? /^code (\d+|of the trash)$/ : /^from earlier$/)
      if (keyring.isOutdated(sealed)) outdated++
    }
  }
  return outdated
}

test('kill -9 in the middle leaves every value readable, and the next run finishes', { timeout: 120_000 }, async () => {
  const [old = ''] = keys()
  expect(await expectOpen([old])).toBe(0)
  const hashes = () => sql`select hash from ${sql(schema)}.${sql(keyTable)}`
  const fingerprints = await hashes()
  let newest: string | undefined
  for (const batches of [1, 4]) {
    const run = rotate()
    await expect
      .poll(() => run.output().split('sealed again').length > batches || run.child.exitCode !== null, {
        timeout: 30_000,
        interval: 1,
      })
      .toBe(true)
    run.child.kill('SIGKILL')
    expect([await run.ended, run.output()]).toEqual([null, expect.not.stringContaining('RL5')])
    expect(keys()).toHaveLength(2)
    expect(keys()[1]).toBe(old)
    expect([newest ?? keys()[0]]).toEqual([keys()[0]])
    newest = keys()[0]
    const outdated = await expectOpen(keys())
    expect(outdated).toBeGreaterThan(0)
    expect(outdated).toBeLessThan(2 * ROWS)
  }
  const last = rotate()
  expect([await last.ended, last.output()]).toEqual([0, expect.stringContaining('The old key is gone')])
  expect(keys()).toEqual([newest])
  expect(await expectOpen(keys())).toBe(0)
  // Not sealed at all: what is not of that form is left as it is.
  expect(await hashes()).toEqual(fingerprints)
})

test('a value copied to another row or column opens nowhere, and keeps the old key until it is set anew', async () => {
  const [one, two] = await rows()
  await sql`update ${sql(schema)}.${sql(table)} set code = ${one?.code ?? ''}, former = ${two?.code ?? ''} where id = ${two?.id ?? ''}`
  const before = keys()
  const refused = rotate()
  expect(await refused.ended).toBe(1)
  expect(refused.output().split('does not open')).toHaveLength(3)
  expect(refused.output()).toContain('The old key is kept')
  expect(keys()).toEqual([expect.any(String), ...before])
  await sql`update ${sql(schema)}.${sql(table)} set code = null, former = null where id = ${two?.id ?? ''}`
  const last = rotate()
  expect([await last.ended, last.output()]).toEqual([0, expect.stringContaining('Secrets sealed with the new key: 0.')])
  expect(keys()).toHaveLength(1)
  expect(await expectOpen(keys())).toBe(0)
})

test('is refused beside a running server, whose key it would take away', async () => {
  kernel = await openKernel()
  const before = keys()
  const refused = rotate()
  expect([await refused.ended, refused.output()]).toEqual([
    1,
    expect.stringContaining('A server is using this database'),
  ])
  expect(keys()).toEqual(before)
  await kernel.close()
  kernel = undefined
})

test('with RELATA_SECRET the first key takes over, and the file stays out of it', async () => {
  const [file = ''] = keys()
  const fresh = randomUUID()
  expect(await rotate({ RELATA_SECRET: fresh }).ended).toBe(1)
  const run = rotate({ RELATA_SECRET: `${fresh},${file}` })
  expect([await run.ended, run.output()]).toEqual([
    0,
    expect.stringContaining('RELATA_SECRET needs the old key no longer'),
  ])
  expect(await expectOpen([fresh])).toBe(0)
  expect(keys()).toEqual([file])
})
