// Records over HTTP: one, many, batches, bulk (docs/http-api.md, "Records").
import type { BatchOperation, BulkAnswer, HistoryEntry, ListAnswer, WireRecord } from '../wire/records.ts'
import {
  BatchAnswer,
  batchRecords,
  BulkLoaded,
  checkAnswer,
  HistoryAnswer,
  listAnswer,
  recordAnswer,
  Rows,
} from './answers.ts'
import type { AnyEntities, EntityOf, ReadOf, WriteOf } from './entities.ts'
import type { Send } from './transport.ts'

export interface ListQuery {
  /** `['name', 'employer(display_name)']`; left out: every readable field. */
  select?: readonly string[]
  /** A JSON-Logic rule. */
  filter?: unknown
  /** `['-amount', 'name']`. */
  sort?: readonly string[]
  /** Records a page, 1–500. */
  limit?: number
  /** `next` of the page before. */
  cursor?: string
  /** Words to look for. */
  q?: string
  /** true: counted up to 10,000; `exact`: all. */
  count?: true | 'exact'
  /** List the trash instead. */
  trash?: true
}

/** A row of an aggregate: groups and measures by the names they were asked with. */
export type AggregateRow = Readonly<Record<string, unknown>>

/** What a bulk load sends: bytes to stream, or rows as wire values, sent as NDJSON while they come. */
export type BulkBody =
  | { csv: ReadableStream<Uint8Array> | string }
  | { ndjson: ReadableStream<Uint8Array> | string }
  | { rows: AsyncIterable<object> | Iterable<object> }

const MAX_PAGE = 500

/** @typeParam T what `relata types` wrote: `Entities` of relata/plugin */
export class RecordsApi<T extends object = AnyEntities> {
  private readonly send: Send

  constructor(send: Send) {
    this.send = send
  }

  /** One page. */
  async list<E extends EntityOf<T>>(entity: E, query: ListQuery = {}): Promise<ListAnswer<ReadOf<T, E>>> {
    return checkAnswer(
      listAnswer<ReadOf<T, E>>(),
      await this.send(`records/${part(entity)}`, { query: listParameters(query) }),
    )
  }

  /** Page after page, as many as there are. */
  async *pages<E extends EntityOf<T>>(entity: E, query: ListQuery = {}): AsyncGenerator<readonly ReadOf<T, E>[]> {
    let page = await this.list(entity, { limit: MAX_PAGE, ...query })
    yield page.data
    while (page.next !== null) {
      page = await this.list(entity, { limit: MAX_PAGE, ...query, cursor: page.next })
      yield page.data
    }
  }

  /** Every record of the list, one by one; pages are fetched as they are needed. */
  async *all<E extends EntityOf<T>>(entity: E, query: ListQuery = {}): AsyncGenerator<ReadOf<T, E>> {
    for await (const page of this.pages(entity, query)) yield* page
  }

  /** @param at RFC 3339: its state at that time, without `select`. @throws RL205 there is none */
  async get<E extends EntityOf<T>>(
    entity: E,
    id: string,
    { select, at }: { select?: readonly string[]; at?: string } = {},
  ): Promise<ReadOf<T, E>> {
    const query = { select: select?.join(','), at }
    return checkAnswer(recordAnswer<ReadOf<T, E>>(), await this.send(address(entity, id), { query }))
  }

  /** @throws RL206 with a problem for each value that is not valid · RL207 a unique value is taken */
  async create<E extends EntityOf<T>>(entity: E, body: WriteOf<T, E>): Promise<ReadOf<T, E>> {
    return checkAnswer(
      recordAnswer<ReadOf<T, E>>(),
      await this.send(`records/${part(entity)}`, { method: 'POST', json: body }),
    )
  }

  /**
   * Change the named fields.
   * @param version the one that the change was thought out for; `*` overwrites whatever is there
   * @throws RL208 someone changed the record since
   */
  async update<E extends EntityOf<T>>(
    entity: E,
    id: string,
    version: number | '*',
    body: Partial<WriteOf<T, E>>,
  ): Promise<ReadOf<T, E>> {
    const headers = { 'if-match': version === '*' ? '*' : `"${version}"` }
    return checkAnswer(
      recordAnswer<ReadOf<T, E>>(),
      await this.send(address(entity, id), { method: 'PATCH', headers, json: body }),
    )
  }

  /** To the trash. @throws RL209 records depend on it */
  async delete(entity: EntityOf<T>, id: string, version?: number): Promise<void> {
    const headers = version === undefined ? {} : { 'if-match': `"${version}"` }
    await this.send(address(entity, id), { method: 'DELETE', headers })
  }

  /** Remove a record of the trash for good. */
  async purge(entity: EntityOf<T>, id: string): Promise<void> {
    await this.send(address(entity, id), { method: 'DELETE', query: { purge: 'true' } })
  }

  async restore<E extends EntityOf<T>>(entity: E, id: string): Promise<ReadOf<T, E>> {
    return checkAnswer(
      recordAnswer<ReadOf<T, E>>(),
      await this.send(`${address(entity, id)}/restore`, { method: 'POST' }),
    )
  }

  /** Newest first, all of it. */
  async history(entity: EntityOf<T>, id: string): Promise<readonly HistoryEntry[]> {
    const entries: HistoryEntry[] = []
    let before: number | null = null
    do {
      const query: Record<string, string> = { limit: '500', ...(before === null ? {} : { before: String(before) }) }
      const page = checkAnswer(HistoryAnswer, await this.send(`${address(entity, id)}/history`, { query }))
      entries.push(...page.data)
      before = page.next
    } while (before !== null)
    return entries
  }

  /** Create, or change the record with the same values in the unique fields `by`. */
  async upsert<E extends EntityOf<T>>(
    entity: E,
    by: readonly (keyof WriteOf<T, E> & string)[],
    body: WriteOf<T, E>,
  ): Promise<ReadOf<T, E>> {
    const query = { by: by.join(',') }
    return checkAnswer(
      recordAnswer<ReadOf<T, E>>(),
      await this.send(`records/${part(entity)}`, { method: 'PUT', query, json: body }),
    )
  }

  /** Several writes, all or nothing. @returns in order: the record of a create or update, null for the others */
  async batch(operations: readonly BatchOperation[]): Promise<readonly (WireRecord | null)[]> {
    const answer = await this.send('batch', { method: 'POST', json: { operations } })
    return batchRecords(checkAnswer(BatchAnswer, answer).results)
  }

  /** `{ group: ['stage', 'created_at:month'], measures: ['count', 'sum:amount.base'] }`. */
  async aggregate(
    entity: EntityOf<T>,
    query: { group?: readonly string[]; measures?: readonly string[]; filter?: unknown },
  ): Promise<readonly AggregateRow[]> {
    const answer = await this.send(`aggregates/${part(entity)}`, {
      query: { group: query.group?.join(','), measures: query.measures?.join(','), filter: rule(query.filter) },
    })
    return checkAnswer(Rows, answer).data
  }

  /** As many records as there are, streamed; rejected lines are named in the answer, at most 1,000 of them. */
  async bulk(entity: string, body: BulkBody): Promise<BulkAnswer> {
    const type = 'csv' in body ? 'text/csv' : 'application/x-ndjson'
    const bytes = 'csv' in body ? body.csv : 'ndjson' in body ? body.ndjson : jsonLines(body.rows)
    const answer = await this.send(`bulk/${part(entity)}`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: bytes,
    })
    return checkAnswer(BulkLoaded, answer)
  }
}

const part = encodeURIComponent
const address = (entity: string, id: string): string => `records/${part(entity)}/${part(id)}`
const rule = (filter: unknown): string | undefined => (filter === undefined ? undefined : JSON.stringify(filter))

function listParameters(query: ListQuery): Record<string, string | undefined> {
  return {
    select: query.select?.join(','),
    filter: rule(query.filter),
    sort: query.sort?.join(','),
    limit: query.limit?.toString(),
    cursor: query.cursor,
    q: query.q,
    count: query.count?.toString(),
    trash: query.trash?.toString(),
  }
}

/** Text is gathered to pieces of some size: one write a row costs more than the row. */
const PIECE_CHARACTERS = 64 * 1024

function jsonLines(rows: AsyncIterable<object> | Iterable<object>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  async function* pieces(): AsyncGenerator<Uint8Array> {
    let text = ''
    for await (const row of rows) {
      text += `${JSON.stringify(row)}\n`
      if (text.length < PIECE_CHARACTERS) continue
      yield encoder.encode(text)
      text = ''
    }
    if (text !== '') yield encoder.encode(text)
  }
  return toStream(pieces())
}

/** ReadableStream.from is not in every browser yet. */
function toStream(source: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next = await source.next()
      if (next.done) controller.close()
      else controller.enqueue(next.value)
    },
    async cancel() {
      await source.return(undefined)
    },
  })
}
