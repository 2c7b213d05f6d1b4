// Jobs of plugins: by a schedule, or because code or an administrator started them by name. They act for themselves.
import { Value } from '@sinclair/typebox/value'
import { RelataError } from '../../../sdk/errors.ts'
import { scheduleKey } from '../../../sdk/plugin/asks.ts'
import type { Work, WorkRules } from '../../events/contract.ts'
import { MOST_DEPTH } from '../../hooks/chase.ts'
import type { LoadedTenant } from '../../catalog/loaded-tenant.ts'
import type { ActRoom } from './act-room.ts'
import { isDone } from './done-work.ts'
import { pluginTitle } from './failure.ts'
import { JOB_KIND, JobPayload } from '../jobs-work.ts'
import { asWorkError } from './queued.ts'
import { runKept } from './run-kept.ts'

export const JOB_RULES: WorkRules = {
  title: (payload, { model }) =>
    Value.Check(JobPayload, payload) ? `${pluginTitle(model, payload.plugin)}: ${payload.job}` : JOB_KIND,
  tries: 6,
  mostS: 180,
  perTenant: 2,
}

export function jobHandler(room: () => ActRoom) {
  return async ({ id, loaded, payload, signal }: Work): Promise<void> => {
    if (!Value.Check(JobPayload, payload)) throw new Error('The work is not one of jobs.')
    await asWorkError(() => runJob(room(), loaded, payload, { signal, once: `job ${id}` }))
  }
}

/** @throws RL401–RL407 */
export async function runJob(
  room: ActRoom,
  loaded: LoadedTenant,
  { plugin: name, job: jobName, payload, depth, schedule }: JobPayload,
  { signal, once }: { signal?: AbortSignal; once?: string },
): Promise<void> {
  const plugin = loaded.plugins.find(name)
  const job = plugin?.behaviour.jobs.find((one) => one.name === jobName)
  // It was switched off, or a later version does not have it.
  if (!plugin || !job) return
  // A schedule that was changed or taken back may still have work that waits.
  if (schedule !== undefined && (job.schedule !== schedule || !plugin.grants.has(scheduleKey(jobName, schedule))))
    return
  if (once !== undefined && (await isDone(room.database, loaded.tenant.schema, name, once))) return
  if (depth >= MOST_DEPTH)
    throw new RelataError(
      'RL401',
      `“${jobName}” was started by hooks that set each other off ${MOST_DEPTH} times over.`,
      {
        members: { isFinal: true, limit: 'depth', max: MOST_DEPTH },
      },
    )
  await runKept(room, {
    ...{ loaded, plugin, entry: { kind: 'job', name: jobName }, person: null, depth: depth + 1, input: { payload } },
    ...(signal ? { signal } : {}),
    ...(once === undefined ? {} : { once }),
  })
}
