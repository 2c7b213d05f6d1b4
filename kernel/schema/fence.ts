// Keeps writers out that know an older version of an entity than its derived values need: one that does not know of a new
// roll-up would leave it wrong for good. Every write says in its event which version it was planned with; a constraint of
// the outbox refuses those that are too old, and the corridor plans them once more (run/postgres-error.ts, isStalePlan).
import type { Snapshot } from '../../sdk/metadata/snapshot.ts'
import { FENCE } from '../run/postgres-error.ts'
import { ident, join, literal, sql, toStatement, trusted } from '../sql/sql.ts'

/** Entity id → the lowest version of metadata that may write its records. */
export type Fences = Readonly<Record<string, number>>

export function raised(fences: Fences, entityIds: readonly string[], after: Snapshot): Fences {
  const living = new Set(after.entities.map(({ id }) => id))
  const kept = Object.entries(fences).filter(([id]) => living.has(id))
  return Object.fromEntries([...kept, ...entityIds.map((id) => [id, after.version])])
}

/**
 * Waits for writes that are under way; those that wait for it in turn meet the new constraint. Rows that are there are
 * not looked at.
 */
export function fenceStatement(schema: string, fences: Fences): string {
  const cases = Object.entries(fences).map(
    ([id, version]) => sql`WHEN ${literal(id)} THEN ${trusted(String(Math.trunc(version)))}`,
  )
  const name = ident(FENCE)
  const check = sql`CHECK (metadata >= CASE entity ${join(cases, ' ')} ELSE 0 END) NOT VALID`
  return toStatement(
    sql`ALTER TABLE ${ident(schema, '_outbox')} DROP CONSTRAINT IF EXISTS ${name}, ADD CONSTRAINT ${name} ${check}`,
  ).text
}
