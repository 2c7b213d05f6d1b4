// The mapping file of `relata load`: which CSV file feeds which entity, column by column.
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'

const strict = { additionalProperties: false }
const Column = Type.Object(
  {
    field: Type.String(),
    /** How the cell is written; text when left out. Amounts and decimals travel as text, digit by digit. */
    type: Type.Optional(
      Type.Union(
        (['text', 'number', 'decimal', 'boolean', 'date', 'money'] as const).map((name) => Type.Literal(name)),
      ),
    ),
    /** Of dates: `m/d/Y`, `d.m.Y`, `Y-m-d`, `Y`. */
    format: Type.Optional(Type.String()),
    /** Of money without a currency of its own. */
    currency: Type.Optional(Type.String()),
    /** Of numbers and amounts that are told in thousands or millions: `1000000`. */
    times: Type.Optional(Type.String({ pattern: '^\\d{1,20}(\\.\\d{1,20})?$' })),
    /** The cell names a record of this entity by the value of this field. */
    lookup: Type.Optional(Type.Object({ entity: Type.String(), by: Type.String() }, strict)),
    /** Known faults of the source: what stands there → what is meant. */
    corrections: Type.Optional(Type.Record(Type.String(), Type.String())),
    /** All texts that may stand there → values of the field here, after corrections; null: none. Other texts are rejected. */
    values: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  },
  strict,
)
export type Column = Static<typeof Column>

/** A text made of several columns; those that are empty are passed over. */
const Joined = Type.Object({ columns: Type.Array(Type.String(), { minItems: 2 }), with: Type.String() }, strict)
export type Joined = Static<typeof Joined>

const OneColumn = Type.Union([Type.String(), Column])
const FileMapping = Type.Object(
  {
    file: Type.String(),
    /** Qualified: `base.person`. */
    entity: Type.String(),
    /** Field, or fields, that tell records apart; records that are there already are left as they are. */
    key: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String(), { minItems: 1, maxItems: 4 })])),
    /** Several lines of the file may speak of one record; it is made once. */
    distinct: Type.Optional(Type.Boolean()),
    /** CSV column → field name, or more about it; a column may feed several fields. */
    columns: Type.Record(Type.String(), Type.Union([OneColumn, Type.Array(OneColumn, { minItems: 1 })])),
    /** Field → a text of several columns, as their first field has it. */
    joined: Type.Optional(Type.Record(Type.String(), Joined)),
    /** Field → a value that all records get. */
    set: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    /** CSV columns that are not wanted; every other unknown column stops the load. */
    ignore: Type.Optional(Type.Array(Type.String())),
  },
  strict,
)

const Mapping = Type.Object(
  { $schema: Type.Optional(Type.String()), files: Type.Array(FileMapping, { minItems: 1 }) },
  strict,
)

export interface FileMap {
  file: string
  entity: string
  /** None: every line is a record. */
  key: readonly string[]
  distinct: boolean
  columns: ReadonlyMap<string, readonly Column[]>
  joined: ReadonlyMap<string, Joined>
  set: Readonly<Record<string, unknown>>
  ignore: ReadonlySet<string>
}

/** @throws Error that names the first faulty member */
export function checkMapping(source: unknown): readonly FileMap[] {
  if (!Value.Check(Mapping, source)) {
    const [first] = Value.Errors(Mapping, source)
    throw new Error(`the mapping is not valid at ${first?.path || '/'}: ${first?.message ?? ''}`)
  }
  return source.files.map(fileMap)
}

function fileMap({ file, entity, key = [], distinct = false, set = {}, ...one }: Static<typeof FileMapping>): FileMap {
  const columns = new Map(
    Object.entries(one.columns).map(([name, column]) => [
      name,
      [column].flat().map((target) => (typeof target === 'string' ? { field: target } : target)),
    ]),
  )
  const joined = new Map(Object.entries(one.joined ?? {}))
  const fed = [...[...columns.values()].flat().map(({ field }) => field), ...joined.keys(), ...Object.keys(set)]
  const keys = [key].flat()
  for (const name of keys)
    if (!fed.includes(name))
      throw new Error(`the mapping of ${file} has the key “${name}”, but no column that feeds it`)
  for (const [index, field] of fed.entries())
    if (fed.indexOf(field) !== index) throw new Error(`the mapping of ${file} feeds the field “${field}” twice`)
  for (const { columns: names } of joined.values())
    for (const name of names)
      if (!columns.has(name))
        throw new Error(`the mapping of ${file} joins the column “${name}”, which it does not name`)
  return { file, entity, key: keys, distinct, columns, joined, set, ignore: new Set(one.ignore) }
}
