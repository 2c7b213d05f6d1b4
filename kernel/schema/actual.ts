// What a tenant's schema has at this moment, as PostgreSQL's own catalogs tell it. Plans are made against this, so that
// whatever a stopped publish left behind, and whatever was retired and comes back, is seen.
import type { Queryable } from '../run/database.ts'

export interface ActualTable {
  name: string
  /** Column → type, such as `timestamp with time zone`. */
  columns: ReadonlyMap<string, ActualColumn>
  indexes: ReadonlyMap<string, ActualIndex>
}

export interface ActualColumn {
  type: string
  /** Set by us on columns that are being filled for a publish to come. */
  comment: string | null
}

export interface ActualIndex {
  name: string
  /** false: a concurrent build was cut off. */
  isValid: boolean
  columns: readonly string[]
}

export interface ActualSchema {
  exists: boolean
  tables: ReadonlyMap<string, ActualTable>
  sequences: ReadonlySet<string>
  views: ReadonlySet<string>
}

export async function readActual(database: Queryable, schema: string): Promise<ActualSchema> {
  const [found] = await database.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema])
  if (!found) return { exists: false, tables: new Map(), sequences: new Set(), views: new Set() }
  const tables = new Map<string, { columns: Map<string, ActualColumn>; indexes: Map<string, ActualIndex> }>()
  const sequences = new Set<string>()
  const views = new Set<string>()
  for (const [kind, name] of await database.query(RELATIONS, [schema])) {
    if (kind === 'S') sequences.add(name ?? '')
    else if (kind === 'v') views.add(name ?? '')
    else tables.set(name ?? '', { columns: new Map(), indexes: new Map() })
  }
  for (const [table, name, type, comment] of await database.query(COLUMNS, [schema]))
    tables.get(table ?? '')?.columns.set(name ?? '', { type: type ?? '', comment: comment ?? null })
  for (const [table, name, valid, columns] of await database.query(INDEXES, [schema])) {
    const index = { name: name ?? '', isValid: valid === 't', columns: JSON.parse(columns ?? '[]') as string[] }
    tables.get(table ?? '')?.indexes.set(index.name, index)
  }
  return {
    exists: true,
    tables: new Map([...tables].map(([name, table]) => [name, { name, ...table }])),
    sequences,
    views,
  }
}

const RELATIONS = `
SELECT c.relkind, c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p', 'S', 'v')`

const COLUMNS = `
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum)
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped`

const INDEXES = `
SELECT t.relname, c.relname, i.indisvalid AND i.indisready,
  (SELECT json_agg(a.attname ORDER BY a.attnum) FROM pg_attribute AS a WHERE a.attrelid = c.oid)
FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_class AS t ON t.oid = i.indrelid
JOIN pg_namespace AS n ON n.oid = t.relnamespace WHERE n.nspname = $1`

/** Types as PostgreSQL writes them out. */
export const PRINTED_TYPES: Readonly<Record<string, string>> = {
  float8: 'double precision',
  timestamptz: 'timestamp with time zone',
  int4: 'integer',
}
