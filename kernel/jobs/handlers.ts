// Every kind of background work, and who does it.
import { SCHEMA_JOBS } from '../schema/finishing/index.ts'
import { DEMO_KIND, fillDemo } from '../tenants/demo.ts'
import type { JobTools } from './job-tools.ts'
import type { JobHandler } from './runner.ts'

export function jobHandlers(tools: JobTools): Readonly<Record<string, JobHandler>> {
  return { ...SCHEMA_JOBS, [DEMO_KIND]: fillDemo(tools) }
}
