// For reporting tools: beside each table a view that is called as the API calls the entity, with columns called as its
// fields, records in the trash left out. Views follow the metadata by themselves and are no step of a plan.
import { createHash } from 'node:crypto'
import { RelataError } from '../../sdk/errors.ts'
import { fieldType } from '../../sdk/fields/index.ts'
import type { Field, Snapshot } from '../../sdk/metadata/snapshot.ts'
import { type EntityModel, Model } from '../catalog/model.ts'
import { standardNames } from '../plan/paths.ts'
import { Joins, RowSource } from '../sql/row-source.ts'
import { ident, join, type Sql, sql, toStatement } from '../sql/sql.ts'
import type { ActualSchema } from './actual.ts'

export interface ViewChanges {
  /** Before everything else: a column that a view shows cannot be dropped. */
  drop: readonly string[]
  /** After everything else. */
  create: readonly string[]
}

const MAX_NAME_LENGTH = 63

export function viewChanges(before: Snapshot | undefined, after: Snapshot, actual: ActualSchema): ViewChanges {
  const old = before ? definitions(before) : new Map<string, string>()
  const now = definitions(after)
  const isKept = (name: string) => actual.views.has(name) && old.get(name) === now.get(name)
  const gone = [...actual.views].filter((name) => old.has(name) && !isKept(name))
  return {
    drop: gone.length === 0 ? [] : [dropViews(after.schema, gone)],
    create: [...now].filter(([name]) => !isKept(name)).map(([, text]) => text),
  }
}

function dropViews(schema: string, names: readonly string[]): string {
  const list = join(
    names.map((name) => ident(schema, name)),
    ', ',
  )
  return toStatement(sql`DROP VIEW ${list}`).text
}

/** View → its CREATE statement. */
function definitions(snapshot: Snapshot): Map<string, string> {
  const model = new Model(snapshot)
  return new Map(model.all().map((entity) => [viewName(entity), definition(model, entity)]))
}

/** `base.person`; no table has a dot in its name. */
function viewName({ entity }: EntityModel): string {
  if (entity.name.length <= MAX_NAME_LENGTH) return entity.name
  const hash = createHash('sha256').update(entity.id).digest('hex').slice(0, 8)
  return `${entity.name.slice(0, MAX_NAME_LENGTH - 9)}.${hash}`
}

function definition(model: Model, entity: EntityModel): string {
  const joins = new Joins('j')
  const row = new RowSource(model, entity, 'r', joins)
  const standard = standardNames(entity)
    .filter((name) => name !== 'deleted_at')
    .map((name) => named(row.column(name).sql, name))
  const fields = entity.entity.fields.flatMap((field) => columnsOf(row, field))
  const { schema } = model.snapshot
  const from = sql`FROM ${ident(schema, entity.entity.table)} AS r${joins.toSql()} WHERE r.deleted_at IS NULL`
  const list = join([...standard, ...fields], ', ')
  return toStatement(sql`CREATE VIEW ${ident(schema, viewName(entity))} AS SELECT ${list} ${from}`).text
}

const named = (value: Sql, name: string): Sql => sql`${value} AS ${ident(name.slice(0, MAX_NAME_LENGTH))}`

/** Parts are called as in the API: `price.amount`. Left out: secrets, and formulas that depend on who asks. */
function columnsOf(row: RowSource, field: Field): Sql[] {
  if (!fieldType(field.type).isReadable) return []
  const paths = field.columns.map(({ part }) => (part === '' ? field.name : `${field.name}.${part}`))
  if (field.type === 'formula' || field.type === 'rollup') paths.push(field.name)
  return paths.flatMap((path) => {
    const column = columnOf(row, path)
    return column && toStatement(column).params.length === 0 ? [named(column, path)] : []
  })
}

function columnOf(row: RowSource, path: string): Sql | undefined {
  try {
    return row.column(path).sql
  } catch (error) {
    if (error instanceof RelataError) return undefined
    throw error
  }
}
