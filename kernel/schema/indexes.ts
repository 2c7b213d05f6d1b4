// Which indexes an entity's table has: what lists sort by, what references are followed by, what must be unique, and
// what words are looked for in. Everything else is the author's to ask for with "indexed".
import { createHash } from 'node:crypto'
import { fieldType } from '../../sdk/fields/index.ts'
import type { DuplicateRule, Entity, Field, FieldColumn, Role } from '../../sdk/metadata/snapshot.ts'
import { indexedKey, matchedColumns } from '../sql/duplicate-keys.ts'
import { ident, join, type Sql, sql, toStatement, trusted } from '../sql/sql.ts'
import { coveredColumns, hasOwner } from './covered.ts'

/** What this PostgreSQL can do. */
export interface Capabilities {
  /** Schema of the extension pg_trgm; null: it is not installed. */
  trigramSchema: string | null
}

export interface IndexShape {
  name: string
  /** Names of the fields, for people. */
  fields: readonly string[]
  /** Ids of the fields. */
  fieldIds: readonly string[]
  isUnique: boolean
  /** Key columns in order, then those that the index tells beside them. */
  columns: readonly string[]
  /** What follows `ON table`. */
  definition: Sql
  /** Its keys are made of `columns`, which is seen of its name alone: that holds a hash of the definition. */
  isOfExpressions?: true
}

/** References of these types may be followed backwards: related lists, what is in the way of a removal, roll-ups. */
const REFERENCES: ReadonlySet<string> = new Set(['reference', 'parent', 'user', 'file'])
/** Parts of a composite value that are worth an index; of other types every part is. */
const INDEXED_PARTS: Readonly<Record<string, readonly string[]>> = {
  money: ['amount', 'base'],
  person_name: ['family', 'given'],
  address: ['city', 'postal_code'],
  date_time: ['', 'at'],
  any_reference: ['id'],
}

/** @param roles of the snapshot: what their rules look at, indexes that lists are walked along tell */
export function indexesOf(entity: Entity, capabilities: Capabilities, roles: readonly Role[]): IndexShape[] {
  const covered = coveredColumns(entity, roles)
  const found = [
    ...uniqueIndexes(entity),
    sorted(entity, ['display_name'], [], 'display_name', covered),
    sorted(entity, ['created_at'], [], 'created_at', covered),
    trash(entity),
    ...(hasOwner(entity) ? [sorted(entity, ['owner'], [], 'owner'), owningTeam(entity)] : []),
    ...entity.fields.flatMap((field) => fieldIndexes(entity, field, covered)),
    ...wordIndex(entity, capabilities),
    ...entity.duplicates.map((rule) => duplicateIndex(entity, rule)),
  ]
  return [...new Map(found.map((index) => [index.name, index])).values()]
}

/** Only live records are compared: a name is free again once its record is in the trash. */
function uniqueIndexes(entity: Entity): IndexShape[] {
  return entity.uniques.map((unique) => {
    const fields = unique.fields.flatMap((name) => entity.fields.filter((field) => field.name === name))
    const columns = fields.flatMap((field) => field.columns.map(({ column }) => column))
    return {
      name: unique.index,
      fields: unique.fields,
      fieldIds: fields.map(({ id }) => id),
      isUnique: true,
      columns,
      definition: sql`USING btree (${names(columns)}) WHERE deleted_at IS NULL`,
    }
  })
}

function fieldIndexes(entity: Entity, field: Field, covered: readonly string[]): IndexShape[] {
  if (!fieldType(field.type).isReadable) return []
  const isReference = REFERENCES.has(field.type) || field.type === 'any_reference'
  if (!isReference && !field.indexed) return []
  const parts = INDEXED_PARTS[field.type]
  const columns = field.columns.filter(({ part }) => parts === undefined || parts.includes(part))
  // References are looked up; what else is indexed, lists are sorted by.
  return columns.map((column) => columnIndex(entity, field, column, isReference ? [] : covered))
}

function columnIndex(
  entity: Entity,
  field: Field,
  { column, sqlType }: FieldColumn,
  covered: readonly string[],
): IndexShape {
  if (sqlType === 'text[]' || sqlType === 'jsonb')
    return make(entity, [field.name], [field.id], [column], sql`USING gin (${ident(column)})`)
  return sorted(entity, [field.name], [field.id], column, covered)
}

/** The id makes the order total, as keyset paging wants it. */
function sorted(
  entity: Entity,
  fields: readonly string[],
  fieldIds: readonly string[],
  column: string,
  covered: readonly string[] = [],
): IndexShape {
  const keys = [column, 'id']
  const told = covered.filter((name) => !keys.includes(name))
  const include = told.length === 0 ? sql`` : sql` INCLUDE (${names(told)})`
  return make(entity, fields, fieldIds, [...keys, ...told], sql`USING btree (${names(keys)})${include}`)
}

const trash = (entity: Entity): IndexShape =>
  make(entity, ['deleted_at'], [], ['deleted_at', 'id'], sql`USING btree (deleted_at, id) WHERE deleted_at IS NOT NULL`)

const owningTeam = (entity: Entity): IndexShape =>
  make(entity, ['owner_team'], [], ['owner_team', 'id'], sql`USING btree (owner_team, id) WHERE owner_team IS NOT NULL`)

/** One for all columns that words are looked for in: PostgreSQL combines its parts. */
function wordIndex(entity: Entity, { trigramSchema }: Capabilities): IndexShape[] {
  if (trigramSchema === null || !entity.search) return []
  const fields = entity.fields.filter((field) => field.searchable && fieldType(field.type).isReadable)
  const searched = fields.flatMap((field) => field.columns.filter(({ sqlType }) => sqlType === 'text'))
  const columns = ['display_name', ...searched.map(({ column }) => column)]
  const operators = ident(trigramSchema, 'gin_trgm_ops')
  const keys = join(
    columns.map((column) => sql`${ident(column)} ${operators}`),
    ', ',
  )
  return [
    make(
      entity,
      ['display_name', ...fields.map(({ name }) => name)],
      fields.map(({ id }) => id),
      columns,
      sql`USING gin (${keys})`,
    ),
  ]
}

/** Finds records that are like one that is written. */
function duplicateIndex(entity: Entity, rule: DuplicateRule): IndexShape {
  const matched = matchedColumns(entity.fields, rule.match)
  const keys = matched.map((one) => sql`(${indexedKey(one, ident(one.column.column))})`)
  const shape = make(
    entity,
    matched.map(({ field }) => field.name),
    matched.map(({ field }) => field.id),
    matched.map(({ column }) => column.column),
    sql`USING btree (${join(keys, ', ')}) WHERE deleted_at IS NULL`,
  )
  return { ...shape, isOfExpressions: true }
}

/** The name holds a hash of the definition: another definition is another index. */
function make(
  entity: Entity,
  fields: readonly string[],
  fieldIds: readonly string[],
  columns: readonly string[],
  definition: Sql,
): IndexShape {
  const hash = createHash('sha256')
    .update(`${entity.table} ${toStatement(definition).text}`)
    .digest('hex')
    .slice(0, 8)
  const name = `${`${entity.table}__${columns[0]}`.slice(0, 50)}__ix_${hash}`
  return { name, fields, fieldIds, isUnique: false, columns, definition }
}

const names = (columns: readonly string[]): Sql =>
  columns.length === 0
    ? trusted('id')
    : join(
        columns.map((column) => ident(column)),
        ', ',
      )
