// What the code of a plugin does, as data: found by running `definePlugin` once while it is built, kept in its archive,
// and found again by the server, which compares the two. Everything that an administrator is asked to grant stands here
// or in plugin.json.
import { type Static, Type } from '@sinclair/typebox'
import { described, EntityName, Name, Text } from '../metadata/source.ts'
import { SecretName } from './manifest.ts'

const strict = { additionalProperties: false }

export const RECORD_OPERATIONS = ['create', 'update', 'delete', 'restore'] as const
export type RecordOperation = (typeof RECORD_OPERATIONS)[number]
const On = Type.Array(Type.Union(RECORD_OPERATIONS.map((one) => Type.Literal(one))), { minItems: 1, maxItems: 4 })

const hook = {
  name: Name,
  label: Type.Optional(Text),
  entity: EntityName,
  on: On,
  fields: Type.Optional(Type.Array(Name, { description: 'of updates: only when one of these changes' })),
}

/** Runs within a save, before anything is written: may change this record or refuse. Reads, never writes elsewhere. */
export const BeforeHook = Type.Object(
  {
    ...hook,
    onFailure: Type.Union([Type.Literal('refuse'), Type.Literal('skip')], {
      description: 'what becomes of the save when the plugin fails or is paused',
    }),
  },
  strict,
)
/** Runs after the save is settled, at least once, in order per record: may touch other records. */
export const AfterHook = Type.Object(
  {
    ...hook,
    as: Type.Union([Type.Literal('user'), Type.Literal('plugin')], {
      description: 'user: rights of whoever caused it and of the plugin; plugin: its own, needs permission background',
    }),
  },
  strict,
)
export const JobBehaviour = Type.Object(
  {
    name: Name,
    label: Type.Optional(Text),
    schedule: Type.Optional(Type.String({ description: 'five fields of cron; absent: only when started by name' })),
    timeZone: Type.Optional(Type.String({ description: 'IANA; absent: UTC' })),
  },
  strict,
)
/** How the host knows that a call from outside is genuine, before any code of the plugin runs. */
export const RouteSignature = Type.Object(
  {
    secret: described(SecretName, 'of plugin.json; the key of the HMAC-SHA256 over the raw body'),
    header: Type.String({ pattern: '^[A-Za-z0-9-]{1,60}$', description: 'that has the signature' }),
    encoding: Type.Union([Type.Literal('hex'), Type.Literal('base64')], { description: 'of the signature' }),
    prefix: Type.Optional(Type.String({ maxLength: 20, description: 'that stands before it, such as sha256=' })),
    timestampHeader: Type.Optional(
      Type.String({
        pattern: '^[A-Za-z0-9-]{1,60}$',
        description:
          'with the time in seconds since 1970: then `TIME.BODY` is what is signed, and old calls are refused',
      }),
    ),
  },
  strict,
)
export type RouteSignature = Static<typeof RouteSignature>
export const RouteBehaviour = Type.Object(
  {
    name: Name,
    label: Type.Optional(Text),
    method: Type.Union(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((one) => Type.Literal(one))),
    path: Type.String({ pattern: '^[a-z0-9][a-z0-9/_-]{0,100}$' }),
    /** user: signed in, acts for them; signed: whoever has the secret; open: anybody. */
    access: Type.Union([Type.Literal('user'), Type.Literal('signed'), Type.Literal('open')]),
    signature: Type.Optional(RouteSignature),
  },
  strict,
)
/** One resumable step of an upgrade to a version. */
export const MigrationBehaviour = Type.Object(
  { name: Name, label: Type.Optional(Text), version: Type.String({ pattern: '^\\d+\\.\\d+\\.\\d+$' }) },
  strict,
)

export const Behaviour = Type.Object(
  {
    before: Type.Array(BeforeHook, { maxItems: 100 }),
    after: Type.Array(AfterHook, { maxItems: 100 }),
    /** Names of the package's actions (actions/NAME.json) that the code carries out. */
    actions: Type.Array(Name, { maxItems: 100 }),
    jobs: Type.Array(JobBehaviour, { maxItems: 50 }),
    routes: Type.Array(RouteBehaviour, { maxItems: 50 }),
    migrations: Type.Array(MigrationBehaviour, { maxItems: 100 }),
  },
  strict,
)
export type Behaviour = Static<typeof Behaviour>
export type BeforeHook = Static<typeof BeforeHook>
export type AfterHook = Static<typeof AfterHook>
export type JobBehaviour = Static<typeof JobBehaviour>
export type RouteBehaviour = Static<typeof RouteBehaviour>
export type MigrationBehaviour = Static<typeof MigrationBehaviour>

export const NO_BEHAVIOUR: Behaviour = { before: [], after: [], actions: [], jobs: [], routes: [], migrations: [] }
