// Several writes that succeed or fail together, and writes addressed by a key instead of an id.
import { type Problem, RelataError } from '../../sdk/errors.ts'
import type { EntityModel } from '../catalog/model.ts'
import { fieldType } from '../../sdk/fields/index.ts'
import { conditionSql } from '../sql/access-sql.ts'
import { Joins, RowSource } from '../sql/row-source.ts'
import { bind, ident, input, join, sql, toStatement } from '../sql/sql.ts'
import type { Context } from './context.ts'
import type { Database, Queryable } from './database.ts'
import { isRetryable } from './postgres-error.ts'
import { deleteRecord, restoreRecord } from './trash-records.ts'
import { createRecord, updateRecord, type WrittenRecord } from './write-records.ts'
import { isUuid } from './new-id.ts'

export const MAX_OPERATIONS = 1_000

interface Operation {
  op: 'create' | 'update' | 'delete' | 'restore'
  entity: string
  id: string
  version: number | undefined
  body: unknown
}

/** @returns JSON text of the results, in order: the record of a create or update, `null` of the rest */
export async function runBatch(context: Context, database: Database, body: unknown): Promise<string> {
  const operations = parseOperations(body)
  const results = await withRetry(() =>
    database.transaction(async (tx) => {
      const bodies: string[] = []
      for (const [index, operation] of operations.entries())
        bodies.push(await runOperation(context, tx, operation, index))
      return bodies
    }),
  )
  return `{"results":[${results.join(',')}]}`
}

async function runOperation(context: Context, tx: Queryable, operation: Operation, index: number): Promise<string> {
  try {
    const entity = context.model.entity(operation.entity)
    if (operation.op === 'create') return (await createRecord(context, { tx }, entity, operation.body)).body
    if (operation.op === 'update')
      return (await updateRecord(context, { tx }, entity, operation.id, operation.version, operation.body)).body
    if (operation.op === 'delete') await deleteRecord(context, { tx }, entity, operation.id, operation.version)
    else await restoreRecord(context, { tx }, entity, operation.id)
    return 'null'
  } catch (error) {
    throw error instanceof RelataError ? located(error, index) : error
  }
}

/** The same error, saying which operation it is about. Nothing of the batch was kept. */
function located(error: RelataError, index: number): RelataError {
  const prefix = `/operations/${index}`
  const problems: Problem[] = error.problems.map((problem) => ({ ...problem, path: `${prefix}/body${problem.path}` }))
  return new RelataError(error.code, `Operation ${index + 1}: ${error.message}`, {
    problems: problems.length > 0 ? problems : [{ path: prefix, message: error.message }],
    members: { ...error.members, operation: index },
    cause: error,
    ...(error.hint ? { hint: error.hint } : {}),
  })
}

function parseOperations(body: unknown): Operation[] {
  const list = typeof body === 'object' && body !== null && 'operations' in body ? body.operations : undefined
  if (!Array.isArray(list)) throw new RelataError('RL100', 'The body must be {"operations": […]}.')
  if (list.length > MAX_OPERATIONS)
    throw new RelataError('RL102', `A batch may have at most ${MAX_OPERATIONS} operations.`, {
      hint: 'Use the bulk load for more.',
    })
  const problems: Problem[] = []
  const operations = list.map((item: unknown, index) => parseOperation(item, `/operations/${index}`, problems))
  if (problems.length > 0) throw new RelataError('RL206', 'Some operations are not valid.', { problems })
  return operations
}

function parseOperation(item: unknown, path: string, problems: Problem[]): Operation {
  const members: Record<string, unknown> = typeof item === 'object' && item !== null ? { ...item } : {}
  const { op, entity, id, version, body } = members
  const isKnown = op === 'create' || op === 'update' || op === 'delete' || op === 'restore'
  if (!isKnown)
    problems.push({ path: `${path}/op`, key: 'bad_choice', message: 'must be create, update, delete or restore' })
  if (typeof entity !== 'string')
    problems.push({ path: `${path}/entity`, key: 'required', message: 'must be the name of an entity' })
  if (op !== 'create' && !(typeof id === 'string' && isUuid(id)))
    problems.push({ path: `${path}/id`, key: 'not_an_id', message: 'must be the id of a record' })
  if (version !== undefined && !(typeof version === 'number' && Number.isInteger(version) && version > 0)) {
    problems.push({ path: `${path}/version`, key: 'not_a_number', message: 'must be the version of the record' })
  }
  if (op === 'update' && version === undefined)
    problems.push({
      path: `${path}/version`,
      key: 'required',
      message: 'is needed, so that nobody else’s change is lost',
    })
  return {
    op: isKnown ? op : 'create',
    entity: typeof entity === 'string' ? entity : '',
    id: typeof id === 'string' ? id : '',
    version: typeof version === 'number' ? version : undefined,
    body,
  }
}

/** Create, or change the record that has the same values in `keys`. `keys` must be a unique set of the entity. */
export async function upsertRecord(
  context: Context,
  database: Database,
  entity: EntityModel,
  keys: readonly string[],
  body: unknown,
): Promise<WrittenRecord & { isNew: boolean }> {
  // Both, before anything is looked up: which of them was missing would tell whether there is such a record.
  context.rights.require(entity, 'create')
  context.rights.require(entity, 'update')
  requireUniqueKeys(entity, keys)
  const inputs = keyInputs(entity, keys, body)
  return withRetry(async () => {
    const id = await findByKeys(context, database, entity, keys, inputs)
    if (id !== undefined)
      return { ...(await updateRecord(context, { database }, entity, id, undefined, body)), isNew: false }
    return { ...(await createRecord(context, { database }, entity, body)), isNew: true }
  }, isTakenMeanwhile)
}

/** Someone created the same key between our look and our insert: look again. */
const isTakenMeanwhile = (error: unknown): boolean =>
  error instanceof RelataError && (error.code === 'RL207' || error.code === 'RL205')

function requireUniqueKeys(entity: EntityModel, keys: readonly string[]): void {
  const wanted = [...keys].sort().join()
  const known = [...entity.entity.uniques.map((unique) => unique.fields)]
  if (known.some((fields) => [...fields].sort().join() === wanted)) return
  throw new RelataError('RL204', `${entity.entity.name} has no unique set of fields “${keys.join(', ')}”.`, {
    hint:
      known.length > 0
        ? `Unique sets: ${known.map((fields) => fields.join('+')).join('; ')}.`
        : 'Mark a field as unique first.',
  })
}

function keyInputs(entity: EntityModel, keys: readonly string[], body: unknown): Record<string, string | null> {
  const members: Record<string, unknown> = typeof body === 'object' && body !== null ? { ...body } : {}
  const inputs: Record<string, string | null> = {}
  for (const key of keys) {
    const field = entity.field(key)
    const value = members[key]
    const parsed =
      field && value !== undefined && value !== null ? fieldType(field.type).parse(value, field) : undefined
    if (!parsed?.ok) {
      throw new RelataError('RL206', 'The key is not complete.', {
        problems: [
          {
            path: `/${key}`,
            key: 'required',
            message: parsed ? parsed.message : 'is part of the key and must have a value',
          },
        ],
      })
    }
    for (const [part, text] of Object.entries(parsed.parts)) inputs[`k:${key}:${part}`] = text
  }
  return inputs
}

async function findByKeys(
  context: Context,
  database: Queryable,
  entity: EntityModel,
  keys: readonly string[],
  inputs: Record<string, string | null>,
): Promise<string | undefined> {
  const conditions = keys.flatMap((key) =>
    (entity.field(key)?.columns ?? [])
      .filter((column) => inputs[`k:${key}:${column.part}`] !== undefined)
      .map((column) => sql`r.${ident(column.column)} = ${input(`k:${key}:${column.part}`, column.sqlType)}`),
  )
  const table = ident(context.model.snapshot.schema, entity.entity.table)
  const joins = new Joins('j')
  const row = new RowSource(context.model, entity, 'r', joins)
  const right = conditionSql(context.rights.condition(entity, 'read'), row)
  const statement = toStatement(
    sql`SELECT r.id FROM ${table} AS r${joins.toSql()} WHERE r.deleted_at IS NULL AND ${join([...conditions, ...(right ? [right] : [])], ' AND ')}`,
  )
  const [found] = await database.query(statement.text, bind(statement, { ...context.inputs, ...inputs }))
  return found?.[0] ?? undefined
}

const MAX_TRIES = 5

/** Do the work again after a deadlock or a serialisation failure, which leave nothing behind. */
export async function withRetry<T>(
  work: () => Promise<T>,
  isAlsoRetryable: (error: unknown) => boolean = () => false,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      const isBusy =
        isRetryable(error) || (error instanceof RelataError && (error.code === 'RL502' || isRetryable(error.cause)))
      if (attempt === MAX_TRIES || !(isBusy || isAlsoRetryable(error))) throw error
      await new Promise((resolve) => setTimeout(resolve, attempt * 10 * (1 + Math.random())))
    }
  }
}
