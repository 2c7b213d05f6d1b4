// The records API as typed calls, and the cache of what was read. Writes throw away what they may have changed.
import { CancelledError, QueryClient } from '@tanstack/query-core'
import type { BatchOperation, HistoryAnswer, ListAnswer, WireRecord } from '../../sdk/wire/records.ts'
import { api, currentTenant } from './api.ts'
import { createStore } from './store.ts'

/** Keys: ['session'], ['me', tenant], ['records', tenant, entity, …]. */
export const queries = new QueryClient({
  defaultOptions: { queries: { retry: false, staleTime: 30_000, gcTime: 10 * 60_000, networkMode: 'always' } },
})

export interface ListQuery {
  select?: string
  /** A JSON-Logic rule. */
  filter?: unknown
  /** `-amount,name` */
  sort?: string
  q?: string
  limit?: number
  cursor?: string
  /** Rows to skip, in place of a cursor. */
  offset?: number
  count?: true | 'exact'
  trash?: boolean
  purpose?: 'export'
}

export interface WriteOptions {
  /** There may be such a record already. */
  allowsDuplicates?: boolean
}

const queryOf = ({ allowsDuplicates }: WriteOptions) => (allowsDuplicates ? { duplicates: 'allow' } : {})

const recordsKey = (entity: string, ...rest: readonly unknown[]) => ['records', currentTenant(), entity, ...rest]

const MOST_TRIES = 10

/** Another number after every write: pages that show records ask again. */
export const recordsVersion = createStore(0)

/** Forget every list of the tenant, because something was written. */
export function forgetRecords(): void {
  queries.removeQueries({ queryKey: ['records', currentTenant()] })
  recordsVersion.set(recordsVersion.get() + 1)
}

/** Forget what was read of one entity, because somebody else has written. */
export function forgetEntity(entity: string): void {
  queries.removeQueries({ queryKey: recordsKey(entity) })
}

/** What is forgotten while it is on its way is given up by the cache: whoever waits for it is told what came after. */
async function whatIsNow<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof CancelledError) || tries >= MOST_TRIES) throw error
    }
  }
}

export const records = {
  list(entity: string, query: ListQuery = {}): Promise<ListAnswer> {
    const { filter, ...rest } = query
    const asked = { ...rest, filter: filter === undefined ? undefined : JSON.stringify(filter) }
    return whatIsNow(() =>
      queries.fetchQuery({
        queryKey: recordsKey(entity, 'list', asked),
        queryFn: () => api.get<ListAnswer>(`records/${entity}`, { query: asked }),
      }),
    )
  },
  /** Always asked anew: an edit must start from the present version. */
  get(entity: string, id: string, query: { select?: string; at?: string; trash?: boolean } = {}): Promise<WireRecord> {
    return api.get<WireRecord>(`records/${entity}/${id}`, { query })
  },
  async create(
    entity: string,
    body: Readonly<Record<string, unknown>>,
    options: WriteOptions = {},
  ): Promise<WireRecord> {
    return forgetting(api.post<WireRecord>(`records/${entity}`, body, { query: queryOf(options) }))
  },
  async update(
    entity: string,
    id: string,
    version: number | '*',
    body: Readonly<Record<string, unknown>>,
    options: WriteOptions = {},
  ): Promise<WireRecord> {
    const request = { ifMatch: version, query: queryOf(options) }
    return forgetting(api.patch<WireRecord>(`records/${entity}/${id}`, body, request))
  },
  /** To the trash. */
  async remove(entity: string, id: string): Promise<void> {
    await forgetting(api.delete(`records/${entity}/${id}`))
  },
  async restore(entity: string, id: string): Promise<WireRecord> {
    return forgetting(api.post<WireRecord>(`records/${entity}/${id}/restore`))
  },
  /** For good, one after the other; the first refusal ends it. */
  async purge(entity: string, ...ids: readonly string[]): Promise<void> {
    const work = async () => {
      for (const id of ids) await api.delete(`records/${entity}/${id}`, { query: { purge: true } })
    }
    await forgetting(work())
  },
  /** Newest first, a page of them. */
  history(entity: string, id: string, before: number | null): Promise<HistoryAnswer> {
    return api.get<HistoryAnswer>(`records/${entity}/${id}/history`, { query: { before } })
  },
  /** All or nothing. */
  async batch(operations: readonly BatchOperation[]): Promise<unknown> {
    return forgetting(api.post<unknown>('batch', { operations }))
  },
}

/** A change of one record moves roll-ups, names and lists of others, so all of the tenant's go. */
async function forgetting<T>(write: Promise<T>): Promise<T> {
  try {
    return await write
  } finally {
    forgetRecords()
  }
}
