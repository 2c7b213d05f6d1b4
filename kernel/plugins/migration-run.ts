// What the life of plugins asks of what runs their code, so that neither room knows the other.
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import type { Transaction } from '../run/database.ts'
import type { Outcome } from '../sandbox/contract.ts'
import type { ActivePlugin } from './contract.ts'

/** One page of a migration: life/ runs steps, act/ runs code. */
export interface MigrationRun {
  loaded: LoadedTenant
  /** The version that is migrated to. */
  plugin: ActivePlugin
  code: string
  /** Name of the step. */
  step: string
  cursor: unknown
  /** Keeps what it writes together with how far it came. */
  tx: Transaction
  signal: AbortSignal
}
export type RunMigration = (run: MigrationRun) => Promise<Outcome>
