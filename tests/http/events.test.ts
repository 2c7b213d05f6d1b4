// Events from the write to whoever wants to know, and work that waits its turn, on real PostgreSQL.
import { describe, expect, test } from 'vitest'
import { RelataError } from '../../sdk/errors.ts'
import type { NewWork, OutboxEvent, Work } from '../../kernel/events/contract.ts'
import { removeOldEvents } from '../../kernel/events/outbox-rows.ts'
import { openTestTenant } from '../support/test-tenant.ts'

const tenant = await openTestTenant([], {}, { pollS: 0.5, scheduleS: 1 })
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
let isOtherBroken = false
events.subscribe({
  name: 'test.other',
  deliveries() {
    if (isOtherBroken) throw new Error('always')
    return []
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
  isOtherBroken = false
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

  test('concurrent writers of the same records are told of in the order of their writes', async () => {
    reset()
    const people = await Promise.all(['A', 'B', 'C'].map(person))
    const order = new Map(people.map(({ id }) => [id, [] as number[]]))
    act = async (work) => {
      const event = heard.find(({ id }) => id === String(work.payload).split(' ')[1])
      // Slow and fast ones mixed: who overtakes would be seen.
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 5))
      order.get(event?.records[0] ?? '')?.push(event?.version ?? 0)
    }
    const writes = Array.from({ length: 45 }, (_, index) => people[index % 3]?.id ?? '')
    await Promise.all(
      writes.map((id, index) =>
        tenant.call('PATCH', `records/base.person/${id}`, { name: { family: `N${index}` } }, { 'if-match': '*' }),
      ),
    )
    await settled()
    for (const versions of order.values()) expect(versions).toEqual(Array.from({ length: 16 }, (_, index) => index + 1))
  })

  test('a bulk load is told of, chunk by chunk; a consumer that fails keeps nobody from hearing', async () => {
    reset()
    isOtherBroken = true
    const csv = ['name.family', ...Array.from({ length: 50 }, (_, index) => `Bulk${index}`)].join('\n')
    const loaded = await tenant.send('POST', 'bulk/base.person', csv, 'text/csv')
    expect(loaded.status).toBe(200)
    await settled()
    expect(heard.flatMap(({ records }) => records)).toHaveLength(50)
    expect(done).toHaveLength(50)
  })

  test('what was told can be told again: from a moment, from an event, to one consumer', async () => {
    reset()
    await person('Again')
    await person('And again')
    await settled()
    const [first, second] = heard.map(({ id }) => id)
    expect(await events.replay(tenant.schema, { fromId: second ?? '', consumer: 'test.listener' })).toBe(1)
    await settled()
    expect(heard.map(({ id }) => id)).toEqual([first, second, second])
    const answer = await tenant.call('POST', 'events/replay', { from: first })
    expect([answer.status, answer.body]).toEqual([202, { events: 2 }])
    await settled()
    expect(done.map((text) => text.split(' ')[1])).toEqual([first, second, second, first, second])
    expect((await tenant.call('POST', 'events/replay', { from: first, consumer: 'nobody' })).status).toBe(422)
    const member = await tenant.as('system.member')
    expect((await member.call('POST', 'events/replay', {})).status).toBe(403)
  })

  test('events that were told a month ago go', async () => {
    await tenant.database.query(
      `UPDATE "${tenant.schema}"._outbox SET dispatched_at = now() - interval '31 days' WHERE id IN (SELECT id FROM "${tenant.schema}"._outbox ORDER BY id LIMIT 3)`,
    )
    expect(await removeOldEvents(tenant.database, tenant.schema, 30)).toBe(3)
    expect(await removeOldEvents(tenant.database, tenant.schema, 30)).toBe(0)
  })
})

describe('work', () => {
  const add = (...work: Partial<NewWork>[]) =>
    queue.add(work.map((one) => ({ schema: tenant.schema, kind: 'test.loose', payload: 'x', ...one })))

  test('is done in order within a key; what fails is tried again before the rest of its key, and holds up nobody else', async () => {
    reset()
    const tried: string[] = []
    act = async (work, text) => {
      tried.push(`${text} ${work.attempts} ${work.isLast}`)
      if (text === 'a1' && work.attempts < 2) throw new Error('not yet')
    }
    await add({ key: 'a', payload: 'a1' }, { key: 'a', payload: 'a2' }, { key: 'b', payload: 'b1' })
    await settled()
    expect(tried.filter((line) => line.startsWith('a'))).toEqual([
      'a1 0 false',
      'a1 1 false',
      'a1 2 true',
      'a2 0 false',
    ])
    expect(tried).toContain('b1 0 false')
    expect(tried.indexOf('b1 0 false')).toBeLessThan(tried.indexOf('a2 0 false'))
  })

  test('after the last try it is a dead letter, and what comes after it in its key goes on', async () => {
    reset()
    act = async (_work, text) => {
      if (text.startsWith('bad')) throw new RelataError('RL206', `No ${text}.`)
      done.push(text)
    }
    await add({ key: 'k', payload: 'bad' }, { key: 'k', payload: 'good' })
    await settled()
    expect(done).toEqual(['good'])
    const [letter] = await letters('No bad.')
    expect(letter).toMatchObject({ kind: 'test.loose', key: 'k', state: 'open', attempts: 3, payload: 'bad' })
    expect(heard).toEqual([])
  })

  test('a final refusal is not tried again; what goes wrong inside is told to nobody but the log', async () => {
    reset()
    act = async (_work, text) => {
      done.push(text)
      if (text === 'final') throw new RelataError('RL206', 'Never.', { members: { isFinal: true } })
      throw new Error('password=hunter2')
    }
    await add({ payload: 'final' }, { payload: 'inside' })
    await settled()
    expect(done.filter((text) => text === 'final')).toHaveLength(1)
    expect(done.filter((text) => text === 'inside')).toHaveLength(3)
    expect(await letters('Never.')).toHaveLength(1)
    const all = JSON.stringify((await tenant.call('GET', 'records/system.dead_letter')).body)
    expect(all).not.toContain('hunter2')
  })

  test('belongs to the transaction that adds it', async () => {
    reset()
    const work: NewWork = { schema: tenant.schema, kind: 'test.loose', payload: 'in' }
    const { database } = tenant.kernel.services
    const broken = database.transaction(async (tx) => {
      await queue.add([{ ...work, payload: 'out' }], tx)
      throw new Error('rolled back')
    })
    await expect(broken).rejects.toThrow('rolled back')
    await database.transaction((tx) => queue.add([work], tx))
    await settled()
    expect(done).toEqual(['in'])
  })

  test('may wait for its time, and be forgotten until then', async () => {
    reset()
    const addedMs = performance.now()
    act = async (_work, text) => void done.push(`${text} ${performance.now() - addedMs >= 290}`)
    await add({ payload: 'later', startAfterMs: 300 }, { key: 'gone.1', payload: 'never', startAfterMs: 300 })
    await queue.forget(tenant.schema, { kind: 'test.loose', keyPrefix: 'gone.' })
    await settled()
    expect(done).toEqual(['later true'])
  })

  test('that is scheduled is done when it is due; a schedule that is none is refused', async () => {
    reset()
    const of = { schema: tenant.schema, kind: 'test.loose', key: 'nightly: “x”' }
    await queue.schedule({ ...of, cron: '* * * * *', timeZone: 'Europe/Berlin', payload: 'due' })
    await expect.poll(() => done, { timeout: 10_000 }).toEqual(['due'])
    await queue.unschedule(of)
    for (const [cron, timeZone] of [
      ['61 * * * *', 'UTC'],
      ['every day', 'UTC'],
      ['0 1 * * *', 'Mars/Olympus'],
      ['', 'UTC'],
    ] as const)
      await expect(queue.schedule({ ...of, cron, timeZone, payload: 0 }), cron).rejects.toMatchObject({ code: 'RL206' })
  })
})

describe('dead letters', () => {
  test('are seen, run again and dropped by administrators alone', async () => {
    reset()
    let isBroken = true
    act = async (_work, text) => {
      if (isBroken) throw new RelataError('RL206', 'Broken.')
      done.push(text)
    }
    await queue.add(
      ['one', 'two', 'three', 'four'].map((payload) => ({
        schema: tenant.schema,
        kind: 'test.heard',
        key: payload,
        payload,
      })),
    )
    await settled()
    const found = new Map((await letters('Broken.')).map((letter) => [letter.payload, letter]))
    expect(found.get('one')).toMatchObject({ title: 'Listen', state: 'open' })
    const member = await tenant.as('system.member')
    const run = `dead-letters/${found.get('one')?.id}/run`
    expect((await member.call('POST', run)).status).toBe(403)
    expect((await member.call('GET', 'records/system.dead_letter')).status).toBe(403)
    const changed = { state: 'done' }
    const path = `records/system.dead_letter/${found.get('one')?.id}`
    expect((await tenant.call('PATCH', path, changed, { 'if-match': '*' })).status).toBe(403)

    isBroken = false
    expect((await tenant.call('POST', run)).status).toBe(202)
    expect((await tenant.call('POST', `dead-letters/${found.get('two')?.id}/drop`)).status).toBe(200)
    expect((await tenant.call('POST', `dead-letters/${found.get('two')?.id}/run`)).status).toBe(409)
    const all = await tenant.call('POST', 'dead-letters', { kind: 'test.heard' })
    expect([all.status, all.body]).toEqual([202, { count: 2 }])
    await settled()
    expect(done.toSorted()).toEqual(['four', 'one', 'three'])
    const states = (await letters('Broken.')).map(({ payload, state }) => `${payload} ${state}`)
    expect(states.toSorted()).toEqual(['four done', 'one done', 'three done', 'two dropped'])
  })

  test('that fail again are open again, and are no second letter', async () => {
    reset()
    act = async () => {
      throw new RelataError('RL206', 'Still broken.')
    }
    await queue.add([{ schema: tenant.schema, kind: 'test.loose', payload: 'again' }])
    await settled()
    const [letter] = await letters('Still broken.')
    await tenant.call('POST', `dead-letters/${letter?.id}/run`)
    await settled()
    expect(await letters('Still broken.')).toMatchObject([{ id: letter?.id, state: 'open', attempts: 6 }])
  })
})

interface Letter {
  id: string
  title: string
  state: string
  payload: unknown
}

async function letters(error: string): Promise<Letter[]> {
  const filter = encodeURIComponent(JSON.stringify({ '==': [{ var: 'error' }, error] }))
  return (await tenant.call('GET', `records/system.dead_letter?filter=${filter}`)).body.data
}
