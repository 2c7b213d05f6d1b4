// Does an actor see so few records of a large entity that a list had better begin with those? Asked once in a while: the
// answer only decides how a statement goes about it, never what it answers.
import type { EntityModel } from '../catalog/model.ts'
import type { Condition } from '../plan/access.ts'
import { gatherIds } from '../sql/gather-sql.ts'
import { bind, ident, literal, sql, toStatement, trusted } from '../sql/sql.ts'
import type { Context } from './context.ts'
import type { Queryable } from './database.ts'

/** Of fewer records nobody notices the difference. */
const LARGE = 20_000
/** More than so many are sooner met on the way than gathered and sorted. */
const MOST = 4_000
const KEPT_MS = 5 * 60_000
const MAX_KEPT = 20_000

const known = new Map<string, { isNarrow: Promise<boolean>; untilMs: number }>()

export function isNarrow(context: Context, database: Queryable, entity: EntityModel): Promise<boolean> {
  const condition = context.rights.condition(entity, 'read')
  if (!canBeGathered(condition)) return Promise.resolve(false)
  const { loaded, rights, actor } = context
  const key = [loaded.tenant.schema, context.model.key, entity.entity.id, rights.key, actor.userId].join(' ')
  const found = known.get(key)
  if (found && found.untilMs > Date.now()) return found.isNarrow
  const asked = ask(context, database, entity, condition)
  known.delete(key)
  known.set(key, { isNarrow: asked, untilMs: Date.now() + KEPT_MS })
  asked.catch(() => known.delete(key))
  const [oldest] = known.keys()
  if (known.size > MAX_KEPT && oldest !== undefined) known.delete(oldest)
  return asked
}

/** What hangs on other records is looked at where it is met. */
function canBeGathered(condition: Condition): boolean {
  const ways = condition.kind === 'any' ? condition.items : [condition]
  return ways.every(({ kind }) => kind === 'owned' || kind === 'shared' || kind === 'rule')
}

async function ask(
  { model, inputs }: Context,
  database: Queryable,
  entity: EntityModel,
  condition: Condition,
): Promise<boolean> {
  const table = ident(model.snapshot.schema, entity.entity.table)
  const size = toStatement(
    sql`SELECT reltuples FROM pg_class WHERE oid = ${literal(toStatement(table).text)}::regclass AND reltuples >= ${trusted(String(LARGE))}`,
  )
  const [large] = await database.query(size.text, [])
  if (!large) return false
  const few = toStatement(
    sql`SELECT count(*) FROM (SELECT 1 FROM (${gatherIds(model, entity, condition)}) AS ids LIMIT ${trusted(String(MOST + 1))}) AS few`,
  )
  const [count] = await database.query(few.text, bind(few, inputs), { isPlannedWithValues: true })
  return Number(count?.[0]) <= MOST
}
