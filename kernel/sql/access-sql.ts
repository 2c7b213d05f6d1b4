// Conditions of rights as predicates over a row of the statement. The actor's own values are inputs, bound for every
// request (run/actor-inputs.ts).
import type { Operation, ScopeName } from '../../sdk/metadata/rights.ts'
import type { Field } from '../../sdk/metadata/snapshot.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import type { Condition } from '../plan/access.ts'
import type { Rights } from '../plan/rights.ts'
import { type IsSmall, lookedUpSql } from './looked-up-rule.ts'
import { type Eyes, Joins, RowSource } from './row-source.ts'
import { isPerhapsShared, namesOf, sharesTable } from './shared-with.ts'
import { ident, input, join, literal, type Sql, sql, trusted } from './sql.ts'

/** What a share may allow, the least first, and what each right needs. */
export const ALLOWED_BY: Readonly<Record<Operation, readonly string[]>> = {
  read: ['read', 'edit', 'full'],
  export: ['read', 'edit', 'full'],
  update: ['edit', 'full'],
  delete: ['full'],
  share: ['full'],
  create: [],
  import: [],
}

/** Of an actor: records on the way that they may not read are not there. */
export const eyesOf =
  (model: Model, rights: Rights): Eyes =>
  (target, alias) =>
    standaloneSql(rights.condition(target, 'read'), new RowSource(model, target, alias))

/** TRUE where the actor may; undefined: everywhere. `row` may be followed over references when it has joins. */
export function conditionSql(condition: Condition, row: RowSource, options: ConditionOptions = {}): Sql | undefined {
  return condition.kind === 'all' ? undefined : written(condition, row, { ...AT_FIRST, ...options })
}

interface ConditionOptions {
  /** How deep within sub-queries: names them apart. */
  depth?: number
  /** The row is known not to be in the trash. */
  isLive?: boolean
  /** The row is one of the table, not of a write: it has the kernel's own columns. */
  isStored?: boolean
  /** Entities whose records are few enough to be looked through once a statement. */
  isSmall?: IsSmall
}
type Place = Required<ConditionOptions>
const AT_FIRST: Place = { depth: 0, isLive: false, isStored: false, isSmall: () => false }

/** Of a row whose statement takes no more joins: looked up by its id once more where the condition needs some. */
export function standaloneSql(condition: Condition, row: RowSource, depth = 1): Sql | undefined {
  if (condition.kind === 'all') return undefined
  if (!followsReferences(condition)) return written(condition, row, { ...AT_FIRST, depth })
  return existing(row.model, row.entity, condition, row.own('id'), depth)
}

function followsReferences(condition: Condition): boolean {
  if (condition.kind === 'any' || condition.kind === 'every') return condition.items.some(followsReferences)
  return condition.kind === 'rule' && condition.rule.reads.some((path) => path.includes('.'))
}

/** TRUE where a record with this id exists and meets the condition. */
function existing(model: Model, entity: EntityModel, condition: Condition, id: Sql, depth: number): Sql {
  const alias = `a${depth}`
  const joins = new Joins(`${alias}_`)
  const row = new RowSource(model, entity, alias, joins)
  const met = conditionSql(condition, row, { depth: depth + 1, isStored: true })
  const and = met ? sql` AND ${met}` : sql``
  return sql`EXISTS (SELECT 1 FROM ${ident(model.snapshot.schema, entity.entity.table)} AS ${ident(alias)}${joins.toSql()} WHERE ${row.own('id')} = ${id}${and})`
}

function written(condition: Condition, row: RowSource, place: Place): Sql {
  switch (condition.kind) {
    case 'all':
      return trusted('TRUE')
    case 'nothing':
      return trusted('FALSE')
    case 'any':
    case 'every':
      return sql`(${join(
        condition.items.map((item) => written(item, row, place)),
        condition.kind === 'any' ? ' OR ' : ' AND ',
      )})`
    case 'owned':
      return owned(condition.scope, row)
    case 'shared':
      return shared(condition.operation, row, place)
    case 'rule':
      return lookedUpSql(condition.rule, row, place.isSmall) ?? row.trusted().predicate(condition.rule)
    case 'unset':
      return sql`${row.own(idColumn(condition.field))} IS NULL`
    case 'leads':
      return leads(condition, row, place.depth)
  }
}

const idColumn = (field: Field): string => field.columns.at(-1)?.column ?? 'id'

/** A record without an owner belongs to who made it. */
function owned(scope: ScopeName, row: RowSource): Sql {
  return sql`(${join(ownedBy(scope, row), ' OR ')})`
}

/** The ways in which a record is within the scope, each of which an index serves. */
export function ownedBy(scope: ScopeName, row: RowSource): Sql[] {
  const { ownership } = row.entity.entity
  const isOwned = ownership === 'user' || ownership === 'team'
  const owner = row.own(isOwned ? 'owner' : 'created_by')
  if (scope === 'own') return [sql`${owner} = ${input('env:me', 'uuid')}`]
  const byPerson = sql`${owner} = ANY(${input(`acl:owners:${scope}`, 'uuid[]')})`
  if (!isOwned || scope === 'reports') return [byPerson]
  return [byPerson, sql`${row.own('owner_team')} = ANY(${input(`acl:teams:${scope}`, 'uuid[]')})`]
}

/** A share that went into the trash along with its record still counts there, or nobody could undo what they did by it. */
function shared(operation: Operation, row: RowSource, { isLive, isStored }: Place): Sql {
  const alive = isLive
    ? trusted('s.deleted_at IS NULL')
    : sql`(s.deleted_at IS NULL OR s.deleted_at = ${row.own('deleted_at')})`
  const shares = sharesOf(row.model, row.entity, operation)
  if (!shares) return trusted('FALSE')
  const met = sql`SELECT TRUE ${shares.from} AND ${shares.id} = ${row.own('id')} AND ${alive}`
  if (!isStored) return sql`EXISTS (${met})`
  // One value instead of EXISTS, of which PostgreSQL would make a join that begins with all shares of the reader.
  return sql`CASE WHEN ${isPerhapsShared(row.alias)} THEN COALESCE((${met} LIMIT 1), FALSE) ELSE FALSE END`
}

/** Ids of the live records that are shared with the actor; undefined: none can be. */
export function sharedIds(model: Model, entity: EntityModel, operation: Operation): Sql | undefined {
  const shares = sharesOf(model, entity, operation)
  return shares && sql`SELECT ${shares.id} ${shares.from} AND s.deleted_at IS NULL`
}

function sharesOf(model: Model, entity: EntityModel, operation: Operation): { from: Sql; id: Sql } | undefined {
  const shares = sharesTable(model)
  if (!shares) return undefined
  const { table, kind, record, principal, access, until } = shares
  const levels = join(ALLOWED_BY[operation].map(literal), ', ')
  const from = sql`FROM ${table} WHERE ${kind} IN (${namesOf(entity)}) AND ${principal} = ANY(${input('acl:principals', 'uuid[]')}) AND ${access} IN (${levels}) AND (${until} IS NULL OR ${until} > now())`
  return { from, id: record }
}

function leads({ field, targets }: Condition & { kind: 'leads' }, row: RowSource, depth: number): Sql {
  const id = row.own(idColumn(field))
  if (targets.length === 0) return sql`${id} IS NOT NULL`
  const [kind] = field.columns
  const [only] = targets
  if (field.type !== 'any_reference' || !kind)
    return only ? existing(row.model, only.entity, only.condition, id, depth + 1) : trusted('FALSE')
  const open = targets.filter(({ condition }) => condition.kind === 'all')
  const others = targets.filter(({ condition }) => condition.kind !== 'all')
  const cases = [
    ...(open.length === 0
      ? []
      : [
          sql`WHEN ${row.own(kind.column)} IN (${join(
            open.map(({ entity }) => namesOf(entity)),
            ', ',
          )}) THEN TRUE`,
        ]),
    ...others.map(
      ({ entity, condition }) =>
        sql`WHEN ${row.own(kind.column)} IN (${namesOf(entity)}) THEN ${existing(row.model, entity, condition, id, depth + 1)}`,
    ),
  ]
  return sql`CASE ${join(cases, ' ')} ELSE FALSE END`
}
