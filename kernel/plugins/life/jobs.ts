// Background work of plugins' lives.
import type { JobHandler } from '../../jobs/run-job.ts'
import type { LifeRoom } from './life-room.ts'
import { BEGIN_KIND, takeFirstSteps } from './first-steps.ts'
import { MIGRATE_KIND, migratePlugin } from './migrate.ts'
import { ARCHIVE_KIND, archiveAndDrop } from './remove-archived.ts'

export function pluginJobs(room: Promise<LifeRoom>): Readonly<Record<string, JobHandler>> {
  return {
    [MIGRATE_KIND]: async (run) => migratePlugin(await room)(run),
    [BEGIN_KIND]: async (run) => takeFirstSteps(await room)(run),
    [ARCHIVE_KIND]: async (run) => archiveAndDrop(await room)(run),
  }
}
