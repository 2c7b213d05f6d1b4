// Rights to records on the road of a write: as checks of its statement, and as the reason why nothing was written.
import { RelataError } from '../../sdk/errors.ts'
import type { Operation } from '../../sdk/metadata/rights.ts'
import type { EntityModel } from '../catalog/model.ts'
import type { Rights } from '../plan/rights.ts'
import { conditionSql } from '../sql/access-sql.ts'
import type { RowCheck } from '../sql/checked-row.ts'
import { Joins, RowSource } from '../sql/row-source.ts'
import { bind, ident, input, type Sql, sql, toStatement, trusted } from '../sql/sql.ts'
import type { Context } from './context.ts'
import type { Queryable } from './database.ts'
import { uuidArray } from './extremes.ts'
import { noSuchRecord } from './read-records.ts'

export const ACCESS_CHECK = 'access'

export function accessChecks(rights: Rights, entity: EntityModel, operation: Operation): RowCheck[] {
  const condition = rights.condition(entity, operation)
  if (condition.kind === 'all') return []
  return [{ name: ACCESS_CHECK, condition: (row) => conditionSql(condition, row) }]
}

/**
 * Of records that are there, in the trash or not; one that is not there is not spoken of.
 * @throws RL205 one of them may not even be read · RL301
 */
export async function requireRecords(
  { model, rights, inputs }: Context,
  tx: Queryable,
  entity: EntityModel,
  ids: readonly string[],
  operation: Operation,
): Promise<void> {
  if (rights.condition(entity, operation).kind === 'all') return
  const joins = new Joins('j')
  const row = new RowSource(model, entity, 'r', joins)
  const holds = (wanted: Operation): Sql =>
    sql`((${conditionSql(rights.condition(entity, wanted), row) ?? trusted('TRUE')}) IS TRUE)`
  const columns = sql`r.id, ${holds('read')}, ${holds(operation)}`
  const statement = toStatement(
    sql`SELECT ${columns} FROM ${ident(model.snapshot.schema, entity.entity.table)} AS r${joins.toSql()} WHERE r.id = ANY(${input('ids', 'uuid[]')})`,
  )
  const rows = await tx.query(statement.text, bind(statement, { ...inputs, ids: uuidArray(ids) }))
  for (const [id, mayRead, may] of rows) {
    if (mayRead !== 't') throw noSuchRecord(entity, id ?? '')
    if (may !== 't') throw notThisOne(entity, operation)
  }
}

const notThisOne = ({ entity }: EntityModel, operation: Operation): RelataError =>
  new RelataError('RL301', `Your role does not allow you to ${operation} this ${entity.name}.`, {
    hint: 'Ask its owner or an administrator; “Who can see this” on its page says who may.',
  })

/** The change is within the right of its writer before, but not after it; or the new record is not within it at all. */
export const outOfReach = ({ entity }: EntityModel, operation: 'create' | 'update'): RelataError =>
  operation === 'create'
    ? new RelataError('RL301', `Your role does not allow you to create such a ${entity.name}.`, {
        hint: 'Your right to create reaches some records only, for example your own: look at the owner and the team.',
      })
    : new RelataError('RL301', `After this change the ${entity.name} would be out of your reach.`, {
        hint: 'Ask somebody whose role allows it, for example to give it to another owner.',
      })

/** @param free fields that somebody else answers for @throws RL301 with every field of the body that the actor may not write */
export function requireEditable(
  rights: Rights,
  entity: EntityModel,
  body: unknown,
  write: 'create' | 'update',
  free?: ReadonlySet<string>,
): void {
  if (typeof body !== 'object' || body === null) return
  const problems = Object.keys(body).flatMap((name) => {
    const field = entity.field(name)
    if (!field || rights.field(entity, field, write) === 'edit' || free?.has(field.name)) return []
    return [{ path: `/${name}`, key: 'not_allowed', message: 'may not be set by your role' }]
  })
  if (problems.length === 0) return
  throw new RelataError('RL301', 'Your role does not allow you to set some of the fields.', { problems })
}
