// The demo: which packages it has, and the job that fills it with sample data.
import path from 'node:path'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import { ensureSystemUser, systemActor, systemContext } from '../auth/index.ts'
import { USER_ENTITY } from '../auth/members.ts'
import { runSql, systemTable } from '../auth/system-table.ts'
import type { Model } from '../catalog/model.ts'
import { loadDemo, readDemo } from '../demo/index.ts'
import type { JobTools } from '../jobs/job-tools.ts'
import { JOB_ENTITY, type NewJob } from '../jobs/job-rows.ts'
import type { JobHandler } from '../jobs/runner.ts'
import type { Database } from '../run/database.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import { ident, join, param, sql, toStatement } from '../sql/sql.ts'
import { readPackages } from './packages.ts'

export const DEMO_KIND = 'demo.fill'
/** The same seed and day give the same records. */
const SEED = 20_240_229

export const demoJob = (): NewJob => ({
  kind: DEMO_KIND,
  title: 'Fill the demo with sample data',
  payload: { seed: SEED, nowMs: Math.floor(Date.now() / DAY_MS) * DAY_MS },
})

const DAY_MS = 24 * 60 * 60 * 1000

export function demoPackages(metadataFolder: string): Promise<PackageSource[]> {
  return readPackages(metadataFolder, readDemo(path.join(metadataFolder, 'demo')).packages)
}

/** A demo that is not whole. */
export interface Filling {
  /** Id of the `system.job` that fills it. */
  job: string
  state: 'waiting' | 'running' | 'failed'
  /** 0–100 */
  progress: number
}

/** null: everything that belongs into it is there. */
export async function fillingOf(database: Database, { model }: LoadedTenant): Promise<Filling | null> {
  const face = systemTable(model, JOB_ENTITY)
  const [row] = await runSql(
    database,
    sql`SELECT j.id, j.state, f.${face.column('progress')}::float8 FROM ${ident(model.snapshot.schema, '_job')} AS j LEFT JOIN ${face.name} AS f ON f.${face.column('id')} = j.id
    WHERE j.kind = ${param(DEMO_KIND, 'text')} ORDER BY j.id DESC LIMIT 1`,
  )
  const [job, state, progress] = row ?? []
  if (!job || state === 'done' || state === 'cancelled') return null
  return { job, state: state === 'running' || state === 'failed' ? state : 'waiting', progress: Number(progress ?? 0) }
}

/** When it was cut off, what is there goes and everything is made again. */
export function fillDemo({ database, seal, metadataFolder }: JobTools): JobHandler {
  return async ({ loaded, payload, progress, signal }) => {
    const demo = readDemo(path.join(metadataFolder, 'demo'))
    await empty(database, loaded)
    await database.transaction((tx) => ensureSystemUser(tx, loaded))
    let said = 0
    const onProgress = (part: number) => {
      signal.throwIfAborted()
      if (part - said < 0.02) return
      said = part
      void progress(part).catch(() => undefined)
    }
    const options = {
      ...optionsOf(payload),
      existing: { [USER_ENTITY]: await people(database, loaded.model) },
      onProgress,
    }
    await loadDemo({ ...systemContext(loaded, systemActor(loaded.tenant)), seal }, database, demo, options)
  }
}

function optionsOf(payload: unknown): { seed: number; nowMs: number } {
  const values = typeof payload === 'object' && payload !== null ? payload : {}
  const seed = 'seed' in values ? Number(values.seed) : SEED
  const nowMs = 'nowMs' in values ? Number(values.nowMs) : Date.now()
  return { seed, nowMs }
}

/** Who can sign in: the sample records may belong to them. */
async function people(database: Database, model: Model): Promise<string[]> {
  const { name, column: col, value } = systemTable(model, USER_ENTITY)
  const rows = await runSql(
    database,
    sql`SELECT ${col('id')} FROM ${name} WHERE ${col('kind')} = ${value('kind', 'person')} AND ${col('identity')} IS NOT NULL ORDER BY ${col('id')}`,
  )
  return rows.map(([id]) => id ?? '')
}

/** Everything but who may enter, by which roles, and what goes on. */
const KEPT = [
  'system.user',
  'system.role',
  'system.plugin',
  'system.session',
  'system.key',
  'system.invitation',
  'system.mail_message',
  'system.job',
]

async function empty(database: Database, { model }: LoadedTenant): Promise<void> {
  const { schema } = model.snapshot
  const records = model.all().filter(({ entity }) => !KEPT.includes(entity.name))
  const sides = model.all().flatMap(({ entity }) => entity.fields.flatMap((field) => field.options.rollup?.table ?? []))
  const tables = [...records.map(({ entity }) => entity.table), ...new Set(sides), '_history', '_outbox']
  const list = join(
    tables.map((name) => ident(schema, name)),
    ', ',
  )
  const users = systemTable(model, USER_ENTITY)
  const invented = sql`DELETE FROM ${users.name} WHERE ${users.column('identity')} IS NULL AND ${users.column('kind')} = ${users.value('kind', 'person')}`
  await database.transaction(async (tx) => {
    await tx.execute(toStatement(sql`TRUNCATE ${list}`).text)
    await runSql(tx, invented)
  })
}
