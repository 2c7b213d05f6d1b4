// The locks of a publish, taken before anything else and in the order in which writes take theirs: tables of records, the
// outbox, side tables of roll-ups. Taken as the statements come, a publish and a write could wait for each other, and
// PostgreSQL might end the write.
import { ident, sql, toStatement, trusted } from '../sql/sql.ts'
import type { Physical } from './physical.ts'
import type { Deed } from './reconcile.ts'

/** @param hasFence the outbox is altered too */
export function lockStatements(
  physical: Physical,
  deeds: readonly Deed[],
  newTables: ReadonlySet<string>,
  hasFence: boolean,
): string[] {
  const { schema, tables } = physical
  const touched = (holds: 'records' | 'rollups') =>
    tables
      .filter((table) => table.holds === holds && !newTables.has(table.name))
      .flatMap(({ name }) => {
        const kinds = deeds.filter(({ table }) => table === name).map(({ kind }) => kind)
        if (kinds.length === 0) return []
        // Building an index keeps writers out, not readers.
        return [lock(schema, name, kinds.every((kind) => kind === 'index') ? 'SHARE' : 'ACCESS EXCLUSIVE')]
      })
  return [
    ...touched('records'),
    ...(hasFence ? [lock(schema, '_outbox', 'ACCESS EXCLUSIVE')] : []),
    ...touched('rollups'),
  ]
}

const lock = (schema: string, name: string, mode: 'SHARE' | 'ACCESS EXCLUSIVE'): string =>
  toStatement(sql`LOCK TABLE ${ident(schema, name)} IN ${trusted(mode)} MODE`).text
