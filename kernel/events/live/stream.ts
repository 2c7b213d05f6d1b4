// One open page: what has changed is gathered for a moment, held against what its reader may see, and written as
// server-sent events (WHATWG HTML, 9.2).
import type { Logger } from 'pino'
import type { Context } from '../../run/context.ts'
import type { Queryable } from '../../run/database.ts'
import { visibleIds } from '../../run/visible-ids.ts'
import { NO_CURSOR, addChange, type Changes } from './changes.ts'

export interface Reader {
  schema: string
  slug: string
  userId: string
  /** Who it is and what they may by now; null: nobody any more. */
  context(): Promise<Context | null>
}

export interface StreamOptions {
  reader: Reader
  database: Queryable
  log: Logger
  ended(stream: LiveStream): void
}

/** What a reader gets who sees whole entities: no question to the database. */
const TOGETHER_MS = 150
/** Each turn of who sees parts of entities costs a statement for each of these. */
const TOGETHER_NARROW_MS = 600
/** A browser that takes nothing for so long is gone, or asleep; it comes back by itself. */
const MOST_WAITING = 200
export const HEARTBEAT_MS = 25_000
const RECONNECT_MS = 3_000
const CHECK_WITHIN_MS = 400

const encoder = new TextEncoder()

export class LiveStream {
  readonly reader: Reader
  readonly body: ReadableStream<Uint8Array>
  private readonly options: StreamOptions
  private controller: ReadableStreamDefaultController<Uint8Array> | undefined
  private pending: Changes = new Map()
  private cursor: string | undefined
  private timer: NodeJS.Timeout | undefined
  private checking: NodeJS.Timeout | undefined
  private flushing: Promise<void> | undefined
  private isEnded = false
  private isNarrow = false

  constructor(options: StreamOptions) {
    this.options = options
    this.reader = options.reader
    this.body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.controller = controller
        },
        cancel: () => this.end(),
      },
      new CountQueuingStrategy({ highWaterMark: MOST_WAITING }),
    )
    this.write(`retry: ${RECONNECT_MS}\n\n`)
  }

  note(changes: Changes, cursor: string): void {
    if (this.isEnded) return
    for (const [entity, ids] of changes) addChange(this.pending, entity, ids)
    if (cursor !== NO_CURSOR) this.cursor = cursor
    this.timer ??= setTimeout(() => void this.flush(), this.isNarrow ? TOGETHER_NARROW_MS : TOGETHER_MS).unref()
  }

  /** @param id from where on it asks when it comes back */
  send(event: string, data: unknown, id?: string): void {
    this.write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }

  heartbeat(): void {
    this.write(': \n\n')
  }

  /** Soon, and not all pages at the same moment: ends when its reader is nobody any more. */
  checkSoon(): void {
    this.checking ??= setTimeout(() => {
      this.checking = undefined
      void this.check()
    }, Math.random() * CHECK_WITHIN_MS).unref()
  }

  private async check(): Promise<void> {
    try {
      if ((await this.reader.context()) === null) this.end('signed_out')
    } catch (error) {
      this.options.log.debug({ err: error }, 'could not see who reads')
      this.end()
    }
  }

  /** @param reason told to the page; without one it just comes back */
  end(reason?: string): void {
    if (this.isEnded) return
    if (reason !== undefined) this.send('end', { reason })
    this.isEnded = true
    clearTimeout(this.timer)
    clearTimeout(this.checking)
    this.options.ended(this)
    try {
      this.controller?.close()
    } catch {
      // The other side has closed it.
    }
  }

  private async flush(): Promise<void> {
    await this.flushing
    this.timer = undefined
    const [changes, cursor] = [this.pending, this.cursor]
    this.pending = new Map()
    this.flushing = this.tell(changes, cursor).catch((error: unknown) => {
      this.options.log.debug({ err: error }, 'an open page could not be told')
      // When it comes back it asks from the last event that it has.
      this.end()
    })
    await this.flushing
  }

  private async tell(changes: Changes, cursor: string | undefined): Promise<void> {
    const context = await this.reader.context()
    if (context === null) {
      this.end('signed_out')
      return
    }
    const told = await visibleChanges(context, this.options.database, changes)
    this.isNarrow = told.isNarrow
    if (told.changes.length > 0) this.send('change', { changes: told.changes }, cursor)
  }

  private write(text: string): void {
    if (this.isEnded || !this.controller) return
    if ((this.controller.desiredSize ?? 0) <= 0) {
      this.end()
      return
    }
    this.controller.enqueue(encoder.encode(text))
  }
}

export interface TellableChange {
  /** Name of the entity. */
  entity: string
  /** Absent: many; what is shown of it is to be loaded anew. */
  ids?: readonly string[]
}

/**
 * Records that the reader may see, by a question to the database where they do not see all of an entity. Of what they may
 * not see they learn nothing, not even that something happened; but when very many records change at once, everybody who
 * may see some of the entity is told that, without ids.
 */
export async function visibleChanges(
  context: Context,
  database: Queryable,
  changes: Changes,
): Promise<{ changes: TellableChange[]; isNarrow: boolean }> {
  const told: TellableChange[] = []
  let isNarrow = false
  for (const [id, ids] of changes) {
    const entity = context.model.byId(id)
    if (!entity) continue
    const { kind } = context.rights.condition(entity, 'read')
    if (kind === 'nothing') continue
    const { name } = entity.entity
    if (ids === 'many') told.push({ entity: name })
    else {
      isNarrow ||= kind !== 'all'
      const seen = kind === 'all' ? [...ids] : await visibleIds(context, database, entity, [...ids])
      if (seen.length > 0) told.push({ entity: name, ids: seen })
    }
  }
  return { changes: told, isNarrow }
}
