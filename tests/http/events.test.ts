// Events from the write to whoever wants to know, and work that waits its turn, on real PostgreSQL.
import { describe, expect, test } from 'vitest'
import { RelataError } from '../../sdk/errors.ts'
import type { OutboxEvent, Work } from '../../kernel/events/contract.ts'
import { openTestTenant } from '../support/test-tenant.ts'

const tenant = await openTestTenant([])
const { events } = tenant.kernel.services
const { queue } = events

/** What each test listens with; set before anything is started. */
const heard: OutboxEvent[] = []
const done: string[] = []
let act: (work: Work, text: string) => Promise<void> = async (_work, text) => void done.push(text)

events.subscribe({
  name: 'test.listener',
  deliveries(event) {
    if (event.entity !== 'base:person') return []
    heard.push(event)
    return event.records.map((record) => ({
      kind: 'test.heard',
      key: record,
      payload: `${event.operation} ${event.id}`,
    }))
  },
})
queue.handle('test.heard', (work) => act(work, String(work.payload)), { pauseS: 0, tries: 3, title: () => 'Listen' })
queue.handle('test.loose', (work) => act(work, String(work.payload)), { pauseS: 0, tries: 3 })

const person = async (name: string): Promise<{ id: string; version: number }> =>
  (await tenant.call('POST', 'records/base.person', { name: { family: name } })).body
const settled = () => events.settled(tenant.schema)
const reset = (): void => {
  heard.length = 0
  done.length = 0
  act = async (_work, text) => void done.push(text)
}

describe('dispatch', () => {
  test('each write is told once, in order, with what changed and who did it', async () => {
    reset()
    const { id } = await person('Told')
    await tenant.call(
      'PATCH',
      `records/base.person/${id}`,
      { name: { family: 'Told', given: 'Tom' } },
      { 'if-match': '*' },
    )
    await tenant.call('DELETE', `records/base.person/${id}`)
    await tenant.call('POST', `records/base.person/${id}/restore`)
    await settled()
    expect(heard.map(({ operation }) => operation)).toEqual(['create', 'update', 'delete', 'restore'])
    expect(heard[1]).toMatchObject({ records: [id], version: 2, actor: tenant.userId, depth: 0, onBehalf: null })
    expect(heard[1]?.changed.length).toBe(1)
    expect(done.map((text) => text.split(' ')[0])).toEqual(['create', 'update', 'delete', 'restore'])
  })
})
