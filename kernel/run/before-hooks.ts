// What a write asks before it is written, where plugins have hooks on its entity. Done by hooks/, which is told of here
// so that this room knows no plugins.
import type { EntityModel } from '../catalog/model.ts'
import type { PlannedRow, RowPlan } from '../plan/row-plan.ts'
import type { Context } from './context.ts'
import type { Queryable } from './database.ts'

export interface HookedBody {
  body: unknown
  /** Fields that were set by the plugin that they belong to: what people may not set they may. */
  free: ReadonlySet<string>
}

export interface BeforeHooks {
  /** @param queryable for what hooks read; outside of a transaction unless the writer has one @throws RL402 RL403 … */
  create(context: Context, queryable: Queryable, entity: EntityModel, id: string, body: unknown): Promise<HookedBody>
  /** `version`: what the hooks saw, which is what may be written over. undefined: there is nothing to ask. */
  update(
    context: Context,
    queryable: Queryable,
    entity: EntityModel,
    change: { id: string; version: number | undefined; body: unknown },
  ): Promise<(HookedBody & { version: number }) | undefined>
  /** @returns the version that the hooks saw; undefined: no such record that they could have been asked about */
  remove(
    context: Context,
    queryable: Queryable,
    entity: EntityModel,
    id: string,
    operation: 'delete' | 'restore',
  ): Promise<number | undefined>
  /** Rows of a bulk load, planned anew where hooks changed them. */
  rows(
    context: Context,
    queryable: Queryable,
    entity: EntityModel,
    plan: RowPlan,
    rows: readonly HookedRow[],
  ): Promise<PlannedRow[]>
}

export interface HookedRow {
  values: Readonly<Record<string, unknown>>
}

/** undefined: nobody has anything to say, and nothing more is done. */
export function hooksFor(
  { hooks, loaded }: Context,
  { entity }: EntityModel,
  operation: 'create' | 'update' | 'delete' | 'restore',
): BeforeHooks | undefined {
  return hooks && loaded.plugins.before(entity.name, operation).length > 0 ? hooks : undefined
}
