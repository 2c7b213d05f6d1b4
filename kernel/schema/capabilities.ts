// What this PostgreSQL can do beyond what every one can.
import type { Queryable } from '../run/database.ts'
import type { Capabilities } from './indexes.ts'

export async function readCapabilities(database: Queryable): Promise<Capabilities> {
  const [row] = await database.query(
    `SELECT n.nspname FROM pg_opclass AS o JOIN pg_namespace AS n ON n.oid = o.opcnamespace WHERE o.opcname = 'gin_trgm_ops'`,
  )
  return { trigramSchema: row?.[0] ?? null }
}
