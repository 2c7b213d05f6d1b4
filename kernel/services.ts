// What main.ts puts together once and routes are given. Rooms take what they need from here, never from globals.
import type { Snapshot } from '../sdk/metadata/snapshot.ts'
import type { PackageSource } from '../sdk/metadata/source.ts'
import type { Problem, RelataError } from '../sdk/errors.ts'
import type { Actor } from './actor.ts'
import type { LoadedTenant, TenantInfo } from './catalog/loaded-tenant.ts'
import type { Model } from './catalog/model.ts'
import type { Events } from './events/contract.ts'
import type { Mail } from './mail/index.ts'
import type { Config } from './platform/config.ts'
import type { Seal } from './plan/field-value.ts'
import type { BeforeHooks } from './run/before-hooks.ts'
import type { WriteGuard } from './run/guard.ts'
import type { Database, Queryable } from './run/database.ts'
import type { Logger } from 'pino'

/** catalog/: snapshots by tenant slug, cached, switched by NOTIFY. */
export interface Catalog {
  /** @throws RL215 no such tenant */
  load(slug: string): Promise<LoadedTenant>
  /** Forget the cached version, because a statement met an undefined column or a changed plan. */
  reload(slug: string): Promise<LoadedTenant>
}

/** schema/: from sources to tables and a new version. */
export interface Publisher {
  plan(
    tenant: TenantInfo,
    packages: readonly PackageSource[],
    options?: Pick<PublishRequest, 'remove' | 'confirm'>,
  ): Promise<PublishPlan>
  publish(
    tenant: TenantInfo,
    request: PublishRequest,
  ): Promise<{ version: number; plan: PublishPlan; jobs: readonly string[] }>
}
export interface PublishRequest {
  packages: readonly PackageSource[]
  /** Names of packages to take out. */
  remove?: readonly string[]
  /** Refused with RL210 when the tenant is at another version. */
  expectedVersion?: number
  /** Destructive steps agreed to by name, such as `drop:base.person.nickname`. */
  confirm?: readonly string[]
  note?: string
  /** null: the system itself. */
  by: string | null
  /** Done in the publishing transaction, after everything else; run again when the transaction is. */
  also?(tx: Queryable, model: Model): Promise<void>
}
export interface PublishPlan {
  fromVersion: number
  /** The snapshot that would be published; its version is fromVersion + 1. */
  snapshot: Snapshot
  steps: readonly PlanStep[]
  /** Things that stop the publish until confirmed. */
  needsConfirmation: readonly string[]
  /** What is retired and would be dropped if it were confirmed by this name. */
  droppable: readonly string[]
  warnings: readonly Problem[]
}
export interface PlanStep {
  /** What a person reads: `add field Phone to Person`. */
  text: string
  kind: 'add' | 'change' | 'rename' | 'retire' | 'drop'
  /** `now` = in the publishing transaction; `later` = a job outside it. */
  phase: 'now' | 'later'
  sql: readonly string[]
}

/** auth/: who is asking. */
export interface Auth {
  /**
   * null when nobody is signed in; a cached lookup costs no query.
   * @param address where the request came from; asked only when a session or key is met for the first time
   * @throws RL302 a key that is not valid
   */
  actorOf(request: Request, loaded: LoadedTenant, address?: () => string): Promise<Actor | null>
  /** What somebody is told who is not a member, whether the tenant exists or not. */
  refusal(request: Request): RelataError
  /** Person signed in to the installation, whatever the tenant. */
  identityOf(request: Request): Promise<Identity | null>
  /** What stands under /api/auth: `POST sign-in/email`, `POST sign-out`. @throws RelataError */
  handle(request: Request, address?: () => string): Promise<Response>
}
export interface Identity {
  id: string
  email: string
  name: string
  sessionId: string
  /** May add and remove tenants. */
  isOperator: boolean
  /** Their sign-in asked for more than a password, or for none of ours. */
  isStrong: boolean
  /** Id of the one tenant that the session is of, because its provider has opened it; null: of the account. */
  onlyTenant: string | null
}

export interface Services {
  config: Config
  log: Logger
  database: Database
  catalog: Catalog
  publisher: Publisher
  auth: Auth
  mail: Mail
  /** Encrypts the text of a secret field for storage at its place. */
  seal: Seal
  /** Checks hung before a write is committed, by trait of the entity. */
  guards: Readonly<Record<string, WriteGuard>>
  /** Asked before a write is written, where plugins want to be. */
  hooks: BeforeHooks | null
  /** What writes left in the outbox, and the queue of work. */
  events: Events
}
