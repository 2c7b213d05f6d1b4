// From package sources to a plan: what would be published, every statement of it, what goes on afterwards, and what
// stands in its way. Reads the database and changes nothing.
import { type Problem, RelataError } from '../../sdk/errors.ts'
import type { Snapshot } from '../../sdk/metadata/snapshot.ts'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import { heldRoles } from '../auth/index.ts'
import { Model } from '../catalog/model.ts'
import type { PhysicalNames } from '../catalog/physical-names.ts'
import { resolvePackages } from '../catalog/resolve.ts'
import type { NewJob } from '../jobs/job-rows.ts'
import type { Queryable } from '../run/database.ts'
import type { PublishPlan } from '../services.ts'
import { ident, sql } from '../sql/sql.ts'
import type { Tenant } from '../tenants/registry.ts'
import { readActual } from './actual.ts'
import { readCapabilities } from './capabilities.ts'
import { type Copy, copiesOf, copySteps, outdatedColumns } from './copies.ts'
import { dropped, dropSteps, namesWithout } from './drops.ts'
import { type Fences, fenceStatement, raised } from './fence.ts'
import { laterWork } from './later-work.ts'
import { lockStatements } from './locks.ts'
import { mergeSources } from './merge-sources.ts'
import { type ChangedField, count, type Ground, requiredWarnings, typeProblem, uniqueProblem } from './obstacles.ts'
import { physicalOf } from './physical.ts'
import { type Deed, reconcile } from './reconcile.ts'
import { viewChanges } from './readable-views.ts'
import { renamedValues } from './renamed-values.ts'
import { droppables, forget, type Retired, retire } from './retired.ts'
import { describe, firstStep, indexJobs, laterSteps, ownTables } from './steps.ts'
import { typeChange } from './type-changes.ts'
import type { Version } from './versions.ts'

export interface PlanInput {
  tenant: Tenant
  latest: Version | undefined
  packages: readonly PackageSource[]
  remove: readonly string[]
  confirm: readonly string[]
  /** The kernel itself publishes: it alone may touch its own package. */
  isSystem: boolean
}

/** A plan with everything that carrying it out needs. */
export interface Draft extends PublishPlan {
  sources: readonly PackageSource[]
  names: PhysicalNames
  retired: Retired
  fences: Fences
  /** Of the publishing transaction, in order. */
  statements: readonly string[]
  /** Values to be brought into new columns before it, because there are many. */
  copies: readonly Copy[]
  jobs: readonly NewJob[]
}

/** Tables with at most so many rows are dealt with at once; a larger one would keep others waiting. */
export const SMALL_TABLE_ROWS = 1_000

/** @throws RL200 problems of the metadata · RL214 what is stored stands in the way · RL104 a drop of something unknown */
export async function planPublish(database: Queryable, input: PlanInput): Promise<Draft> {
  const { tenant, latest } = input
  const fromVersion = latest?.version ?? 0
  const sources = mergeSources(latest?.sources ?? [], input)
  const resolved = resolvePackages({
    sources,
    tenant: tenant.slug,
    schema: tenant.schema,
    version: fromVersion + 1,
    names: latest?.names ?? {},
    baseCurrency: tenant.baseCurrency,
  })
  if (!resolved.ok) throw new RelataError('RL200', badMetadata(resolved.problems), { problems: resolved.problems })
  const { snapshot } = resolved
  const before = latest?.snapshot

  const retiredNow = retire(latest?.retired ?? {}, before, snapshot)
  const droppable = droppables(retiredNow)
  const drops = dropped(droppable, input.confirm)

  const actual = await readActual(database, tenant.schema)
  const ground: Ground = { database, schema: tenant.schema, actual }
  const physical = physicalOf(snapshot, await readCapabilities(database))
  const keys = new Set(Object.values(resolved.names).flatMap((names) => Object.values(names.indexes)))
  const { deeds, newTables } = reconcile(physical, actual, keys)
  const changed = changedFields(before, snapshot)
  requireNoObstacle([
    ...(await recordProblems(ground, snapshot, changed, deeds)),
    ...(before ? await goneRoles(database, before, snapshot) : []),
  ])

  const small = await smallTables(ground, [
    ...deeds.map(({ table }) => table),
    ...changed.map(({ entity }) => entity.table),
  ])
  const copies = copiesOf(tenant.schema, changed, actual, small)
  const isNow = ({ kind, table }: Deed) => kind !== 'index' || newTables.has(table) || small.has(table)
  const first = !actual.exists ? [firstStep(tenant.schema)] : input.isSystem ? [ownTables(tenant.schema)] : []
  const renamed = renamedValues(before, snapshot, actual)
  const last = [
    ...copySteps(tenant.schema, copies),
    ...renamed.map(({ step }) => step),
    ...dropSteps(tenant.schema, drops, latest?.names ?? {}, actual),
    ...outdatedColumns(tenant.schema, actual, physical),
  ]
  const views = viewChanges(before, snapshot, actual)
  const nowDeeds = deeds.filter(isNow)
  const lateDeeds = deeds.filter((deed) => !isNow(deed))
  const work = laterWork(before, snapshot, newTables)
  const jobs = [...indexJobs(lateDeeds, snapshot), ...work]
  const fenced = [...new Set([...work, ...renamed].flatMap(({ writes }) => writes))]
  const fences = raised(latest?.fences ?? {}, fenced, snapshot)
  return {
    fromVersion,
    snapshot,
    steps: [
      ...first,
      ...describe(latest, { snapshot, sources }, nowDeeds),
      ...last,
      ...laterSteps(tenant.schema, lateDeeds, jobs, snapshot),
    ],
    needsConfirmation: [],
    droppable: droppable.map(({ confirmation }) => confirmation),
    warnings: [...resolved.warnings, ...(await requiredWarnings(ground, before, snapshot))],
    sources,
    names: namesWithout(resolved.names, drops),
    retired: forget(retiredNow, drops),
    statements: [
      ...lockStatements(physical, nowDeeds, newTables, fenced.length > 0),
      ...views.drop,
      ...[first, nowDeeds, last].flatMap((part) => part.flatMap(({ sql: statements }) => statements)),
      ...(fenced.length > 0 ? [fenceStatement(tenant.schema, fences)] : []),
      ...views.create,
    ],
    fences,
    copies: copies.filter(({ isLarge }) => isLarge),
    jobs,
  }
}

function badMetadata(problems: readonly Problem[]): string {
  const [first] = problems
  const where = [first?.package, first?.file].filter(Boolean).join('/')
  return problems.length === 1
    ? `The metadata has a problem: ${where}${first?.path}: ${first?.message}.`
    : `The metadata has ${problems.length} problems.`
}

/** Fields whose stored values stand in other columns, or mean something else, after the change. */
function changedFields(before: Snapshot | undefined, after: Snapshot): ChangedField[] {
  const old = new Map(before?.entities.map((entity) => [entity.id, entity]))
  return after.entities.flatMap((entity) =>
    entity.fields.flatMap((field): ChangedField[] => {
      const earlier = old.get(entity.id)?.fields.find(({ id }) => id === field.id)
      const change = earlier && typeChange(earlier, field)
      return change ? [{ entity, before: earlier, after: field, change }] : []
    }),
  )
}

async function recordProblems(
  ground: Ground,
  snapshot: Snapshot,
  changed: readonly ChangedField[],
  deeds: readonly Deed[],
): Promise<Problem[]> {
  const problems: Problem[] = []
  for (const one of changed) {
    const problem = await typeProblem(ground, one)
    if (problem) problems.push(problem)
  }
  for (const { index, entityId } of deeds) {
    const entity = snapshot.entities.find(({ id }) => id === entityId)
    const problem = index?.isUnique && entity && (await uniqueProblem(ground, entity, index))
    if (problem) problems.push(problem)
  }
  return problems
}

/** Roles that would be no more while somebody holds them. A role that is renamed keeps its id. */
function goneRoles(database: Queryable, before: Snapshot, after: Snapshot): Promise<Problem[]> {
  const kept = new Set(after.roles.map(({ id }) => id))
  const gone = before.roles.filter(({ id }) => !kept.has(id))
  return heldRoles(
    database,
    new Model(before),
    gone.map(({ name }) => name),
  )
}

/** @throws RL214 with everything that stands in the way */
function requireNoObstacle(problems: readonly Problem[]): void {
  const [first, ...others] = problems
  if (!first) return
  const more = others.length > 0 ? ` (and ${others.length} more)` : ''
  const message = `${first.message.charAt(0).toUpperCase()}${first.message.slice(1)}${more}.`
  throw new RelataError('RL214', message, { problems })
}

async function smallTables(ground: Ground, names: readonly string[]): Promise<ReadonlySet<string>> {
  const small = new Set<string>()
  for (const name of new Set(names)) {
    if (!ground.actual.tables.has(name)) continue
    const rows = await count(ground.database, sql`FROM ${ident(ground.schema, name)}`)
    if (rows <= SMALL_TABLE_ROWS) small.add(name)
  }
  return small
}
