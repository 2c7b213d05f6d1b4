// Roll-ups kept exact by the statement that moves a child. Each parent has a side row of counts, sums and extremes;
// a write adds what its child gained and takes what it lost. Counts and sums are differences, so they never need the
// other children; an extreme that was taken away is computed anew by a second statement under the side row's lock.
import { RelataError } from '../../sdk/errors.ts'
import type { Field, Rollup } from '../../sdk/metadata/snapshot.ts'
import { checkRule } from '../../sdk/rules/index.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import { entityScope } from '../catalog/scope.ts'
import { RowSource } from './row-source.ts'
import { ident, join, type Sql, sql, trusted } from './sql.ts'

export interface Feed {
  parent: EntityModel
  rollup: Rollup
  /** Fields of the child that the value depends on, the reference included. */
  reads: ReadonlySet<string>
}

/** Feeds that share a parent and a reference share one side row, hence one statement. */
export interface FeedGroup {
  key: string
  table: string
  /** Physical column of the child that holds the parent's id. */
  referenceColumn: string
  feeds: readonly Feed[]
}

export function feedGroups(model: Model, child: EntityModel): FeedGroup[] {
  const groups = new Map<string, { group: FeedGroup; feeds: Feed[] }>()
  for (const { entity, field } of child.entity.feeds) {
    const parent = model.entity(entity)
    const rollup = rollupOf(parent.field(field))
    const feeds: Feed = { parent, rollup, reads: readsOf(model, child, rollup) }
    const key = `${rollup.table} ${rollup.reference}`
    const found = groups.get(key)
    if (found) found.feeds.push(feeds)
    else {
      const list = [feeds]
      groups.set(key, {
        feeds: list,
        group: { key, table: rollup.table, referenceColumn: referenceColumn(child, rollup), feeds: list },
      })
    }
  }
  return [...groups.values()].map(({ group }) => group).sort((a, b) => (a.key < b.key ? -1 : 1))
}

function rollupOf(field: Field | undefined): Rollup {
  const rollup = field?.options.rollup
  if (!rollup) throw new RelataError('RL500', 'a roll-up feed names no roll-up')
  return rollup
}

function referenceColumn(child: EntityModel, rollup: Rollup): string {
  const column = child.field(rollup.reference)?.columns[0]
  if (!column) throw new RelataError('RL500', `roll-up over ${rollup.reference}, which has no column`)
  return column.column
}

function checkedFilter(model: Model, child: EntityModel, rollup: Rollup) {
  if (rollup.filter === undefined) return undefined
  const checked = checkRule(rollup.filter, entityScope(model, child), { kind: 'boolean' })
  if (!checked.ok)
    throw new RelataError('RL203', 'The filter of a roll-up is not valid.', { problems: checked.problems })
  return checked.rule
}

function readsOf(model: Model, child: EntityModel, rollup: Rollup): Set<string> {
  const paths = [
    rollup.reference,
    ...(rollup.field ? [rollup.field] : []),
    ...(checkedFilter(model, child, rollup)?.reads ?? []),
  ]
  const names = new Set<string>()
  const add = (path: string): void => {
    const [name = ''] = path.split('.')
    if (names.has(name)) return
    names.add(name)
    const rule = child.field(name)?.options.rule
    if (rule === undefined) return
    const checked = checkRule(rule, entityScope(model, child))
    if (checked.ok) checked.rule.reads.forEach(add)
  }
  paths.forEach(add)
  return names
}

/** Does a change of these fields move any roll-up of the group? */
export function isTouched(group: FeedGroup, fields: ReadonlySet<string>): boolean {
  return group.feeds.some((feed) => [...feed.reads].some((name) => fields.has(name)))
}

export function hasExtremes(group: FeedGroup): boolean {
  return group.feeds.some(({ rollup }) => isExtreme(rollup))
}

const isExtreme = (rollup: Rollup): boolean => rollup.aggregate === 'min' || rollup.aggregate === 'max'

interface SideColumn {
  column: string
  holds: 'count' | 'sum' | 'min' | 'max'
  isText: boolean
  /** What one child contributes; zero or null when it does not count. */
  contribution: (row: RowSource) => Sql
}

function sideColumns(model: Model, child: EntityModel, group: FeedGroup): SideColumn[] {
  return group.feeds.flatMap(({ rollup }) => {
    const filter = checkedFilter(model, child, rollup)
    return rollup.columns.map(
      ({ column, holds, sqlType }): SideColumn => ({
        column,
        holds,
        isText: sqlType === 'text',
        contribution: (row) => {
          const value = rollup.field ? comparable(row, rollup.field, holds) : undefined
          const counted = filter ? row.predicate(filter) : trusted('TRUE')
          const isSet = value ? sql`${value} IS NOT NULL` : trusted('TRUE')
          if (holds === 'count') return sql`CASE WHEN ${counted} AND ${isSet} THEN 1 ELSE 0 END`
          if (holds === 'sum') return sql`CASE WHEN ${counted} THEN COALESCE(${value ?? trusted('0')}, 0) ELSE 0 END`
          return sql`CASE WHEN ${counted} THEN ${value ?? trusted('NULL')} END`
        },
      }),
    )
  })
}

/**
 * Sums of float8 add its shortest decimal form, so that adding and taking away leave exactly nothing. Texts are ordered
 * by code points, as rules order them, whatever the locale of the database.
 */
function comparable(row: RowSource, path: string, holds: SideColumn['holds']): Sql {
  const column = row.column(path)
  if (column.sqlType === 'text') return sql`(${column.sql}) COLLATE "C"`
  return holds === 'sum' && column.sqlType === 'float8' ? sql`(${column.sql})::text::numeric` : column.sql
}

/** Rows of CTEs that lost and gained a child; either may be missing (create, delete). */
export interface Moved {
  lost?: string
  gained?: string
}

/** `INSERT … ON CONFLICT` that moves the side rows of one group; parents in id order, so that writers cannot cross. */
export function moveRollups(model: Model, child: EntityModel, group: FeedGroup, moved: Moved): Sql {
  const columns = sideColumns(model, child, group)
  const rows = [
    ...(moved.lost ? [movedRows(model, child, group, columns, moved.lost, '-')] : []),
    ...(moved.gained ? [movedRows(model, child, group, columns, moved.gained, '+')] : []),
  ]
  const names = columns.map(({ column }) => ident(column))
  const totals = columns.map(
    ({ column, holds }) =>
      sql`${trusted(holds === 'count' || holds === 'sum' ? 'sum' : holds)}(${ident('m', column)}) AS ${ident(column)}`,
  )
  const isMoved = columns.map(({ column, holds }) =>
    holds === 'count' || holds === 'sum' ? sql`${ident('s', column)} <> 0` : sql`${ident('s', column)} IS NOT NULL`,
  )
  const side = ident(model.snapshot.schema, group.table)
  const updates = columns.map((column) => sql`${ident(column.column)} = ${merged(column)}`)
  return sql`INSERT INTO ${side} AS t (id, ${join(names, ', ')}) SELECT s.id, ${join(
    columns.map(({ column }) => ident('s', column)),
    ', ',
  )} FROM (SELECT m.id, ${join(
    totals,
    ', ',
  )} FROM (${join(rows, ' UNION ALL ')}) AS m WHERE m.id IS NOT NULL GROUP BY m.id) AS s WHERE ${join(isMoved, ' OR ')} ORDER BY s.id ON CONFLICT (id) DO UPDATE SET ${join(updates, ', ')}`
}

function merged({ column, holds, isText }: SideColumn): Sql {
  const before = isText ? sql`${ident('t', column)} COLLATE "C"` : ident('t', column)
  const change = ident('excluded', column)
  if (holds === 'min') return sql`LEAST(${before}, ${change})`
  if (holds === 'max') return sql`GREATEST(${before}, ${change})`
  return sql`COALESCE(${before}, 0) + COALESCE(${change}, 0)`
}

function movedRows(
  model: Model,
  child: EntityModel,
  group: FeedGroup,
  columns: readonly SideColumn[],
  cte: string,
  sign: '+' | '-',
): Sql {
  const row = new RowSource(model, child, cte)
  const values = columns.map(({ column, holds, contribution }) => {
    const value = contribution(row)
    if (holds === 'count' || holds === 'sum')
      return sql`${trusted(sign === '-' ? '-' : '')}(${value}) AS ${ident(column)}`
    // What is lost never makes an extreme larger; the second statement deals with it.
    return sign === '+' ? sql`${value} AS ${ident(column)}` : sql`NULLIF(${value}, ${value}) AS ${ident(column)}`
  })
  return sql`SELECT ${row.own(group.referenceColumn)} AS id, ${join(values, ', ')} FROM ${ident(cte)}`
}

/** Lock side rows before their extremes are computed anew: the next statement then sees every committed child. */
export function lockSideRows(model: Model, group: FeedGroup, ids: Sql): Sql {
  return sql`SELECT 1 FROM ${ident(model.snapshot.schema, group.table)} WHERE id = ANY(${ids}) ORDER BY id FOR UPDATE`
}

/** Compute the extremes of these parents from their children. Run under `lockSideRows`. */
export function recomputeExtremes(model: Model, child: EntityModel, group: FeedGroup, ids: Sql): Sql {
  const columns = sideColumns(model, child, group).filter(({ holds }) => holds === 'min' || holds === 'max')
  const updates = columns.map(({ column, holds, contribution }) => {
    const row = new RowSource(model, child, 'c')
    return sql`${ident(column)} = (SELECT ${trusted(holds)}(${contribution(row)}) FROM ${childTable(model, child)} AS c WHERE ${row.own(group.referenceColumn)} = t.id AND c.deleted_at IS NULL)`
  })
  return sql`UPDATE ${ident(model.snapshot.schema, group.table)} AS t SET ${join(updates, ', ')} WHERE t.id = ANY(${ids})`
}

/** Every side row of the group from nothing: for a new roll-up on existing children. The child table must not change meanwhile. */
export function recomputeAll(model: Model, child: EntityModel, group: FeedGroup): Sql {
  const columns = sideColumns(model, child, group)
  const row = new RowSource(model, child, 'c')
  const totals = columns.map(
    ({ column, holds, contribution }) =>
      sql`${trusted(holds === 'count' ? 'sum' : holds)}(${contribution(row)}) AS ${ident(column)}`,
  )
  const names = columns.map(({ column }) => ident(column))
  const updates = names.map((name) => sql`${name} = excluded.${name}`)
  return sql`INSERT INTO ${ident(model.snapshot.schema, group.table)} (id, ${join(names, ', ')}) SELECT ${row.own(group.referenceColumn)}, ${join(totals, ', ')} FROM ${childTable(
    model,
    child,
  )} AS c WHERE c.deleted_at IS NULL AND ${row.own(group.referenceColumn)} IS NOT NULL GROUP BY 1 ON CONFLICT (id) DO UPDATE SET ${join(updates, ', ')}`
}

const childTable = (model: Model, child: EntityModel): Sql => ident(model.snapshot.schema, child.entity.table)
