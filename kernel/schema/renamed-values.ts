// Names that records hold: of options, roles, entities (in references to any of several) and relationship types. When
// the thing keeps its id and gets another name, so does every record, in the publishing transaction.
import type { Entity, Field, Snapshot } from '../../sdk/metadata/snapshot.ts'
import type { PlanStep } from '../services.ts'
import { ident, join, literal, type Sql, sql, toStatement } from '../sql/sql.ts'
import type { ActualSchema } from './actual.ts'
import { plain } from './difference.ts'

/** Old name → new name. */
type Renames = ReadonlyMap<string, string>

export interface RenamedValues {
  step: PlanStep
  /** Ids of the entity whose records hold them: nobody may write the old names into them any more. */
  writes: readonly string[]
}

export function renamedValues(before: Snapshot | undefined, after: Snapshot, actual: ActualSchema): RenamedValues[] {
  if (!before) return []
  const entities = renames(before.entities, after.entities)
  const roles = renames(before.roles, after.roles)
  const relationships = renames(before.relationships, after.relationships)
  const namesOf = (entity: Entity, field: Field): Renames => {
    if (field.type === 'any_reference') return entities
    if (field.options.optionsFrom === 'entities') return entities
    if (field.options.optionsFrom === 'roles') return roles
    if (field.options.optionsFrom === 'relationship_types') return relationships
    return optionRenames(fieldBefore(before, entity, field), field)
  }
  return after.entities.flatMap((entity) =>
    actual.tables.has(entity.table)
      ? entity.fields.flatMap((field) =>
          stepsOf(after.schema, entity, field, namesOf(entity, field)).map((step) => ({ step, writes: [entity.id] })),
        )
      : [],
  )
}

function stepsOf(schema: string, entity: Entity, field: Field, names: Renames): PlanStep[] {
  const column = field.columns.find(({ sqlType }) => sqlType === 'text' || sqlType === 'text[]')
  if (names.size === 0 || !column) return []
  const name = ident('t', column.column)
  const old = join(
    [...names.keys()].map((one) => literal(one)),
    ', ',
  )
  const isList = column.sqlType === 'text[]'
  const value = isList
    ? sql`ARRAY(SELECT ${renamed(sql`u.item`, names)} FROM unnest(${name}) WITH ORDINALITY AS u(item, place) ORDER BY u.place)`
    : renamed(name, names)
  const where = isList ? sql`${name} && ARRAY[${old}]` : sql`${name} IN (${old})`
  const update = sql`UPDATE ${ident(schema, entity.table)} AS t SET ${ident(column.column)} = ${value} WHERE ${where}`
  const words = [...names].map(([from, to]) => `${from} → ${to}`).join(', ')
  return [
    {
      text: `rename values of ${plain(field.label)} of ${plain(entity.label)}: ${words}`,
      kind: 'rename',
      phase: 'now',
      sql: [toStatement(update).text],
    },
  ]
}

/** All at once, so that two names can change places. */
function renamed(value: Sql, names: Renames): Sql {
  const cases = [...names].map(([from, to]) => sql`WHEN ${literal(from)} THEN ${literal(to)}`)
  return sql`CASE ${value} ${join(cases, ' ')} ELSE ${value} END`
}

function renames(
  before: readonly { id: string; name: string }[],
  after: readonly { id: string; name: string }[],
): Renames {
  const old = new Map(before.map(({ id, name }) => [id, name]))
  const changed = after.flatMap(({ id, name }): [string, string][] => {
    const earlier = old.get(id)
    return earlier === undefined || earlier === name ? [] : [[earlier, name]]
  })
  return new Map(changed)
}

function optionRenames(before: Field | undefined, after: Field): Renames {
  const named = (field: Field | undefined) =>
    (field?.options.choices ?? []).map(({ id, value }) => ({ id: id ?? value, name: value }))
  return renames(named(before), named(after))
}

function fieldBefore(before: Snapshot, entity: Entity, field: Field): Field | undefined {
  return before.entities.find(({ id }) => id === entity.id)?.fields.find(({ id }) => id === field.id)
}
