// A client of the HTTP API: for the command line, for programs of other systems, for tests.
//
//   const relata = createClient({ url: 'http://localhost:3000', tenant: 'main', key: process.env.RELATA_KEY })
//   for await (const person of relata.records.all('base.person', { select: ['display_name'] })) …
import { JobsApi } from './jobs.ts'
import { MetadataApi } from './metadata.ts'
import { RecordsApi } from './records.ts'
import { type ClientOptions, createTransport } from './transport.ts'

export type { Job, JobState, WaitOptions } from './jobs.ts'
export type { PublishOptions } from './metadata.ts'
export type { AggregateRow, BulkBody, ListQuery } from './records.ts'
export type { ClientOptions } from './transport.ts'

export interface RelataClient {
  records: RecordsApi
  metadata: MetadataApi
  jobs: JobsApi
}

/** Nothing is sent yet. Every call throws RelataError: what the server answered, or RL505 when there was no answer. */
export function createClient(options: ClientOptions): RelataClient {
  const send = createTransport(options)
  const records = new RecordsApi(send)
  return { records, metadata: new MetadataApi(send), jobs: new JobsApi(records) }
}
