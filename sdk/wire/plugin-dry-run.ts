// What hooks of a plugin would do: tried on real records, and nothing of it kept (docs/http-api.md, “Plugins”).
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import { Text } from '../metadata/source.ts'
import { RECORD_OPERATIONS } from '../plugin/behaviour.ts'

const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])

/** Body of `POST plugins/{name}/dry-run`. */
export const DryRunRequest = Type.Object(
  {
    /** Qualified name. */
    entity: Type.String({ maxLength: 100 }),
    /** So many records that were changed last. Default: 100. */
    last: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
    /** Name of one hook; absent: all hooks of this entity. */
    hook: Type.Optional(Type.String({ maxLength: 100 })),
    /** The version that waits, and not the one that runs. A plugin that waits for its first grant has no other. */
    isNext: Type.Optional(Type.Boolean()),
    /** A .relata file in base64: tried instead of what is installed, which may be nothing. */
    package: Type.Optional(Type.String({ minLength: 1 })),
  },
  { additionalProperties: false },
)
export type DryRunRequest = Static<typeof DryRunRequest>

export const DRY_OUTCOMES = ['changed', 'refused', 'failed', 'sent', 'nothing'] as const
export type DryOutcome = (typeof DRY_OUTCOMES)[number]

const DryHook = Type.Object({
  name: Type.String(),
  label: Nullable(Text),
  on: Type.Array(Type.Union(RECORD_OPERATIONS.map((one) => Type.Literal(one)))),
  when: Type.Union([Type.Literal('before'), Type.Literal('after')]),
  /** Of the fields that it waits for; null: any change concerns it. */
  fields: Nullable(Type.Array(Type.String())),
  /** How many records it was asked about. */
  records: Type.Integer(),
  changed: Type.Integer(),
  refused: Type.Integer(),
  failed: Type.Integer(),
  sent: Type.Integer(),
})

const DryProblem = Type.Object({
  /** JSON Pointer to the field: `/amount`. */
  path: Type.Optional(Type.String()),
  message: Type.String(),
  /** In terms of the author's files: `src/main.ts:12:7`. Only of what failed. */
  at: Type.Optional(Type.String()),
  stack: Type.Optional(Type.String()),
})

const DrySent = Type.Object({
  kind: Type.Union(['http', 'mail', 'job', 'write'].map((one) => Type.Literal(one))),
  /** `POST https://api.example.com/rates`, `ada@example.com: Subject`, name of the job, `update sales.quote ID`. */
  what: Type.String(),
  /** Body, text, what the job is given, or values that would be written, as text; secrets stay marks. */
  detail: Nullable(Type.String()),
})

const DryRecord = Type.Object({
  id: Type.String(),
  label: Type.String(),
  /** Name of the hook. */
  hook: Type.String(),
  /** The change that it was told of: the last one that really happened, as far as it concerns the hook. */
  operation: Type.Union(RECORD_OPERATIONS.map((one) => Type.Literal(one))),
  outcome: Type.Union(DRY_OUTCOMES.map((one) => Type.Literal(one))),
  /** Of this record; values in JSON, as the API answers them. `from` is what would be stored without the hook. */
  changes: Type.Array(Type.Object({ field: Type.String(), from: Type.Unknown(), to: Type.Unknown() })),
  problems: Type.Array(DryProblem),
  sent: Type.Array(DrySent),
})

/** Answer of `POST plugins/{name}/dry-run`. */
export const WireDryRun = Type.Object({
  data: Type.Object({
    entity: Type.String(),
    /** Of the code that was tried. */
    version: Type.String(),
    /** How many records there were to try it on. */
    tried: Type.Integer(),
    /** false: time ran out; hooks say how many records they were asked about. */
    isComplete: Type.Boolean(),
    hooks: Type.Array(DryHook),
    /** One for each hook and record where it made a difference: outcome `nothing` is counted, and not listed. */
    records: Type.Array(DryRecord),
  }),
})
export type WireDryRun = Static<typeof WireDryRun>
export type WireDryRecord = Static<typeof DryRecord>
export type WireDryHook = Static<typeof DryHook>
export type WireDrySent = Static<typeof DrySent>
