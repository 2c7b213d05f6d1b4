// What the server and a child say to each other. An invocation has a number that is never used again; `done` is the last
// thing that a child says of it, after `cancel` too, and is how a cancellation is acknowledged.
import { type Static, Type } from '@sinclair/typebox'
import { Text } from '../../sdk/metadata/source.ts'
import type { EntryKind, Limits } from './contract.ts'

export type ToChild =
  /** Body: the input, as JSON. */
  | {
      type: 'run'
      id: number
      /** Tenant, plugin and hash: names the isolate. */
      box: string
      hash: string
      /** As stacks tell it: `plugin://acme.discounts@1.4.2/plugin.js`. */
      filename: string
      kind: EntryKind
      name: string
      nowMs: number
      now: string
      seed: number
      limits: Limits
    }
  /** Body: the code, asked for by `need`. */
  | { type: 'code'; hash: string }
  /** Nobody can tell the code; those who need it fail with the body as a message. */
  | { type: 'nocode'; hash: string }
  /** Body: the value as JSON, or a HostRefusal. */
  | { type: 'answer'; id: number; call: number; ok: boolean }
  | { type: 'cancel'; id: number }
  /** Isolates of a plugin go once nothing runs in them; what runs is cancelled one by one. */
  | { type: 'retire'; boxesOf: string }

const strict = { additionalProperties: false }
const Id = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER })
const Count = Type.Number({ minimum: 0, maximum: 1e15 })

/** Everything else from a child ends it. */
export const FromChild = Type.Union([
  Type.Object({ type: Type.Literal('ready') }, strict),
  Type.Object({ type: Type.Literal('beat') }, strict),
  /** There are more or fewer than before. */
  Type.Object({ type: Type.Literal('isolates'), count: Type.Integer({ minimum: 0, maximum: 1e6 }) }, strict),
  Type.Object({ type: Type.Literal('need'), id: Id, hash: Type.String({ maxLength: 64 }) }, strict),
  /** Body: arguments as JSON. */
  Type.Object(
    {
      type: Type.Literal('call'),
      id: Id,
      box: Type.String(),
      call: Id,
      method: Type.String({ pattern: '^[a-z][a-zA-Z]{0,40}(\\.[a-z][a-zA-Z]{0,40})?$' }),
    },
    strict,
  ),
  /** Body: the message. */
  Type.Object(
    {
      type: Type.Literal('log'),
      id: Id,
      level: Type.Union([Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn'), Type.Literal('error')]),
      atMs: Count,
    },
    strict,
  ),
  /** ok: the value as JSON; failed: a ChildFailure; again: its isolate went away through no doing of its own. */
  Type.Object(
    {
      type: Type.Literal('done'),
      id: Id,
      box: Type.String(),
      result: Type.Union([Type.Literal('ok'), Type.Literal('failed'), Type.Literal('again')]),
      cpuMs: Count,
      heapBytes: Count,
    },
    strict,
  ),
  /** Its isolate was thrown away, and its thread runs on. */
  Type.Object({ type: Type.Literal('wedged'), id: Id }, strict),
  /** V8 gave up on this isolate, and a thread of the child with it. */
  Type.Object({ type: Type.Literal('fatal'), box: Type.String() }, strict),
])
export type FromChild = Static<typeof FromChild>

/** What a child may tell of a failure; the rest is known to the server itself. */
export const ChildFailure = Type.Union([
  Type.Object(
    {
      kind: Type.Literal('refused'),
      message: Text,
      field: Type.Union([Type.String({ maxLength: 200 }), Type.Null()]),
    },
    strict,
  ),
  Type.Object(
    {
      kind: Type.Literal('failed'),
      error: Type.Object(
        {
          name: Type.String({ maxLength: 10_000 }),
          message: Type.String({ maxLength: 10_000 }),
          stack: Type.String({ maxLength: 10_000 }),
        },
        strict,
      ),
    },
    strict,
  ),
  Type.Object({ kind: Type.Literal('limit'), limit: Type.String({ maxLength: 40 }), used: Count, max: Count }, strict),
  Type.Object({ kind: Type.Literal('timeout'), afterMs: Count }, strict),
  Type.Object({ kind: Type.Literal('cancelled') }, strict),
])
export type ChildFailure = Static<typeof ChildFailure>
