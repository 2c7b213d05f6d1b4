// Why one person may, or may not, do each thing with one record: one statement asks every part of their rights of it.
import {
  type AccessAnswer,
  type Obstacle,
  type OperationAccess,
  type Reason,
  type RecordOperation,
  RECORD_OPERATIONS,
  type Share,
} from '../../sdk/wire/access.ts'
import type { EntityModel } from '../catalog/model.ts'
import type { Condition } from '../plan/access.ts'
import { type Ground, groundsOf, parentGrounds } from '../plan/grounds.ts'
import { holderOf } from '../plan/rights.ts'
import { ALLOWED_BY, conditionSql } from '../sql/access-sql.ts'
import { Joins, RowSource } from '../sql/row-source.ts'
import { bind, ident, input, join, type Sql, type Statement, sql, toStatement, trusted } from '../sql/sql.ts'
import { cacheKey, type Context } from './context.ts'
import type { Queryable } from './database.ts'
import { StatementCache } from './statement-cache.ts'

interface Explainer {
  statement: Statement
  grounds: readonly Ground[]
  /** References that the record hangs by. */
  parents: readonly string[]
}

export interface Explained {
  operations: AccessAnswer['operations']
  parents: readonly { field: string; allowed: boolean }[]
}

const explainers = new StatementCache<Explainer>(200)

/**
 * @param context of the person in question, whoever asks
 * @param shares of the record
 * @returns undefined when there is no such record, in the trash or out of it
 */
export async function explainAccess(
  context: Context,
  database: Queryable,
  entity: EntityModel,
  id: string,
  shares: readonly Share[],
): Promise<Explained | undefined> {
  const { statement, grounds, parents } = explainers.get(cacheKey(context, entity), () => compile(context, entity))
  const [row] = await database.query(statement.text, bind(statement, { ...context.inputs, id }))
  if (!row) return undefined
  const answers = row.map((cell) => cell === 't')
  const start = RECORD_OPERATIONS.length
  const met = new Set(grounds.filter((_, index) => answers[start + index]))
  const leads = parents.map((field, index) => ({ field, allowed: answers[start + grounds.length + index] ?? false }))
  const own = shares.filter((share) => isWith(context, share))
  const of = (operation: RecordOperation): OperationAccess => {
    const said = grounds.filter((ground) => ground.operation === operation)
    const found = said.filter((ground) => met.has(ground))
    const allowing = own.filter(({ access }) => ALLOWED_BY[operation].includes(access))
    if (answers[RECORD_OPERATIONS.indexOf(operation)])
      return { allowed: true, reasons: [...found.map(roleReason), ...allowing.map(shareReason)] }
    const isReached = said.length > 0 && (found.length > 0 || allowing.length > 0)
    return { allowed: false, reasons: [], obstacle: obstacleOf(said.length > 0, isReached, leads) }
  }
  const operations = {
    read: of('read'),
    update: of('update'),
    delete: of('delete'),
    export: of('export'),
    share: of('share'),
  }
  return { operations, parents: leads }
}

/** Whoever is reached by a right of their own fails at what comes before it: reading, and the records above. */
function obstacleOf(hasGrant: boolean, isReached: boolean, parents: Explained['parents']): Obstacle {
  if (!hasGrant) return 'role'
  return isReached || parents.some(({ allowed }) => !allowed) ? 'parent' : 'record'
}

function isWith({ actor: { userId, circle } }: Context, share: Share): boolean {
  const isOver = share.until !== null && Date.parse(share.until) <= Date.now()
  return !isOver && [userId, ...circle.teams, circle.organisation].includes(share.with.id)
}

const roleReason = ({ role, scope }: Ground): Reason => ({ kind: 'role', role: role.name, label: role.label, scope })

const shareReason = ({ id, with: principal, access, until }: Share): Reason => ({
  kind: 'share',
  share: id,
  with: principal,
  access,
  until,
})

function compile({ model, rights, actor }: Context, entity: EntityModel): Explainer {
  const holder = holderOf(model, actor)
  const grounds = groundsOf(model, holder.roles, entity, RECORD_OPERATIONS)
  const parents = parentGrounds(model, holder, entity)
  const joins = new Joins('j')
  const row = new RowSource(model, entity, 'r', joins)
  const holds = (condition: Condition): Sql => sql`((${conditionSql(condition, row) ?? trusted('TRUE')}) IS TRUE)`
  const columns = [
    ...RECORD_OPERATIONS.map((operation) => rights.condition(entity, operation)),
    ...grounds.map(({ condition }) => condition),
    ...parents.map(({ condition }) => condition),
  ].map(holds)
  const query = sql`SELECT ${join(columns, ', ')} FROM ${ident(model.snapshot.schema, entity.entity.table)} AS r${joins.toSql()} WHERE r.id = ${input('id', 'uuid')}`
  return { statement: toStatement(query), grounds, parents: parents.map(({ field }) => field.name) }
}
