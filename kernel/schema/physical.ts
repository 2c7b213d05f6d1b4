// What a snapshot asks of the database: tables, columns, sequences. Pure; what is there already is nobody's business here.
import { fieldType } from '../../sdk/fields/index.ts'
import {
  type Entity,
  type Field,
  type Role,
  STANDARD_FIELDS,
  type Snapshot,
  type SqlType,
} from '../../sdk/metadata/snapshot.ts'
import { SHARED_WITH } from '../sql/shared-with.ts'
import { hasOwner } from './covered.ts'
import { type Capabilities, type IndexShape, indexesOf } from './indexes.ts'

export interface ColumnShape {
  name: string
  sqlType: SqlType | 'bigint'
  /** Absent: a column of the kernel. */
  field?: Field
  part: string
  /** Text form of what rows that exist already get; absent: nothing. */
  fill?: string
}

export interface TableShape {
  name: string
  /** Id of the entity it belongs to. */
  entityId: string
  /** `rollups`: the side table of its roll-ups. */
  holds: 'records' | 'rollups'
  columns: readonly ColumnShape[]
  indexes: readonly IndexShape[]
}

export interface SequenceShape {
  name: string
  entityId: string
  fieldId: string
}

export interface Physical {
  schema: string
  tables: readonly TableShape[]
  sequences: readonly SequenceShape[]
}

export function physicalOf(snapshot: Snapshot, capabilities: Capabilities): Physical {
  return {
    schema: snapshot.schema,
    tables: snapshot.entities.flatMap((entity) => [
      recordTable(entity, capabilities, snapshot.roles),
      ...sideTable(entity),
    ]),
    sequences: snapshot.entities.flatMap((entity) =>
      entity.fields.flatMap(({ id, options }) =>
        options.sequence === undefined ? [] : [{ name: options.sequence, entityId: entity.id, fieldId: id }],
      ),
    ),
  }
}

function recordTable(entity: Entity, capabilities: Capabilities, roles: readonly Role[]): TableShape {
  const standard = STANDARD_FIELDS.filter(({ name }) => hasOwner(entity) || !name.startsWith('owner')).map(
    ({ column, sqlType }): ColumnShape => ({ name: column, sqlType, part: '' }),
  )
  return {
    name: entity.table,
    entityId: entity.id,
    holds: 'records',
    columns: [...standard, { name: SHARED_WITH, sqlType: 'bigint', part: '' }, ...entity.fields.flatMap(fieldColumns)],
    indexes: indexesOf(entity, capabilities, roles),
  }
}

function fieldColumns(field: Field): ColumnShape[] {
  const fills = fillsOf(field)
  return field.columns.map(({ column, sqlType, part }) => {
    const fill = fills[part]
    return { name: column, sqlType, field, part, ...(fill === undefined || fill === null ? {} : { fill }) }
  })
}

/** A required field with a fixed default has it on rows that were there before the field. */
function fillsOf(field: Field): Readonly<Record<string, string | null>> {
  const { default: value, required } = field
  const isRule = typeof value === 'object' && value !== null && 'rule' in value
  if (!required || value === undefined || value === null || isRule) return {}
  const parsed = fieldType(field.type).parse(value, field)
  return parsed.ok ? parsed.parts : {}
}

function sideTable(entity: Entity): TableShape[] {
  const rollups = entity.fields.filter((field) => field.options.rollup !== undefined)
  const [first] = rollups
  if (!first?.options.rollup) return []
  const columns = rollups.flatMap((field) =>
    (field.options.rollup?.columns ?? []).map(
      ({ column, sqlType, holds }): ColumnShape => ({ name: column, sqlType, field, part: holds }),
    ),
  )
  const id: ColumnShape = { name: 'id', sqlType: 'uuid', part: '' }
  return [
    { name: first.options.rollup.table, entityId: entity.id, holds: 'rollups', columns: [id, ...columns], indexes: [] },
  ]
}
