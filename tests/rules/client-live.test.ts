// Live updates of the client, against a server that breaks off, is away and says good-bye.
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createClient, type LiveEvent } from '../../sdk/client/index.ts'
import { readServerEvents } from '../../sdk/client/server-events.ts'

type Turn = (response: ServerResponse) => void
const closers: (() => void)[] = []
afterEach(() => {
  for (const close of closers.splice(0)) close()
})

/** @param turns one for each connection, the last for all that follow */
async function serverOf(...turns: Turn[]) {
  const asked: (string | null)[] = []
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '', 'http://localhost').searchParams.get('last_event_id'))
    turns[Math.min(asked.length, turns.length) - 1]?.(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port }: AddressInfo = Object(server.address())
  return { relata: createClient({ url: `http://127.0.0.1:${port}`, tenant: 'acme', key: 'k' }), asked }
}
const event = (name: string, data: object, id?: string): string =>
  `${id ? `id: ${id}\n` : ''}event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
const stream =
  (...texts: string[]): Turn =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const text of texts) response.write(text)
  }
const broken =
  (...texts: string[]): Turn =>
  (response) => {
    stream(...texts)(response)
    setTimeout(() => response.destroy(), 20)
  }
const refused =
  (status: number, code: string): Turn =>
  (response) => {
    response.writeHead(status).end(JSON.stringify({ code, detail: 'no' }))
  }
async function all(events: AsyncIterable<LiveEvent>): Promise<LiveEvent[]> {
  const found: LiveEvent[] = []
  for await (const one of events) found.push(one)
  return found
}

test('a stream that broke off is gone on with after the last event, over a time in which the server was away', async () => {
  const changes = [{ entity: 'base.person', ids: ['p1'] }]
  const { relata, asked } = await serverOf(
    broken('retry: 3000\n\n', event('ready', { version: 4 }, '10'), ': \n\n', event('change', { changes }, '12')),
    refused(503, 'RL505'),
    stream(event('resync', {}, '20'), event('unheard_of', {}), event('end', { reason: 'signed_out' })),
  )
  expect(await all(relata.live({ after: '9' }))).toEqual([
    { type: 'ready', cursor: '10', version: 4 },
    { type: 'change', cursor: '12', changes },
    { type: 'resync', cursor: '20' },
    { type: 'end', cursor: '20', reason: 'signed_out' },
  ])
  expect(asked).toEqual(['9', '12', '12'])
})

test('what the server refuses is thrown, at the first time and at a later one', async () => {
  const { relata } = await serverOf(refused(403, 'RL301'))
  await expect(all(relata.live())).rejects.toMatchObject({ code: 'RL301' })
  const later = await serverOf(broken(event('ready', {})), refused(401, 'RL300'))
  await expect(all(later.relata.live())).rejects.toMatchObject({ code: 'RL300' })
})

test('a server that was never reached is not waited for', async () => {
  const relata = createClient({ url: 'http://127.0.0.1:9', tenant: 'acme' })
  await expect(all(relata.live())).rejects.toMatchObject({ code: 'RL505' })
})

test('is ended by its signal, and by whoever goes out of the loop', async () => {
  const { relata } = await serverOf(stream(event('ready', {})))
  const end = new AbortController()
  for await (const one of relata.live({ signal: end.signal })) {
    expect(one.type).toBe('ready')
    end.abort()
  }
  for await (const one of relata.live()) if (one.type === 'ready') break
})

test('events are read however they are cut, and silence is an end', async () => {
  const bytes = new TextEncoder().encode('id: 1\r\nevent: a\r\ndata: {"x":\r\ndata: "ä"}\r\n\r\ndata: 2\n\n')
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
    },
  })
  const found: unknown[] = []
  const reading = (async () => {
    for await (const one of readServerEvents(body, 50)) found.push(one)
  })()
  await expect(reading).rejects.toMatchObject({ code: 'RL505' })
  expect(found).toEqual([
    { id: '1', event: 'a', data: '{"x":\n"ä"}' },
    { id: '', event: 'message', data: '2' },
  ])
})
