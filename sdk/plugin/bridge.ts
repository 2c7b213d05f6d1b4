// Between the bundle of a plugin and the sandbox that runs it. The bundle, whatever it is made of, leaves one object at
// `globalThis.__relata_plugin`; the sandbox calls it with JSON and a bridge. sdk/plugin/runtime.ts, which is bundled with
// every plugin, makes that object from what `definePlugin` was given.
import type { Text } from '../metadata/source.ts'
import type { ActionResult, AfterEvent, RouteAnswer } from './api.ts'
import type { Behaviour, RecordOperation } from './behaviour.ts'

export const GLOBAL_NAME = '__relata_plugin'

export interface GuestPlugin {
  describe(): Behaviour
  run(kind: string, name: string, input: unknown, bridge: Bridge): Promise<unknown>
}

export interface Bridge {
  /** ISO 8601 */
  now: string
  /** Rejects with an Error that has `code` (`RL404` …) and `hint`. */
  call(method: string, args: unknown): Promise<unknown>
  log(level: 'debug' | 'info' | 'warn' | 'error', message: string): void
}

/** What is thrown to refuse: an Error with this member. Of a before-hook a refusal is an answer, of others the failure `refused`. */
export const REFUSAL = 'relataRefusal'
export interface Refusal {
  message: Text
  field: string | null
}

/** A secret in a header or body of `http.fetch`, for the host to fill in. */
export const secretMark = (name: string): string => `{{secret:${name}}}`

interface Common {
  user: { id: string; name: string; locale: string; timeZone: string } | null
  settings: Readonly<Record<string, unknown>>
}
type Wire = { id: string; version: number; display_name: string; [field: string]: unknown }

/** Several records of one save or load in one call; answers stand in the same order. */
export interface BeforeInput extends Common {
  events: readonly { operation: RecordOperation; record: Wire; before: Wire | null; changed: readonly string[] }[]
}
export interface BeforeOutput {
  results: readonly ({ set: Record<string, unknown> } | { refused: Refusal })[]
}
export interface AfterInput extends Common {
  event: Omit<AfterEvent<string>, 'record'> & { record: Wire | null }
}
export interface ActionInput extends Common {
  event: { ids: readonly string[]; input: Record<string, unknown> }
}
export type ActionOutput = ActionResult | null
export interface JobInput extends Common {
  payload: unknown
}
export interface RouteInput extends Common {
  request: {
    method: string
    path: string
    query: Record<string, string>
    headers: Record<string, string>
    body: string
  }
}
export type RouteOutput = RouteAnswer | null
export interface MigrationInput extends Common {
  cursor: unknown
}
export type MigrationOutput = { next: unknown } | { done: true }

/** `call(method, args)` → result. The same checks are made on the host's side, from the table of capabilities. */
export interface HostMethods {
  'records.get': { args: { entity: string; id: string; select?: string }; result: Wire | null }
  'records.list': {
    args: {
      entity: string
      filter?: unknown
      sort?: string
      select?: string
      q?: string
      limit?: number
      cursor?: string
    }
    result: { data: Wire[]; next: string | null }
  }
  'records.count': { args: { entity: string; filter?: unknown }; result: number }
  'records.create': { args: { entity: string; values: Record<string, unknown> }; result: Wire }
  'records.update': {
    args: { entity: string; id: string; values: Record<string, unknown>; version?: number }
    result: Wire
  }
  'records.delete': { args: { entity: string; id: string }; result: null }
  'records.restore': { args: { entity: string; id: string }; result: null }
  'http.fetch': {
    args: { url: string; method?: string; headers?: Record<string, string>; body?: string; timeoutMs?: number }
    result: { status: number; headers: Record<string, string>; text: string }
  }
  'mail.send': { args: { to: string; subject: string; text: string }; result: null }
  'jobs.start': { args: { name: string; payload?: unknown }; result: null }
  sleep: { args: { ms: number }; result: null }
}
