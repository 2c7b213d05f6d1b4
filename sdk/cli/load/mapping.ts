// The mapping file of `relata load`: which CSV file feeds which entity, column by column.
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'

const Column = Type.Object(
  {
    field: Type.String(),
    /** How the cell is written; text when left out. Amounts and decimals travel as text, digit by digit. */
    type: Type.Optional(
      Type.Union(
        (['text', 'number', 'decimal', 'boolean', 'date', 'money'] as const).map((name) => Type.Literal(name)),
      ),
    ),
    /** Of dates: `m/d/Y`, `d.m.Y`, `Y-m-d`. */
    format: Type.Optional(Type.String()),
    /** Of money without a currency of its own. */
    currency: Type.Optional(Type.String()),
    /** The cell names a record of this entity by the value of this field. */
    lookup: Type.Optional(Type.Object({ entity: Type.String(), by: Type.String() }, { additionalProperties: false })),
    /** Known faults of the source: what stands there → what is meant. */
    corrections: Type.Optional(Type.Record(Type.String(), Type.String())),
  },
  { additionalProperties: false },
)
export type Column = Static<typeof Column>

const FileMapping = Type.Object(
  {
    file: Type.String(),
    /** Qualified: `crm_sales.account`. */
    entity: Type.String(),
    /** Field that tells records apart; records that are there already are left as they are. */
    key: Type.Optional(Type.String()),
    /** Several lines of the file may speak of one record; it is made once. */
    distinct: Type.Optional(Type.Boolean()),
    /** CSV column → field name, or more about it. */
    columns: Type.Record(Type.String(), Type.Union([Type.String(), Column])),
    /** CSV columns that are not wanted; every other unknown column stops the load. */
    ignore: Type.Optional(Type.Array(Type.String())),
  },
  { additionalProperties: false },
)

const Mapping = Type.Object(
  { $schema: Type.Optional(Type.String()), files: Type.Array(FileMapping, { minItems: 1 }) },
  { additionalProperties: false },
)

export interface FileMap {
  file: string
  entity: string
  key: string | undefined
  distinct: boolean
  columns: ReadonlyMap<string, Column>
  ignore: ReadonlySet<string>
}

/** @throws Error that names the first faulty member */
export function checkMapping(source: unknown): readonly FileMap[] {
  if (!Value.Check(Mapping, source)) {
    const [first] = Value.Errors(Mapping, source)
    throw new Error(`the mapping is not valid at ${first?.path || '/'}: ${first?.message ?? ''}`)
  }
  return source.files.map((one): FileMap => {
    const columns = new Map(
      Object.entries(one.columns).map(
        ([name, column]) => [name, typeof column === 'string' ? { field: column } : column] as const,
      ),
    )
    const fields = [...columns.values()].map((column) => column.field)
    if (one.key !== undefined && !fields.includes(one.key)) {
      throw new Error(`the mapping of ${one.file} has the key “${one.key}”, but no column that feeds it`)
    }
    return {
      file: one.file,
      entity: one.entity,
      key: one.key,
      distinct: one.distinct ?? false,
      columns,
      ignore: new Set(one.ignore),
    }
  })
}
