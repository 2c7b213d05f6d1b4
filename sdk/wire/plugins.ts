// Shapes of the API of plugins (docs/http-api.md, “Plugins”). For administrators.
import { type Static, type TSchema, Type } from '@sinclair/typebox'
import type { Problem } from '../errors.ts'
import { Text } from '../metadata/source.ts'
import type { Ask } from '../plugin/asks.ts'
import { Behaviour } from '../plugin/behaviour.ts'
import { PluginManifest } from '../plugin/manifest.ts'
import type { ClientField } from './meta.ts'
import type { WirePlan } from './metadata.ts'

export * from './plugin-dry-run.ts'

const Nullable = <T extends TSchema>(schema: T) => Type.Union([schema, Type.Null()])
const AnAsk = Type.Unsafe<Ask>(Type.Object({ key: Type.String(), kind: Type.String() }))
const AProblem = Type.Unsafe<Problem>(Type.Object({ path: Type.String(), message: Type.String() }))

/** `isGranted: null`: nobody has decided over it. */
const Asked = Type.Object({ ask: AnAsk, isGranted: Nullable(Type.Boolean()) })
export type WireAsked = Static<typeof Asked>

export const PLUGIN_STATES = ['waiting', 'on', 'off', 'upgrading', 'removing'] as const
const State = Type.Union(PLUGIN_STATES.map((state) => Type.Literal(state)))

const Health = Type.Object({
  state: Type.Union([Type.Literal('fine'), Type.Literal('paused'), Type.Literal('suspended')]),
  /** Milliseconds since 1970. */
  untilMs: Nullable(Type.Number()),
  violations: Type.Integer(),
  isQuarantined: Type.Boolean(),
})

/** Of `GET plugins`. */
export const WirePluginSummary = Type.Object({
  name: Type.String(),
  label: Text,
  version: Type.String(),
  state: State,
  /** Fingerprint of the key that signed it; null: unsigned. */
  signer: Nullable(Type.String()),
  isDevelopment: Type.Boolean(),
  /** SHA-256 of its package. */
  hash: Type.String(),
  /** Why the last upgrade came to nothing. */
  error: Nullable(Type.String()),
  /** A later version that waits for a grant, is being migrated to, or failed. */
  next: Nullable(
    Type.Object({
      version: Type.String(),
      hash: Type.String(),
      phase: Type.Union([Type.Literal('grant'), Type.Literal('migration'), Type.Literal('failed')]),
    }),
  ),
  installedAt: Type.String(),
  changedAt: Type.String(),
  health: Health,
})
export type WirePluginSummary = Static<typeof WirePluginSummary>

const SecretState = Type.Object({
  name: Type.String(),
  label: Text,
  help: Type.Optional(Text),
  hosts: Type.Array(Type.String()),
  /** Its text is never answered. */
  isSet: Type.Boolean(),
  changedAt: Nullable(Type.String()),
})
const MigrationState = Type.Object({
  name: Type.String(),
  version: Type.String(),
  isDone: Type.Boolean(),
  error: Nullable(Type.String()),
})

/** Answer of `GET plugins/{name}`, and of everything that changes it. */
export const WirePlugin = Type.Composite([
  WirePluginSummary,
  Type.Object({
    manifest: PluginManifest,
    behaviour: Behaviour,
    asks: Type.Array(Asked),
    /** Of the version that waits: what would be new. */
    nextAsks: Type.Array(Asked),
    settings: Type.Record(Type.String(), Type.Unknown()),
    /** The form of the settings, as pages draw it. */
    form: Type.Unsafe<readonly ClientField[]>(Type.Array(Type.Object({ name: Type.String(), type: Type.String() }))),
    secrets: Type.Array(SecretState),
    migrations: Type.Array(MigrationState),
    readme: Nullable(Type.String()),
    /** Id of its row in `system.user`. */
    userId: Type.String(),
    /** Packages that need this one. */
    dependents: Type.Array(Type.String()),
  }),
])
export type WirePlugin = Static<typeof WirePlugin>

const Held = Type.Object({
  /** Qualified name. */
  name: Type.String(),
  label: Text,
  /** Records, or records with a value of this field; the trash counts. */
  records: Type.Integer(),
})

/** What has to be agreed to by name, because it is unusual. */
export const ACCEPTABLE = ['signer', 'downgrade', 'replace', 'package'] as const
export type Acceptable = (typeof ACCEPTABLE)[number]

const INSTALL_KINDS = ['install', 'upgrade', 'downgrade', 'replace', 'same'] as const

/** Answer of `POST plugin-plans`. */
export const WirePluginPlan = Type.Object({
  name: Type.String(),
  label: Text,
  description: Nullable(Text),
  version: Type.String(),
  hash: Type.String(),
  signer: Nullable(Type.String()),
  readme: Nullable(Type.String()),
  codeBytes: Type.Integer(),
  /** same: this very package is installed. */
  kind: Type.Union(INSTALL_KINDS.map((one) => Type.Literal(one))),
  installed: Nullable(Type.Object({ version: Type.String(), hash: Type.String(), signer: Nullable(Type.String()) })),
  asks: Type.Array(Asked),
  /** Tables, fields, rights: as `POST metadata/plan` answers. null: the metadata has problems. */
  metadata: Nullable(Type.Unsafe<WirePlan>(Type.Object({ steps: Type.Array(Type.Unknown()) }))),
  /** What the code does that the installed version does not, and the other way about, in words. */
  behaviour: Type.Array(
    Type.Object({ text: Type.String(), kind: Type.Union([Type.Literal('add'), Type.Literal('retire')]) }),
  ),
  /** Steps that change stored records before the new version runs. */
  migrations: Type.Array(Type.Object({ name: Type.String(), label: Text, version: Type.String() })),
  /** Entities whose records these may change, with about how many there are: at most so many are touched. */
  reach: Type.Array(Held),
  /** To be agreed to by name in `accept`. */
  needs: Type.Array(Type.Union(ACCEPTABLE.map((one) => Type.Literal(one)))),
  problems: Type.Array(AProblem),
  warnings: Type.Array(AProblem),
})
export type WirePluginPlan = Static<typeof WirePluginPlan>

/** Keys of what is granted; what is asked for and not named is not. */
export const GrantWish = Type.Union([
  Type.Literal('all'),
  Type.Array(Type.String({ maxLength: 400 }), { maxItems: 5_000 }),
])

export type GrantWish = Static<typeof GrantWish>

/** Member `request` of the form of `POST plugins`, as JSON; all of it may be left out. */
export const InstallRequest = Type.Object(
  {
    /** Absent: what was decided before holds, and what is new waits for PUT plugins/{name}/grant. */
    grants: Type.Optional(GrantWish),
    /** Of the package that was planned: another one is refused. */
    hash: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
    expectedVersion: Type.Optional(Type.Integer({ minimum: 0 })),
    accept: Type.Optional(Type.Array(Type.Union(ACCEPTABLE.map((one) => Type.Literal(one))))),
    note: Type.Optional(Type.String({ maxLength: 2_000 })),
  },
  { additionalProperties: false },
)
export type InstallRequest = Static<typeof InstallRequest>

/** Body of `PUT plugins/{name}/grant`. */
export const GrantRequest = Type.Object(
  {
    grants: GrantWish,
    /** Of the package that was looked at. */
    hash: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
  },
  { additionalProperties: false },
)
export type GrantRequest = Static<typeof GrantRequest>

export const DATA_CHOICES = ['keep', 'archive', 'drop'] as const
/** Body of `POST plugins/{name}/remove`. */
export const RemoveRequest = Type.Object(
  {
    /** keep: columns and tables stay, out of sight · archive: exported to a file, then dropped · drop: gone */
    data: Type.Union(DATA_CHOICES.map((one) => Type.Literal(one))),
    expectedVersion: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  { additionalProperties: false },
)
export type RemoveRequest = Static<typeof RemoveRequest>

/** Answer of `POST plugins/{name}/remove/plan`. */
export const WireRemovalPlan = Type.Object({
  name: Type.String(),
  version: Type.String(),
  entities: Type.Array(Held),
  /** On entities of other packages. */
  fields: Type.Array(Held),
  /** Packages that need it: it can go only after them. */
  dependents: Type.Array(Type.String()),
  metadata: Nullable(Type.Unsafe<WirePlan>(Type.Object({ steps: Type.Array(Type.Unknown()) }))),
  /** What `drop` and `archive` would drop, by name. */
  drops: Type.Array(Type.String()),
  problems: Type.Array(AProblem),
})
export type WireRemovalPlan = Static<typeof WireRemovalPlan>

const LogLine = Type.Object({
  /** Grows. */
  id: Type.String(),
  at: Type.String(),
  version: Type.String(),
  level: Type.Union([Type.Literal('debug'), Type.Literal('info'), Type.Literal('warn'), Type.Literal('error')]),
  /** before, after, action, job, route, migration */
  kind: Type.String(),
  /** Name of the part. */
  entry: Type.String(),
  message: Type.String(),
  /** In terms of the author's files. */
  stack: Nullable(Type.String()),
})
/** Answer of `GET plugins/{name}/log`. */
export const WirePluginLog = Type.Object({ data: Type.Array(LogLine) })
export type WirePluginLog = Static<typeof WirePluginLog>

const UsageOfHour = Type.Object({
  /** When it began. */
  hour: Type.String(),
  kind: Type.String(),
  entry: Type.String(),
  calls: Type.Integer(),
  failures: Type.Integer(),
  /** The plugin said no, which is its right. */
  refusals: Type.Integer(),
  /** Counters, memory or time that ran out. */
  limits: Type.Integer(),
  wall_ms: Type.Number(),
  cpu_ms: Type.Number(),
  slowest_ms: Type.Number(),
  host_calls: Type.Integer(),
})
/** Answer of `GET plugins/{name}/usage`: newest hour first. */
export const WirePluginUsage = Type.Object({ data: Type.Array(UsageOfHour) })
export type WirePluginUsage = Static<typeof WirePluginUsage>

/** A package that came with the server. */
export const WireAvailable = Type.Object({
  name: Type.String(),
  version: Type.String(),
  label: Text,
  description: Nullable(Text),
  hash: Type.String(),
  signer: Nullable(Type.String()),
})
export type WireAvailable = Static<typeof WireAvailable>
