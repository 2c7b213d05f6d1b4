// Relationship types and apps: names of entities found, defaults filled in.
import { didYouMean, nearest } from '../../sdk/metadata/nearest.ts'
import type { App, RelationshipEnd, RelationshipType, View } from '../../sdk/metadata/snapshot.ts'
import type { AppSource, RelationshipTypeSource } from '../../sdk/metadata/source.ts'
import { type Bench, requireEntity } from './bench.ts'
import type { Thing } from './layers.ts'
import { qualify } from './qualify.ts'

export function buildRelationships(bench: Bench, things: readonly Thing<RelationshipTypeSource>[]): RelationshipType[] {
  const end = (source: RelationshipTypeSource['from']): RelationshipEnd => {
    const traits = source.traits ?? []
    traits.forEach((trait, index) => checkTrait(bench, trait, source, index))
    const entities = (source.entities ?? []).flatMap((name, index) => {
      const found = requireEntity(bench, name, bench.trace.locate(source, `/entities/${index}`))
      return found ? [found.entity.name] : []
    })
    return { entities, traits, role: source.role }
  }
  return things.map(({ id, name, package: owner, value }) => {
    const isSymmetric = value.symmetric ?? false
    if (isSymmetric && value.reverse_label !== undefined) {
      bench.problems.warn(
        bench.trace.member(value, 'reverse_label'),
        'unused',
        'a symmetric relationship reads the same from both ends',
      )
    }
    return {
      id,
      name,
      package: owner,
      label: value.label,
      reverseLabel: isSymmetric ? value.label : (value.reverse_label ?? value.label),
      from: end(value.from),
      to: end(value.to),
      symmetric: isSymmetric,
    }
  })
}

function checkTrait(bench: Bench, trait: string, source: object, index: number): void {
  const known = [...new Set(bench.entities.flatMap(({ entity }) => entity.traits))]
  if (known.includes(trait)) return
  bench.problems.warn(
    bench.trace.locate(source, `/traits/${index}`),
    'unknown_trait',
    `no entity has the trait “${trait}”`,
    {
      hint: didYouMean(nearest(trait, known)),
    },
  )
}

export function buildApps(bench: Bench, things: readonly Thing<AppSource>[], views: readonly View[]): App[] {
  return things.map(({ id, name, package: owner, value }) => ({
    id,
    name,
    package: owner,
    label: value.label,
    icon: value.icon ?? 'layout-grid',
    ...(value.description === undefined ? {} : { description: value.description }),
    navigation: (value.navigation ?? []).flatMap((item) => {
      const place = bench.trace.locate(item)
      if (item.entity === undefined) {
        bench.problems.error(place, 'missing_member', 'needs an "entity" to open')
        return []
      }
      const draft = requireEntity(bench, item.entity, bench.trace.member(item, 'entity'))
      if (!draft) return []
      const view = item.view === undefined ? undefined : requireView(bench, item.view, item, draft.entity.name, views)
      return [
        {
          id: item.id,
          label: item.label ?? draft.entity.plural,
          icon: item.icon ?? draft.entity.icon,
          entity: draft.entity.name,
          ...(view === undefined ? {} : { view }),
          ...(item.group === undefined ? {} : { group: item.group }),
        },
      ]
    }),
  }))
}

/** @param source the object whose member `view` names it */
export function requireView(
  bench: Bench,
  written: string,
  source: object,
  entity: string,
  views: readonly View[],
): string | undefined {
  const place = bench.trace.member(source, 'view')
  const name = qualify(written, place.package)
  const candidates = views.filter((view) => view.entity === entity)
  const found = candidates.find((view) => view.name === name)
  if (found) return found.name
  const isOther = views.some((view) => view.name === name)
  if (!bench.broken.has(name)) {
    bench.problems.error(
      place,
      'unknown_view',
      isOther ? `the view “${name}” is not of ${entity}` : `there is no view “${name}”`,
      {
        hint: didYouMean(
          nearest(
            name,
            candidates.map((view) => view.name),
          ),
        ),
      },
    )
  }
  return undefined
}
