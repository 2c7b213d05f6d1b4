// Records that look like one that is being written.
import type { Problem } from '../../sdk/errors.ts'
import type { DuplicateRule } from '../../sdk/metadata/snapshot.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import type { Rights } from '../plan/rights.ts'
import { conditionSql } from './access-sql.ts'
import { duplicateKey, indexedKey, type MatchedColumn, matchedColumns } from './duplicate-keys.ts'
import { type EntityCheck, type Occasion, authored } from './entity-checks.ts'
import { Joins, RowSource } from './row-source.ts'
import { ident, join, type Sql, sql, trusted } from './sql.ts'

export interface DuplicateCheck extends EntityCheck {
  rule: DuplicateRule
}

/** @param isAllowed the writer has seen the warnings: only what is blocked is looked for */
export function duplicateChecks(
  model: Model,
  entity: EntityModel,
  occasion: Occasion,
  isAllowed: boolean,
): DuplicateCheck[] {
  return rulesFor(entity, occasion, isAllowed).map((rule) => {
    const matched = matchedColumns(entity.entity.fields, rule.match)
    return {
      name: `duplicate ${rule.id}`,
      rule,
      condition: (row, before) => {
        const isUnchanged = before ? sql`(${join(sameKeys(matched, row, before), ' AND ')}) OR ` : sql``
        return sql`(${isUnchanged}NOT EXISTS (SELECT 1 FROM ${alike(model, entity, matched, row)}))`
      },
      problem: {
        path: `/${rule.match[0]?.field ?? ''}`,
        key: 'duplicate',
        params: { name: rule.name },
        ...messageOf(rule),
      },
    }
  })
}

/** A change looks for what it may have made alike: computed values may follow from anything. */
export function rulesFor(entity: EntityModel, occasion: Occasion, isAllowed: boolean): readonly DuplicateRule[] {
  const asked = entity.entity.duplicates.filter(({ on }) => on === 'block' || !isAllowed)
  if (typeof occasion === 'string') return asked
  return asked.filter(({ match }) =>
    match.some(({ field }) => occasion.provided.has(field) || entity.field(field)?.computed !== undefined),
  )
}

export const messageOf = ({ message }: DuplicateRule): Pick<Problem, 'message' | 'text'> =>
  message === undefined ? { message: 'is the same in another record' } : authored(message)

function sameKeys(matched: readonly MatchedColumn[], a: RowSource, b: RowSource): Sql[] {
  return matched.map(
    (one) =>
      sql`${duplicateKey(one, a.own(one.column.column))} IS NOT DISTINCT FROM ${duplicateKey(one, b.own(one.column.column))}`,
  )
}

/** FROM and WHERE of the live records `d` that are like the row. */
function alike(
  model: Model,
  entity: EntityModel,
  matched: readonly MatchedColumn[],
  row: RowSource,
  joins: Sql = sql``,
): Sql {
  const conditions = matched.flatMap((one) => {
    const [theirs, mine] = [ident('d', one.column.column), row.own(one.column.column)]
    const isSame = sql`${duplicateKey(one, theirs)} = ${duplicateKey(one, mine)}`
    // The index finds by the hash, the key itself decides.
    return one.column.sqlType === 'text'
      ? [sql`${indexedKey(one, theirs)} = ${indexedKey(one, mine)}`, isSame]
      : [isSame]
  })
  const table = ident(model.snapshot.schema, entity.entity.table)
  return sql`${table} AS d${joins} WHERE d.deleted_at IS NULL AND d.id <> ${row.own('id')} AND ${join(conditions, ' AND ')}`
}

export interface AlikeSearch {
  rules: readonly DuplicateRule[]
  /** Whose eyes say which of them may be named. */
  rights: Rights
  /** Of each rule. */
  limit: number
}

/**
 * Records that are like those of `rows`, a FROM item under the alias `r`. Rows: place of the rule, whether the record may
 * be read, id, display_name; those that may be read first, then the oldest.
 */
export function findAlike(model: Model, entity: EntityModel, rows: Sql, search: AlikeSearch): Sql {
  const row = new RowSource(model, entity, 'r')
  const found = search.rules.map((rule, index) => {
    const joins = new Joins(`m${index}_`)
    const other = new RowSource(model, entity, 'd', joins)
    const mayRead = conditionSql(search.rights.condition(entity, 'read'), other) ?? trusted('TRUE')
    const from = alike(model, entity, matchedColumns(entity.entity.fields, rule.match), row, joins.toSql())
    return sql`(SELECT ${trusted(String(index))} AS rule, (${mayRead}) IS TRUE AS readable, d.id, d.display_name FROM ${rows}, ${from} ORDER BY 2 DESC, d.id LIMIT ${trusted(String(search.limit))})`
  })
  return join(found, ' UNION ALL ')
}
