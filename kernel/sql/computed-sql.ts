// Computed fields as steps of a write: each level reads the row that the one below has made.
import { RelataError } from '../../sdk/errors.ts'
import type { Field, FieldColumn } from '../../sdk/metadata/snapshot.ts'
import { checkRule } from '../../sdk/rules/index.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import { entityScope } from '../catalog/scope.ts'
import { Joins, RowSource } from './row-source.ts'
import { ident, join, literal, type Sql, sql, trusted } from './sql.ts'

export const computedFields = (entity: EntityModel): Field[] =>
  entity.entity.fields.filter((field) => field.computed !== undefined)

/** Names of CTEs, one a level, and the levels themselves: the first reads `first`, the last is `new`. */
export function computeLevels(model: Model, entity: EntityModel, first: string): Sql[] {
  const levels = new Map<number, Field[]>()
  for (const field of computedFields(entity)) {
    const level = field.computed?.level ?? 0
    levels.set(level, [...(levels.get(level) ?? []), field])
  }
  const numbers = [...levels.keys()].sort((a, b) => a - b)
  let from = first
  return numbers.map((level, index) => {
    const name = index === numbers.length - 1 ? 'new' : `computed${index}`
    const cte = computeLevel(model, entity, levels.get(level) ?? [], { from, name })
    from = name
    return cte
  })
}

function computeLevel(
  model: Model,
  entity: EntityModel,
  fields: readonly Field[],
  { from, name }: { from: string; name: string },
): Sql {
  const joins = new Joins('c')
  const row = new RowSource(model, entity, 'w', joins)
  const columns = fields.flatMap((field) =>
    field.columns.map((column) => sql`, ${computed(row, field, column)} AS ${ident(column.column)}`),
  )
  return sql`${ident(name)} AS (SELECT w.*${join(columns, '')} FROM ${ident(from)} AS w${joins.toSql()})`
}

/** In the form that the type stores. */
function computed(row: RowSource, field: Field, column: FieldColumn): Sql {
  const checked = checkRule(field.computed?.rule, entityScope(row.model, row.entity), column.ruleType)
  if (!checked.ok)
    throw new RelataError('RL203', `The rule of ${field.name} is not valid.`, { problems: checked.problems })
  const value = sql`(${row.value(checked.rule)})::${trusted(column.sqlType)}`
  const { choices, scale, integer } = field.options
  if (choices) {
    const offered = join(
      choices.map((option) => literal(option.value)),
      ', ',
    )
    return sql`(SELECT x.v FROM (SELECT ${value} AS v) AS x WHERE x.v IN (${offered}))`
  }
  if (column.sqlType === 'text') return sql`NULLIF(${value}, '')`
  if (column.sqlType === 'numeric' && scale !== undefined) return sql`round(${value}, ${trusted(String(scale))})`
  return integer ? sql`round(${value})` : value
}
