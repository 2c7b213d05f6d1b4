// What a plugin's code is written against. The types of entities come from `relata types`, which writes a file that adds
// to `Entities`, `Actions` and `Settings` below; without it every entity is a record of unknown values.
import type { Text } from '../metadata/source.ts'
import type { RecordOperation, RouteSignature } from './behaviour.ts'

/** Filled by the generated file: entity name → its record and what may be written. */
// biome-ignore lint/suspicious/noEmptyInterface: generated code adds members to it (declaration merging).
export interface Entities {}
/** Action name (`sales.win`) → the values of its form. */
// biome-ignore lint/suspicious/noEmptyInterface: as above.
export interface Actions {}
/** Settings of the plugin, as plugin.json declares them. */
// biome-ignore lint/suspicious/noEmptyInterface: as above.
export interface Settings {}
/** Names of secrets, as plugin.json declares them. */
// biome-ignore lint/suspicious/noEmptyInterface: as above.
export interface Secrets {}

export interface EntityTypes {
  /** As the API answers it. */
  read: { id: string; version: number; display_name: string }
  /** Members that a create or change may set. */
  write: object
}

type Untyped = {
  read: { id: string; version: number; display_name: string; [field: string]: unknown }
  write: Record<string, unknown>
}
export type EntityName = [keyof Entities] extends [never] ? string : keyof Entities & string
type TypesOf<E extends string> = E extends keyof Entities
  ? Entities[E] extends EntityTypes
    ? Entities[E]
    : Untyped
  : Untyped
export type RecordOf<E extends string> = TypesOf<E>['read']
export type WriteOf<E extends string> = TypesOf<E>['write']
export type FieldOf<E extends string> = keyof WriteOf<E> & string
export type ActionName = [keyof Actions] extends [never] ? string : keyof Actions & string
export type InputOf<A extends string> = A extends keyof Actions ? Actions[A] : Record<string, unknown>
export type SecretName = [keyof Secrets] extends [never] ? string : keyof Secrets & string
export type SettingsOf = [keyof Settings] extends [never] ? Record<string, unknown> : Settings

export interface ListOptions {
  /** JSON-Logic, as in the API. */
  filter?: unknown
  /** `-amount,name` */
  sort?: string
  /** As in the API: `name,employer(display_name)`. */
  select?: string
  /** Words to look for. */
  q?: string
  /** 1–500; default 50 */
  limit?: number
  /** `next` of the page before. */
  cursor?: string
}

/**
 * Every call counts; docs/plugin-reference.md has the limits. Rights are those that the plugin and whoever it acts for
 * both have: fields that are out of reach are left out of what is read.
 */
export interface Records {
  /** null: there is none, or none that may be seen. */
  get<E extends EntityName>(entity: E, id: string, options?: { select?: string }): Promise<RecordOf<E> | null>
  list<E extends EntityName>(entity: E, options?: ListOptions): Promise<{ data: RecordOf<E>[]; next: string | null }>
  count<E extends EntityName>(entity: E, filter?: unknown): Promise<number>
  create<E extends EntityName>(entity: E, values: WriteOf<E>): Promise<RecordOf<E>>
  /** @param options.version refused when somebody changed the record since */
  update<E extends EntityName>(
    entity: E,
    id: string,
    values: Partial<WriteOf<E>>,
    options?: { version?: number },
  ): Promise<RecordOf<E>>
  delete<E extends EntityName>(entity: E, id: string): Promise<void>
  restore<E extends EntityName>(entity: E, id: string): Promise<void>
}

/** Stands for a secret in a header or body; the host puts the secret in its place. */
export interface SecretPlaceholder {
  readonly secret: string
  toString(): string
  toJSON(): string
}

export interface HttpRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** A template with a secret in it: `Bearer ${secret('ACME_KEY')}`. */
  headers?: Record<string, string>
  /** Text as it is; anything else as JSON. */
  body?: unknown
  timeoutMs?: number
}
export interface HttpAnswer {
  status: number
  headers: Record<string, string>
  text: string
  json(): unknown
}

export interface Context {
  /** ISO 8601, the moment of this call; `Date` tells the same. */
  now: string
  /** For whom it acts; null: for itself. */
  user: { id: string; name: string; locale: string; timeZone: string } | null
  settings: SettingsOf
  records: Records
  http: { fetch(url: string, request?: HttpRequest): Promise<HttpAnswer> }
  mail: { send(message: { to: string; subject: string; text: string }): Promise<void> }
  jobs: { start(name: string, payload?: unknown): Promise<void> }
  log: Record<'debug' | 'info' | 'warn' | 'error', (message: string, details?: unknown) => void>
  sleep(ms: number): Promise<void>
}

/**
 * Before-hooks read, and change only the record that is saved. A load asks a hook about many records in one call: what is
 * read twice in it is asked once.
 */
export type BeforeContext = Pick<Context, 'now' | 'user' | 'settings' | 'log'> & {
  records: Pick<Records, 'get' | 'list' | 'count'>
}

export interface BeforeEvent<E extends string> {
  operation: RecordOperation
  /** As it would be written: what is there, with the change. */
  record: RecordOf<E>
  /** As it is; null of a new one. */
  before: RecordOf<E> | null
  /** Names of the fields that the change sets. */
  changed: readonly FieldOf<E>[]
  /** Ends the save with a message to the person. @param field where it is shown */
  refuse(message: Text, field?: FieldOf<E>): never
}
type Soon<T> = T | Promise<T>
/** A function may end without saying anything. */
// biome-ignore lint/suspicious/noConfusingVoidType: that is what `void` says of a function's end.
type Nothing = undefined | void

/** More fields to set, or nothing. */
export type Fields<E extends string> = Soon<Partial<WriteOf<E>> | Nothing>
export type Before<E extends string, Given extends Fields<E> = Fields<E>> = (
  event: BeforeEvent<E>,
  context: BeforeContext,
) => Given
/** A misspelt field beside a right one is an error, too, and the message of the compiler names it. */
export type FieldsOnly<E extends string, Given> = [NotIn<WriteOf<E>, Awaited<Given>>] extends [never]
  ? unknown
  : { 'is no field that can be written': NotIn<WriteOf<E>, Awaited<Given>> }
type NotIn<Allowed, Given> = Given extends unknown ? Exclude<keyof Given, keyof Allowed> : never

export interface AfterEvent<E extends string> {
  /** Of this change of this record alone; the same when it is told again. At most 60 characters. */
  id: string
  operation: RecordOperation
  entity: E
  recordId: string
  /** As it is now; of a deleted one as it went into the trash; null when it is gone for good, or not to be seen. */
  record: RecordOf<E> | null
  changed: readonly FieldOf<E>[]
  /** ISO 8601, when it was saved. */
  at: string
}
export type After<E extends string> = (event: AfterEvent<E>, context: Context) => Soon<void>

export interface ActionEvent<A extends string> {
  /** The records that it was started on; none for an action of the list. */
  ids: readonly string[]
  input: InputOf<A>
}
export interface ActionResult {
  /** Shown when it is done. */
  message?: Text
  /** A record to go to. */
  open?: { entity: string; id: string }
}
export type Action<A extends string> = (event: ActionEvent<A>, context: Context) => Soon<ActionResult | Nothing>

export interface JobEvent {
  /** What `jobs.start` was given; null when the schedule started it. */
  payload: unknown
}
export type Job = (event: JobEvent, context: Context) => Soon<void>

export interface RouteRequest {
  method: string
  path: string
  query: Record<string, string>
  headers: Record<string, string>
  body: string
  json(): unknown
}
export interface RouteAnswer {
  status?: number
  headers?: Record<string, string>
  /** Text as it is; anything else as JSON. */
  body?: unknown
}

export type Route = (request: RouteRequest, context: Context) => Soon<RouteAnswer | Nothing>

export interface BeforeOptions<E extends string> {
  /** Shown in logs; stays the same from version to version. */
  name: string
  /** For people; default: the name. */
  label?: Text
  on: readonly RecordOperation[]
  /** Of updates: only when one of these changes. */
  fields?: readonly FieldOf<E>[]
  /**
   * What becomes of the save when this fails, takes too long, or the plugin is paused: refuse (the default), for what must
   * never be saved unchecked; skip, for what is only convenient.
   */
  onFailure?: 'refuse' | 'skip'
}
export interface AfterOptions<E extends string> {
  /** Shown in logs; stays the same from version to version. */
  name: string
  /** For people; default: the name. */
  label?: Text
  on: readonly RecordOperation[]
  /** Of updates: only when one of these changes. */
  fields?: readonly FieldOf<E>[]
  /**
   * With whose rights: user (the default), those of whoever made the change, as far as the plugin has them, too; plugin, its
   * own, for which it asks with `background` in plugin.json.
   */
  as?: 'user' | 'plugin'
}
export interface JobOptions {
  /** As `jobs.start` calls it. */
  name: string
  /** For people; default: the name. */
  label?: Text
  /** Five fields of cron: `0 2 * * *`, every night at two. Without one it runs only when it is started by name. */
  schedule?: string
  /** IANA; default: UTC. */
  timeZone?: string
}
/** HMAC-SHA256 over the raw body. */
export type Signed = Omit<RouteSignature, 'secret'> & { secret: SecretName }

export interface RouteOptions {
  name: string
  /** For people; default: the name. */
  label?: Text
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Behind the address of the plugin: `orders/new`. */
  path: string
  /**
   * user: somebody who is signed in, or a key; it acts for them · signed: whoever has the secret; it acts for itself ·
   * open: anybody; it acts for itself
   */
  access: 'user' | 'signed' | 'open'
  /** How calls are signed, which the host checks before any of this code runs. */
  signature?: Signed
}
export interface MigrationOptions {
  name: string
  /** For people; default: the name. */
  label?: Text
  /** To which it leads: it runs once, before that version or a later one does. */
  version: string
  /**
   * true: a first install runs it, too, whatever the version: for records that have to be there from the beginning. Others
   * change what earlier versions left, and a first install passes them over.
   */
  atInstall?: boolean
}
/** One page of a migration: its work is kept together with `next`, so that it goes on there after a crash. */
export type Migration = (progress: { cursor: unknown }, context: Context) => Soon<{ next: unknown } | { done: true }>

// What beforeSave, afterSave, action … of define.ts make.
export interface Part {
  readonly kind: 'before' | 'after' | 'action' | 'job' | 'route' | 'migration'
  readonly name: string
}
