// The embedded database with durability on, started and killed in every order.
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import postgres from 'postgres'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { socketHost } from '../../kernel/platform/postgres-url.ts'
import { sendSignal } from '../../kernel/platform/processes.ts'
import { makeDataFolder } from '../support/start-server.ts'
import { ask, type Host, hasEnded, startHost, watchdogsOf } from './support/host.ts'

let folder: string
const running = new Set<Host>()

// One folder for all: making a database takes longer than everything else here, and each test leaves it in working order.
beforeAll(() => {
  folder = makeDataFolder()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(async () => {
  for (const host of running) {
    await host.end('SIGTERM')
    await hasEnded(host.databasePid)
  }
  running.clear()
})

async function start(): Promise<Host> {
  const host = await startHost(folder)
  if (typeof host === 'string') throw new Error(host)
  running.add(host)
  return host
}
const KEEP = 'drop table if exists kept; create table kept as select 42 as value'
const modeOf = (name: string): string => (statSync(path.join(folder, name)).mode & 0o777).toString(8)

test('the first start makes a database that knows every alphabet and that nobody else can reach', async () => {
  const host = await start()
  const [row] = await ask(
    host.url,
    `create extension pg_trgm;
     select lower('ЖУК') as lower, 'ЖУК' ilike 'жук' as ilike, similarity('ЖУК', 'жук') as similarity,
       array_to_string(array(select x from unnest(array['Z','ä','a','B']) x order by x), '') as sorted,
       current_setting('fsync') as fsync, current_setting('listen_addresses') as listen,
       (select rolsuper from pg_roles where rolname = current_user) as is_superuser`,
  ).then((results) => results.at(-1) as unknown as Record<string, unknown>[])
  expect(row).toEqual({
    lower: 'жук',
    ilike: true,
    similarity: 1,
    sorted: 'aäBZ',
    fsync: 'on',
    listen: '',
    is_superuser: false,
  })
  expect(modeOf('postgres.password')).toBe('600')
  expect(modeOf('postgres')).toBe('700')
  expect(modeOf('postgres/socket')).toBe('700')
})

test('SIGTERM stops the database in order, and the next start finds everything', async () => {
  const first = await start()
  await ask(first.url, KEEP)
  expect(await first.end('SIGTERM')).toBe(0)
  expect(await hasEnded(first.databasePid)).toBe(true)
  expect(watchdogsOf(first.databasePid)).toEqual([])
  expect(existsSync(path.join(folder, 'server.lock'))).toBe(false)
  expect(readdirSync(path.join(folder, 'postgres/socket'))).toEqual([])

  const second = await start()
  expect([...(await ask(second.url, 'select value from kept'))]).toEqual([{ value: 42 }])
})

test('a second start on the same folder is refused and names the first', async () => {
  const first = await start()
  const output = await startHost(folder)
  expect(output).toContain('RL504')
  expect(output).toContain(`Process ${first.pid} already serves the data folder ${folder}`)
  expect([...(await ask(first.url, 'select 1 as alive'))]).toEqual([{ alive: 1 }])
})

test('kill -9 of the server: the database ends by itself, nothing committed is lost', async () => {
  const first = await start()
  await ask(first.url, KEEP)
  expect(await first.end('SIGKILL')).toBe('SIGKILL')
  expect(await hasEnded(first.databasePid)).toBe(true)

  const second = await start()
  expect([...(await ask(second.url, 'select value from kept'))]).toEqual([{ value: 42 }])
})

test('kill -9 of the server and its watchdog: the next start stops the database that ran on', async () => {
  const first = await start()
  await ask(first.url, KEEP)
  for (const pid of watchdogsOf(first.databasePid)) sendSignal(pid, 'SIGKILL')
  await first.end('SIGKILL')
  // Someone still waits inside the old database.
  const sql = postgres(first.url, { ...socketHost(first.url), max: 1 })
  const waiting = sql`select pg_sleep(60)`.catch(() => 'cut off')

  const second = await start()
  expect(second.databasePid).not.toBe(first.databasePid)
  expect(second.output()).toContain('an earlier run had left behind')
  expect([...(await ask(second.url, 'select value from kept'))]).toEqual([{ value: 42 }])
  expect(await waiting).toBe('cut off')
  await sql.end({ timeout: 1 })
})

test('kill -9 of the server, the watchdog and the database at once', async () => {
  const first = await start()
  await ask(first.url, KEEP)
  for (const pid of [...watchdogsOf(first.databasePid), first.databasePid]) sendSignal(pid, 'SIGKILL')
  await first.end('SIGKILL')

  const second = await start()
  expect([...(await ask(second.url, 'select value from kept'))]).toEqual([{ value: 42 }])
})

test('kill -9 of the database alone: the server starts it again', async () => {
  const host = await start()
  await ask(host.url, KEEP)
  sendSignal(host.databasePid, 'SIGKILL')
  await hasEnded(host.databasePid)
  expect([...(await ask(host.url, 'select value from kept'))]).toEqual([{ value: 42 }])
  expect(host.output()).toContain('the database runs again')
  expect(await host.end('SIGTERM')).toBe(0)
})

test('SIGTERM while the database is being started again still ends in order', async () => {
  const host = await start()
  sendSignal(host.databasePid, 'SIGKILL')
  expect(await host.end('SIGTERM')).toBe(0)
  expect(existsSync(path.join(folder, 'server.lock'))).toBe(false)
})
