// Work that a publish leaves to the background because it takes as long as there are rows: which, decided from the two
// versions. The jobs themselves are in finishing/.
import type { Entity, Field, Snapshot } from '../../sdk/metadata/snapshot.ts'
import type { NewJob } from '../jobs/job-rows.ts'
import { plain, same } from './difference.ts'
import { ruleById } from './rule-ids.ts'

export const JOB_KINDS = {
  indexes: 'schema.indexes',
  numbers: 'schema.auto_numbers',
  baseAmounts: 'schema.base_amounts',
  displayNames: 'schema.display_names',
  rollups: 'schema.rollups',
} as const

export interface EntityWork {
  entityId: string
}
export interface FieldsWork extends EntityWork {
  fieldIds: readonly string[]
}

export interface LaterJob extends NewJob {
  /** Ids of entities whose records nobody may write any more who does not know the new version. */
  writes: readonly string[]
}

/**
 * In the order in which they depend on each other.
 * @param newTables names of tables that the publish makes: they have no rows
 */
export function laterWork(before: Snapshot | undefined, after: Snapshot, newTables: ReadonlySet<string>): LaterJob[] {
  if (!before) return []
  const old = new Map(before.entities.map((entity) => [entity.id, entity]))
  const kept = after.entities.flatMap((entity): Pair[] => {
    const earlier = old.get(entity.id)
    return newTables.has(entity.table) ? [] : [{ before: earlier, after: entity }]
  })
  const isOtherBase = before.baseCurrency !== after.baseCurrency
  return [
    ...kept.flatMap(numberWork),
    ...kept.flatMap((pair) => baseAmountWork(pair, isOtherBase)),
    ...kept.flatMap(displayNameWork),
    ...kept.flatMap((pair) => rollupWork(pair, before, after, newTables)),
  ]
}

interface Pair {
  /** undefined: the entity was retired and is back. */
  before: Entity | undefined
  after: Entity
}

const later = (
  kind: string,
  title: string,
  payload: EntityWork | FieldsWork,
  writes: readonly string[] = [payload.entityId],
): LaterJob => ({ kind, title, payload, writes })

const fieldOf = (entity: Entity | undefined, id: string): Field | undefined =>
  entity?.fields.find((field) => field.id === id)

function numberWork({ before, after }: Pair): LaterJob[] {
  const fields = after.fields.filter(
    (field) => field.type === 'auto_number' && fieldOf(before, field.id)?.type !== 'auto_number',
  )
  return fields.map((field) =>
    later(JOB_KINDS.numbers, `Number the records of ${plain(after.label)}`, {
      entityId: after.id,
      fieldIds: [field.id],
    }),
  )
}

function baseAmountWork({ before, after }: Pair, isOtherBase: boolean): LaterJob[] {
  const fields = after.fields.filter((field) => {
    if (field.type !== 'money') return false
    const old = fieldOf(before, field.id)
    const isNew = old === undefined
    return !isNew && (isOtherBase || old.type !== 'money' || old.options.rateDate !== field.options.rateDate)
  })
  if (fields.length === 0) return []
  const title = `Convert the amounts of ${plain(after.label)}`
  return [later(JOB_KINDS.baseAmounts, title, { entityId: after.id, fieldIds: fields.map(({ id }) => id) })]
}

function displayNameWork({ before, after }: Pair): LaterJob[] {
  const isSame = before && same(nameSource(before), nameSource(after)) && sharedInputs(before, after)
  if (isSame) return []
  return [later(JOB_KINDS.displayNames, `Write the names of ${plain(after.label)} anew`, { entityId: after.id })]
}

/** What the display name hangs on. */
const nameSource = (entity: Entity): unknown => ruleById(entity, entity.displayName)

/** What rules of the entity may read: formulas, and columns in which the values of a type stand. */
const inputs = (entity: Entity): unknown =>
  Object.fromEntries(
    entity.fields.map((field) => [
      field.id,
      [ruleById(entity, field.options.rule), field.columns.map(({ column, sqlType }) => [column, sqlType])],
    ]),
  )

/** The inputs that both versions have: a field more or less is no reason. */
const sharedInputs = (before: Entity, after: Entity): boolean => {
  const ids = new Set(before.fields.map(({ id }) => id))
  const both = after.fields.filter(({ id }) => ids.has(id)).map(({ id }) => id)
  const pick = (entity: Entity) => inputs({ ...entity, fields: entity.fields.filter(({ id }) => both.includes(id)) })
  return same(pick(before), pick(after))
}

function rollupWork(
  { before, after }: Pair,
  oldSnapshot: Snapshot,
  snapshot: Snapshot,
  newTables: ReadonlySet<string>,
): LaterJob[] {
  const fields = after.fields.filter((field) => {
    const { rollup } = field.options
    const child = rollup && snapshot.entities.find(({ name }) => name === rollup.entity)
    if (!rollup || !child || newTables.has(child.table)) return false
    const old = fieldOf(before, field.id)
    const oldChild = oldSnapshot.entities.find(({ id }) => id === child.id)
    if (!old || !oldChild || !sharedInputs(oldChild, child)) return true
    return !same(rollupSource(old, oldChild), rollupSource(field, child))
  })
  if (fields.length === 0) return []
  const names = fields.map(({ label }) => plain(label)).join(', ')
  const title = `Compute ${names} of ${plain(after.label)}`
  const children = snapshot.entities.filter(({ name }) => fields.some((field) => field.options.rollup?.entity === name))
  const payload = { entityId: after.id, fieldIds: fields.map(({ id }) => id) }
  return [
    later(
      JOB_KINDS.rollups,
      title,
      payload,
      children.map(({ id }) => id),
    ),
  ]
}

function rollupSource({ options: { rollup } }: Field, child: Entity): unknown {
  if (!rollup) return null
  const { reference, aggregate, columns, field = 'id', filter } = rollup
  const [over, what] = [reference, field].map((path) => ruleById(child, { var: path }))
  return [child.id, over, aggregate, columns, what, ruleById(child, filter)]
}
