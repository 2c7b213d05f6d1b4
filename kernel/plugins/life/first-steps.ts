// What a plugin does once when it begins to run: the steps of its migrations that a first install takes, too. They run as
// a job, page by page like those of an upgrade; the plugin is `upgrading` until they are through.
import { RelataError } from '../../../sdk/errors.ts'
import { readArchive } from '../../../sdk/plugin/archive.ts'
import type { Behaviour } from '../../../sdk/plugin/behaviour.ts'
import type { Actor } from '../../actor.ts'
import type { Model } from '../../catalog/model.ts'
import { insertJob } from '../../jobs/job-rows.ts'
import type { JobHandler } from '../../jobs/run-job.ts'
import type { Queryable } from '../../run/database.ts'
import { fromPostgres } from '../../run/postgres-error.ts'
import { changeTenantPlugin } from './change.ts'
import type { PluginState } from '../contract.ts'
import type { LifeRoom } from './life-room.ts'
import { findPlugin, type PluginRow, readArchiveBytes } from '../plugin-rows.ts'
import { firstSteps } from './due-steps.ts'
import { runStep } from './run-step.ts'

export const BEGIN_KIND = 'plugin.begin'

/** The state in which a plugin begins that has not run yet. Its first steps are a job of the same transaction. */
export async function stateToBegin(
  tx: Queryable,
  model: Model,
  { name, behaviour }: { name: string; behaviour: Behaviour },
  { userId }: Pick<Actor, 'userId'>,
): Promise<PluginState> {
  if (firstSteps(behaviour).length === 0) return 'on'
  await insertJob(tx, model, { kind: BEGIN_KIND, title: `Prepare ${name}`, payload: { plugin: name, by: userId } })
  return 'upgrading'
}

/** What changes of a row when what it asks for is granted. */
export async function begin(
  tx: Queryable,
  model: Model,
  row: PluginRow,
  actor: Pick<Actor, 'userId'>,
): Promise<{ state?: PluginState }> {
  return row.state === 'waiting' ? { state: await stateToBegin(tx, model, row, actor) } : {}
}

/** May be run again after it was cut off anywhere. A step that fails is told in the row; the plugin runs without it. */
export const takeFirstSteps =
  (room: LifeRoom): JobHandler =>
  async (run) => {
    const { loaded } = run
    const { plugin: name = '', by = '' }: { plugin?: string; by?: string } = Object(run.payload)
    const row = await findPlugin(room.database, loaded.tenant.schema, name)
    const bytes = await readArchiveBytes(room.database, loaded.tenant.schema, name)
    if (!row || !bytes || row.state !== 'upgrading' || row.next?.phase === 'migration') return
    const { grants, refused, isDevelopment } = row
    const incoming = {
      ...{ archive: readArchive(bytes), bytes, installed: row, isDevelopment },
      decision: { grants, refused },
    }
    let failed: RelataError | undefined
    try {
      for (const step of firstSteps(row.behaviour)) await runStep(room, run, { incoming, row, step })
    } catch (cause) {
      const error = fromPostgres(cause)
      if (run.signal.aborted || !(error instanceof RelataError) || error.status === 503) throw cause
      failed = error
    }
    await changeTenantPlugin(room, loaded, { userId: by }, name, async (now) => ({
      change: { ...(now.state === 'upgrading' ? { state: 'on' } : {}), error: failed?.message ?? null },
      audit: failed ? 'plugin_failed' : 'plugin_changed',
      details: failed?.message ?? 'Its first steps are taken',
    }))
    if (failed) throw failed
  }
