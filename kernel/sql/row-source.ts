// One row in scope of a statement: an entity under an alias, and how its paths become SQL. Joins over references and
// to roll-up side rows are collected as they are needed, each once.
import { RelataError } from '../../sdk/errors.ts'
import type { Field, SqlType } from '../../sdk/metadata/snapshot.ts'
import { type CheckedRule, checkRule, type Moment } from '../../sdk/rules/index.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import { isPending } from '../catalog/pending.ts'
import { findPath, findStep, type ReferenceStep, type ResolvedPath, resolvePath } from '../plan/paths.ts'
import { entityScope, findRelation } from '../catalog/scope.ts'
import { type ConstantOf, predicateSql, type RelatedOf, valueSql } from '../rules/sql.ts'
import { ident, join, literal, type Sql, sql, trusted } from './sql.ts'

export interface Column {
  sql: Sql
  sqlType: SqlType
}

/** Which rows of an entity, under this alias, may be seen; undefined: all. */
export type Eyes = (target: EntityModel, alias: string) => Sql | undefined

interface PredicateOptions {
  constants?: ConstantOf
  /** The row as it was before the change; without it there was none. */
  before?: RowSource | undefined
}

/** The joins of one FROM item, in the order they must stand. */
export class Joins {
  private readonly clauses = new Map<string, Sql>()
  private readonly prefix: string
  /** Whose eyes look along references: what they may not read is not there. Without: the system's. */
  readonly eyes: Eyes | undefined

  constructor(prefix: string, eyes?: Eyes) {
    this.prefix = prefix
    this.eyes = eyes
  }

  /** Alias of the join with this key; `clause` is asked for the first time only. */
  alias(key: string, clause: (alias: string) => Sql): string {
    const names = [...this.clauses.keys()]
    const found = names.indexOf(key)
    const alias = `${this.prefix}${(found < 0 ? names.length : found) + 1}`
    if (found < 0) this.clauses.set(key, clause(alias))
    return alias
  }

  get isEmpty(): boolean {
    return this.clauses.size === 0
  }

  toSql(): Sql {
    return join(
      [...this.clauses.values()].map((clause) => sql` ${clause}`),
      '',
    )
  }
}

export class RowSource {
  readonly model: Model
  readonly entity: EntityModel
  readonly alias: string
  private readonly joins: Joins | undefined
  /** Which reference path led here from the statement's own row. */
  private readonly trail: string
  private readonly isTrusted: boolean

  /** Without `joins`, paths over references and roll-ups are refused: the row of a write. */
  constructor(model: Model, entity: EntityModel, alias: string, joins?: Joins, trail = '', isTrusted = false) {
    this.model = model
    this.entity = entity
    this.alias = alias
    this.joins = joins
    this.trail = trail
    this.isTrusted = isTrusted
  }

  /** Who looks; undefined: the system. */
  get eyes(): Eyes | undefined {
    return this.isTrusted ? undefined : this.joins?.eyes
  }

  /** The same row with the system's eyes: what rules of roles read is their author's word. */
  trusted(): RowSource {
    return this.isTrusted || !this.joins?.eyes
      ? this
      : new RowSource(this.model, this.entity, this.alias, this.joins, `~trusted.${this.trail}`, true)
  }

  /** @throws RL202 unknown path · RL204 a path that this statement cannot follow */
  column(path: string): Column {
    return this.resolved(resolvePath(this.model, this.entity, path, path))
  }

  resolved(path: ResolvedPath): Column {
    let source: RowSource = this
    for (const step of path.steps) source = source.follow(step)
    return { sql: source.leaf(path), sqlType: path.sqlType }
  }

  /** The row that a to-one reference leads to. */
  follow(step: ReferenceStep): RowSource {
    const trail = `${this.trail}${step.name}.`
    const { snapshot } = this.model
    const alias = this.joinsOrRefuse(step.name).alias(trail, (name) => {
      const table = ident(snapshot.schema, step.target.entity.table)
      const readable = this.eyes?.(step.target, name)
      return sql`LEFT JOIN ${table} AS ${ident(name)} ON ${ident(name, 'id')} = ${this.own(step.column)}${readable ? sql` AND ${readable}` : sql``}`
    })
    return new RowSource(this.model, step.target, alias, this.joins, trail, this.isTrusted)
  }

  /** A physical column of this very row. */
  own(column: string): Sql {
    return ident(this.alias, column)
  }

  private leaf(path: ResolvedPath): Sql {
    const { leaf } = path
    const isComputed = leaf.kind === 'formula' || leaf.kind === 'rollup'
    if (isComputed && isPending(this.model, this.entity, leaf.field)) return sql`NULL::${trusted(path.sqlType)}`
    switch (leaf.kind) {
      case 'standard':
        return this.own(leaf.standard.column)
      case 'part':
        return this.own(leaf.column.column)
      case 'formula':
        return this.formula(leaf.field)
      case 'rollup':
        return this.rollup(leaf.field)
    }
  }

  private formula(field: Field): Sql {
    const checked = checkRule(field.options.rule, entityScope(this.model, this.entity))
    if (!checked.ok)
      throw new RelataError('RL203', `The formula of ${field.name} is not valid.`, { problems: checked.problems })
    return this.value(checked.rule)
  }

  /** What a rule yields on this row; NULL where it is null. */
  value(rule: CheckedRule): Sql {
    return valueSql(rule, (path) => this.column(path).sql, undefined, this.relatedOf)
  }

  /** TRUE exactly where a rule is true of this row; NULL counts as not true. */
  predicate(rule: CheckedRule, { constants, before }: PredicateOptions = {}): Sql {
    const earlier = (path: string): Sql => before?.column(path).sql ?? sql`NULL::${trusted(this.column(path).sqlType)}`
    const columns = (path: string, moment: Moment): Sql => (moment === 'before' ? earlier(path) : this.column(path).sql)
    return predicateSql(rule, columns, constants, this.relatedOf)
  }

  /**
   * Live records whose reference leads to this row, for rules; each time in a query of its own. What the one who looks
   * may not read is neither found nor counted.
   */
  readonly relatedOf: RelatedOf = (relation) => {
    const { model } = this
    const found = findRelation(model, this.entity, relation)
    const child = found && model.find(found.child.entity.name)
    const columns = found && child && referenceColumns(model, child, found.reference)
    if (!child || !columns)
      throw new RelataError('RL204', `No records lead to ${this.entity.entity.name} by “${relation}”.`)
    const alias = `x${Number(/^x(\d+)/.exec(this.alias)?.[1] ?? 0) + 1}`
    const joins = new Joins(`${alias}_`, this.eyes)
    const row = new RowSource(model, child, alias, joins)
    const table = ident(model.snapshot.schema, child.entity.table)
    const readable = this.eyes?.(child, alias)
    const isOfEntity = columns.entity
      ? sql` AND ${row.own(columns.entity)} = ${literal(this.entity.entity.name)}`
      : sql``
    return {
      columns: (path) => row.column(path).sql,
      relatedOf: row.relatedOf,
      source: () =>
        sql`FROM ${table} AS ${ident(alias)}${joins.toSql()} WHERE ${row.own(columns.id)} = ${this.own('id')}${isOfEntity} AND ${row.own('deleted_at')} IS NULL${readable ? sql` AND ${readable}` : sql``}`,
    }
  }

  private rollup(field: Field): Sql {
    const rollup = field.options.rollup
    if (!rollup) throw new RelataError('RL500', `${field.id} is not resolved`)
    const alias = this.joinsOrRefuse(field.name).alias(`${this.trail}~rollup`, (name) => {
      const table = ident(this.model.snapshot.schema, rollup.table)
      return sql`LEFT JOIN ${table} AS ${ident(name)} ON ${ident(name, 'id')} = ${this.own('id')}`
    })
    return rollupValue(
      rollup.aggregate,
      rollup.columns.map((column) => ({ holds: column.holds, sql: ident(alias, column.column) })),
    )
  }

  private joinsOrRefuse(path: string): Joins {
    if (this.joins) return this.joins
    throw new RelataError('RL204', `“${path}” reads another record, which is not possible here.`)
  }
}

/** A polymorphic reference has the entity's present name beside the id. */
function referenceColumns(model: Model, child: EntityModel, name: string): { id: string; entity?: string } | undefined {
  const step = findStep(model, child, name)
  if (step) return { id: step.column }
  const [entity, id] = child.field(name)?.columns ?? []
  return entity && id && { entity: entity.column, id: id.column }
}

/** Digits kept after the point by an average, as by any division of decimals. */
const AVERAGE_SCALE = 20

function rollupValue(aggregate: string, columns: readonly { holds: string; sql: Sql }[]): Sql {
  const held = (holds: string): Sql => columns.find((column) => column.holds === holds)?.sql ?? trusted('NULL')
  if (aggregate === 'count') return sql`COALESCE(${held('count')}, 0)::float8`
  if (aggregate === 'sum') return sql`COALESCE(${held('sum')}, 0)`
  if (aggregate === 'average')
    return sql`trim_scale(round(${held('sum')} / NULLIF(${held('count')}, 0), ${trusted(String(AVERAGE_SCALE))}))`
  return held(aggregate)
}

export { findPath }
