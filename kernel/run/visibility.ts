// How much of a large entity an actor sees, and by what: whether a list had better begin with the few that are theirs,
// and which records their rules look at are few. Asked once in a while: the answer only decides how a statement goes
// about it, never what it answers.
import type { EntityModel } from '../catalog/model.ts'
import type { Condition } from '../plan/access.ts'
import { UNKNOWN_VISIBILITY, type Visibility } from '../plan/read-plan.ts'
import { countGathered } from '../sql/gather-sql.ts'
import { onlyStep } from '../sql/looked-up-rule.ts'
import { bind, ident, literal, type Sql, sql, toStatement, trusted } from '../sql/sql.ts'
import type { Context } from './context.ts'
import type { Queryable } from './database.ts'

/** Of fewer records nobody notices the difference. */
const LARGE = 20_000
/** More than so many are sooner met on the way than gathered and sorted. */
const MOST = 4_000
/** What is read within a third of a millisecond: some thousand records. */
const SMALL_BYTES = 512 * 1024
const KEPT_MS = 5 * 60_000
const MAX_KEPT = 20_000

const known = new Map<string, { visibility: Promise<Visibility>; untilMs: number }>()

export function visibilityOf(context: Context, database: Queryable, entity: EntityModel): Promise<Visibility> {
  const condition = context.rights.condition(entity, 'read')
  const ways = condition.kind === 'any' ? condition.items : [condition]
  if (!ways.every(canBeGathered)) return Promise.resolve(UNKNOWN_VISIBILITY)
  const { loaded, rights, actor } = context
  const key = [loaded.tenant.schema, context.model.key, entity.entity.id, rights.key, actor.userId].join(' ')
  const found = known.get(key)
  if (found && found.untilMs > Date.now()) return found.visibility
  const asked = ask(context, database, entity, condition)
  known.delete(key)
  known.set(key, { visibility: asked, untilMs: Date.now() + KEPT_MS })
  asked.catch(() => known.delete(key))
  const [oldest] = known.keys()
  if (known.size > MAX_KEPT && oldest !== undefined) known.delete(oldest)
  return asked
}

/** What hangs on other records is looked at where it is met. */
const canBeGathered = ({ kind }: Condition): boolean => kind === 'owned' || kind === 'shared' || kind === 'rule'

async function ask(
  context: Context,
  database: Queryable,
  entity: EntityModel,
  condition: Condition,
): Promise<Visibility> {
  if (!(await isLarge(context, database, entity))) return UNKNOWN_VISIBILITY
  return {
    isNarrow: await isNarrow(context, database, entity, condition),
    small: await smallOnes(context, database, entity, condition),
  }
}

async function isLarge(context: Context, database: Queryable, entity: EntityModel): Promise<boolean> {
  const size = toStatement(
    sql`SELECT 1 FROM pg_class WHERE oid = ${relation(context, entity)} AND reltuples >= ${trusted(String(LARGE))}`,
  )
  return (await database.query(size.text, [])).length > 0
}

async function isNarrow(
  { model, inputs }: Context,
  database: Queryable,
  entity: EntityModel,
  condition: Condition,
): Promise<boolean> {
  const few = toStatement(countGathered(model, entity, condition, MOST + 1))
  const [count] = await database.query(few.text, bind(few, inputs), { isPlannedWithValues: true })
  return Number(count?.[0]) <= MOST
}

/** Ids of the entities that rules look at and that are small. */
async function smallOnes(
  context: Context,
  database: Queryable,
  entity: EntityModel,
  condition: Condition,
): Promise<Set<string>> {
  const ways = condition.kind === 'any' ? condition.items : [condition]
  const small = new Set<string>()
  for (const way of ways) {
    const target = way.kind === 'rule' ? onlyStep(context.model, entity, way.rule)?.target : undefined
    if (!target) continue
    const size = toStatement(sql`SELECT pg_relation_size(${relation(context, target)})`)
    const [bytes] = await database.query(size.text, [])
    if (Number(bytes?.[0]) <= SMALL_BYTES) small.add(target.entity.id)
  }
  return small
}

const relation = ({ model }: Context, { entity }: EntityModel): Sql =>
  sql`${literal(toStatement(ident(model.snapshot.schema, entity.table)).text)}::regclass`
