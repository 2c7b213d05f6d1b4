// Who runs the background work: turns within a tenant, tenants side by side, processes that share, and that die.
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createLogger } from '../../kernel/platform/log.ts'
import { insertJob, JOB_ENTITY } from '../../kernel/jobs/job-rows.ts'
import { removeOldJobs } from '../../kernel/jobs/old-jobs.ts'
import { type JobHandler, type Jobs, JOBS_AT_ONCE, startJobs } from '../../kernel/jobs/runner.ts'
import { openDatabase } from '../../kernel/run/database.ts'
import { RelataError } from '../../sdk/errors.ts'
import { openTestInstallation, pack, tenantOf, type TestInstallation, type TestTenant } from './support.ts'

const log = createLogger({ logLevel: 'silent', logFormat: 'text' })
let installation: TestInstallation
let tenants: TestTenant[]
/** `tenant title`, when it began and ended. */
let spans: { tenant: string; title: string; by: string; from: number; to: number }[] = []
const open = new Map<string, () => void>()
const closers: (() => Promise<void>)[] = []

beforeAll(async () => {
  installation = await openTestInstallation()
  // Its own runner knows nothing of these kinds of work, and would call them failed.
  await installation.jobs.stop()
  tenants = []
  for (let n = 0; n < 5; n++) tenants.push(await tenantOf(installation))
}, 60_000)
beforeEach(() => {
  spans = []
  open.clear()
})
afterAll(() => Promise.all(closers.map((close) => close())))

const tenant = (index: number): TestTenant => {
  const found = tenants[index]
  if (!found) throw new Error(`there is no tenant ${index}`)
  return found
}

/** Work that takes a while, or until it is let go: `until:NAME`. */
const work =
  (by: string): JobHandler =>
  async ({ loaded, payload, signal }) => {
    const title = String(payload)
    const span = { tenant: loaded.tenant.slug, title, by, from: performance.now(), to: Number.POSITIVE_INFINITY }
    spans.push(span)
    if (title.startsWith('until:')) {
      await new Promise<void>((resolve, reject) => {
        open.set(title, resolve)
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      })
    } else await delay(40)
    span.to = performance.now()
  }

/** A runner with connections of its own, as another process has. */
async function startRunner(by: string, handlers: Readonly<Record<string, JobHandler>> = {}): Promise<Jobs> {
  const database = openDatabase({ url: installation.url, poolSize: 2, longPoolSize: JOBS_AT_ONCE + 1 })
  const { catalog } = installation
  const jobs = startJobs({ database, catalog, log, handlers: { work: work(by), ...handlers }, sweepMs: 200 })
  let isOver = false
  const close = async () => {
    if (isOver) return
    isOver = true
    await jobs.stop()
    await database.close()
  }
  closers.push(close)
  return { ...jobs, wake: jobs.wake.bind(jobs), settled: jobs.settled.bind(jobs), stop: close }
}

async function ask(one: TestTenant, payload: string, kind = 'work'): Promise<string> {
  const { model } = await one.load()
  return one.database.transaction((tx) => insertJob(tx, model, { kind, title: payload, payload }))
}

const stateOf = async (one: TestTenant, id: string) => {
  const [row] = await one.sql('SELECT state, attempts, error FROM @._job WHERE id = $1::uuid', [id])
  return { state: row?.[0], attempts: Number(row?.[1]), error: row?.[2] }
}
const until = async (isTrue: () => boolean | Promise<boolean>, timeoutMs = 5_000) => {
  const deadline = performance.now() + timeoutMs
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms`)
    await delay(10)
  }
}
const overlap = () =>
  spans.flatMap((a, at) =>
    spans
      .slice(at + 1)
      .filter((b) => a.from < b.to && b.from < a.to)
      .map((b) => [a, b] as const),
  )
/** The most that went on at one moment in one process. */
const mostAtOnce = (by: string) => {
  const own = spans.filter((span) => span.by === by)
  return Math.max(0, ...own.map(({ from }) => own.filter((span) => span.from <= from && from < span.to).length))
}

describe('one process', () => {
  test('runs tenants side by side, a few at once, and each tenant’s jobs in turn', async () => {
    const runner = await startRunner('one')
    await Promise.all(tenants.map(async (one) => [await ask(one, 'a'), await ask(one, 'b'), await ask(one, 'c')]))
    await Promise.all(tenants.map((one) => runner.settled(one.info.slug)))
    await runner.stop()
    for (const one of tenants) {
      expect(spans.filter((span) => span.tenant === one.info.slug).map(({ title }) => title)).toEqual(['a', 'b', 'c'])
    }
    expect(overlap().filter(([a, b]) => a.tenant === b.tenant)).toEqual([])
    expect(mostAtOnce('one')).toBe(JOBS_AT_ONCE)
  })

  test('a long job of one tenant holds up nobody else: neither their jobs nor their publish', async () => {
    const runner = await startRunner('one')
    const long = await ask(tenant(0), 'until:long')
    await until(() => open.has('until:long'))
    const short = await ask(tenant(1), 'short')
    const fields = [{ name: 'name', type: 'text' }]
    const published = await tenant(2).publish([pack('calm', { 'entities/it.json': { name: 'it', fields } })])
    await runner.settled(tenant(1).info.slug)
    expect(published.version).toBeGreaterThan(1)
    expect((await stateOf(tenant(1), short)).state).toBe('done')
    expect((await stateOf(tenant(0), long)).state).toBe('running')
    open.get('until:long')?.()
    await runner.settled(tenant(0).info.slug)
    await runner.stop()
  })

  test('a job that waits for its next try is not overtaken by one that may build on it', async () => {
    let tries = 0
    const busy: JobHandler = async () => {
      if (++tries === 1) throw new RelataError('RL502', 'The table is in use.')
      spans.push({ tenant: '', title: 'busy', by: 'one', from: 0, to: 0 })
    }
    const runner = await startRunner('one', { busy })
    await ask(tenant(0), 'first', 'busy')
    await ask(tenant(0), 'second')
    await runner.settled(tenant(0).info.slug)
    await runner.stop()
    expect(spans.map(({ title }) => title)).toEqual(['busy', 'second'])
  })

  test('that stops as it should leaves its job to be run again, and counts no failed try', async () => {
    const first = await startRunner('first')
    const id = await ask(tenant(0), 'until:stop')
    await until(() => open.has('until:stop'))
    await first.stop()
    expect(await stateOf(tenant(0), id)).toEqual({ state: 'waiting', attempts: 0, error: null })
    open.clear()
    const second = await startRunner('second')
    await until(() => open.has('until:stop'))
    open.get('until:stop')?.()
    await second.settled(tenant(0).info.slug)
    await second.stop()
    expect((await stateOf(tenant(0), id)).state).toBe('done')
  })
})

describe('several processes', () => {
  test('share the work: nothing is done twice, and no tenant is in two hands', async () => {
    const runners = await Promise.all([startRunner('left'), startRunner('right')])
    const titles = ['a', 'b', 'c', 'd']
    await Promise.all(
      tenants.map(async (one) => {
        for (const title of titles) await ask(one, title)
      }),
    )
    await Promise.all(tenants.map((one) => runners[0]?.settled(one.info.slug)))
    await Promise.all(runners.map((runner) => runner.stop()))
    expect(spans).toHaveLength(tenants.length * titles.length)
    for (const one of tenants) {
      expect(spans.filter((span) => span.tenant === one.info.slug).map(({ title }) => title)).toEqual(titles)
    }
    expect(overlap().filter(([a, b]) => a.tenant === b.tenant)).toEqual([])
    expect(new Set(spans.map(({ by }) => by))).toEqual(new Set(['left', 'right']))
  })

  test('work that is asked for in one is heard in the others at once', async () => {
    const runner = await startRunner('only')
    await delay(100)
    const asked = performance.now()
    await ask(tenant(3), 'heard')
    await until(() => spans.length === 1, 1_000)
    expect((spans[0]?.from ?? 0) - asked).toBeLessThan(500)
    await runner.settled(tenant(3).info.slug)
    await runner.stop()
  })

  test('who loses the lock lets go, and another one does it from the start', async () => {
    const left = await startRunner('left')
    const id = await ask(tenant(0), 'until:lost')
    await until(() => open.has('until:lost'))
    open.clear()
    // What kill -9 of a process, or a broken network, is to PostgreSQL.
    const lock = `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND ((classid::bigint << 32) | objid::bigint) = hashtextextended($1, 0)`
    const [holder] = await tenant(0).sql(lock, [`${tenant(0).schema} jobs`])
    expect(holder).toBeDefined()
    const right = await startRunner('right')
    await tenant(0).sql('SELECT pg_terminate_backend($1::int4)', [holder?.[0] ?? ''])
    await until(() => open.has('until:lost'))
    expect(spans[0]?.to).toBe(Number.POSITIVE_INFINITY)
    open.get('until:lost')?.()
    await right.settled(tenant(0).info.slug)
    expect(await stateOf(tenant(0), id)).toEqual({ state: 'done', attempts: 1, error: null })
    await Promise.all([left.stop(), right.stop()])
  })

  test('a job in which the server dies each time is given up with the reason', async () => {
    const id = await ask(tenant(0), 'deadly')
    await tenant(0).sql(`UPDATE @._job SET state = 'running', attempts = 5 WHERE id = $1::uuid`, [id])
    const runner = await startRunner('one')
    await runner.settled(tenant(0).info.slug)
    await runner.stop()
    expect(await stateOf(tenant(0), id)).toEqual({
      state: 'failed',
      attempts: 6,
      error: 'The server stopped in the middle of it each time it was tried.',
    })
    expect(spans).toEqual([])
  })
})

describe('jobs that have long been over', () => {
  const age = (one: TestTenant, id: string, days: number) =>
    one.sql(`UPDATE @._job SET state = 'done', finished_at = now() - $2::int4 * interval '1 day' WHERE id = $1::uuid`, [
      id,
      String(days),
    ])
  const left = async (one: TestTenant, ids: readonly string[]) => {
    const { model } = await one.load()
    const list = `{${ids.join()}}`
    const rows = await one.sql('SELECT id FROM @._job WHERE id = ANY($1::uuid[]) ORDER BY id', [list])
    const faces = await one.sql(
      `SELECT id FROM @."${model.entity(JOB_ENTITY).entity.table}" WHERE id = ANY($1::uuid[]) ORDER BY id`,
      [list],
    )
    return { rows: rows.map(([id]) => id), faces: faces.map(([id]) => id) }
  }

  test('go after 30 days, with their faces; younger ones and open ones stay', async () => {
    const one = tenant(4)
    const [old, young, waiting] = [await ask(one, 'old'), await ask(one, 'young'), await ask(one, 'waiting')]
    await age(one, old, 31)
    await age(one, young, 29)
    expect(await removeOldJobs(one.database, one.schema, one.load)).toBe(1)
    const kept = [young, waiting].sort()
    expect(await left(one, [old, young, waiting])).toEqual({ rows: kept, faces: kept })
    let loads = 0
    const load = () => {
      loads++
      return one.load()
    }
    expect(await removeOldJobs(one.database, one.schema, load)).toBe(0)
    expect(loads).toBe(0)
    await age(one, waiting, 1)
  })

  test('a server removes them when it starts', async () => {
    const one = tenant(4)
    const ids = [await ask(one, 'x'), await ask(one, 'y')]
    for (const id of ids) await age(one, id, 400)
    const runner = await startRunner('one')
    await until(async () => (await left(one, ids)).rows.length === 0)
    await until(async () => (await left(one, ids)).faces.length === 0)
    await runner.stop()
  })

  test('one that a record may not lose keeps its face', async () => {
    const one = tenant(3)
    const fields = [
      { name: 'name', type: 'text' },
      { name: 'job', type: 'reference', to: 'system.job', on_delete: 'restrict' },
    ]
    await one.publish([pack('audit', { 'entities/note.json': { name: 'note', fields } })])
    const [held, free] = [await ask(one, 'held'), await ask(one, 'free')]
    await one.sql(`INSERT INTO @.audit_note (id, name, job) VALUES (gen_random_uuid(), 'n', $1::uuid)`, [held])
    for (const id of [held, free]) await age(one, id, 31)
    expect(await removeOldJobs(one.database, one.schema, one.load)).toBe(2)
    expect(await left(one, [held, free])).toEqual({ rows: [], faces: [held] })
  })
})
