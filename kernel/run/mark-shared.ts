// Records that are shared carry a mark of with whom (sql/shared-with.ts). It is set in the transaction that writes the
// share, whichever way that comes: a share without its mark would open nothing.
import { markShared, sharedEntities } from '../sql/shared-with.ts'
import { bind, type Sql, sql, toStatement } from '../sql/sql.ts'
import type { Queryable, RawRow } from './database.ts'
import type { WriteGuard } from './guard.ts'

/** For entities with the trait `share`. */
export const keepMarks: WriteGuard = async ({ tx, model, ids, operation }) => {
  if (operation === 'delete' || operation === 'purge') return
  const list = `{${ids.join(',')}}`
  for (const [name] of await run(tx, sharedEntities(model, list))) {
    const entity = model.find(name ?? '')
    if (entity) await run(tx, markShared(model, entity, list))
  }
}

async function run(tx: Queryable, query: Sql | undefined): Promise<RawRow[]> {
  const statement = toStatement(query ?? sql`SELECT 1 WHERE FALSE`)
  return tx.query(statement.text, bind(statement, {}), { isPlannedWithValues: true })
}
