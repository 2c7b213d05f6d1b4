import { existsSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockDataFolder } from '../../kernel/platform/instance-lock.ts'
import { identityOf } from '../../kernel/platform/processes.ts'
import { makeDataFolder } from '../support/start-server.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = makeDataFolder()
  file = path.join(folder, 'server.lock')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const holder = (more: object): string => JSON.stringify({ startedAt: 'yesterday', host: hostname(), ...more })

test('held while it lives, free after release', async () => {
  const lock = await lockDataFolder(folder)
  await expect(lockDataFolder(folder)).rejects.toThrow(`Process ${process.pid} already serves`)
  lock.release()
  expect(existsSync(file)).toBe(false)
  const again = await lockDataFolder(folder)
  again.release()
})

test('a lock of a process that is gone is taken over', async () => {
  writeFileSync(file, holder({ pid: 2 ** 22 + 1, identity: 'x' }))
  const lock = await lockDataFolder(folder)
  lock.release()
})

test('a process number that another process has by now holds nothing', async () => {
  writeFileSync(file, holder({ pid: process.ppid, identity: 'started at another time' }))
  const lock = await lockDataFolder(folder)
  lock.release()
})

test('a live process holds it', async () => {
  writeFileSync(file, holder({ pid: process.ppid, identity: identityOf(process.ppid) }))
  await expect(lockDataFolder(folder)).rejects.toThrow(`Process ${process.ppid} already serves`)
})

test('a half-written lock is taken over', async () => {
  writeFileSync(file, '{"pid": 1')
  const lock = await lockDataFolder(folder)
  lock.release()
})

test('a holder on another machine counts while it touches the file', async () => {
  writeFileSync(file, holder({ pid: process.pid, identity: null, host: 'elsewhere' }))
  const heartbeat = setInterval(() => utimesSync(file, new Date(), new Date()), 20)
  await expect(lockDataFolder(folder, 200)).rejects.toThrow('on elsewhere already serves')
  clearInterval(heartbeat)
  const lock = await lockDataFolder(folder, 200)
  lock.release()
})

test('many that start at once on a stale lock: one wins', async () => {
  writeFileSync(file, holder({ pid: 2 ** 22 + 1, identity: 'x' }))
  const results = await Promise.allSettled(Array.from({ length: 8 }, () => lockDataFolder(folder)))
  const won = results.filter((result) => result.status === 'fulfilled')
  expect(won).toHaveLength(1)
  for (const { value } of won) value.release()
  expect(readdirSync(folder)).toEqual([])
})
