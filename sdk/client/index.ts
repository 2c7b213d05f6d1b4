// A client of the HTTP API: for the command line, for programs of other systems, for tests.
//
//   const relata = createClient({ url: 'http://localhost:3000', tenant: 'main', key: process.env.RELATA_KEY })
//   for await (const person of relata.records.all('base.person', { select: ['display_name'] })) …
import type { ClientMeta } from '../wire/meta.ts'
import { ActionsApi } from './actions.ts'
import type { AnyEntities } from './entities.ts'
import { EventsApi } from './events.ts'
import { JobsApi } from './jobs.ts'
import { listen, type LiveEvent, type LiveOptions } from './live.ts'
import { readMeta } from './meta.ts'
import { MetadataApi } from './metadata.ts'
import { PluginsApi } from './plugins.ts'
import { RecordsApi } from './records.ts'
import { type ClientOptions, createStreams, createTransport } from './transport.ts'

export type { LiveChange, LiveEvent, LiveOptions } from './live.ts'
export type { Job, JobState, WaitOptions } from './jobs.ts'
export type { PublishOptions } from './metadata.ts'
export type { AggregateRow, BulkBody, ListQuery } from './records.ts'
export type { AnyEntities, EntityOf, ReadOf, WriteOf } from './entities.ts'
export type { ClientOptions } from './transport.ts'

export interface RelataClient<T extends object = AnyEntities> {
  records: RecordsApi<T>
  metadata: MetadataApi
  jobs: JobsApi
  plugins: PluginsApi
  /** Buttons of plugins. */
  actions: ActionsApi
  events: EventsApi
  /** What others change, as it happens; without an end but for `signal`. */
  live(options?: LiveOptions): AsyncGenerator<LiveEvent>
  /** Entities, fields, actions, as far as the role of the key reaches. */
  meta(): Promise<ClientMeta>
}

/**
 * Nothing is sent yet. Every call throws RelataError: what the server answered, or RL505 when there was no answer.
 * @typeParam T `Entities` of relata/plugin, beside the relata.d.ts that `relata types` wrote: fields are checked then
 */
export function createClient<T extends object = AnyEntities>(options: ClientOptions): RelataClient<T> {
  const send = createTransport(options)
  return {
    records: new RecordsApi<T>(send),
    metadata: new MetadataApi(send),
    jobs: new JobsApi(new RecordsApi(send)),
    plugins: new PluginsApi(send),
    actions: new ActionsApi(send),
    events: new EventsApi(send),
    live: (live) => listen(createStreams(options), live),
    meta: () => readMeta(send),
  }
}
