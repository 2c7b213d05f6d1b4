// What a record with the trait `relationship` may say: its type names what may stand at each end. Checked on every way
// in, over the values as they will be stored.
import type { Problem } from '../../sdk/errors.ts'
import { textFor } from '../../sdk/fields/label.ts'
import type { RelationshipEnd, RelationshipType } from '../../sdk/metadata/snapshot.ts'
import type { EntityModel, Model } from '../catalog/model.ts'

export const RELATIONSHIP_TRAIT = 'relationship'

/**
 * Stored texts of a field by column, in the order of its columns: `from` is the name of the entity and the id.
 * undefined: the body does not name the field.
 */
export type StoredOf = (field: string) => readonly (string | null)[] | undefined

const TOGETHER = ['type', 'from', 'to'] as const

/** @param isNew a new record brings all of it; a change of type or ends brings all three, so that nothing has to be read */
export function relationshipProblems(model: Model, entity: EntityModel, stored: StoredOf, isNew: boolean): Problem[] {
  if (!entity.entity.traits.includes(RELATIONSHIP_TRAIT)) return []
  return [...endProblems(model, stored, isNew), ...periodProblems(stored)]
}

function endProblems(model: Model, stored: StoredOf, isNew: boolean): Problem[] {
  const given = TOGETHER.filter((name) => stored(name) !== undefined)
  if (given.length === 0) return []
  const missing = TOGETHER.filter((name) => !given.includes(name))
  // Of a new record they are told as required.
  if (missing.length > 0) return isNew ? [] : missing.map(together)
  const [name] = stored('type') ?? []
  const type = model.snapshot.relationships.find((one) => one.name === name)
  const [from, fromId] = endOf(model, stored('from'))
  const [to, toId] = endOf(model, stored('to'))
  // An unknown type or an empty end is told by the field itself.
  if (!type || !from || !to) return []
  if (fromId === toId) return [{ path: '/to', key: 'same_record', message: 'must be another record than the first' }]
  return mismatch(model, type, from, to)
}

const together = (name: string): Problem => ({
  path: `/${name}`,
  key: 'together',
  message: 'is needed: type, from and to are changed together',
})

function endOf(model: Model, texts: readonly (string | null)[] | undefined): [EntityModel | undefined, string | null] {
  const [entity, id] = texts ?? []
  return [entity ? model.find(entity) : undefined, id ?? null]
}

function mismatch(model: Model, type: RelationshipType, from: EntityModel, to: EntityModel): Problem[] {
  const fits = isAllowed(type.from, from) && isAllowed(type.to, to)
  const fitsReversed = isAllowed(type.from, to) && isAllowed(type.to, from)
  if (fits || (type.symmetric && fitsReversed)) return []
  const hint = fitsReversed ? { hint: 'It fits the other way round: exchange from and to.' } : {}
  return [
    { name: 'from', end: type.from, entity: from },
    { name: 'to', end: type.to, entity: to },
  ].flatMap(({ name, end, entity }) => {
    if (isAllowed(end, entity)) return []
    const params = { entity: entity.entity.name, allowed: allowedNames(model, end).join(', ') }
    const message = `cannot be ${params.entity}: “${textFor(type.label, 'en')}” has ${params.allowed} here`
    return [{ path: `/${name}`, key: 'wrong_end', message, params, ...hint }]
  })
}

/** An end that names nothing takes anything. */
export function isAllowed({ entities, traits }: RelationshipEnd, { entity }: EntityModel): boolean {
  if (entities.length === 0 && traits.length === 0) return true
  return entities.includes(entity.name) || entity.traits.some((trait) => traits.includes(trait))
}

const allowedNames = (model: Model, end: RelationshipEnd): string[] =>
  model
    .all()
    .filter((entity) => isAllowed(end, entity))
    .map(({ entity }) => entity.name)

function periodProblems(stored: StoredOf): Problem[] {
  const [from] = stored('valid_from') ?? []
  const [to] = stored('valid_to') ?? []
  // Both are ISO 8601 days, which sort as text.
  if (!from || !to || from <= to) return []
  return [{ path: '/valid_to', key: 'ends_before', message: `cannot be before the beginning, ${from}` }]
}
