// Events and work of a real server when its database is killed and comes back.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sendSignal } from '../../kernel/platform/processes.ts'
import { signIn } from '../support/sign-in.ts'
import { type Receiver, startReceiver } from '../support/webhook-receiver.ts'
import { expectAllInOrder, isAllTold, killAll, makeTasks, plant, startGrove, writeOn } from './support/grove.ts'

let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
})
afterAll(async () => {
  await killAll()
  await receiver.close()
})

test('nothing is lost when the database is killed and comes back', { timeout: 120_000 }, async () => {
  receiver.calls.length = 0
  receiver.answer = () => delay(20, 200)
  const server = await startGrove()
  const person = await signIn(server.url)
  await plant(person, receiver)
  const known = new Map((await makeTasks(person, 4)).map((id) => [id, 1]))
  let isOver = false
  const writing = writeOn(person, known, () => isOver)
  await delay(500)
  const pidFile = path.join(server.dataFolder, 'postgres/cluster/postmaster.pid')
  sendSignal(Number(readFileSync(pidFile, 'utf8').split('\n')[0]), 'SIGKILL')
  await delay(3_000)
  isOver = true
  await writing
  await expect.poll(() => isAllTold(receiver, known), { timeout: 25_000, interval: 200 }).toBe(true)
  expectAllInOrder(receiver, known)
  expect(await server.stop()).toMatchObject({ code: 0 })
})
