// The open pages of this process. What any process dispatches is heard by NOTIFY and passed on to those it concerns; a
// new version, other rights and the end of a session are passed on too.
import type { Logger } from 'pino'
import { RelataError } from '../../../sdk/errors.ts'
import { AUTH_CHANNEL, readMessage as readAuthMessage } from '../../auth/channel.ts'
import { VERSION_CHANNEL } from '../../catalog/store.ts'
import type { Database } from '../../run/database.ts'
import { changesSince, lastToldId } from '../outbox-rows.ts'
import { addChange, type Changes, LIVE_CHANNEL, readMessage } from './changes.ts'
import { HEARTBEAT_MS, LiveStream, type Reader } from './stream.ts'

/** Open pages of one user, and of all, in one process. */
const MOST_OF_USER = 20
const MOST = 5_000
/** Beyond it a page that was away loads everything anew. */
const MOST_MISSED = 500

export interface LiveHub {
  /**
   * @param lastEventId what the page has seen last; undefined: it has just loaded everything
   * @throws RL400 too many of this user
   */
  open(reader: Reader, lastEventId: string | undefined): Promise<LiveStream>
  /** Ends all and takes no more: pages come back to another process. */
  end(): void
  close(): Promise<void>
}

export function createLiveHub(database: Database, log: Logger): LiveHub {
  return new Hub(database, log)
}

class Hub implements LiveHub {
  private readonly database: Database
  private readonly log: Logger
  private readonly streams = new Map<string, Set<LiveStream>>()
  private listening: Promise<(() => Promise<void>)[]> | undefined
  private heartbeats: NodeJS.Timeout | undefined
  private isClosed = false

  constructor(database: Database, log: Logger) {
    this.database = database
    this.log = log
  }

  async open(reader: Reader, lastEventId: string | undefined): Promise<LiveStream> {
    const { schema, userId } = reader
    const all = this.all()
    const own = all.filter((one) => one.reader.schema === schema && one.reader.userId === userId)
    if (this.isClosed) throw new RelataError('RL501', 'The server stops.')
    if (own.length >= MOST_OF_USER || all.length >= MOST)
      throw new RelataError('RL400', 'Too many pages of yours are open.', { hint: 'Close some of them.' })
    await this.listen()
    const stream = new LiveStream({ reader, database: this.database, log: this.log, ended: (one) => this.forget(one) })
    const ofTenant = this.streams.get(schema) ?? new Set()
    this.streams.set(schema, ofTenant.add(stream))
    // Heard from now on; what came before is asked for afterwards, and perhaps told twice.
    await this.catchUp(stream, lastEventId)
    return stream
  }

  end(): void {
    this.isClosed = true
    for (const stream of this.all()) stream.end()
  }

  async close(): Promise<void> {
    this.end()
    clearInterval(this.heartbeats)
    for (const unlisten of (await this.listening?.catch(() => [])) ?? []) await unlisten().catch(() => undefined)
  }

  private all(): LiveStream[] {
    return [...this.streams.values()].flatMap((some) => [...some])
  }

  private forget(stream: LiveStream): void {
    const ofTenant = this.streams.get(stream.reader.schema)
    ofTenant?.delete(stream)
    if (ofTenant?.size === 0) this.streams.delete(stream.reader.schema)
  }

  /** With the first page. */
  private listen(): Promise<unknown> {
    this.listening ??= this.startListening().catch((error) => {
      this.listening = undefined
      throw error
    })
    this.heartbeats ??= setInterval(() => this.beat(), HEARTBEAT_MS).unref()
    return this.listening
  }

  private startListening(): Promise<(() => Promise<void>)[]> {
    const missed = (): void => {
      for (const stream of this.all()) stream.send('resync', {})
    }
    return Promise.all([
      this.database.listen(LIVE_CHANNEL, (payload) => this.hear(payload), missed),
      this.database.listen(VERSION_CHANNEL, (payload) => this.hearVersion(payload)),
      this.database.listen(AUTH_CHANNEL, (payload) => this.hearRights(payload)),
    ])
  }

  private hear(payload: string): void {
    const message = readMessage(payload)
    if (!message) return
    for (const stream of this.streams.get(message.schema) ?? []) stream.note(message.changes, message.cursor)
  }

  /** `SLUG VERSION`, with a word behind it for what else has changed. */
  private hearVersion(payload: string): void {
    const [slug, version, what] = payload.split(' ')
    for (const stream of this.all())
      if (stream.reader.slug === slug) {
        if (version === '0') stream.end('gone')
        else stream.send('version', { version: Number(version), ...(what ? { what } : {}) })
      }
  }

  private hearRights(payload: string): void {
    const message = readAuthMessage(payload)
    // The room of sign-in hears it as well, and forgets what it knew.
    setImmediate(() => {
      for (const stream of this.all())
        if (typeof message === 'string' || !('tenant' in message) || message.tenant === stream.reader.schema)
          stream.checkSoon()
    })
  }

  private beat(): void {
    for (const stream of this.all()) {
      stream.heartbeat()
      stream.checkSoon()
    }
  }

  private async catchUp(stream: LiveStream, lastEventId: string | undefined): Promise<void> {
    const { schema } = stream.reader
    // What was published between the page's reading of the metadata and this.
    const version = (await stream.reader.context())?.model.version
    const ready = version === undefined ? {} : { version }
    if (lastEventId === undefined) {
      stream.send('ready', ready, await lastToldId(this.database, schema))
      return
    }
    const missed = await changesSince(this.database, schema, lastEventId, MOST_MISSED)
    if (missed === undefined) stream.send('resync', {}, await lastToldId(this.database, schema))
    else {
      stream.send('ready', ready)
      const changes: Changes = new Map()
      for (const { entity, records } of missed) addChange(changes, entity, records)
      const cursor = missed.at(-1)?.id
      if (cursor !== undefined) stream.note(changes, cursor)
    }
  }
}
