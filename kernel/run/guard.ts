// What another room may say to a write of records with some trait.
import type { Actor } from '../actor.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import type { Rights } from '../plan/rights.ts'
import type { Queryable } from './database.ts'

/** Checks that a room outside may hang before a write of records with some trait; they throw to refuse. */
export type WriteGuard = (write: GuardedWrite) => Promise<void>
export interface GuardedWrite {
  tx: Queryable
  model: Model
  actor: Actor
  rights: Rights
  entity: EntityModel
  ids: readonly string[]
  /** A purge is asked about before the rows go; the others after the write. */
  operation: 'create' | 'update' | 'delete' | 'restore' | 'purge'
  /** Names of the fields that a create or update sets; empty for a bulk load, whose rows may set any. */
  fields: ReadonlySet<string>
  /** The records go, or come back, along with another one. */
  isAlong: boolean
}
