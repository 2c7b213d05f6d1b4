// The records that somebody with a narrow right sees, found by what makes them visible instead of by looking at every
// record of the entity in turn: those of the owner, those of the team, those that were shared, each by its index.
// PostgreSQL puts the indexes' answers together and fetches each record once.
import type { EntityModel, Model } from '../catalog/model.ts'
import type { Condition } from '../plan/access.ts'
import { conditionSql, ownedBy, sharedIds } from './access-sql.ts'
import { Joins, RowSource } from './row-source.ts'
import { ident, join, type Sql, sql, trusted } from './sql.ts'

/** The live records, as a table that is made before anything else is asked of it. */
export function gatherSql(model: Model, entity: EntityModel, condition: Condition): Sql {
  return sql`SELECT g.* ${from(model, entity, 'g')} WHERE g.deleted_at IS NULL AND ${met(model, entity, condition)} OFFSET 0`
}

/** How many they are, those in the trash included, as far as `most`. */
export function countGathered(model: Model, entity: EntityModel, condition: Condition, most: number): Sql {
  const limit = sql` LIMIT ${trusted(String(most))}`
  return sql`SELECT count(*) FROM (SELECT 1 ${from(model, entity, 'g')} WHERE ${met(model, entity, condition, limit)}${limit}) AS few`
}

const from = (model: Model, { entity }: EntityModel, alias: string): Sql =>
  sql`FROM ${ident(model.snapshot.schema, entity.table)} AS ${ident(alias)}`

/** @param limit of what is looked up in other tables */
function met(model: Model, entity: EntityModel, condition: Condition, limit = sql``): Sql {
  const row = new RowSource(model, entity, 'g')
  const amongIds = (ids: Sql): Sql => sql`${row.own('id')} = ANY(ARRAY(${ids}${limit}))`
  const ways = (condition.kind === 'any' ? condition.items : [condition]).flatMap((way): Sql[] => {
    if (way.kind === 'owned') return ownedBy(way.scope, row)
    if (way.kind !== 'shared') return [byRule(model, entity, way, amongIds)]
    const ids = sharedIds(model, entity, way.operation)
    return ids ? [amongIds(ids)] : []
  })
  return ways.length === 0 ? trusted('FALSE') : sql`(${join(ways, ' OR ')})`
}

/** A rule that follows references is asked of its own, so that the search may begin at their other end. */
function byRule(model: Model, entity: EntityModel, way: Condition, amongIds: (ids: Sql) => Sql): Sql {
  const joins = new Joins('gj')
  const alone = conditionSql(way, new RowSource(model, entity, 'g', joins), { isLive: true }) ?? trusted('TRUE')
  if (joins.isEmpty) return alone
  const otherJoins = new Joins('hj')
  const other = new RowSource(model, entity, 'h', otherJoins)
  const holds = conditionSql(way, other, { isLive: true }) ?? trusted('TRUE')
  return amongIds(sql`SELECT ${other.own('id')} ${from(model, entity, 'h')}${otherJoins.toSql()} WHERE ${holds}`)
}
