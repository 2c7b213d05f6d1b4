// A read plan as one statement. The page is found first (filter, order, limit), then its rows are widened by joins, so
// that a join never runs for a row that is not shown.
import { fieldType } from '../../sdk/fields/index.ts'
import type { CheckedRule, RuleType } from '../../sdk/rules/index.ts'
import { isReadableRight } from '../plan/field-rights.ts'
import type { Condition } from '../plan/access.ts'
import type { ReadPlan } from '../plan/read-plan.ts'
import { sqlTypeOf } from '../plan/paths.ts'
import type { EncodeRow } from '../respond/encoder.ts'
import { conditionSql, eyesOf } from './access-sql.ts'
import { afterCursor, type Key, keysOf, orderBy } from './keyset.ts'
import { gatherSql } from './gather-sql.ts'
import { Joins, RowSource } from './row-source.ts'
import { ColumnList, selectColumns } from './select-columns.ts'
import { ident, input, join, literal, type Sql, type Statement, sql, toStatement, trusted } from './sql.ts'

export interface CompiledList {
  statement: Statement
  write: EncodeRow
  /** Places of the sort keys and the id in a row: the next cursor. */
  keyPlaces: readonly number[]
  countPlace: number | undefined
  limit: number
  filterTypes: readonly RuleType[]
  /** A generic plan serves this shape badly (ILIKE, OFFSET, gathered ids): let PostgreSQL see the values. */
  isPlannedWithValues: boolean
}

/** A capped count stops here: “more than 10,000”. */
export const COUNT_CAP = 10_000

export function compileList(plan: ReadPlan): CompiledList {
  const eyes = eyesOf(plan.model, plan.rights)
  const pageJoins = new Joins('p', eyes)
  const page = new RowSource(plan.model, plan.entity, 'r', pageJoins)
  const sortColumns = plan.sort.map((key) => page.resolved(key.path).sql)
  const keys = keysOf(plan.sort, sortColumns, page.own('id'))
  const conditions = pageConditions(plan, page)
  const table = ident(plan.model.snapshot.schema, plan.entity.entity.table)
  const from = sql`FROM ${plan.visibility.isNarrow ? sql`(${gathered(plan)})` : table} AS r`
  const where = (extra: readonly Sql[]) => sql`WHERE ${join([...conditions, ...extra], ' AND ')}`

  // A key that is no column of the row itself is carried out of the page under a name of its own.
  const isOfIds = isFoundByIndex(plan)
  const carried = sortColumns.map((_, index) => (plan.sort[index]?.isOwn && !isOfIds ? undefined : `k${index}`))
  const keyColumns = join(
    sortColumns.flatMap((column, index) => {
      const name = carried[index]
      return name ? [sql`, ${column} AS ${ident(name)}`] : []
    }),
    '',
  )
  const found = isOfIds ? page.own('id') : sql`r.*`
  const branch = (extra: readonly Sql[], order: readonly Key[]) =>
    sql`SELECT ${found}${keyColumns} ${from}${pageJoins.toSql()} ${where(extra)} ${orderBy(order)}`
  const pageSql = pageOf(plan, keys, branch)
  const pageAlias = isOfIds ? 'p' : 'r'
  const rows = isOfIds ? sql`(${pageSql}) AS p JOIN ${table} AS r ON r.id = p.id` : sql`(${pageSql}) AS r`

  const joins = new Joins('j', eyes)
  const row = new RowSource(plan.model, plan.entity, 'r', joins)
  const list = new ColumnList()
  const write = selectColumns(plan.selection, row, list)
  const outerKeys = keysOf(
    plan.sort,
    sortColumns.map((column, index) => {
      const name = carried[index]
      return name ? ident(pageAlias, name) : column
    }),
    ident(pageAlias, 'id'),
  )
  const keyPlaces = outerKeys.map((key) => list.add(key.sql))
  const countPlace =
    plan.count === 'none' ? undefined : list.add(countSql(plan, sql`${from}${pageJoins.toSql()} ${where([])}`))
  const query = sql`SELECT ${join(list.columns, ', ')} FROM ${rows}${joins.toSql()} ${orderBy(outerKeys)}`
  return {
    statement: toStatement(query),
    write,
    keyPlaces,
    countPlace,
    limit: plan.limit,
    filterTypes: (plan.filter?.constants ?? []).map((constant) => constant.type),
    isPlannedWithValues: plan.searchWords > 0 || plan.isSkipping || plan.visibility.isNarrow,
  }
}

const gathered = ({ model, entity, rights }: ReadPlan): Sql =>
  gatherSql(model, entity, rights.condition(entity, 'read'))

/**
 * The index that the page is walked along tells who may read a row (schema/covered.ts): of somebody who passes over many
 * rows, only those of the page itself are fetched.
 */
function isFoundByIndex({
  entity,
  rights,
  visibility,
  filter,
  sort,
  searchWords,
  isTrash,
  isExport,
}: ReadPlan): boolean {
  if (visibility.isNarrow || filter || searchWords > 0 || isTrash) return false
  const condition = rights.condition(entity, isExport ? 'export' : 'read')
  const ways = condition.kind === 'any' ? condition.items : [condition]
  return sort.every(({ isOwn }) => isOwn) && ways.every(({ kind }) => TOLD.has(kind))
}
const TOLD: ReadonlySet<Condition['kind']> = new Set(['owned', 'shared', 'rule'])

/** One more than shown tells whether there is a next page. A constant, since for a parameter the planner guesses a tenth of the table. */
const pageLimit = (plan: ReadPlan): Sql => trusted(String(plan.limit + 1))

/** Rows to skip, from the whole page: neither of its branches knows how many the other has. */
const skip = (plan: ReadPlan): Sql => (plan.isSkipping ? sql` OFFSET ${input('skip', 'bigint')}` : sql``)

type Branch = (extra: readonly Sql[], order: readonly Key[]) => Sql

function pageOf(plan: ReadPlan, keys: readonly Key[], unlimited: Branch): Sql {
  const nulls = plan.cursorNulls
  const first = keys[0] as Key
  const end = sql` LIMIT ${pageLimit(plan)}${skip(plan)}`
  // What was gathered is sorted, empty values and all; it is not gathered twice.
  if (!plan.sort[0]?.isSplit || plan.visibility.isNarrow)
    return sql`${unlimited(nulls ? [afterCursor(keys, nulls)] : [], keys)}${end}`
  const most = plan.isSkipping ? sql`(${input('skip', 'bigint')} + ${pageLimit(plan)})` : pageLimit(plan)
  const branch: Branch = (extra, order) => sql`${unlimited(extra, order)} LIMIT ${most}`
  const rest = keys.slice(1)
  const filledKeys = [{ ...first, isNullable: false }, ...rest]
  const empty = branch([sql`${first.sql} IS NULL`, ...(nulls?.[0] ? [afterCursor(rest, nulls.slice(1), 1)] : [])], rest)
  if (nulls?.[0]) return empty
  const filled = branch([sql`${first.sql} IS NOT NULL`, ...(nulls ? [afterCursor(filledKeys, nulls)] : [])], filledKeys)
  return sql`(${filled}) UNION ALL (${empty})${end}`
}

function pageConditions(plan: ReadPlan, row: RowSource): Sql[] {
  const alive = sql`r.deleted_at IS ${trusted(plan.isTrash ? 'NOT NULL' : 'NULL')}`
  const condition = plan.rights.condition(plan.entity, plan.isExport ? 'export' : 'read')
  const { isNarrow, small } = plan.visibility
  // What was gathered may be seen.
  const right = isNarrow
    ? undefined
    : conditionSql(condition, row.trusted(), {
        isLive: !plan.isTrash,
        isStored: true,
        isSmall: ({ entity }) => small.has(entity.id),
      })
  const filter = plan.filter ? [filterSql(plan.filter, row)] : []
  const words = Array.from({ length: plan.searchWords }, (_, index) => wordSql(plan, row, `q${index}`))
  return [alive, ...(right ? [right] : []), ...filter, ...words]
}

/** Constants of the filter are inputs `f0`, `f1` …, so that equal shapes share one statement. */
export function filterSql(filter: CheckedRule, row: RowSource): Sql {
  return row.predicate(filter, { constants: (index, type) => input(`f${index}`, sqlTypeOf(type)) })
}

function wordSql(plan: ReadPlan, row: RowSource, name: string): Sql {
  const { entity, rights } = plan
  const fields = entity.entity.fields.filter(
    (field) => field.searchable && fieldType(field.type).isReadable && isReadableRight(rights.field(entity, field)),
  )
  const columns = fields.flatMap((field) =>
    field.columns.filter((column) => column.sqlType === 'text').map((column) => row.own(column.column)),
  )
  const searched = [...(isReadableRight(rights.name(entity)) ? [row.own('display_name')] : []), ...columns]
  if (searched.length === 0) return trusted('FALSE')
  return sql`(${join(
    searched.map((column) => sql`${column} ILIKE ${input(name, 'text')}`),
    ' OR ',
  )})`
}

function countSql(plan: ReadPlan, matching: Sql): Sql {
  if (plan.count === 'exact') return sql`(SELECT count(*) ${matching})`
  return sql`(SELECT count(*) FROM (SELECT 1 ${matching} LIMIT ${literal(String(COUNT_CAP + 1))}::int) AS c)`
}

/** `%word%` with the wildcards of LIKE taken literally. */
export function likePattern(word: string): string {
  return `%${word.replace(/[\\%_]/g, '\\$&')}%`
}
