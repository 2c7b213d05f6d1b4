// A roll-up over records that were there before has no values until its job is done: nobody is shown a wrong one, and
// everybody can see how far the work is.
import path from 'node:path'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { jobHandlers } from '../../kernel/jobs/handlers.ts'
import { insertJob } from '../../kernel/jobs/job-rows.ts'
import { type JobHandler, type Jobs, startJobs } from '../../kernel/jobs/runner.ts'
import { METADATA_FOLDER } from '../support/metadata-sources.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

const roads = { name: 'roads', type: 'rollup', rollup: { over: 'road.town', aggregate: 'count' } }
const shortest = { name: 'shortest', type: 'rollup', rollup: { over: 'road.town', aggregate: 'min', field: 'length' } }
const isRemote = { name: 'is_remote', type: 'formula', rule: { '<': [{ var: 'roads' }, 2] } }
const doubled = { name: 'doubled', type: 'formula', rule: { '+': [{ var: 'length' }, { var: 'length' }] } }
const far = { name: 'far', type: 'formula', rule: { '!': [{ var: 'town.is_remote' }] } }

const map = (town: readonly object[], road: readonly object[] = []) => ({
  name: 'map',
  files: {
    'package.json': { name: 'map', version: '1.0.0', label: 'Map', requires: { system: '*' } },
    'entities/town.json': { name: 'town', fields: [{ name: 'name', type: 'text' }, ...town] },
    'entities/road.json': {
      name: 'road',
      fields: [
        { name: 'name', type: 'text' },
        { name: 'town', type: 'reference', to: 'town' },
        { name: 'length', type: 'decimal' },
        ...road,
      ],
    },
  },
})

let tenant: TestTenant
let town: string
const runners: Jobs[] = []

beforeAll(async () => {
  tenant = await openTestTenant([map([])])
  // From here on work is done when the test says so.
  await tenant.kernel.jobs.stop()
  town = (await tenant.call('POST', 'records/map.town', { name: 'Ur' })).body.id
  for (const length of ['3', '1.5']) await tenant.call('POST', 'records/map.road', { name: 'r', town, length })
}, 60_000)
afterEach(() => Promise.all(runners.splice(0).map((runner) => runner.stop())))

function startWork(more: Readonly<Record<string, JobHandler>> = {}): Jobs {
  const { database, catalog, log, seal } = tenant.kernel.services
  const handlers = jobHandlers({ database, seal, metadataFolder: path.join(METADATA_FOLDER) })
  const runner = startJobs({ database, catalog, log, handlers: { ...handlers, ...more } })
  runners.push(runner)
  return runner
}

const publish = (town: readonly object[], road?: readonly object[]) =>
  tenant.call('POST', 'metadata/publish', { packages: [map(town, road)] })
const filter = (rule: object) => encodeURIComponent(JSON.stringify(rule))
const fieldOf = async (entity: string, name: string) => {
  const { body } = await tenant.call('GET', 'meta')
  return body.entities
    .find((one: { name: string }) => one.name === entity)
    .fields.find((one: { name: string }) => one.name === name)
}

test('a reader, a filter and a sum are told, until the values are there', async () => {
  const published = await publish([roads, shortest, isRemote], [doubled, far])
  expect(published.status).toBe(200)
  const [job] = published.body.jobs

  const before = await tenant.call('GET', `records/map.town/${town}`)
  expect(before.body).toMatchObject({ name: 'Ur', roads: null, shortest: null, is_remote: null })
  expect((await fieldOf('map.town', 'roads')).isPending).toBe(true)
  expect((await fieldOf('map.town', 'is_remote')).isPending).toBe(true)
  expect((await fieldOf('map.road', 'far')).isPending).toBe(true)
  const untouched = await fieldOf('map.road', 'doubled')
  expect([untouched.type, untouched.isPending]).toEqual(['formula', undefined])
  const { body: listed } = await tenant.call('GET', 'records/map.road?select=far,doubled&sort=length')
  expect(listed.data.map((row: { far: unknown; doubled: unknown }) => [row.far, row.doubled])).toEqual([
    [null, '3'],
    [null, '6'],
  ])

  const refused = [
    `records/map.town?filter=${filter({ '==': [{ var: 'roads' }, 0] })}`,
    `records/map.town?filter=${filter({ var: 'is_remote' })}`,
    `records/map.road?filter=${filter({ '>': [{ var: 'town.roads' }, 1] })}`,
    'records/map.town?sort=shortest',
    'aggregates/map.town?measures=sum:roads',
    'aggregates/map.road?group=far&measures=count',
  ]
  for (const address of refused) {
    const answer = await tenant.call('GET', address)
    expect([address, answer.status, answer.body.code]).toEqual([address, 503, 'RL212'])
    expect(answer.body.detail).toMatch(/still being computed/)
    expect(answer.headers.get('retry-after')).toBe('1')
  }
  expect((await tenant.call('GET', `records/system.job/${job}`)).body).toMatchObject({
    state: 'waiting',
    progress: '0',
  })

  // Writes go on, and count.
  await tenant.call('POST', 'records/map.road', { name: 'r', town, length: '0.5' })
  expect((await tenant.call('GET', `records/map.town/${town}`)).body.roads).toBeNull()

  await startWork().settled(tenant.slug)
  await expect.poll(async () => (await fieldOf('map.town', 'roads')).isPending, { timeout: 1_000 }).toBeUndefined()
  expect((await tenant.call('GET', `records/map.town/${town}`)).body).toMatchObject({
    roads: 3,
    shortest: '0.5',
    is_remote: false,
  })
  for (const address of refused) expect((await tenant.call('GET', address)).status).toBe(200)
  expect((await tenant.call('GET', `records/system.job/${job}`)).body).toMatchObject({ state: 'done', progress: '100' })
})

test('values that another filter made wrong are not shown either', async () => {
  const filtered = { ...roads, rollup: { ...roads.rollup, filter: { '>': [{ var: 'length' }, '1'] } } }
  expect((await publish([filtered, shortest, isRemote], [doubled, far])).status).toBe(200)
  const { body } = await tenant.call('GET', `records/map.town/${town}`)
  expect([body.roads, body.is_remote, body.shortest]).toEqual([null, null, '0.5'])
  await startWork().settled(tenant.slug)
  await expect
    .poll(async () => (await tenant.call('GET', `records/map.town/${town}`)).body.roads, { timeout: 1_000 })
    .toBe(2)
})

test('how far a job is stands in its record while it runs', async () => {
  const { database, catalog } = tenant.kernel.services
  const { model } = await catalog.load(tenant.slug)
  let finish = (): void => undefined
  const slow: JobHandler = async ({ progress }) => {
    await progress(0.424)
    await new Promise<void>((resolve) => {
      finish = resolve
    })
  }
  const runner = startWork({ slow })
  const id = await database.transaction((tx) => insertJob(tx, model, { kind: 'slow', title: 'Slow', payload: null }))
  const shown = async () => (await tenant.call('GET', `records/system.job/${id}`)).body
  await expect.poll(async () => (await shown()).progress, { timeout: 5_000 }).toBe('42')
  const row = await shown()
  expect([row.state, row.finished_at]).toEqual(['running', null])
  expect(row.started_at).not.toBeNull()
  finish()
  await runner.settled(tenant.slug)
  expect(await shown()).toMatchObject({ state: 'done', progress: '100' })
})
