// Events: what each write left in the outbox, on its way to whoever wants to know; and work that waits its turn.
import type { RecordOperation } from '../../sdk/plugin/behaviour.ts'
import type { Queryable } from '../run/database.ts'
import type { LoadedTenant } from '../services.ts'

export interface OutboxEvent {
  /** Grows within a tenant; the same when it is told again. */
  id: string
  /** Id of the entity, `package:name`. */
  entity: string
  /** One, or all of a chunk of a bulk load. */
  records: readonly string[]
  version: number | null
  operation: RecordOperation
  /** ISO 8601. */
  at: string
  /** `system.user` row that wrote: a person, key, plugin or the system. */
  actor: string | null
  /** Of a plugin's write: for whom. */
  onBehalf: string | null
  /** How many hooks of plugins stand between this write and a person's. */
  depth: number
  /** Ids of the fields that changed; empty unless it is an update. */
  changed: readonly string[]
}

/** What a consumer wants done about an event: work of its own for each, which may be tried again by itself. */
export interface Delivery {
  /** Which handler of the queue does it. */
  kind: string
  /** What is done in order: deliveries of one key never overtake one another. */
  key: string
  /** JSON, small: ids, not records. */
  payload: unknown
}

/** Asked once for each event, in order, within the dispatcher's transaction: pure and quick. */
export interface Consumer {
  name: string
  deliveries(event: OutboxEvent, loaded: LoadedTenant): readonly Delivery[]
}

/** One piece of work of a tenant. */
export interface Work {
  /** PostgreSQL schema of the tenant. */
  schema: string
  payload: unknown
  /** Tries before this one. */
  attempts: number
  signal: AbortSignal
}

/**
 * @throws anything: it is tried again after a pause, which grows; a RelataError with `members: { isFinal: true }` is not.
 * After the last try it is a dead letter, which a person can look at and run again.
 */
export type WorkHandler = (work: Work) => Promise<void>

export interface NewWork {
  schema: string
  kind: string
  /** In order within one key; absent: in any order. */
  key?: string
  payload: unknown
  /** Not before. */
  startAfterMs?: number
}

export interface Schedule {
  schema: string
  kind: string
  /** Unique within the tenant and kind. */
  key: string
  /** Five fields of cron. */
  cron: string
  timeZone: string
  payload: unknown
}

/** Shared by all processes, kept in PostgreSQL (pg-boss). */
export interface Queue {
  handle(kind: string, handler: WorkHandler): void
  /** @param tx the work exists when the transaction is committed, and not before */
  add(work: readonly NewWork[], tx?: Queryable): Promise<void>
  schedule(schedule: Schedule): Promise<void>
  unschedule(which: Pick<Schedule, 'schema' | 'kind' | 'key'>): Promise<void>
  /** All of a tenant that is removed, or of one kind and prefix of key. */
  forget(schema: string): Promise<void>
}

export interface Events {
  queue: Queue
  subscribe(consumer: Consumer): void
  /** Something was written: dispatch soon. Costs nothing when it is under way already. */
  nudge(schema: string): void
  /** Tell a consumer, or all, again what happened. @returns how many events */
  replay(schema: string, which: { fromId?: string; since?: string; consumer?: string }): Promise<number>
  /** Resolves when nothing waits: for tests. */
  settled(schema: string): Promise<void>
  close(): Promise<void>
}
