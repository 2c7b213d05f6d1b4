// Creating and changing one record. Where nothing else is asked for it is one statement; a transaction is opened only
// for what one statement cannot do right: extremes of roll-ups, trees, guards.
import { type Problem, RelataError } from '../../sdk/errors.ts'
import type { EntityModel } from '../catalog/model.ts'
import { sealInto } from '../plan/field-value.ts'
import { halfPeriodProblem } from '../plan/relationship.ts'
import { ALL_RIGHTS } from '../plan/rights.ts'
import { planSelection, type Selected } from '../plan/selection.ts'
import { invalidMessage, planWrite, type WritePlan } from '../plan/write-plan.ts'
import type { RowCheck } from '../sql/checked-row.ts'
import { alikeCreate, type CompiledWrite, compileCreate, explainCreate } from '../sql/create-sql.ts'
import { dayInTheWay } from '../sql/half-period.ts'
import { missingOptions } from '../sql/kept-options.ts'
import { missingReferences as findMissing } from '../sql/references-sql.ts'
import { feedGroups, hasExtremes, isTouched } from '../sql/rollup-sql.ts'
import { duplicateChecks } from '../sql/duplicates-sql.ts'
import { type EntityCheck, entityChecks, type Occasion } from '../sql/entity-checks.ts'
import { bind, type Sql, toStatement } from '../sql/sql.ts'
import { alikeUpdate, changedFields, compileUpdate, explainUpdate } from '../sql/update-sql.ts'
import { ACCESS_CHECK, accessChecks, outOfReach, requireEditable, requireRecords } from './access.ts'
import { writerInputs } from './actor-inputs.ts'
import { type BeforeHooks, hooksFor } from './before-hooks.ts'
import { askGuard, type Context, cacheKey, guardOf } from './context.ts'
import type { Database, Queryable, RawRow } from './database.ts'
import { duplicateError } from './duplicates.ts'
import { extremesOf } from './extremes.ts'
import { explainConflict } from './explain-conflict.ts'
import { fromPostgres } from './postgres-error.ts'
import { newId } from './new-id.ts'
import { noSuchRecord, type OneRecord } from './read-records.ts'
import { StatementCache } from './statement-cache.ts'

const writes = new StatementCache<CompiledWrite>()

/** What a caller holds: the pool, or a transaction that several writes share. */
export type Writer = { database: Database } | { tx: Queryable }

export interface WrittenRecord extends OneRecord {
  id: string
}

/** @throws RL206 values · RL207 not unique · RL301 rights */
export async function createRecord(
  context: Context,
  writer: Writer,
  entity: EntityModel,
  body: unknown,
): Promise<WrittenRecord> {
  context.rights.require(entity, 'create')
  requireEditable(context.rights, entity, body, 'create')
  const id = newId()
  const hooks = hooksFor(context, entity, 'create')
  const given = hooks ? await hooks.create(context, queryable(writer), entity, id, body) : { body, free: undefined }
  const seal = sealInto(context.seal, context.model, entity, id)
  const plan = planWrite(context, entity, given.body, 'create', seal, { free: given.free })
  const compiled = writes.get(`${cacheKey(context, entity)} create ${plan.shape}`, () =>
    compileCreate(context.model, entity, {
      provided: plan.provided,
      references: plan.references,
      selection: answerOf(context, entity),
      rights: context.rights,
      checks: createChecks(context, entity, plan),
    }),
  )
  const inputs = { ...plan.inputs, ...ownership(context, entity, plan), id, ...writerInputs(context.actor) }
  const work = async (tx: Queryable): Promise<WrittenRecord> => {
    const [row] = await runOne(context, entity, tx, compiled, inputs)
    if (!row) throw await whyNotCreated(context, tx, entity, plan, inputs)
    return written(compiled, row)
  }
  if (!guardOf(context.guards, entity)) return work(queryable(writer))
  return inTransaction(writer, async (tx) => {
    const result = await work(tx)
    await askGuard(context, { tx, entity, ids: [id], operation: 'create', fields: plan.provided, isAlong: false })
    return result
  })
}

/** `version` undefined: whatever is there is overwritten. @throws RL205 RL206 RL207 RL208 RL301 */
export function updateRecord(
  context: Context,
  writer: Writer,
  entity: EntityModel,
  id: string,
  version: number | undefined,
  body: unknown,
): Promise<WrittenRecord> {
  const hooks = hooksFor(context, entity, 'update')
  return hooks
    ? hookedUpdate(hooks, context, writer, entity, { id, version, body })
    : writeUpdate(context, writer, entity, id, version, body)
}

/** Hooks have seen one version of the record, and that one is written over or none. */
async function hookedUpdate(
  hooks: BeforeHooks,
  context: Context,
  writer: Writer,
  entity: EntityModel,
  change: { id: string; version: number | undefined; body: unknown },
): Promise<WrittenRecord> {
  context.rights.require(entity, 'update')
  requireEditable(context.rights, entity, change.body, 'update')
  for (let attempt = 1; ; attempt++) {
    try {
      const told = await hooks.update(context, queryable(writer), entity, change)
      if (!told) return writeUpdate(context, writer, entity, change.id, change.version, change.body)
      return await writeUpdate(context, writer, entity, change.id, told.version, told.body, told.free)
    } catch (error) {
      if (change.version !== undefined || attempt === MAX_HOOKED_TRIES || !hasMoved(error)) throw error
    }
  }
}

/** Of a record that somebody else keeps changing while hooks look at it. */
export const MAX_HOOKED_TRIES = 5
export const hasMoved = (error: unknown): boolean => error instanceof RelataError && error.code === 'RL208'

async function writeUpdate(
  context: Context,
  writer: Writer,
  entity: EntityModel,
  id: string,
  version: number | undefined,
  body: unknown,
  free?: ReadonlySet<string>,
): Promise<WrittenRecord> {
  context.rights.require(entity, 'update')
  requireEditable(context.rights, entity, body, 'update', free)
  const seal = sealInto(context.seal, context.model, entity, id)
  const plan = planWrite(context, entity, body, 'update', seal, { free })
  const hasVersion = version !== undefined
  const compiled = writes.get(`${cacheKey(context, entity)} update ${hasVersion} ${plan.shape}`, () =>
    compileUpdate(context.model, entity, {
      provided: plan.provided,
      owners: plan.owners,
      references: plan.references,
      parents: plan.parents,
      kept: plan.kept,
      period: plan.period,
      hasVersion,
      selection: answerOf(context, entity),
      rights: context.rights,
      checks: updateChecks(context, entity, plan),
    }),
  )
  const inputs = { ...plan.inputs, id, version: hasVersion ? String(version) : null, ...writerInputs(context.actor) }
  const work = async (tx: Queryable): Promise<WrittenRecord> => {
    const [row] = await runOne(context, entity, tx, compiled, inputs)
    if (!row) throw await whyNotUpdated(context, tx, entity, version, plan, inputs)
    return written(compiled, row)
  }
  const touched = new Set(changedFields(entity, plan.provided).map((field) => field.name))
  const groups = feedGroups(context.model, entity).filter((group) => hasExtremes(group) && isTouched(group, touched))
  if (!guardOf(context.guards, entity) && groups.length === 0 && plan.parents.length === 0)
    return work(queryable(writer))
  return inTransaction(writer, async (tx) => {
    if (plan.parents.length > 0) await lockTree(tx, context, entity)
    const extremes = await extremesOf(context.model, entity, groups, tx, [id])
    const result = await work(tx)
    await extremes.recompute()
    await askGuard(context, { tx, entity, ids: [id], operation: 'update', fields: plan.provided, isAlong: false })
    return result
  })
}

const NOTHING_NAMED = { select: undefined, expand: [] }
const BARE = ['id', 'version'].map((name) => ({ name }))

/** Who may make records and read none is told which it was, no more. */
function answerOf({ model, rights }: Context, entity: EntityModel): readonly Selected[] {
  if (rights.can(entity, 'read')) return planSelection(model, entity, NOTHING_NAMED, rights)
  return planSelection(model, entity, { select: BARE, expand: [] }, ALL_RIGHTS)
}

const createChecks = (context: Context, entity: EntityModel, { free }: WritePlan): RowCheck[] => [
  ...accessChecks(context.rights, entity, 'create'),
  ...rulesOf(context, entity, 'new', free),
]

function updateChecks(context: Context, entity: EntityModel, { provided, free }: WritePlan) {
  const access = accessChecks(context.rights, entity, 'update')
  return { before: access, after: [...access, ...rulesOf(context, entity, { provided }, free)] }
}

const rulesOf = (
  { model, acceptsDuplicates }: Context,
  entity: EntityModel,
  occasion: Occasion,
  free: ReadonlySet<string>,
): RowCheck[] => [
  ...entityChecks(model, entity, occasion, free),
  ...duplicateChecks(model, entity, occasion, acceptsDuplicates),
]

export const queryable = (writer: Writer): Queryable => ('database' in writer ? writer.database : writer.tx)

export function inTransaction<T>(writer: Writer, work: (tx: Queryable) => Promise<T>): Promise<T> {
  return 'database' in writer ? writer.database.transaction(work) : work(writer.tx)
}

async function runOne(
  context: Context,
  entity: EntityModel,
  database: Queryable,
  compiled: CompiledWrite,
  inputs: Record<string, string | null>,
): Promise<RawRow[]> {
  try {
    return await database.query(compiled.statement.text, bind(compiled.statement, { ...context.inputs, ...inputs }))
  } catch (error) {
    throw fromPostgres(error, context.model, entity)
  }
}

function written(compiled: CompiledWrite, row: RawRow): WrittenRecord {
  const [id, version] = [row[compiled.idPlace] ?? '', row[compiled.versionPlace] ?? '']
  const isReadable = compiled.readablePlace === undefined || row[compiled.readablePlace] === 't'
  return { id, version, body: isReadable ? compiled.write(row) : JSON.stringify({ id, version: Number(version) }) }
}

/** A record of an owned entity belongs to who makes it, unless the body says otherwise. */
export function ownership(context: Context, entity: EntityModel, plan: WritePlan): Record<string, string | null> {
  const isUsers = entity.entity.ownership === 'user'
  const owner = plan.owners.includes('owner') ? (plan.inputs['owner'] ?? null) : isUsers ? context.actor.userId : null
  return { owner, owner_team: plan.inputs['owner_team'] ?? null }
}

/** Two moves in one tree could each be right and together make a circle: they take turns. */
async function lockTree(tx: Queryable, context: Context, entity: EntityModel): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `${context.model.snapshot.schema} ${entity.entity.id}`,
  ])
}

async function missingReferences(context: Context, database: Queryable, plan: WritePlan): Promise<Problem[]> {
  if (plan.references.length === 0) return []
  const statement = toStatement(findMissing(context.model, plan.references, context.rights))
  const names = Object.fromEntries(plan.references.map(({ field }) => [`name:${field}`, field]))
  const rows = await database.query(statement.text, bind(statement, { ...context.inputs, ...plan.inputs, ...names }))
  return rows.map(([field]) => ({
    path: `/${field}`,
    key: 'no_such_record',
    message: 'points to a record that does not exist or is in the trash',
  }))
}

const danglingError = (problems: readonly Problem[]): RelataError =>
  new RelataError('RL206', 'A reference leads nowhere.', { problems })

const movedOn = (): RelataError =>
  new RelataError('RL502', 'A record that this one points to changed meanwhile.', { hint: 'Try again.' })

async function whyNotCreated(
  context: Context,
  database: Queryable,
  entity: EntityModel,
  plan: WritePlan,
  inputs: Record<string, string | null>,
): Promise<RelataError> {
  const { model } = context
  const checks = createChecks(context, entity, plan)
  const failed = await failedChecks(context, database, checks, inputs, () =>
    explainCreate(model, entity, { provided: plan.provided, checks }),
  )
  if (failed.has(ACCESS_CHECK)) return outOfReach(entity, 'create')
  // Of a record that the writer may not see, nothing is told by way of a rule that reads it.
  const missing = await missingReferences(context, database, plan)
  if (missing.length > 0) return danglingError(missing)
  const refused = refusedByRules(entityChecks(model, entity, 'new', plan.free), failed)
  if (refused) return refused
  const alike = duplicateChecks(model, entity, 'new', context.acceptsDuplicates).filter(({ name }) => failed.has(name))
  if (alike.length === 0) return movedOn()
  return duplicateError(context, database, entity, alike, inputs, (search) =>
    alikeCreate(model, entity, plan.provided, search),
  )
}

/** @param others problems that come before those of the rules */
function refusedByRules(
  rules: readonly EntityCheck[],
  failed: ReadonlySet<string>,
  others: readonly Problem[] = [],
): RelataError | undefined {
  const told = rules.filter(({ name }) => failed.has(name)).map(({ problem }) => problem)
  const problems = [...others, ...told]
  return problems.length === 0 ? undefined : new RelataError('RL206', invalidMessage(problems.length), { problems })
}

/** Names of the checks that do not hold. */
async function failedChecks(
  context: Context,
  database: Queryable,
  checks: readonly RowCheck[],
  inputs: Record<string, string | null>,
  explain: () => Sql,
): Promise<ReadonlySet<string>> {
  if (checks.length === 0) return new Set()
  const statement = toStatement(explain())
  const [row] = await database.query(statement.text, bind(statement, { ...context.inputs, ...inputs }))
  return new Set(row ? checks.filter((_, index) => row[index] !== 't').map(({ name }) => name) : [])
}

async function whyNotUpdated(
  context: Context,
  database: Queryable,
  entity: EntityModel,
  version: number | undefined,
  plan: WritePlan,
  inputs: Record<string, string | null> & { id: string },
): Promise<RelataError> {
  const { id } = inputs
  await requireRecords(context, database, entity, [id], 'update')
  const conflict = await explainConflict(context, database, entity, id, version, plan)
  if (conflict) return conflict
  const missing = await missingReferences(context, database, plan)
  if (missing.length > 0) return danglingError(missing)
  const { model } = context
  const checks = updateChecks(context, entity, plan)
  const failed = await failedChecks(context, database, checks.after, inputs, () =>
    explainUpdate(model, entity, { provided: plan.provided, owners: plan.owners, checks }),
  )
  if (failed.has(ACCESS_CHECK)) return outOfReach(entity, 'update')
  const refused = refusedByRules(entityChecks(model, entity, plan, plan.free), failed, [
    ...(await inactiveOptions(context, database, entity, id, plan)),
    ...(await periodProblems(context, database, entity, id, plan)),
  ])
  if (refused) return refused
  const alike = duplicateChecks(model, entity, plan, context.acceptsDuplicates).filter(({ name }) => failed.has(name))
  if (alike.length > 0)
    return duplicateError(context, database, entity, alike, inputs, (search) =>
      alikeUpdate(model, entity, plan, search),
    )
  const [parent] = plan.parents
  if (parent) {
    return new RelataError('RL206', 'A record cannot stand below itself.', {
      problems: [{ path: `/${parent.name}`, key: 'circle', message: 'would put the record below itself' }],
    })
  }
  return noSuchRecord(entity, id)
}

async function inactiveOptions(
  context: Context,
  database: Queryable,
  entity: EntityModel,
  id: string,
  plan: WritePlan,
): Promise<Problem[]> {
  if (plan.kept.length === 0) return []
  const statement = toStatement(missingOptions(context.model, entity, plan.kept))
  const names = Object.fromEntries(plan.kept.map(({ field }) => [`name:${field}`, field]))
  const missing = (await database.query(statement.text, bind(statement, { ...plan.inputs, ...names, id }))).flat()
  return plan.kept.flatMap(({ field, problem: { key, message, params } }) =>
    missing.includes(field) ? [{ path: `/${field}`, key, message, ...(params ? { params } : {}) }] : [],
  )
}

async function periodProblems(
  context: Context,
  database: Queryable,
  entity: EntityModel,
  id: string,
  { period, inputs }: WritePlan,
): Promise<Problem[]> {
  if (!period) return []
  const statement = toStatement(dayInTheWay(context.model, entity, period))
  const rows = await database.query(statement.text, bind(statement, { ...inputs, id }))
  return rows.flatMap(([day]) => (day ? [halfPeriodProblem(period, day)] : []))
}
