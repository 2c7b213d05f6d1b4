// What removing a plugin would take: records of its entities, values of its fields, and who builds on it. Changes nothing.
import { type Problem, RelataError } from '../../../sdk/errors.ts'
import type { Text } from '../../../sdk/metadata/source.ts'
import { runSql } from '../../auth/system-table.ts'
import type { Model } from '../../catalog/model.ts'
import type { Queryable } from '../../run/database.ts'
import { latestVersion } from '../../schema/versions.ts'
import type { LoadedTenant } from '../../catalog/loaded-tenant.ts'
import type { PublishPlan } from '../../services.ts'
import { ident, type Sql, sql } from '../../sql/sql.ts'
import { type PluginRow, requirePlugin } from '../plugin-rows.ts'
import type { LifeRoom } from './life-room.ts'

export interface Holding {
  name: string
  label: Text
  records: number
}

export interface RemovalPlan {
  plugin: PluginRow
  entities: readonly Holding[]
  fields: readonly Holding[]
  dependents: readonly string[]
  metadata: PublishPlan | undefined
  drops: readonly string[]
  problems: readonly Problem[]
}

export async function planRemoval(room: LifeRoom, loaded: LoadedTenant, name: string): Promise<RemovalPlan> {
  const { tenant, model } = loaded
  const plugin = await requirePlugin(room.database, tenant.schema, name)
  const dependents = await dependentsOf(room.database, tenant.schema, name)
  const after = await room.publisher
    .plan(tenant, [], { remove: [name] })
    .then((metadata) => ({ metadata, problems: [] }))
    .catch((error: unknown) => ({ metadata: undefined, problems: problemsOf(error) }))
  const { metadata } = after
  return {
    plugin,
    entities: await entitiesOf(room.database, model, name),
    fields: await fieldsOf(room.database, model, name),
    dependents,
    metadata,
    drops: metadata ? await dropsOf(room, loaded, name, metadata) : [],
    problems: after.problems,
  }
}

function problemsOf(error: unknown): readonly Problem[] {
  if (!(error instanceof RelataError) || error.status >= 500) throw error
  return error.problems.length > 0 ? error.problems : [{ path: '', key: error.code, message: error.message }]
}

/** Packages that name it in `requires`. */
export async function dependentsOf(database: Queryable, schema: string, name: string): Promise<string[]> {
  const sources = (await latestVersion(database, schema))?.sources ?? []
  return sources.flatMap((source) => {
    const manifest: unknown = source.files['package.json']
    const requires = typeof manifest === 'object' && manifest !== null && 'requires' in manifest && manifest.requires
    return typeof requires === 'object' && requires !== null && Object.hasOwn(requires, name) ? [source.name] : []
  })
}

const isOwn = (id: string, name: string): boolean => id.startsWith(`${name}:`)

async function entitiesOf(database: Queryable, model: Model, name: string): Promise<Holding[]> {
  const found: Holding[] = []
  for (const { entity } of model.all()) {
    if (entity.package !== name || entity.isLink) continue
    const records = await count(database, sql`FROM ${ident(model.snapshot.schema, entity.table)}`)
    found.push({ name: entity.name, label: entity.label, records })
  }
  return found
}

/** Of its fields on entities of other packages those that have a column. */
async function fieldsOf(database: Queryable, model: Model, name: string): Promise<Holding[]> {
  const found: Holding[] = []
  for (const { entity } of model.all()) {
    if (entity.package === name) continue
    for (const field of entity.fields) {
      const column = field.columns[0]?.column
      if (!isOwn(field.id, name) || column === undefined) continue
      const table = ident(model.snapshot.schema, entity.table)
      const records = await count(database, sql`FROM ${table} WHERE ${ident(column)} IS NOT NULL`)
      found.push({ name: `${entity.name}.${field.name}`, label: field.label, records })
    }
  }
  return found
}

async function count(database: Queryable, from: Sql): Promise<number> {
  const [row] = await runSql(database, sql`SELECT count(*) ${from}`)
  return Number(row?.[0] ?? 0)
}

/** What goes with it, and what it left behind in earlier versions. */
async function dropsOf(
  room: LifeRoom,
  { tenant }: LoadedTenant,
  name: string,
  { droppable }: PublishPlan,
): Promise<string[]> {
  const latest = await latestVersion(room.database, tenant.schema)
  const others = Object.entries(latest?.retired ?? {}).flatMap(([entityId, { name: entity, isGone, fields }]) => {
    if (isOwn(entityId, name)) return []
    if (isGone) return [`drop:${entity}`]
    return Object.entries(fields).flatMap(([id, field]) => (isOwn(id, name) ? [] : [`drop:${entity}.${field}`]))
  })
  return droppable.filter((one) => !others.includes(one))
}
