// Which of these records an actor may see, by the same conditions as every read.
import type { EntityModel } from '../catalog/model.ts'
import { conditionSql, eyesOf } from '../sql/access-sql.ts'
import { Joins, RowSource } from '../sql/row-source.ts'
import { bind, ident, input, type Statement, sql, toStatement } from '../sql/sql.ts'
import { type Context, cacheKey } from './context.ts'
import type { Queryable } from './database.ts'
import { uuidArray } from './extremes.ts'
import { StatementCache } from './statement-cache.ts'

const statements = new StatementCache<Statement>()

/** Those in the trash too: who sees a record learns that it went there. */
export async function visibleIds(
  context: Context,
  database: Queryable,
  entity: EntityModel,
  ids: readonly string[],
): Promise<string[]> {
  const condition = context.rights.condition(entity, 'read')
  if (condition.kind === 'nothing' || ids.length === 0) return []
  if (condition.kind === 'all') return [...ids]
  const statement = statements.get(`${cacheKey(context, entity)} visible`, () => {
    const joins = new Joins('j', eyesOf(context.model, context.rights))
    const row = new RowSource(context.model, entity, 'r', joins)
    const right = conditionSql(condition, row.trusted())
    return toStatement(
      sql`SELECT r.id FROM ${ident(context.model.snapshot.schema, entity.entity.table)} AS r${joins.toSql()} WHERE r.id = ANY(${input('ids', 'uuid[]')})${right ? sql` AND ${right}` : sql``}`,
    )
  })
  const rows = await database.query(statement.text, bind(statement, { ...context.inputs, ids: uuidArray(ids) }))
  return rows.map(([id]) => id ?? '')
}
