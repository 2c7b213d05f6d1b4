// Several processes, several publishers, and publishers that die.
import { setTimeout as delay } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import type { RelataError } from '../../sdk/errors.ts'
import { createLogger } from '../../kernel/platform/log.ts'
import { openCatalog } from '../../kernel/catalog/store.ts'
import { changeJob, insertJob } from '../../kernel/jobs/job-rows.ts'
import { openDatabase } from '../../kernel/run/database.ts'
import { JOB_KINDS } from '../../kernel/schema/later-work.ts'
import { openProcess, openTenant, pack, type TestInstallation, type TestTenant } from './support.ts'

let tenant: TestTenant
/** A second server process on the same database. */
let other: TestInstallation
beforeAll(async () => {
  tenant = await openTenant()
  other = await openProcess(tenant.url)
})

const files = (name: string, count = 1) =>
  pack(name, {
    'entities/it.json': {
      name: 'it',
      fields: Array.from({ length: count }, (_, index) => ({ name: `f${index}`, type: 'text' })),
    },
  })
const fields = (name: string, loaded: Awaited<ReturnType<TestTenant['load']>>) =>
  loaded.model.find(`${name}.it`)?.entity.fields.length ?? 0
const until = async (isTrue: () => Promise<boolean>, timeoutMs: number) => {
  const started = performance.now()
  while (!(await isTrue())) {
    if (performance.now() - started > timeoutMs) throw new Error(`not within ${timeoutMs} ms`)
    await delay(10)
  }
  return performance.now() - started
}

describe('two publishers', () => {
  test('wait for each other, and both are in the end', async () => {
    const before = (await tenant.load()).model.version
    const done = await Promise.all([
      tenant.publish([files('left', 3)]),
      other.publisher.publish(tenant.info, { packages: [files('right', 4)], by: null }),
    ])
    expect(done.map(({ version }) => version).sort()).toEqual([before + 1, before + 2])
    const loaded = await tenant.catalog.reload(tenant.info.slug)
    expect([fields('left', loaded), fields('right', loaded)]).toEqual([3, 4])
  })

  test('that expect the same version: one of them is told', async () => {
    const expectedVersion = (await tenant.load()).model.version
    const ended = await Promise.allSettled([
      tenant.publish([files('left', 5)], { expectedVersion }),
      other.publisher.publish(tenant.info, { packages: [files('left', 6)], by: null, expectedVersion }),
    ])
    expect(ended.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const [refused] = ended.flatMap((one) => (one.status === 'rejected' ? [one.reason as RelataError] : []))
    expect([refused?.code, refused?.members]).toEqual(['RL210', { current: expectedVersion + 1 }])
  })
})

describe('another process', () => {
  test('has the new version within a second', async () => {
    await other.catalog.load(tenant.info.slug)
    const { version } = await tenant.publish([files('news', 2)])
    const tookMs = await until(
      async () => (await other.catalog.load(tenant.info.slug)).model.version === version,
      1_000,
    )
    expect(tookMs).toBeLessThan(1_000)
  })

  test('has it within a second even when it cannot hear', async () => {
    const database = openDatabase({ url: tenant.url, poolSize: 1, longPoolSize: 1 })
    const log = createLogger({ logLevel: 'error', logFormat: 'text' })
    const deaf = await openCatalog({ database: { ...database, listen: async () => async () => undefined }, log })
    try {
      await deaf.load(tenant.info.slug)
      const { version } = await tenant.publish([files('news', 3)])
      await until(async () => (await deaf.load(tenant.info.slug)).model.version === version, 1_000)
    } finally {
      await deaf.close()
      await database.close()
    }
  })

  test('keeps the version that it has begun with, and goes on with the old one while it loads', async () => {
    const begun = await other.catalog.load(tenant.info.slug)
    const { version } = await tenant.publish([files('news', 4)])
    expect(begun.model.version).toBe(version - 1)
    expect(fields('news', begun)).toBe(3)
  })
})

describe('a publisher that dies', () => {
  test('before its transaction ends leaves the old version, and the next one succeeds', async () => {
    await tenant.publish([files('dying', 1)])
    const before = await tenant.columns('dying_it')
    const { version } = (await tenant.load()).model
    // its lock request waits for this transaction; meanwhile the server at the other end is killed.
    const failed = await tenant.database.transaction(async (tx) => {
      await tx.query(`SELECT count(*) FROM "${tenant.schema}".dying_it`)
      const publishing = tenant.publish([files('dying', 2)]).catch((error: unknown) => error)
      const pid = await waitingBackend()
      await tx.query('SELECT pg_terminate_backend($1::int4)', [pid])
      return publishing
    })
    expect(failed).toBeInstanceOf(Error)
    expect(await tenant.columns('dying_it')).toEqual(before)
    expect((await tenant.catalog.reload(tenant.info.slug)).model.version).toBe(version)
    await tenant.publish([files('dying', 2)])
    expect(fields('dying', await tenant.load())).toBe(2)
  })

  test('that waits for a table lets the others through, and goes on when it is free', {
    timeout: 60_000,
  }, async () => {
    const { version } = (await tenant.load()).model
    await tenant.database.transaction(async (tx) => {
      await tx.query(`SELECT count(*) FROM "${tenant.schema}".dying_it`)
      const publishing = tenant.publish([files('dying', 3)])
      await waitingBackend()
      // Others are let through between the tries.
      await tenant.sql('SELECT count(*) FROM @.dying_it')
      await delay(100)
      void publishing.catch(() => undefined)
    })
    await until(async () => (await tenant.load()).model.version === version + 1, 20_000)
  })

  async function waitingBackend(): Promise<string> {
    let pid: string | null | undefined
    await until(async () => {
      const [row] = await other.database.query(
        `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'LOCK TABLE%dying_it%'`,
      )
      pid = row?.[0]
      return pid !== undefined
    }, 5_000)
    return pid ?? ''
  }
})

test('work that a dead process left running is done by another one', async () => {
  await tenant.publish([files('left', 7)])
  const { model } = await tenant.load()
  const entityId = model.entity('left.it').entity.id
  const id = await tenant.database.transaction((tx) =>
    insertJob(tx, model, { kind: JOB_KINDS.indexes, title: 'Orphan', payload: { entityId } }),
  )
  await changeJob(tenant.database, model, id, { state: 'running' })
  const third = await openProcess(tenant.url)
  await until(async () => {
    const [row] = await third.database.query(`SELECT state FROM "${tenant.schema}"._job WHERE id = $1::uuid`, [id])
    return row?.[0] === 'done'
  }, 3_000)
})
