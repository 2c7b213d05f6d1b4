// The forms in which values are compared to find the same thing twice. They are immutable in PostgreSQL's sense, so that
// an index can hold them (schema/indexes.ts): it holds a hash, since its entries are small and texts need not be.
import type { DuplicateMatch, Field, FieldColumn } from '../../sdk/metadata/snapshot.ts'
import { type Sql, sql } from './sql.ts'

export interface MatchedColumn {
  match: DuplicateMatch
  field: Field
  column: FieldColumn
}

export function matchedColumns(fields: readonly Field[], match: readonly DuplicateMatch[]): MatchedColumn[] {
  return match.flatMap((one) => {
    const field = fields.find(({ name }) => name === one.field)
    const column = field?.columns.find(({ part }) => part === one.part)
    return field && column ? [{ match: one, field, column }] : []
  })
}

/** NULL where there is nothing to compare. `value` is the column in whatever row. */
export function duplicateKey({ match, field }: MatchedColumn, value: Sql): Sql {
  if (match.how === 'exact') return value
  if (field.type === 'phone') return sql`NULLIF(regexp_replace(${value}, '[^0-9]', '', 'g'), '')`
  const lower = sql`lower(normalize(${value}, NFKC) COLLATE "und-x-icu")`
  if (field.type === 'email') return lower
  return sql`NULLIF(btrim(regexp_replace(${lower}, '[[:space:]]+', ' ', 'g')), '')`
}

/** What the index holds of it. */
export function indexedKey(matched: MatchedColumn, value: Sql): Sql {
  const key = duplicateKey(matched, value)
  return matched.column.sqlType === 'text' ? sql`hashtextextended(${key}, 0)` : key
}
