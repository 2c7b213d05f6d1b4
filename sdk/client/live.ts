// Live updates as an async iterable (docs/http-api.md, “Events”): a lost connection is taken up again after the last
// event that was heard, and what could not be told meanwhile is said with `resync`.
import { type Static, Type } from '@sinclair/typebox'
import { RelataError } from '../errors.ts'
import { checkAnswer } from './answers.ts'
import { pause } from './pause.ts'
import { readServerEvents } from './server-events.ts'
import type { OpenStream } from './transport.ts'

const Events = {
  /** The stream is open, for the first time or again. */
  ready: Type.Object({ version: Type.Optional(Type.Integer()) }),
  change: Type.Object({
    /** `ids: null`: too many to name. */
    changes: Type.Array(
      Type.Object({ entity: Type.String(), ids: Type.Union([Type.Array(Type.String()), Type.Null()]) }),
    ),
  }),
  /** Somebody has published, or a plugin has come or gone. */
  version: Type.Object({ version: Type.Integer() }),
  /** Too much was missed: read everything anew. */
  resync: Type.Object({}),
  /** The server has said good-bye for good; nothing comes after it. */
  end: Type.Object({ reason: Type.String() }),
}
type Kind = keyof typeof Events
export type LiveEvent = {
  [K in Kind]: { type: K /** To go on after this, in `after`. */; cursor: string } & Static<(typeof Events)[K]>
}[Kind]

export interface LiveOptions {
  /** `cursor` of the last event that was heard in an earlier run. */
  after?: string
  /** Ends it without an error. */
  signal?: AbortSignal
}

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 30_000
/** The server breathes every 25 s: whoever hears nothing for so long is not connected any more. */
const SILENCE_MS = 60_000

/**
 * Ends after `end`, or when `signal` says so.
 * @throws RelataError what the server refused; RL505 only when it was never reached, afterwards it is waited for
 */
export async function* followLive(
  open: OpenStream,
  { after = '', signal }: LiveOptions = {},
): AsyncGenerator<LiveEvent> {
  let cursor = after
  let wasOpen = false
  let pauseMs = FIRST_PAUSE_MS
  while (!signal?.aborted) {
    try {
      for await (const { id, event, data } of readServerEvents(await openAt(open, cursor, signal), SILENCE_MS)) {
        wasOpen = true
        pauseMs = FIRST_PAUSE_MS
        if (id !== '') cursor = id
        const told = liveEvent(event, data, cursor)
        if (told) yield told
        if (told?.type === 'end') return
      }
    } catch (error) {
      if (signal?.aborted) return
      if (!wasOpen || !isPassing(error)) throw error
    }
    await pause(pauseMs, signal)
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
  }
}

const openAt = (
  open: OpenStream,
  cursor: string,
  signal: AbortSignal | undefined,
): Promise<ReadableStream<Uint8Array>> =>
  open('live', { query: { last_event_id: cursor || undefined }, ...(signal ? { signal } : {}) })

/** The server is away or starting; anything else that it refuses, it will refuse again. */
const isPassing = (error: unknown): boolean =>
  !(error instanceof RelataError) || error.code === 'RL505' || error.status >= 500

/** Kinds that this client does not know pass by. */
function liveEvent(event: string, data: string, cursor: string): LiveEvent | undefined {
  const told: unknown = JSON.parse(data)
  switch (event) {
    case 'ready':
      return { type: event, cursor, ...checkAnswer(Events.ready, told) }
    case 'change':
      return { type: event, cursor, ...checkAnswer(Events.change, told) }
    case 'version':
      return { type: event, cursor, ...checkAnswer(Events.version, told) }
    case 'resync':
      return { type: event, cursor }
    case 'end':
      return { type: event, cursor, ...checkAnswer(Events.end, told) }
    default:
      return undefined
  }
}
