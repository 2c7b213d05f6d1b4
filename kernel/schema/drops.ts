// What a publish removes for good, because somebody asked for it by name.
import { RelataError } from '../../sdk/errors.ts'
import { nearest } from '../../sdk/metadata/nearest.ts'
import type { PhysicalNames, TableNames } from '../catalog/physical-names.ts'
import type { PlanStep } from '../services.ts'
import { ident, literal, sql, toStatement } from '../sql/sql.ts'
import type { ActualSchema } from './actual.ts'
import { dropColumn, dropSequence, dropTable } from './ddl.ts'
import type { Droppable } from './retired.ts'

/** @throws RL104 a confirmation of something that is not retired */
export function dropped(droppable: readonly Droppable[], confirm: readonly string[]): Droppable[] {
  const known = droppable.map(({ confirmation }) => confirmation)
  const unknown = confirm.find((one) => !known.includes(one))
  if (unknown !== undefined) {
    const near = nearest(unknown, known)
    const hint = near ? `Did you mean “${near}”?` : 'Take it out of the metadata first; then it can be dropped.'
    throw new RelataError('RL104', `Nothing that is retired is called “${unknown}”.`, { hint })
  }
  return droppable.filter(({ confirmation }) => confirm.includes(confirmation))
}

export function dropSteps(
  schema: string,
  drops: readonly Droppable[],
  names: PhysicalNames,
  actual: ActualSchema,
): PlanStep[] {
  return drops.map((drop) => ({
    text: `drop ${drop.fieldId === undefined ? 'entity' : 'field'} ${drop.name} with everything stored in it`,
    kind: 'drop',
    phase: 'now',
    sql: statements(schema, drop, names[drop.entityId], actual),
  }))
}

function statements(schema: string, drop: Droppable, names: TableNames | undefined, actual: ActualSchema): string[] {
  if (!names) return []
  const table = actual.tables.get(names.table)
  if (drop.fieldId !== undefined) {
    const columns = (names.columns[drop.fieldId] ?? []).map(({ column }) => column)
    const sequence = names.sequences[drop.fieldId]
    return [
      ...columns
        .filter((column) => table?.columns.has(column))
        .map((column) => dropColumn(schema, names.table, column)),
      ...sequences(schema, sequence === undefined ? [] : [sequence], actual),
    ]
  }
  const tables = [names.table, names.rollup?.table].filter((name) => name !== undefined)
  const history = sql`DELETE FROM ${ident(schema, '_history')} WHERE entity = ${literal(drop.entityId)}`
  return [
    ...tables.filter((name) => actual.tables.has(name)).map((name) => dropTable(schema, name)),
    ...sequences(schema, Object.values(names.sequences), actual),
    toStatement(history).text,
  ]
}

const sequences = (schema: string, names: readonly string[], actual: ActualSchema): string[] =>
  names.filter((name) => actual.sequences.has(name)).map((name) => dropSequence(schema, name))

/** Names of what is dropped are free again. */
export function namesWithout(names: PhysicalNames, drops: readonly Droppable[]): PhysicalNames {
  const result: Record<string, TableNames> = structuredClone(names)
  for (const { entityId, fieldId } of drops) {
    if (fieldId === undefined) delete result[entityId]
    else {
      delete result[entityId]?.columns[fieldId]
      delete result[entityId]?.sequences[fieldId]
    }
  }
  return result
}
