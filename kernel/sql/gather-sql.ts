// The records that somebody with a narrow right sees, found by what makes them visible instead of by looking at every
// record of the entity in turn: those of the owner, those of the team, those that were shared, each by its index.
import type { Condition } from '../plan/access.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import { conditionSql, ownedBy, sharedIds } from './access-sql.ts'
import { Joins, RowSource } from './row-source.ts'
import { ident, join, type Sql, sql } from './sql.ts'

/** Ids, some perhaps twice. */
export function gatherIds(model: Model, entity: EntityModel, condition: Condition): Sql {
  const ways = condition.kind === 'any' ? condition.items : [condition]
  const parts = ways.flatMap((way): Sql[] => {
    if (way.kind === 'shared') return [sharedIds(model, entity, way.operation) ?? sql`SELECT NULL::uuid`]
    const alias = 'g'
    const joins = new Joins('gj')
    const row = new RowSource(model, entity, alias, joins)
    const table = ident(model.snapshot.schema, entity.entity.table)
    const met = way.kind === 'owned' ? ownedBy(way.scope, row) : [conditionSql(way, row, { isLive: true })]
    return met.map(
      (one) =>
        sql`SELECT ${row.own('id')} FROM ${table} AS ${ident(alias)}${joins.toSql()}${one ? sql` WHERE ${one}` : sql``}`,
    )
  })
  return join(parts, ' UNION ALL ')
}
