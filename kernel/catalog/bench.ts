// What the steps of the compiler hand to each other: the entities in the making, found by name.
import type { Entity, Field } from '../../sdk/metadata/snapshot.ts'
import type { EntitySource } from '../../sdk/metadata/source.ts'
import type { FieldType } from '../../sdk/fields/types.ts'
import { didYouMean, nearest } from '../../sdk/metadata/nearest.ts'
import { notRequired, requireHint } from './layers.ts'
import type { PackageOrder } from './order.ts'
import type { NameBook } from './physical-names.ts'
import type { Place, Problems } from './problems.ts'
import { qualify } from './qualify.ts'
import type { Trace } from './trace.ts'

export interface FieldDraft {
  field: Field
  type: FieldType
  /** All its layers merged; what the trace knows. */
  values: Record<string, unknown>
  place: Place
}

export interface EntityDraft {
  entity: Entity
  source: EntitySource
  place: Place
  fields: FieldDraft[]
  /** Names of fields that a layer took out or that are too faulty to use: known, but not there. */
  absent: Map<string, 'removed' | 'broken'>
}

export interface Bench {
  order: PackageOrder
  trace: Trace
  problems: Problems
  book: NameBook
  /** In the order of the snapshot. */
  entities: EntityDraft[]
  /** Qualified names of entities too broken to use. */
  broken: ReadonlySet<string>
}

export function findEntity(bench: Bench, name: string): EntityDraft | undefined {
  return (
    bench.entities.find((draft) => draft.entity.name === name) ??
    bench.entities.find((draft) => draft.entity.aliases.includes(name))
  )
}

/** The entity that an author means by `name` at `place`; a problem when there is none or it is not within reach. */
export function requireEntity(bench: Bench, name: string, place: Place): EntityDraft | undefined {
  const wanted = qualify(name, place.package)
  const found = findEntity(bench, wanted)
  if (!found) {
    if (bench.broken.has(wanted)) return undefined
    const names = bench.entities.map((draft) => draft.entity.name)
    const elsewhere = names.find((one) => one.endsWith(`.${name}`))
    bench.problems.error(place, 'unknown_entity', `there is no entity “${wanted}”`, {
      hint: didYouMean(elsewhere ?? nearest(wanted, names) ?? nearest(name, names)),
    })
    return undefined
  }
  if (!bench.order.below(place.package).has(found.entity.package)) {
    bench.problems.error(place, 'not_required', notRequired(place.package, found.entity.package), {
      hint: requireHint(found.entity.package),
    })
  }
  return found
}

/** A field by the name in the API, by an alias, or within the package that added it by its own short name. */
export function findField(draft: EntityDraft, name: string, from?: string): FieldDraft | undefined {
  const own = from === undefined || from === draft.entity.package ? undefined : `${from}_${name}`
  return (
    draft.fields.find(({ field }) => field.name === name) ??
    draft.fields.find(({ field }) => field.name === own) ??
    draft.fields.find(({ field }) => field.aliases.includes(name))
  )
}
