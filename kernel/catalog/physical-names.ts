// Names of tables and columns, given once and remembered by stable id for ever: a rename moves no data, a field that
// is taken out and put back finds its column again. Plain JSON, stored beside the snapshot.
import { createHash } from 'node:crypto'
import { type SqlType, STANDARD_FIELDS } from '../../sdk/metadata/snapshot.ts'

/** By entity id; what is no longer in the metadata stays. `{}` before the first publish. */
export type PhysicalNames = Readonly<Record<string, TableNames>>

export interface TableNames {
  table: string
  /** By field id: every column ever given to the field, newest last. */
  columns: Record<string, ColumnName[]>
  /** By field id. */
  sequences: Record<string, string>
  /** By unique id. */
  indexes: Record<string, string>
  /** Side table of roll-ups and its columns by field id. */
  rollup?: { table: string; columns: Record<string, ColumnName[]> }
}

export interface ColumnName {
  /** Part of the field, or what a roll-up column holds. */
  part: string
  column: string
  sqlType: SqlType
  /** Id of the entity that a reference column points to: another target is another column. */
  target?: string
}

export type ColumnWish = Omit<ColumnName, 'column'>

/** Longest name of PostgreSQL, in bytes; ours are ASCII. */
const MAX_LENGTH = 63
/** Columns of every table: ours, PostgreSQL's own, and the kernel's (which begin with `_`, as no field can). */
const TAKEN_COLUMNS: readonly string[] = [
  ...STANDARD_FIELDS.map((field) => field.column),
  'tableoid',
  'xmin',
  'cmin',
  'xmax',
  'cmax',
  'ctid',
  'oid',
]

/** Gives names out; works on a copy, so that a failed publish leaves the old names. */
export class NameBook {
  private readonly tables: Map<string, TableNames>
  /** Tables, sequences and indexes share one name space in a schema. */
  private readonly relations = new Set<string>()

  constructor(names: PhysicalNames) {
    this.tables = new Map(Object.entries(structuredClone(names)))
    for (const entry of this.tables.values()) {
      const given = [
        entry.table,
        entry.rollup?.table,
        ...Object.values(entry.sequences),
        ...Object.values(entry.indexes),
      ]
      for (const name of given) if (name !== undefined) this.relations.add(name)
    }
  }

  /** @param hint wished name, such as `base_person` */
  table(entityId: string, hint: string): string {
    return this.entry(entityId, hint).table
  }

  column(entityId: string, fieldId: string, hint: string, wish: ColumnWish): string {
    const entry = this.entry(entityId, hint)
    const given = memberOf(entry.columns, fieldId)
    return reuse(given, wish) ?? this.newColumn(entry.columns, fieldId, hint, wish, TAKEN_COLUMNS)
  }

  /** @returns the side table of the entity's roll-ups and the column in it */
  rollupColumn(entityId: string, fieldId: string, hint: string, wish: ColumnWish): { table: string; column: string } {
    const entry = this.entry(entityId, hint)
    entry.rollup ??= { table: this.relation(`${entry.table}__rollup`, `${entityId} rollup`), columns: {} }
    const { table, columns } = entry.rollup
    const given = memberOf(columns, fieldId)
    return { table, column: reuse(given, wish) ?? this.newColumn(columns, fieldId, hint, wish, ['id', 'record']) }
  }

  sequence(entityId: string, fieldId: string, hint: string): string {
    const entry = this.entry(entityId, hint)
    const known = Object.hasOwn(entry.sequences, fieldId) ? entry.sequences[fieldId] : undefined
    return (
      known ?? (entry.sequences[fieldId] = this.relation(`${entry.table}__${hint}__seq`, `${entityId} ${fieldId} seq`))
    )
  }

  index(entityId: string, uniqueId: string, hint: string): string {
    const entry = this.entry(entityId, hint)
    const known = Object.hasOwn(entry.indexes, uniqueId) ? entry.indexes[uniqueId] : undefined
    return (
      known ?? (entry.indexes[uniqueId] = this.relation(`${entry.table}__${hint}__key`, `${entityId} ${uniqueId} key`))
    )
  }

  /** What to store. */
  toJSON(): PhysicalNames {
    return structuredClone(Object.fromEntries(this.tables))
  }

  private entry(entityId: string, hint: string): TableNames {
    const known = this.tables.get(entityId)
    if (known) return known
    const entry: TableNames = { table: this.relation(hint, entityId), columns: {}, sequences: {}, indexes: {} }
    this.tables.set(entityId, entry)
    return entry
  }

  private relation(hint: string, id: string): string {
    const name = unusedName(hint, id, this.relations)
    this.relations.add(name)
    return name
  }

  private newColumn(
    columns: Record<string, ColumnName[]>,
    fieldId: string,
    hint: string,
    wish: ColumnWish,
    reserved: readonly string[],
  ): string {
    const taken = new Set([...reserved, ...Object.values(columns).flatMap((list) => list.map((one) => one.column))])
    const column = unusedName(wish.part ? `${hint}__${wish.part}` : hint, `${fieldId} ${wish.part}`, taken)
    columns[fieldId] = [...memberOf(columns, fieldId), { ...wish, column }]
    return column
  }
}

function memberOf(columns: Record<string, ColumnName[]>, fieldId: string): readonly ColumnName[] {
  return Object.hasOwn(columns, fieldId) ? (columns[fieldId] ?? []) : []
}

/** The newest column of the same part whose values mean the same. */
function reuse(given: readonly ColumnName[], wish: ColumnWish): string | undefined {
  return given.findLast((one) => one.part === wish.part && one.sqlType === wish.sqlType && one.target === wish.target)
    ?.column
}

/** Long names keep their beginning and get a hash of the id; taken ones get a number. */
function unusedName(hint: string, id: string, taken: ReadonlySet<string>): string {
  const base =
    hint.length <= MAX_LENGTH
      ? hint
      : `${hint.slice(0, MAX_LENGTH - 9)}_${createHash('sha256').update(id).digest('hex').slice(0, 8)}`
  let name = base
  for (let number = 2; taken.has(name); number++)
    name = `${base.slice(0, MAX_LENGTH - 1 - String(number).length)}_${number}`
  return name
}
