// Work of plugins in the queue: jobs that the code or an administrator starts, and those that run by a schedule.
import { type Static, Type } from '@sinclair/typebox'
import type { NewWork } from '../events/contract.ts'

export const JOB_KIND = 'plugin.job'

export const JobPayload = Type.Object({
  plugin: Type.String(),
  job: Type.String(),
  /** What `jobs.start` was given. */
  payload: Type.Unknown(),
  /** How many hooks of plugins stand between this and what a person did. */
  depth: Type.Integer(),
  /** The schedule that started it, as it was granted; absent: it was started by name. */
  schedule: Type.Optional(Type.String()),
})
export type JobPayload = Static<typeof JobPayload>

/** One after the other: a job of the same name never overtakes itself. */
export const jobWork = (schema: string, payload: JobPayload): NewWork => ({
  schema,
  kind: JOB_KIND,
  key: `start/${payload.plugin}/${payload.job}`,
  payload,
})

/** Keys of schedules of a plugin begin so. */
export const schedulePrefix = (plugin: string): string => `schedule/${plugin}/`
