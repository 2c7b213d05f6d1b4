// A save that no hook concerns, where plugins are installed, against the same save where none is: not one statement, one
// message to a child or one promise more.
import { createHook } from 'node:async_hooks'
import { beforeAll, expect, test, vi } from 'vitest'
import type { Transaction } from '../../kernel/run/database.ts'
import { afterHook, beforeHook, installPlugin } from '../support/install-plugin.ts'
import { pack } from '../support/packages.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

const messages: unknown[] = []
vi.mock('../../kernel/sandbox/wire.ts', async (original) => {
  const real = await original<typeof import('../../kernel/sandbox/wire.ts')>()
  const streamWire: typeof real.streamWire = (stream, limits) => {
    const wire = real.streamWire(stream, limits)
    const send: typeof wire.send = (header, body) => {
      messages.push(header)
      wire.send(header, body)
    }
    return { ...wire, send }
  }
  return { ...real, streamWire }
})

const statements: string[] = []
let promises = 0
createHook({
  init(_, type) {
    if (type === 'PROMISE') promises++
  },
}).enable()

let tenant: TestTenant
beforeAll(async () => {
  const fields = [{ name: 'title', type: 'text', required: true }]
  const order = { name: 'order', display_name: 'title', fields }
  tenant = await openTestTenant([pack('shop', { 'entities/order.json': order })])
  const { database } = tenant.kernel.services
  const { query, transaction } = database
  const watched = (tx: Transaction): Transaction => ({
    query: (text, ...more) => tx.query(noted(text), ...more),
    execute: (text) => tx.execute(noted(text)),
  })
  database.query = (text, ...more) => query(noted(text), ...more)
  database.transaction = (work) => transaction((tx) => work(watched(tx)))
})

/** But for the number of the version, which an install counts up. */
function noted(text: string): string {
  statements.push(text.replace(/\b\d+\b/g, '0'))
  return text
}

interface Cost {
  statements: readonly string[]
  messages: number
  promises: number
}

/** Of each kind of save; of several tries the one with the fewest promises, since others may make some meanwhile. */
async function costs(): Promise<Record<string, Cost>> {
  const found: Record<string, Cost> = {}
  const measure = async (name: string, save: () => Promise<{ status: number }>) => {
    ;[statements.length, messages.length, promises] = [0, 0, 0]
    const { status } = await save()
    const cost = { statements: [...statements], messages: messages.length, promises }
    expect(status, name).toBeLessThan(300)
    const known = found[name]
    if (!known || cost.promises < known.promises) found[name] = cost
  }
  const any = { 'if-match': '*' }
  for (let tries = 0; tries < 12; tries++) {
    const { body } = await tenant.call('POST', 'records/shop.order', { title: 'first' })
    const at = `records/shop.order/${body.id}`
    await measure('create', () => tenant.call('POST', 'records/shop.order', { title: 'one' }))
    await measure('update', () => tenant.call('PATCH', at, { title: 'two' }, any))
    await measure('delete', () => tenant.call('DELETE', at, undefined, any))
    await measure('restore', () => tenant.call('POST', `${at}/restore`))
  }
  return found
}

test('costs what it costs without plugins', async () => {
  const before = await costs()
  expect(Object.values(before).every((cost) => cost.statements.length > 0 && cost.promises > 0)).toBe(true)
  await installPlugin(tenant, {
    name: 'elsewhere',
    files: { 'entities/thing.json': { name: 'thing', display_name: 'name', fields: [{ name: 'name', type: 'text' }] } },
    behaviour: {
      before: [beforeHook('elsewhere.thing', ['create', 'update', 'delete', 'restore'])],
      after: [afterHook('elsewhere.thing', ['create', 'update', 'delete', 'restore'])],
    },
    run: `return kind === 'before' ? { results: input.events.map(() => ({ set: {} })) } : null`,
  })
  expect(messages.length).toBeGreaterThan(0)
  await tenant.call('POST', 'records/elsewhere.thing', { name: 'told' })
  expect(messages.at(-1)).toMatchObject({ type: expect.stringMatching(/run|code/) })
  expect(await costs()).toEqual(before)
})
