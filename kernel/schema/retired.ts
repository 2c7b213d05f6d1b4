// What is no longer in the metadata and whose data is kept: remembered by its last name, so that it can be asked for by
// name, either to come back or to be dropped.
import type { Entity, Field, Snapshot } from '../../sdk/metadata/snapshot.ts'

/** Entity id → what of it is retired. */
export type Retired = Readonly<Record<string, RetiredEntity>>

export interface RetiredEntity {
  /** Last qualified name. */
  name: string
  /** false: the entity lives, some of its fields do not. */
  isGone: boolean
  /** Field id → last name. */
  fields: Readonly<Record<string, string>>
}

/** What was retired, less what is back, and what `after` no longer has of `before`. */
export function retire(known: Retired, before: Snapshot | undefined, after: Snapshot): Retired {
  const living = new Map(after.entities.map((entity) => [entity.id, entity]))
  const result: Record<string, RetiredEntity> = {}
  for (const [id, entry] of Object.entries(known)) {
    const entity = living.get(id)
    const fields = Object.entries(entry.fields).filter(([fieldId]) => !entity || !hasField(entity, fieldId))
    if (!entity) result[id] = entry
    else if (fields.length > 0) result[id] = { name: entity.name, isGone: false, fields: Object.fromEntries(fields) }
  }
  for (const entity of before?.entities ?? []) {
    const next = living.get(entity.id)
    const gone = entity.fields.filter((field) => isStored(field) && !(next && hasField(next, field.id)))
    if (next && gone.length === 0) continue
    const fields = { ...result[entity.id]?.fields, ...Object.fromEntries(gone.map(({ id, name }) => [id, name])) }
    result[entity.id] = { name: next?.name ?? entity.name, isGone: !next, fields }
  }
  return result
}

const hasField = (entity: Entity, id: string): boolean => entity.fields.some((field) => field.id === id)

/** Formulas and many-to-many fields have nothing of their own to keep; a roll-up is computed anew. */
const isStored = (field: Field): boolean => field.columns.length > 0

export interface Droppable {
  /** `drop:base.person.nickname`, `drop:base.person`. */
  confirmation: string
  entityId: string
  /** Absent: the whole entity. */
  fieldId?: string
  name: string
}

export function droppables(retired: Retired): Droppable[] {
  return Object.entries(retired).flatMap(([entityId, { name, isGone, fields }]) => {
    if (isGone) return [{ confirmation: `drop:${name}`, entityId, name }]
    return Object.entries(fields).map(([fieldId, fieldName]) => ({
      confirmation: `drop:${name}.${fieldName}`,
      entityId,
      fieldId,
      name: `${name}.${fieldName}`,
    }))
  })
}

/** After these were dropped. */
export function forget(retired: Retired, dropped: readonly Droppable[]): Retired {
  const result: Record<string, RetiredEntity> = {}
  for (const [entityId, entry] of Object.entries(retired)) {
    const mine = dropped.filter((one) => one.entityId === entityId)
    if (mine.some(({ fieldId }) => fieldId === undefined)) continue
    const fields = Object.entries(entry.fields).filter(([id]) => !mine.some(({ fieldId }) => fieldId === id))
    if (entry.isGone || fields.length > 0) result[entityId] = { ...entry, fields: Object.fromEntries(fields) }
  }
  return result
}
