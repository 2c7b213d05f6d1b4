// The jobs that finish a publish, by kind.
import type { JobHandler } from '../../jobs/runner.ts'
import { JOB_KINDS } from '../later-work.ts'
import { buildIndexes } from './indexes.ts'
import { Obsolete } from './payload.ts'
import { computeRollups } from './rollups.ts'
import { writeAutoNumbers, writeBaseAmounts, writeDisplayNames } from './values.ts'

export const SCHEMA_JOBS: Readonly<Record<string, JobHandler>> = {
  [JOB_KINDS.indexes]: unlessObsolete(buildIndexes),
  [JOB_KINDS.numbers]: unlessObsolete(writeAutoNumbers),
  [JOB_KINDS.baseAmounts]: unlessObsolete(writeBaseAmounts),
  [JOB_KINDS.displayNames]: unlessObsolete(writeDisplayNames),
  [JOB_KINDS.rollups]: unlessObsolete(computeRollups),
}

/** What was retired meanwhile needs no finishing. */
function unlessObsolete(handler: JobHandler): JobHandler {
  return async (run) => {
    try {
      await handler(run)
    } catch (error) {
      if (!(error instanceof Obsolete)) throw error
    }
  }
}
