// Upgrades with migrations (README.md tells why in this order): first what the new version adds to the metadata, so that
// the version before runs on beside it; then the steps as a job, by the new code, page by page, each page in one
// transaction with how far it came; then the code and the rest of the metadata at once. Killed anywhere, the job goes on.
import { RelataError } from '../../../sdk/errors.ts'
import type { Actor } from '../../actor.ts'
import { insertJob } from '../../jobs/job-rows.ts'
import type { JobHandler, JobRun } from '../../jobs/run-job.ts'
import { fromPostgres } from '../../run/postgres-error.ts'
import type { LoadedTenant } from '../../catalog/loaded-tenant.ts'
import { transition } from './transition.ts'
import { changeTenantPlugin, touched } from './change.ts'
import { dueMigrations } from './due-steps.ts'
import { type Incoming, incomingOf, nextOf } from './incoming.ts'
import { requireAsSeen, switchOver } from './switch-over.ts'
import type { LifeRoom } from './life-room.ts'
import { keepCursor } from './migration-rows.ts'
import { changePlugin, findPlugin, type PluginRow } from '../plugin-rows.ts'
import { runStep } from './run-step.ts'

export const MIGRATE_KIND = 'plugin.migrate'

export async function beginMigration(
  room: LifeRoom,
  loaded: LoadedTenant,
  actor: Pick<Actor, 'userId'>,
  incoming: Incoming,
  installed: PluginRow,
  options: { expectedVersion?: number; note?: string },
): Promise<void> {
  const { archive } = incoming
  const { name, version } = archive
  const source = await transition(room, loaded, archive.source)
  await room.publisher.publish(loaded.tenant, {
    note: `${name} ${version}: what its migrations need`,
    ...options,
    packages: source ? [source] : [],
    by: actor.userId,
    also: async (tx, model) => {
      await requireAsSeen(tx, model, name, installed)
      const next = nextOf(incoming, 'migration', actor)
      const state = installed.state === 'on' ? ({ state: 'upgrading' } as const) : {}
      await changePlugin(tx, model.snapshot.schema, name, { ...state, next, error: null })
      await insertJob(tx, model, {
        kind: MIGRATE_KIND,
        title: `Bring ${name} to ${version}`,
        payload: { plugin: name },
      })
      const details = `To version ${version}, with migrations`
      await touched(room, tx, loaded, model, { name, by: actor.userId, audit: 'plugin_changed', details })
    },
  })
  await room.catalog.reload(loaded.tenant.slug)
}

/** May be run again after it was cut off anywhere: what is done is not done again. */
export const migratePlugin =
  (room: LifeRoom): JobHandler =>
  async (run) => {
    const { loaded, payload } = run
    const name = typeof payload === 'object' && payload !== null && 'plugin' in payload ? String(payload.plugin) : ''
    const row = await findPlugin(room.database, loaded.tenant.schema, name)
    const next = row?.next
    if (!row || next?.phase !== 'migration') return
    const incoming = incomingOf(row, next)
    const by = { userId: next.by }
    try {
      await runSteps(room, run, incoming, row)
      await switchOver(room, loaded, by, incoming, { note: `${name} ${incoming.archive.version} upgraded` })
    } catch (cause) {
      const error = fromPostgres(cause)
      if (run.signal.aborted || !(error instanceof RelataError) || error.status === 503) throw cause
      await giveUp(room, loaded, by, row, error)
      throw error
    }
  }

async function runSteps(room: LifeRoom, run: JobRun, incoming: Incoming, row: PluginRow): Promise<void> {
  const due = dueMigrations(incoming.archive.behaviour, row.version)
  for (const [index, step] of due.entries()) {
    await runStep(room, run, { incoming, row, step })
    await run.progress((index + 1) / (due.length + 1))
  }
}

/** The version before runs on. What was added to the metadata stays: it is in nobody's way, and of use to the next try. */
async function giveUp(
  room: LifeRoom,
  loaded: LoadedTenant,
  by: Pick<Actor, 'userId'>,
  { name, next }: PluginRow,
  error: RelataError,
): Promise<void> {
  await changeTenantPlugin(room, loaded, by, name, async (row, tx) => {
    const step = error.members['step']
    if (next && typeof step === 'string') {
      const version = String(error.members['version'])
      await keepCursor(tx, loaded.tenant.schema, { plugin: name, version, name: step }, { error: error.message })
    }
    return {
      change: {
        ...(row.state === 'upgrading' ? { state: 'on' } : {}),
        next: next && { ...next, phase: 'failed' },
        error: error.message,
      },
      audit: 'plugin_failed',
      details: error.message,
    }
  })
}
