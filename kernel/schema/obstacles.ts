// What stored records have against a plan: values that a new type cannot hold, values that are used twice, values that
// are missing. Each is counted, so that the author knows how much there is to clean up.
import type { Problem } from '../../sdk/errors.ts'
import type { Entity, Field, Snapshot } from '../../sdk/metadata/snapshot.ts'
import type { Queryable } from '../run/database.ts'
import { ident, join, type Sql, sql, toStatement, trusted } from '../sql/sql.ts'
import type { ActualSchema } from './actual.ts'
import { plain } from './difference.ts'
import type { IndexShape } from './indexes.ts'
import type { Obstacle, TypeChange } from './type-changes.ts'

/** Counting stops here: “more than 10,000”. */
const CAP = 10_000

export interface Ground {
  database: Queryable
  schema: string
  actual: ActualSchema
}

export async function count(database: Queryable, matching: Sql): Promise<number> {
  const query = sql`SELECT count(*) FROM (SELECT 1 ${matching} LIMIT ${trusted(String(CAP + 1))}) AS c`
  const [row] = await database.query(toStatement(query).text)
  return Number(row?.[0] ?? 0)
}

export const records = (number: number): string =>
  number > CAP ? `more than ${CAP} records` : number === 1 ? '1 record' : `${number} records`

const inSingular = (reason: string): string => reason.replace(/^have\b/, 'has').replace(/^point\b/, 'points')

const tableOf = ({ schema }: Ground, entity: Entity): Sql => ident(schema, entity.table)
const anyFilled = (field: Field): Sql =>
  join(
    field.columns.map(({ column }) => sql`${ident('t', column)} IS NOT NULL`),
    ' OR ',
  )

export interface ChangedField {
  entity: Entity
  before: Field
  after: Field
  change: TypeChange
}

/** @returns undefined when the change can be made */
export async function typeProblem(ground: Ground, changed: ChangedField): Promise<Problem | undefined> {
  const { entity, before, after, change } = changed
  const there = ground.actual.tables.get(entity.table)
  if (!there || !before.columns.every(({ column }) => there.columns.has(column))) return undefined
  const path = `${entity.name}.${after.name}`
  const filled = anyFilled(before)
  if (change.how === 'refused') {
    const number = await count(ground.database, sql`FROM ${tableOf(ground, entity)} AS t WHERE ${filled}`)
    if (number === 0) return undefined
    const what = `${plain(after.label)} of ${plain(entity.label)} cannot change its type: ${change.reason}`
    return {
      path,
      key: 'type_change',
      message: `${what}; ${records(number)} ${number === 1 ? 'has' : 'have'} a value`,
      hint: 'Add a field of the new type beside it, or empty this one first.',
    }
  }
  return change.unless && unfit(ground, entity, after, change.unless, path)
}

async function unfit(
  ground: Ground,
  entity: Entity,
  field: Field,
  obstacle: Obstacle,
  path: string,
): Promise<Problem | undefined> {
  const number = await count(ground.database, sql`FROM ${tableOf(ground, entity)} AS t WHERE ${obstacle.where}`)
  if (number === 0) return undefined
  return {
    path,
    key: 'type_change',
    message: `${plain(field.label)} of ${plain(entity.label)} cannot change its type: ${records(number)} ${number === 1 ? inSingular(obstacle.reason) : obstacle.reason}`,
  }
}

/** Live records that share their value of a unique set that is to be. */
export async function uniqueProblem(ground: Ground, entity: Entity, index: IndexShape): Promise<Problem | undefined> {
  const there = ground.actual.tables.get(entity.table)
  // A column that is still to come is empty, and empty values are never the same.
  if (!there || !index.columns.every((column) => there.columns.has(column))) return undefined
  const columns = index.columns.map((column) => ident('t', column))
  const isFilled = join(
    columns.map((column) => sql`${column} IS NOT NULL`),
    ' AND ',
  )
  const shared = sql`SELECT count(*) AS n FROM ${tableOf(ground, entity)} AS t WHERE t.deleted_at IS NULL AND ${isFilled} GROUP BY ${join(columns, ', ')} HAVING count(*) > 1`
  const [row] = await ground.database.query(toStatement(sql`SELECT COALESCE(sum(n), 0) FROM (${shared}) AS s`).text)
  const number = Number(row?.[0] ?? 0)
  if (number === 0) return undefined
  const labels = index.fields.map((name) => plain(entity.fields.find((field) => field.name === name)?.label ?? name))
  return {
    path: `${entity.name}.${index.fields.join('+')}`,
    key: 'not_unique',
    message: `${labels.join(' and ')} of ${plain(entity.label)} cannot be unique: ${records(number)} share their value with another one`,
    hint: 'Change these values first.',
    params: { count: number },
  }
}

/** Fields that become required while live records have no value. They stay as they are until somebody changes them. */
export async function requiredWarnings(
  ground: Ground,
  before: Snapshot | undefined,
  after: Snapshot,
): Promise<Problem[]> {
  const warnings: Problem[] = []
  const old = new Map(before?.entities.map((entity) => [entity.id, entity]))
  for (const entity of after.entities) {
    const there = ground.actual.tables.get(entity.table)
    if (!there) continue
    for (const field of entity.fields) {
      const earlier = old.get(entity.id)?.fields.find(({ id }) => id === field.id)
      if (!field.required || earlier?.required || field.columns.length === 0) continue
      const warning = await missingValues(ground, entity, field, earlier)
      if (warning) warnings.push(warning)
    }
  }
  return warnings
}

async function missingValues(
  ground: Ground,
  entity: Entity,
  field: Field,
  earlier: Field | undefined,
): Promise<Problem | undefined> {
  // Before a type change the values stand in the earlier columns.
  const stored = earlier && earlier.columns.length > 0 ? earlier : field
  const there = ground.actual.tables.get(entity.table)
  const isThere = stored.columns.every(({ column }) => there?.columns.has(column))
  const isFilledByDefault = !isThere && field.default !== undefined && !isRule(field.default)
  if (isFilledByDefault) return undefined
  const isEmpty = isThere ? sql`NOT (${anyFilled(stored)})` : trusted('TRUE')
  const from = sql`FROM ${tableOf(ground, entity)} AS t WHERE t.deleted_at IS NULL AND ${isEmpty}`
  const number = await count(ground.database, from)
  if (number === 0) return undefined
  return {
    path: `${entity.name}.${field.name}`,
    key: 'required_missing',
    message: `${plain(field.label)} of ${plain(entity.label)} is required, but ${records(number)} ${number === 1 ? 'has' : 'have'} no value`,
    hint: 'They stay as they are, and ask for a value when somebody changes them.',
    params: { count: number },
  }
}

const isRule = (value: unknown): boolean => typeof value === 'object' && value !== null && 'rule' in value
