// Reading: one prepared statement a request; its rows become JSON without becoming objects.
import { RelataError } from '../../sdk/errors.ts'
import { constantToText, liftConstants, type RuleType, type RuleValue } from '../../sdk/rules/index.ts'
import type { EntityModel } from '../catalog/model.ts'
import { type ListRequest, makeCursor } from '../parse/list-request.ts'
import type { SelectItem } from '../parse/select-syntax.ts'
import { planList, searchWords, UNKNOWN_VISIBILITY } from '../plan/read-plan.ts'
import { planSelection } from '../plan/selection.ts'
import { type EncodeRow, listWriter } from '../respond/encoder.ts'
import { COUNT_CAP, type CompiledList, compileList, likePattern } from '../sql/list-sql.ts'
import { conditionSql, eyesOf } from '../sql/access-sql.ts'
import { Joins, RowSource } from '../sql/row-source.ts'
import { ColumnList, selectColumns } from '../sql/select-columns.ts'
import { bind, ident, input, join, type Statement, sql, toStatement, trusted } from '../sql/sql.ts'
import { type Context, cacheKey } from './context.ts'
import type { Queryable, RawRow } from './database.ts'
import { StatementCache } from './statement-cache.ts'
import { visibilityOf } from './visibility.ts'

const lists = new StatementCache<CompiledList>()
const gets = new StatementCache<CompiledGet>()

export interface CompiledGet {
  statement: Statement
  write: EncodeRow
  versionPlace: number
}

/** @returns the body of the answer, as JSON text (sdk/wire/records.ts, ListAnswer) */
export async function listRecords(
  context: Context,
  database: Queryable,
  entity: EntityModel,
  request: ListRequest,
): Promise<string> {
  const { shape, constants } =
    request.filter === undefined ? { shape: '', constants: [] } : liftConstants(request.filter)
  const isWhole = context.rights.condition(entity, 'read').kind === 'all'
  const isAsked = !isWhole && !request.isTrash && !request.isExport
  const visibility = isAsked ? await visibilityOf(context, database, entity) : UNKNOWN_VISIBILITY
  const known = `${visibility.isNarrow} ${[...visibility.small].join()}`
  const compiled = lists.get(`${cacheKey(context, entity)} ${known} ${listShape(request, shape)}`, () =>
    compileList(planList(context.model, entity, request, context.rights, visibility)),
  )
  const inputs = { ...context.inputs, ...filterInputs(compiled.filterTypes, constants) }
  searchWords(request.search).forEach((word, index) => {
    inputs[`q${index}`] = likePattern(word)
  })
  request.cursor?.forEach((value, index) => {
    inputs[`c${index}`] = value
  })
  if (request.offset > 0) inputs['skip'] = String(request.offset)
  const options = compiled.isPlannedWithValues ? { isPlannedWithValues: true } : undefined
  const rows = await database.query(compiled.statement.text, bind(compiled.statement, inputs), options)
  return listBody(compiled, rows, request)
}

function listShape(request: ListRequest, filterShape: string): string {
  const nulls = request.cursor?.map((value) => (value === null ? 'n' : 'v')).join('') ?? ''
  const sort = request.sort.map((key) => `${key.direction} ${key.path}`).join()
  return JSON.stringify([
    request.select,
    request.expand,
    sort,
    request.limit,
    nulls,
    request.offset > 0,
    request.count,
    searchWords(request.search).length,
    request.isTrash,
    request.isExport,
    filterShape,
  ])
}

/** Values of `f0`, `f1` … for a statement whose filter had the same shape. */
export function filterInputs(
  types: readonly RuleType[],
  constants: readonly RuleValue[],
): Record<string, string | null> {
  const inputs: Record<string, string | null> = {}
  types.forEach((type, index) => {
    const text = constantToText(constants[index] ?? null, type)
    if (!text.ok)
      throw new RelataError('RL203', 'The filter is not valid.', {
        problems: [{ path: 'filter', key: 'bad_constant', message: text.message }],
      })
    inputs[`f${index}`] = text.text
  })
  return inputs
}

function listBody(compiled: CompiledList, rows: readonly RawRow[], request: ListRequest): string {
  const hasMore = rows.length > compiled.limit
  const shown = hasMore ? rows.slice(0, compiled.limit) : rows
  const last = shown.at(-1)
  const next = hasMore && last ? `"${makeCursor(compiled.keyPlaces.map((place) => last[place] ?? null))}"` : 'null'
  return `{"data":${listWriter(compiled.write)(shown)},"next":${next}${countMember(compiled, rows, request)}}`
}

function countMember(compiled: CompiledList, rows: readonly RawRow[], request: ListRequest): string {
  if (compiled.countPlace === undefined) return ''
  const raw = rows[0]?.[compiled.countPlace]
  // No row: the first page of nothing is zero; beyond the end of a list nobody knows.
  if (raw === undefined || raw === null)
    return request.cursor || request.offset > 0 ? '' : ',"count":{"value":0,"exact":true}'
  const isCapped = request.count === 'capped' && Number(raw) > COUNT_CAP
  return `,"count":{"value":${isCapped ? COUNT_CAP : raw},"exact":${!isCapped}}`
}

export interface GetRequest {
  select: readonly SelectItem[] | undefined
  expand: readonly SelectItem[]
  isTrash: boolean
}

export interface OneRecord {
  body: string
  version: string
}

/** @throws RL205 when there is no such record, or not for this actor */
export async function getRecord(
  context: Context,
  database: Queryable,
  entity: EntityModel,
  id: string,
  request: GetRequest,
): Promise<OneRecord> {
  const compiled = gets.get(
    `${cacheKey(context, entity)} ${request.isTrash} ${JSON.stringify([request.select, request.expand])}`,
    () => compileGet(context, entity, request),
  )
  const [row] = await database.query(compiled.statement.text, bind(compiled.statement, { ...context.inputs, id }))
  if (!row) throw noSuchRecord(entity, id)
  return { body: compiled.write(row), version: row[compiled.versionPlace] ?? '' }
}

export function noSuchRecord(entity: EntityModel, id: string): RelataError {
  return new RelataError('RL205', `There is no ${entity.entity.name} with the id ${id}, or it is not for you.`)
}

function compileGet(context: Context, entity: EntityModel, request: GetRequest): CompiledGet {
  const { model } = context
  const joins = new Joins('j', eyesOf(model, context.rights))
  const row = new RowSource(model, entity, 'r', joins)
  const list = new ColumnList()
  const write = selectColumns(planSelection(model, entity, request, context.rights), row, list)
  const versionPlace = list.add(row.own('version'))
  const right = conditionSql(context.rights.condition(entity, 'read'), row.trusted())
  const alive = trusted(request.isTrash ? 'NOT NULL' : 'NULL')
  const query = sql`SELECT ${join(list.columns, ', ')} FROM ${ident(model.snapshot.schema, entity.entity.table)} AS r${joins.toSql()} WHERE r.id = ${input('id', 'uuid')} AND r.deleted_at IS ${alive}${right ? sql` AND ${right}` : sql``}`
  return { statement: toStatement(query), write, versionPlace }
}
