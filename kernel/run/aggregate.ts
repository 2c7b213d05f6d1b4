// Group-by and aggregates over what a list with the same filter would show.
import { RelataError } from '../../sdk/errors.ts'
import type { SqlType } from '../../sdk/metadata/snapshot.ts'
import { liftConstants } from '../../sdk/rules/index.ts'
import type { EntityModel } from '../catalog/model.ts'
import { bad, parseFilter, refuseUnknown } from '../parse/list-request.ts'
import { planFilter } from '../plan/read-plan.ts'
import { requireReadable } from '../plan/readable.ts'
import { encoderOf } from '../respond/encode-value.ts'
import { columnWriter, listWriter, type Member, objectWriter } from '../respond/encoder.ts'
import { conditionSql, eyesOf } from '../sql/access-sql.ts'
import { filterSql } from '../sql/list-sql.ts'
import { Joins, RowSource } from '../sql/row-source.ts'
import { bind, ident, join, literal, type Sql, sql, toStatement, trusted } from '../sql/sql.ts'
import type { Context } from './context.ts'
import type { Queryable } from './database.ts'
import { fromPostgres } from './postgres-error.ts'
import { filterInputs } from './read-records.ts'

interface Output {
  key: string
  sql: Sql
  sqlType: SqlType
}

const PARTS = ['year', 'quarter', 'month', 'week', 'day']
const AGGREGATES = ['sum', 'min', 'max', 'average', 'count']
const MAX_GROUPS = 10_000

/** ?group=stage,created_at:month&measures=count,sum:amount.base&filter=… → `{"data":[{"stage":…,"count":…}]}`, most first. */
export async function aggregate(
  context: Context,
  database: Queryable,
  entity: EntityModel,
  query: URLSearchParams,
): Promise<string> {
  refuseUnknown(query, ['group', 'measures', 'filter', 'limit'])
  context.rights.require(entity, 'read')
  const joins = new Joins('j', eyesOf(context.model, context.rights))
  const row = new RowSource(context.model, entity, 'r', joins)
  const filter = parseFilter(query.get('filter'))
  const checked = planFilter(context.model, entity, filter, context.rights)
  const groups = names(query.get('group')).map((text) => groupOutput(context, entity, row, text))
  const measures = names(query.get('measures') ?? 'count').map((text) => measureOutput(context, entity, row, text))
  const outputs = [...groups, ...measures]
  const right = conditionSql(context.rights.condition(entity, 'read'), row.trusted())
  const where = join(
    [trusted('r.deleted_at IS NULL'), ...(right ? [right] : []), ...(checked ? [filterSql(checked, row)] : [])],
    ' AND ',
  )
  const places = groups.map((_, index) => trusted(String(index + 1)))
  const grouping = groups.length > 0 ? sql` GROUP BY ${join(places, ', ')} ORDER BY ${join(places, ', ')}` : sql``
  const statement = toStatement(
    sql`SELECT ${join(
      outputs.map((output) => output.sql),
      ', ',
    )} FROM ${ident(context.model.snapshot.schema, entity.entity.table)} AS r${joins.toSql()} WHERE ${where}${grouping} LIMIT ${trusted(String(MAX_GROUPS))}`,
  )
  const constants = filter === undefined ? [] : liftConstants(filter).constants
  const inputs = filterInputs(
    (checked?.constants ?? []).map((constant) => constant.type),
    constants,
  )
  const write = objectWriter(
    outputs.map(
      (output, index): Member => ({ key: output.key, write: columnWriter(index, encoderOf(output.sqlType)) }),
    ),
  )
  try {
    return `{"data":${listWriter(write)(await database.query(statement.text, bind(statement, { ...context.inputs, ...inputs })))}}`
  } catch (error) {
    throw fromPostgres(error, context.model, entity)
  }
}

function names(text: string | null): string[] {
  const list = (text ?? '').split(',').filter(Boolean)
  if (list.length > 10) throw bad('group', 'at most ten groups and ten measures are possible')
  return list
}

/** `stage`, or `created_at:month`: dates and instants by a part, in UTC. */
function groupOutput(context: Context, entity: EntityModel, row: RowSource, text: string): Output {
  const [path = '', part] = text.split(':')
  const resolved = requireReadable(context.model, entity, path, 'group', context.rights)
  const column = row.resolved(resolved)
  if (part === undefined) {
    if (column.sqlType === 'jsonb' || column.sqlType === 'text[]')
      throw new RelataError('RL204', `Records cannot be grouped by “${path}”.`)
    return { key: path, ...column }
  }
  const isDate = column.sqlType === 'date' || column.sqlType === 'timestamptz'
  if (!isDate || !PARTS.includes(part))
    throw bad('group', `“${text}” is not a date field with one of ${PARTS.join(', ')}`)
  const local = column.sqlType === 'date' ? sql`${column.sql}::timestamp` : sql`${column.sql} AT TIME ZONE 'UTC'`
  return { key: text, sql: sql`date_trunc(${literal(part)}, ${local})::date`, sqlType: 'date' }
}

/** `count`, `count:field` (filled), `sum:field`, `average:field`, `min:field`, `max:field`. */
function measureOutput(context: Context, entity: EntityModel, row: RowSource, text: string): Output {
  const [name = '', path] = text.split(':')
  if (!AGGREGATES.includes(name)) throw bad('measures', `“${name}” is not one of ${AGGREGATES.join(', ')}`)
  if (path === undefined) {
    if (name !== 'count') throw bad('measures', `“${name}” needs a field: ${name}:amount`)
    return { key: text, sql: trusted('count(*)'), sqlType: 'int4' }
  }
  const column = row.resolved(requireReadable(context.model, entity, path, 'measures', context.rights))
  if (name === 'count') return { key: text, sql: sql`count(${column.sql})`, sqlType: 'int4' }
  const isNumber = column.sqlType === 'numeric' || column.sqlType === 'float8' || column.sqlType === 'int4'
  if (name === 'sum' || name === 'average') {
    if (!isNumber) throw new RelataError('RL204', `“${path}” is not a number.`)
    const exact = column.sqlType === 'float8' ? sql`(${column.sql})::text::numeric` : sql`(${column.sql})::numeric`
    return {
      key: text,
      sqlType: 'numeric',
      sql: name === 'sum' ? sql`COALESCE(sum(${exact}), 0)` : sql`trim_scale(round(avg(${exact}), 20))`,
    }
  }
  if (
    column.sqlType === 'jsonb' ||
    column.sqlType === 'text[]' ||
    column.sqlType === 'uuid' ||
    column.sqlType === 'boolean'
  ) {
    throw new RelataError('RL204', `“${path}” has no least or greatest value.`)
  }
  return { key: text, sqlType: column.sqlType, sql: sql`${trusted(name)}(${column.sql})` }
}
