// Minimum and maximum roll-ups after a child lost its value. The parents are noted before the write; afterwards their
// side rows are locked and, in a further statement that sees all committed children, computed anew.
import type { EntityModel, Model } from '../catalog/model.ts'
import { type FeedGroup, lockSideRows, recomputeExtremes } from '../sql/rollup-sql.ts'
import { bind, ident, input, type Sql, sql, toStatement } from '../sql/sql.ts'
import type { Queryable } from './database.ts'

export interface Extremes {
  recompute(): Promise<void>
}

/** Locks the children `ids` and notes whose they are. Run in the transaction of the write. */
export async function extremesOf(
  model: Model,
  child: EntityModel,
  groups: readonly FeedGroup[],
  tx: Queryable,
  ids: readonly string[],
): Promise<Extremes> {
  const parents = new Map<FeedGroup, string[]>()
  for (const group of groups) parents.set(group, await parentsOf(model, child, group, tx, ids))
  return {
    async recompute() {
      for (const [group, parentIds] of parents) {
        if (parentIds.length === 0) continue
        await run(tx, lockSideRows(model, group, PARENTS), parentIds)
        await run(tx, recomputeExtremes(model, child, group, PARENTS), parentIds)
      }
    },
  }
}

const PARENTS: Sql = input('parents', 'uuid[]')

async function parentsOf(
  model: Model,
  child: EntityModel,
  group: FeedGroup,
  tx: Queryable,
  ids: readonly string[],
): Promise<string[]> {
  const column = ident('c', group.referenceColumn)
  // Also those that have no parent now: what another writer is just giving them must be waited for.
  const statement = toStatement(
    sql`SELECT ${column} FROM ${ident(model.snapshot.schema, child.entity.table)} AS c WHERE c.id = ANY(${input('ids', 'uuid[]')}) ORDER BY c.id FOR UPDATE`,
  )
  const rows = await tx.query(statement.text, bind(statement, { ids: uuidArray(ids) }))
  return [...new Set(rows.flatMap(([id]) => id ?? []))]
}

async function run(tx: Queryable, query: Sql, parents: readonly string[]): Promise<void> {
  const statement = toStatement(query)
  await tx.query(statement.text, bind(statement, { parents: uuidArray(parents) }))
}

/** PostgreSQL's text form of an array; ids have no characters that need quoting. */
export function uuidArray(ids: readonly string[]): string {
  return `{${ids.join(',')}}`
}
