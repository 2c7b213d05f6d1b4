// What others change, as it happens: the server-sent events of `GET live` (WHATWG HTML, 9.2) as one endless iteration.
import type { StreamOf } from './transport.ts'

export interface LiveChange {
  entity: string
  /** null: too many to name; read what you need of it anew. */
  ids: readonly string[] | null
}

export type LiveEvent =
  | { kind: 'change'; changes: readonly LiveChange[]; cursor: string }
  /** Away for too long: read everything anew. */
  | { kind: 'resync'; cursor: string }
  /** Somebody has published, or a plugin has come or gone. */
  | { kind: 'version'; version: number }

export interface LiveOptions {
  /** Where an earlier iteration ended: `cursor` of its last event. */
  after?: string
  signal?: AbortSignal
}

const PAUSE_MS = 2_000

/** Comes back by itself after a break, from the last event that was heard. Ends by `signal`. @throws RelataError refused */
export async function* listen(open: StreamOf, { after, signal }: LiveOptions = {}): AsyncGenerator<LiveEvent> {
  let cursor = after
  while (!signal?.aborted) {
    const body = await open('live', {
      ...(cursor === undefined ? {} : { headers: { 'last-event-id': cursor } }),
      ...(signal ? { signal } : {}),
    })
    try {
      for await (const { event, data, id } of eventsOf(body)) {
        cursor = id ?? cursor
        const told = eventOf(event, data, cursor ?? '')
        if (told) yield told
      }
    } catch (error) {
      // A connection that breaks off is nothing new; whoever listens says when it is enough.
      if (signal?.aborted) return
      if (!(error instanceof TypeError)) throw error
    }
    await pause(signal)
  }
}

function pause(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, PAUSE_MS)
    signal?.addEventListener('abort', () => resolve(), { once: true })
  })
}

function eventOf(event: string, data: unknown, cursor: string): LiveEvent | undefined {
  const told: { changes?: unknown; version?: unknown } = Object(data)
  if (event === 'change' && Array.isArray(told.changes)) return { kind: 'change', changes: told.changes, cursor }
  if (event === 'resync') return { kind: 'resync', cursor }
  if (event === 'version' && typeof told.version === 'number') return { kind: 'version', version: told.version }
  return undefined
}

async function* eventsOf(body: ReadableStream<Uint8Array>) {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true })
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = readEvent(text.slice(0, end))
      text = text.slice(end + 2)
      if (event) yield event
    }
  }
}

function readEvent(block: string): { event: string; data: unknown; id: string | undefined } | undefined {
  const fields = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trimStart()]),
  )
  const [event, data, id] = [fields.get('event'), fields.get('data'), fields.get('id')]
  return event === undefined || data === undefined ? undefined : { event, data: JSON.parse(data), id }
}
