// A change may set only the beginning or only the end of a period. What the other one is, only the statement sees under
// a lock, so it asks whether the two are in order.
import type { FieldColumn } from '../../sdk/metadata/snapshot.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import { valueInput } from './row-values.ts'
import { ident, input, type Sql, sql } from './sql.ts'

export interface HalfPeriod {
  start: FieldColumn
  end: FieldColumn
  /** Which of them the body sets. */
  set: 'start' | 'end'
}

/** Of the row under `alias` and the body's day; true when either of the two days is open. */
export function isInOrder({ start, end, set }: HalfPeriod, alias: string): Sql {
  const day = (column: FieldColumn, isSet: boolean): Sql =>
    isSet ? input(valueInput(column), column.sqlType) : ident(alias, column.column)
  return sql`COALESCE(${day(start, set === 'start')} <= ${day(end, set === 'end')}, TRUE)`
}

/** The record's own day, when the body's one is out of order with it: asked only after a change found no row. */
export function dayInTheWay(model: Model, entity: EntityModel, period: HalfPeriod): Sql {
  const table = ident(model.snapshot.schema, entity.entity.table)
  const kept = period.set === 'start' ? period.end : period.start
  return sql`SELECT ${ident('t', kept.column)}::text FROM ${table} AS t WHERE t.id = ${input('id', 'uuid')} AND NOT ${isInOrder(period, 't')}`
}
