// The statements between what a snapshot asks for and what the schema has. Only ever adds: what is no longer asked for
// stays, apart from indexes, which hold nothing of their own.
import { RelataError } from '../../sdk/errors.ts'
import { type ActualSchema, type ActualTable, PRINTED_TYPES } from './actual.ts'
import { addColumn, createIndex, createSequence, createTable, dropIndex } from './ddl.ts'
import type { IndexShape } from './indexes.ts'
import type { ColumnShape, Physical, TableShape } from './physical.ts'

/** Statements that belong together, and to what. */
export interface Deed {
  kind: 'table' | 'column' | 'sequence' | 'index' | 'drop index'
  entityId: string
  /** The field that it is for; absent: the entity as a whole, or several. */
  fieldId?: string
  table: string
  sql: readonly string[]
  index?: IndexShape
}

export interface Reconciled {
  /** In the order in which they must run. */
  deeds: readonly Deed[]
  /** Tables that are made, hence empty. */
  newTables: ReadonlySet<string>
}

/** @param keys names that the catalog ever gave to indexes of unique sets */
export function reconcile(physical: Physical, actual: ActualSchema, keys: ReadonlySet<string>): Reconciled {
  const { schema } = physical
  const newTables = new Set(physical.tables.filter(({ name }) => !actual.tables.has(name)).map(({ name }) => name))
  const sequences = physical.sequences
    .filter(({ name }) => !actual.sequences.has(name))
    .map(
      ({ name, entityId, fieldId }): Deed => ({
        kind: 'sequence',
        entityId,
        fieldId,
        table: name,
        sql: [createSequence(schema, name)],
      }),
    )
  const tables = physical.tables.flatMap((table) => {
    const there = actual.tables.get(table.name)
    return there ? missingColumns(schema, table, there) : [newTable(schema, table)]
  })
  const indexes = physical.tables.flatMap((table) => indexDeeds(schema, table, actual.tables.get(table.name), keys))
  return { deeds: [...sequences, ...tables, ...indexes], newTables }
}

function newTable(schema: string, table: TableShape): Deed {
  const [only, ...others] = [...new Set(table.columns.flatMap(({ field }) => (field ? [field.id] : [])))]
  const isForOneField = table.holds === 'rollups' && only !== undefined && others.length === 0
  return {
    kind: 'table',
    entityId: table.entityId,
    ...(isForOneField ? { fieldId: only } : {}),
    table: table.name,
    sql: [createTable(schema, table)],
  }
}

function missingColumns(schema: string, table: TableShape, there: ActualTable): Deed[] {
  return table.columns.flatMap((column): Deed[] => {
    const found = there.columns.get(column.name)
    if (found) {
      requireType(table, column, found.type)
      return []
    }
    return [
      {
        kind: 'column',
        entityId: table.entityId,
        ...(column.field ? { fieldId: column.field.id } : {}),
        table: table.name,
        sql: addColumn(schema, table.name, column),
      },
    ]
  })
}

/** Names are given once and with a type, so this happens only when somebody else changed the table. */
function requireType(table: TableShape, column: ColumnShape, type: string): void {
  const wanted = PRINTED_TYPES[column.sqlType] ?? column.sqlType
  if (type === wanted) return
  throw new RelataError('RL214', `The column ${table.name}.${column.name} is of type ${type}, not ${wanted}.`, {
    hint: 'It was changed from outside. Rename that column, and publish again.',
  })
}

/** Surplus and outdated ones go first, so that their names are free. Indexes that others made are left alone. */
function indexDeeds(
  schema: string,
  table: TableShape,
  there: ActualTable | undefined,
  keys: ReadonlySet<string>,
): Deed[] {
  const wanted = new Map(table.indexes.map((index) => [index.name, index]))
  const surplus = [...(there?.indexes.values() ?? [])].filter(({ name, isValid, columns }) => {
    const shape = wanted.get(name)
    if (!shape) return OURS.test(name) || keys.has(name)
    return !isValid || !(shape.isOfExpressions || columns.join() === shape.columns.join())
  })
  const gone = new Set(surplus.map(({ name }) => name))
  const missing = table.indexes.filter(({ name }) => gone.has(name) || !there?.indexes.has(name))
  const { entityId, name: tableName } = table
  return [
    ...surplus.map(
      ({ name }): Deed => ({ kind: 'drop index', entityId, table: tableName, sql: [dropIndex(schema, name)] }),
    ),
    ...missing.map((index): Deed => {
      const [fieldId, ...others] = index.fieldIds
      return {
        kind: 'index',
        entityId,
        ...(fieldId !== undefined && others.length === 0 ? { fieldId } : {}),
        table: tableName,
        sql: [createIndex(schema, tableName, index)],
        index,
      }
    }),
  ]
}

/** Names that indexes.ts gives. */
const OURS = /__ix_[0-9a-f]{8}$/
