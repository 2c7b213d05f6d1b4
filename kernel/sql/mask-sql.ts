// What a masked field shows: that there is something, and of a text so long that it stays unknown, how it ends.
import type { Field } from '../../sdk/metadata/snapshot.ts'
import type { RowSource } from './row-source.ts'
import { join, literal, type Sql, sql, trusted } from './sql.ts'

const DOTS = literal('••••')
const SHOWN = trusted('4')
/** Of shorter texts the end would give away too much. */
const LONG = trusted('12')

/** @param field undefined: the display name, whose text is made of fields that are masked or hidden */
export function maskSql(field: Field | undefined, row: RowSource): Sql {
  if (!field) return sql`CASE WHEN ${row.own('display_name')} <> '' THEN ${DOTS} END`
  const [column, ...others] = field.columns
  // Of what is worked out, emptiness itself would tell.
  if (!column) return DOTS
  if (others.length === 0 && column.sqlType === 'text') {
    const text = row.own(column.column)
    return sql`CASE WHEN length(${text}) >= ${LONG} THEN ${DOTS} || right(${text}, ${SHOWN}) WHEN ${text} IS NOT NULL THEN ${DOTS} END`
  }
  const isSet = join(
    field.columns.map((part) => sql`${row.own(part.column)} IS NOT NULL`),
    ' OR ',
  )
  return sql`CASE WHEN ${isSet} THEN ${DOTS} END`
}
