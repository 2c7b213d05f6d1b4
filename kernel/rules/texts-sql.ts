// Texts of rules as SQL.
import type { RuleKind } from '../../sdk/rules/types.ts'
import { type Sql, sql, trusted } from '../sql/sql.ts'

export const folded = (text: Sql): Sql => sql`lower((${text}) COLLATE "und-x-icu")`
export const raised = (text: Sql): Sql => sql`upper((${text}) COLLATE "und-x-icu")`

/** What JavaScript takes for space. */
const SPACES = String.raw`E'\t\n\x0B\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'`

export const trimmed = (text: Sql): Sql => sql`btrim(${text}, ${trusted(SPACES)})`

export function asText(value: Sql, kind: RuleKind): Sql {
  if (kind === 'decimal') return sql`trim_scale(${value})::text`
  if (kind === 'number') return sql`trim_scale((${value})::text::numeric)::text`
  if (kind === 'instant') return sql`to_char((${value}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
  return sql`(${value})::text`
}
