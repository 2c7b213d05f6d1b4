// kill -9 while the demo is being filled: the next start makes it whole, and until then nobody is told that it is.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { demoRecords, readDemo } from '../../kernel/demo/index.ts'
import { openDatabase } from '../../kernel/run/database.ts'
import { signIn, type Visitor } from '../support/sign-in.ts'
import { makeDataFolder, type ServerUnderTest, startServer } from '../support/start-server.ts'
import { createTestDatabase } from '../support/test-database.ts'

const root = path.join(import.meta.dirname, '../..')
/** A checkout whose demo is a small one, so that the test takes seconds. */
const place = mkdtempSync(path.join(tmpdir(), 'relata-demo-'))
const dataFolder = makeDataFolder()
const { url: databaseUrl } = await createTestDatabase()
const database = openDatabase({ url: databaseUrl, poolSize: 1, longPoolSize: 1 })
let server: ServerUnderTest | undefined

beforeAll(() => {
  for (const folder of ['kernel', 'sdk', 'metadata'])
    cpSync(path.join(root, folder), path.join(place, folder), { recursive: true })
  symlinkSync(path.join(root, 'node_modules'), path.join(place, 'node_modules'))
  writeFileSync(path.join(place, 'package.json'), '{"type":"module"}')
  const folder = path.join(place, 'metadata/demo')
  for (const name of readdirSync(folder).filter((one) => one.endsWith('.json'))) {
    const file = path.join(folder, name)
    const fewer = (key: string, value: unknown) =>
      key === 'count' && typeof value === 'number' && value >= 1_000 ? Math.round(value / 25) : value
    writeFileSync(file, JSON.stringify(JSON.parse(readFileSync(file, 'utf8')), fewer))
  }
})
afterAll(async () => {
  await server?.stop()
  await database.close()
  for (const folder of [place, dataFolder]) rmSync(folder, { recursive: true, force: true })
})

const start = () =>
  startServer({
    dataFolder,
    args: ['--demo'],
    env: { DATABASE_URL: databaseUrl },
    script: path.relative(root, path.join(place, 'kernel/main.ts')),
  })
const demoOf = async (person: Visitor) => {
  const { body } = await person.call('GET', '/api/session')
  expect(body.tenants).toHaveLength(1)
  return body.tenants[0]
}
const schemaOf = async () => {
  const [row] = await database.query('SELECT schema FROM relata.tenants')
  return row?.[0] ?? ''
}
const countOf = async (schema: string, table: string) => {
  const [row] = await database.query(`SELECT count(*) FROM "${schema}"."${table}"`)
  return Number(row?.[0])
}
const until = async (isTrue: () => Promise<boolean>, timeoutMs: number) => {
  const deadline = performance.now() + timeoutMs
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms\n${server?.output().slice(-3_000)}`)
    await delay(10)
  }
}

test('a demo that was cut off is whole after the next start', { timeout: 60_000 }, async () => {
  server = await start()
  let person = await signIn(server.url)
  const schema = await schemaOf()
  await until(async () => (await countOf(schema, 'base_person')) > 0, 20_000)
  expect((await demoOf(person)).filling).toMatchObject({ state: 'running', progress: expect.any(Number) })
  await server.stop('SIGKILL')
  const [job] = await database.query(`SELECT id, state, payload FROM "${schema}"._job WHERE kind = 'demo.fill'`)
  expect(job?.[1]).toBe('running')

  server = await start()
  person = await signIn(server.url)
  const unfinished = await demoOf(person)
  expect(unfinished.filling).toMatchObject({ job: job?.[0], progress: expect.any(Number) })
  await until(async () => (await demoOf(person)).filling === undefined, 30_000)

  const { payload } = { payload: JSON.parse(job?.[2] ?? '{}') }
  const expected = new Map<string, number>()
  for (const batch of demoRecords(readDemo(path.join(place, 'metadata/demo')), payload)) {
    if (batch.op === 'create') expected.set(batch.entity, (expected.get(batch.entity) ?? 0) + batch.rows.length)
  }
  for (const entity of ['base.person', 'base.organisation', 'base.task', 'municipal.payment', 'contracts.contract']) {
    const { body } = await person.call('GET', `/api/v1/demo/aggregates/${entity}?measures=count`)
    expect([entity, body.data[0].count]).toEqual([entity, expected.get(entity)])
  }
  const [strangers] = await database.query(
    `SELECT count(*) FROM "${schema}"._history AS h WHERE h.entity = 'base.person' AND NOT EXISTS (SELECT 1 FROM "${schema}".base_person AS p WHERE p.id = h.record)`,
  )
  expect(strangers?.[0]).toBe('0')
  const { body } = await person.call('GET', `/api/v1/demo/records/system.job/${job?.[0]}`)
  expect(body).toMatchObject({ state: 'done', progress: '100', error: null })
})
