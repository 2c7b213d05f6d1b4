// Removes a tenant's schema, a few tables at a time: one transaction over hundreds of tables with their indexes would
// need more locks than PostgreSQL keeps room for.
import type { Database } from '../run/database.ts'
import { ident, join, sql, toStatement } from '../sql/sql.ts'

const TABLES_AT_ONCE = 40

export async function dropSchema(database: Database, schema: string): Promise<void> {
  for (;;) {
    const rows = await database.query(
      `SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
       WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') ORDER BY c.relname LIMIT ${TABLES_AT_ONCE}`,
      [schema],
    )
    if (rows.length === 0) break
    const tables = join(
      rows.map(([name]) => ident(schema, name ?? '')),
      ', ',
    )
    await database.query(toStatement(sql`DROP TABLE IF EXISTS ${tables} CASCADE`).text)
  }
  await database.query(toStatement(sql`DROP SCHEMA IF EXISTS ${ident(schema)} CASCADE`).text)
}
