// Events: what each write left in the outbox, on its way to whoever wants to know; and work that waits its turn.
import type { RecordOperation } from '../../sdk/plugin/behaviour.ts'
import type { Queryable } from '../run/database.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'

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
  /** Before the events of a batch, within their transaction: for what `deliveries` needs to know. */
  prepare?(tx: Queryable, loaded: LoadedTenant): Promise<void>
  deliveries(event: OutboxEvent, loaded: LoadedTenant): readonly Delivery[]
}

/** One piece of work of a tenant. */
export interface Work {
  /** The same when it is tried again. */
  id: string
  loaded: LoadedTenant
  payload: unknown
  /** Tries before this one, those included in which the server stopped. */
  attempts: number
  /** This is the last try: when it fails there is a dead letter. */
  isLast: boolean
  /** The server stops, or another process has taken the work because this one was silent for too long. */
  signal: AbortSignal
}

/**
 * @throws anything: it is tried again after a pause, which grows; a RelataError with `members: { isFinal: true }` is not.
 * After the last try it is a dead letter, which a person can look at and run again.
 */
export type WorkHandler = (work: Work) => Promise<void>

/** Of one kind of work. */
export interface WorkRules {
  /** What a dead letter calls it, in words; default: the kind. */
  title?(payload: unknown, loaded: LoadedTenant): string
  /** Default 8. */
  tries?: number
  /** Before the second try; each later one about twice as long. Default 2 s; 0: at once, for tests. */
  pauseS?: number
  /** Default one hour. */
  mostPauseS?: number
  /** After this long it counts as failed, whatever it does. Default 15 minutes, at most 24 hours. */
  mostS?: number
  /** Side by side in one process; default 8. */
  atOnce?: number
  /** Side by side of one tenant, in all processes together, so that no tenant takes all; default 4. */
  perTenant?: number
}

export interface NewWork {
  schema: string
  kind: string
  /** In order within one key; absent: in any order. */
  key?: string
  payload: unknown
  /** Not before. */
  startAfterMs?: number
  /** Record of `system.dead_letter` that is run again: it learns what becomes of it. */
  letter?: string
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
  /** Before `Events.start`; the same kinds in every process. @param kind letters, digits, `_`, `-` and `.` */
  handle(kind: string, handler: WorkHandler, rules?: WorkRules): void
  /** Somebody does work of this kind. */
  knows(kind: string): boolean
  /** @param tx the work exists when the transaction is committed, and not before */
  add(work: readonly NewWork[], tx?: Queryable): Promise<void>
  /** Replaces the one of the same key. What was missed while no server ran is made up for once. @throws RL206 */
  schedule(schedule: Schedule): Promise<void>
  unschedule(which: Pick<Schedule, 'schema' | 'kind' | 'key'>): Promise<void>
  /** What waits for its next try is tried now: keys that begin so. */
  hurry(schema: string, kind: string, keyPrefix: string): Promise<void>
  /** Schedules and waiting work of a tenant; of one kind, and of keys that begin so. */
  forget(schema: string, only?: { kind: string; keyPrefix?: string }): Promise<void>
}

export interface Events {
  queue: Queue
  /** Before `start`. */
  subscribe(consumer: Consumer): void
  /** Done once a day for each tenant, perhaps by several processes: for removing what is old. Before `start`. */
  everyDay(task: (loaded: LoadedTenant) => Promise<unknown>): void
  /** From now on events are dispatched and work is done in this process. Until then both only wait. */
  start(): void
  /** Something was written: dispatch soon. Costs nothing when it is under way already. */
  nudge(schema: string): void
  /** Tell a consumer, or all, again what happened. @returns how many events */
  replay(schema: string, which: { fromId?: string; since?: string; consumer?: string }): Promise<number>
  /** Run dead letters again that are open: these, or all of a kind. @returns how many @throws RL214 nobody does such work */
  revive(loaded: LoadedTenant, which: { ids: readonly string[] } | { kind: string }): Promise<number>
  /** How much waits, events and work, beside what is to be done much later. */
  waiting(schema: string): Promise<number>
  /** Resolves when nothing waits, beside what is to be done much later: for tests. Starts. */
  settled(schema: string): Promise<void>
  close(): Promise<void>
}
