// Every kind of background work, and who does it.
import type { Seal } from '../plan/field-value.ts'
import type { Database } from '../run/database.ts'
import { SCHEMA_JOBS } from '../schema/finishing/index.ts'
import { DEMO_KIND, fillDemo } from '../tenants/demo.ts'
import type { JobHandler } from './runner.ts'

export interface JobTools {
  database: Database
  /** Encrypts secret fields. */
  seal: Seal
  /** metadata/ */
  metadataFolder: string
}

export function jobHandlers(tools: JobTools): Readonly<Record<string, JobHandler>> {
  return { ...SCHEMA_JOBS, [DEMO_KIND]: fillDemo(tools) }
}
