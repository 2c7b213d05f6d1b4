// One record changed in one statement: the old row is locked, the new one computed from it, and written only when
// something differs; roll-ups, history and event follow from the two.
import type { EntityModel, Model } from '../catalog/model.ts'
import type { Field } from '../../sdk/metadata/snapshot.ts'
import type { Rights } from '../plan/rights.ts'
import type { Selected } from '../plan/selection.ts'
import { actor, differences, recordChange } from './change-sql.ts'
import { askChecks, conditionsOn, readyRow, type RowCheck, wholeRow, type WrittenRow } from './checked-row.ts'
import { type CompiledWrite, withAnswer } from './create-sql.ts'
import { type AlikeSearch, findAlike } from './duplicates-sql.ts'
import { type HalfPeriod, isInOrder } from './half-period.ts'
import { hasOptions, type KeptColumn } from './kept-options.ts'
import { checkReferences, type SetReference } from './references-sql.ts'
import { feedGroups, isTouched, moveRollups } from './rollup-sql.ts'
import { displayName, newRow, ownerColumns, storedFields } from './row-values.ts'
import { ident, input, join, literal, type Sql, sql, trusted } from './sql.ts'

export interface UpdateShape {
  provided: ReadonlySet<string>
  /** Of `owner` and `owner_team`, those the body sets. */
  owners: readonly string[]
  references: readonly SetReference[]
  /** Parent fields that the body sets to a record: they must not make a circle. */
  parents: readonly Field[]
  /** Options that only a record may be set to that has them. */
  kept: readonly KeptColumn[]
  /** One day of a period: it must be in order with the other one, which the record has. */
  period: HalfPeriod | undefined
  /** false: whatever version is there is overwritten. */
  hasVersion: boolean
  selection: readonly Selected[]
  rights: Rights
  /** What must hold of the row before the change, and after it. */
  checks: { before: readonly RowCheck[]; after: readonly RowCheck[] }
}

/**
 * No row comes back when the record is gone, is at another version, a reference leads nowhere, a parent would make a
 * circle, an option is no longer offered, or a period would end before it begins; which of them it was is asked
 * afterwards.
 */
export function compileUpdate(model: Model, entity: EntityModel, shape: UpdateShape): CompiledWrite {
  const table = ident(model.snapshot.schema, entity.entity.table)
  const checks = checkReferences(model, shape.references, shape.rights)
  const before = conditionsOn(model, entity, shape.checks.before, 'old')
  const conditions = [
    checks.condition,
    ...shape.parents.map((field) => sql`NOT ${makesCircle(model, entity, field)}`),
    ...shape.kept.map((one) => hasOptions(one, 'old')),
    ...(shape.period ? [isInOrder(shape.period, 'old')] : []),
    ...(before?.conditions ?? []),
  ]
  const version = shape.hasVersion ? sql` AND t.version = ${input('version', 'int4')}` : sql``
  const old = sql`old AS (SELECT t.* FROM ${table} AS t WHERE t.id = ${input('id', 'uuid')} AND t.deleted_at IS NULL${version} FOR UPDATE)`
  const rows = newRow(
    model,
    entity,
    shape.provided,
    (column) => ident('old', column.column),
    sql`FROM old${before?.joins ?? sql``} WHERE ${join(conditions, ' AND ')}`,
  )
  const ready = readyRow(model, entity, shape.checks.after, writtenRow(shape))
  const changed = changedFields(entity, shape.provided)
  const upd = updateRow(model, entity, shape, changed, ready ? 'ready' : 'new')
  const diff = withOwners(shape.owners, differences(changed, 'prev', 'w'))
  const groups = feedGroups(model, entity).filter((group) =>
    isTouched(group, new Set(changed.map((field) => field.name))),
  )
  const ctes = [
    old,
    ...checks.ctes,
    ...rows,
    ...(ready ? [ready] : []),
    upd,
    // Worked out once, for the history and for the event.
    sql`diff AS (SELECT w.id, w.version, ${diff} AS changes FROM upd AS w JOIN old AS prev ON prev.id = w.id)`,
    ...recordChange(model, entity, 'update', sql`FROM diff AS w`, trusted('w.changes')),
    ...(groups.length > 0 ? [sql`prev AS (SELECT old.* FROM old JOIN upd ON upd.id = old.id)`] : []),
    ...groups.map(
      (group, index) =>
        sql`${ident(`roll${index}`)} AS (${moveRollups(model, entity, group, { lost: 'prev', gained: 'upd' })})`,
    ),
  ]
  const answer = sql`(SELECT upd.* FROM upd UNION ALL SELECT old.* FROM old JOIN ${trusted(ready ? 'ready' : 'raw')} AS raw ON raw.id = old.id WHERE NOT EXISTS (SELECT 1 FROM upd))`
  return withAnswer(model, entity, ctes, answer, shape.selection, shape.rights)
}

export function writtenRow({ owners }: Pick<UpdateShape, 'owners'>): WrittenRow {
  const owner = (name: string): Sql => (owners.includes(name) ? input(name, 'uuid') : ident('old', name))
  return {
    values: {
      version: trusted('old.version + 1'),
      created_at: trusted('old.created_at'),
      created_by: trusted('old.created_by'),
      updated_by: actor,
      owner: owner('owner'),
      owner_team: owner('owner_team'),
    },
    from: trusted('new JOIN old ON old.id = new.id'),
    hasBefore: true,
  }
}

/** Which checks hold of the row as the change would leave it, a column each; no row: there is none. */
export function explainUpdate(
  model: Model,
  entity: EntityModel,
  shape: Pick<UpdateShape, 'provided' | 'owners' | 'checks'>,
): Sql {
  return sql`${updatedRow(model, entity, shape.provided)} ${askChecks(model, entity, shape.checks.after, writtenRow(shape))}`
}

/** Records like this one as the change would leave it. */
export function alikeUpdate(
  model: Model,
  entity: EntityModel,
  shape: Pick<UpdateShape, 'provided' | 'owners'>,
  search: AlikeSearch,
): Sql {
  const row = wholeRow(model, entity, writtenRow(shape))
  return sql`${updatedRow(model, entity, shape.provided)} ${findAlike(model, entity, row, search)}`
}

/** WITH the row as it is and as the change would leave it. */
export function updatedRow(model: Model, entity: EntityModel, provided: ReadonlySet<string>): Sql {
  const table = ident(model.snapshot.schema, entity.entity.table)
  const old = sql`old AS (SELECT t.* FROM ${table} AS t WHERE t.id = ${input('id', 'uuid')} AND t.deleted_at IS NULL)`
  const stays = (column: { column: string }) => ident('old', column.column)
  return sql`WITH ${join([old, ...newRow(model, entity, provided, stays, sql`FROM old`)], ', ')}`
}

/** What the body sets, money whose base amount may move with a rate date that the body sets, and what is computed. */
export function changedFields(entity: EntityModel, provided: ReadonlySet<string>): Field[] {
  return storedFields(entity).filter(
    (field) =>
      provided.has(field.name) ||
      (field.options.rateDate !== undefined && provided.has(field.options.rateDate)) ||
      field.computed !== undefined,
  )
}

function updateRow(
  model: Model,
  entity: EntityModel,
  shape: UpdateShape,
  changed: readonly Field[],
  from: 'new' | 'ready',
): Sql {
  const table = ident(model.snapshot.schema, entity.entity.table)
  const columns = changed.flatMap((field) => field.columns.map(({ column }) => ident(column)))
  const owners = ownerColumns(entity).filter((name) => shape.owners.includes(name))
  const sets = [
    sql`version = t.version + 1`,
    sql`updated_at = now()`,
    sql`updated_by = ${actor}`,
    sql`display_name = ${displayName(model, entity, 'new')}`,
    ...columns.map((column) => sql`${column} = new.${column}`),
    ...owners.map((name) => sql`${ident(name)} = ${input(name, 'uuid')}`),
  ]
  const differs = [
    ...columns.map((column) => sql`t.${column} IS DISTINCT FROM new.${column}`),
    ...owners.map((name) => sql`t.${ident(name)} IS DISTINCT FROM ${input(name, 'uuid')}`),
  ]
  return sql`upd AS (UPDATE ${table} AS t SET ${join(sets, ', ')} FROM ${trusted(from)} AS new WHERE t.id = new.id AND (${differs.length > 0 ? join(differs, ' OR ') : trusted('FALSE')}) RETURNING t.*)`
}

function withOwners(owners: readonly string[], changes: Sql): Sql {
  const parts = owners.map(
    (name) =>
      sql`CASE WHEN prev.${ident(name)} IS DISTINCT FROM w.${ident(name)} THEN jsonb_build_object(${literal(name)}, jsonb_build_array(prev.${ident(name)}, w.${ident(name)})) ELSE '{}'::jsonb END`,
  )
  return parts.length === 0 ? changes : sql`(${join([changes, ...parts], ' || ')})`
}

/** Is the record itself among the new parent and its ancestors? Trees are walked under a lock on the entity's tree. */
function makesCircle(model: Model, entity: EntityModel, field: Field): Sql {
  const column = ident(field.columns[0]?.column ?? field.name)
  const table = ident(model.snapshot.schema, entity.entity.table)
  const parent = input(`v:${field.columns[0]?.column ?? field.name}`, 'uuid')
  return sql`(${parent} = ${input('id', 'uuid')} OR EXISTS (WITH RECURSIVE up AS (SELECT a.id, a.${column} AS parent FROM ${table} AS a WHERE a.id = ${parent} UNION SELECT a.id, a.${column} FROM ${table} AS a JOIN up ON a.id = up.parent) SELECT 1 FROM up WHERE up.parent = ${input('id', 'uuid')}))`
}
