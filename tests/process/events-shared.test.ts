// Two real server processes on one database: they share events and work, and one goes on when the other is killed.
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readEvents } from '../support/event-stream.ts'
import { signIn } from '../support/sign-in.ts'
import { createTestDatabase } from '../support/test-database.ts'
import { type Receiver, startReceiver } from '../support/webhook-receiver.ts'
import { API, expectAllInOrder, isAllTold, killAll, makeTasks, plant, startGrove, writeOn } from './support/grove.ts'

let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
})
afterAll(async () => {
  await killAll()
  await receiver.close()
})

test('two processes share the work, and one goes on when the other is killed', { timeout: 120_000 }, async () => {
  const { url } = await createTestDatabase()
  const env = { DATABASE_URL: url }
  const one = await startGrove(env)
  const other = await startGrove(env)
  const [ann, bob] = [await signIn(one.url), await signIn(other.url)]
  await plant(ann, receiver)

  // No message is under way twice at the same time.
  const underWay = new Set<string>()
  let isTwice = false
  receiver.answer = async ({ headers }) => {
    const id = String(headers['webhook-id'])
    if (underWay.has(id)) isTwice = true
    underWay.add(id)
    await delay(10)
    underWay.delete(id)
    return 200
  }
  const known = new Map((await makeTasks(ann, 6)).map((id) => [id, 1]))
  const untilMs = performance.now() + 1_500
  const isOver = () => performance.now() > untilMs
  await Promise.all([writeOn(ann, known, isOver), writeOn(bob, known, isOver)])
  const total = [...known.values()].reduce((sum, version) => sum + version, 0)
  await expect.poll(() => receiver.calls.length, { timeout: 20_000 }).toBe(total)
  expectAllInOrder(receiver, known)
  expect(isTwice).toBe(false)

  // Killed with deliveries, events and writes under way.
  receiver.answer = () => delay(100, 200)
  let isKilled = false
  const writing = [writeOn(ann, known, () => isKilled), writeOn(bob, known, () => isKilled)]
  await delay(700)
  await one.stop('SIGKILL')
  isKilled = true
  await Promise.all(writing)
  receiver.answer = () => 200
  await expect.poll(() => isAllTold(receiver, known), { timeout: 45_000, interval: 200 }).toBe(true)
  expectAllInOrder(receiver, known)
})

test('an open page hears of writes in another process, and holds up no stop', { timeout: 60_000 }, async () => {
  const { url } = await createTestDatabase()
  const [one, other] = [await startGrove({ DATABASE_URL: url }), await startGrove({ DATABASE_URL: url })]
  const [ann, bob] = [await signIn(one.url), await signIn(other.url)]
  await plant(ann, receiver)
  const key = (await bob.call('POST', `${API}/keys`, { name: 'Page', role: 'system.member' })).body.key
  const stream = readEvents(await fetch(`${other.url}${API}/live`, { headers: { authorization: `Bearer ${key}` } }))
  await stream.next('ready')
  const [id] = await makeTasks(ann, 1)
  const { data } = await stream.next('change')
  expect(data.changes).toContainEqual({ entity: 'base.task', ids: [id] })
  const startedMs = performance.now()
  expect(await other.stop()).toMatchObject({ code: 0 })
  expect(performance.now() - startedMs).toBeLessThan(8_000)
  await stream.ended.catch(() => undefined)
})
