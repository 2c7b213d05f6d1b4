// Schedules of a tenant are those of plugins that are on, as far as they were granted. Brought up to date as work of the
// queue, which is added in the transaction that changes a plugin: it is done, whatever happens in between.
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { scheduleKey } from '../../../sdk/plugin/asks.ts'
import type { NewWork, Queue, Work, WorkRules } from '../../events/contract.ts'
import type { Queryable } from '../../run/database.ts'
import { JOB_KIND, type JobPayload, schedulePrefix } from '../jobs-work.ts'
import { findPlugin } from '../plugin-rows.ts'

export const SCHEDULES_KIND = 'plugin.schedules'
export const SCHEDULES_RULES: WorkRules = { title: () => 'Schedules of a plugin', tries: 20 }

const Payload = Type.Object({ plugin: Type.String() })

export const scheduleWork = (schema: string, plugin: string): NewWork => ({
  schema,
  kind: SCHEDULES_KIND,
  key: plugin,
  payload: { plugin } satisfies Static<typeof Payload>,
})

export function schedulesHandler(database: Queryable, queue: Queue) {
  return async ({ loaded, payload }: Work): Promise<void> => {
    if (!Value.Check(Payload, payload)) throw new Error('The work is not one of schedules.')
    await syncSchedules(database, queue, loaded.tenant.schema, payload.plugin)
  }
}

export async function syncSchedules(database: Queryable, queue: Queue, schema: string, name: string): Promise<void> {
  const plugin = await findPlugin(database, schema, name)
  await queue.forget(schema, { kind: JOB_KIND, keyPrefix: schedulePrefix(name) })
  if (plugin?.state !== 'on' && plugin?.state !== 'upgrading') return
  const grants = new Set(plugin.grants)
  for (const { name: job, schedule, timeZone = 'UTC' } of plugin.behaviour.jobs) {
    if (schedule === undefined || !grants.has(scheduleKey(job, schedule))) continue
    const payload: JobPayload = { plugin: name, job, payload: null, depth: 0, schedule }
    await queue.schedule({
      schema,
      kind: JOB_KIND,
      key: `${schedulePrefix(name)}${job}`,
      cron: schedule,
      timeZone,
      payload,
    })
  }
}
