// A rule of a role that looks at nothing but the record one reference leads to (“contracts of my region”), where those
// records are few: PostgreSQL finds the ones for which the rule is true once a statement, instead of joining each row
// that it passes.
import type { CheckedRule } from '../../sdk/rules/index.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import { findStep, type ReferenceStep, resolvePath } from '../plan/paths.ts'
import { predicateSql } from '../rules/sql.ts'
import { Joins, RowSource } from './row-source.ts'
import { ident, type Sql, sql, trusted } from './sql.ts'

/** Of few records, as far as is known (run/visibility.ts). */
export type IsSmall = (entity: EntityModel) => boolean

/** The one reference that everything a rule reads is reached by; undefined: it reads something else too. */
export function onlyStep(model: Model, entity: EntityModel, rule: CheckedRule): ReferenceStep | undefined {
  if (rule.readsBefore.length > 0 || rule.related.length > 0) return undefined
  const [name, ...others] = new Set(rule.reads.map((path) => path.slice(0, Math.max(0, path.indexOf('.')))))
  return name && others.length === 0 ? findStep(model, entity, name) : undefined
}

/** TRUE where the rule is true of the row, read with the system's eyes; undefined: not to be had this way. */
export function lookedUpSql(rule: CheckedRule, row: RowSource, isSmall: IsSmall): Sql | undefined {
  const { model, entity } = row
  const step = onlyStep(model, entity, rule)
  if (!step || !isSmall(step.target)) return undefined
  const joins = new Joins('lj')
  const target = new RowSource(model, step.target, 'l', joins)
  const met = predicateSql(rule, (path) => target.column(path.slice(path.indexOf('.') + 1)).sql)
  const metByNothing = predicateSql(rule, (path) => {
    const { sqlType } = resolvePath(model, entity, path, path)
    return sql`NULL::${trusted(sqlType)}`
  })
  const reference = row.own(step.column)
  const table = ident(model.snapshot.schema, step.target.entity.table)
  const ids = sql`SELECT ${target.own('id')} FROM ${table} AS l${joins.toSql()} WHERE ${met}`
  return sql`CASE WHEN ${reference} IS NULL THEN ${metByNothing} ELSE ${reference} IN (${ids}) END`
}
