// A client of the HTTP API: for the command line, for programs of other systems, for tests.
//
//   const relata = createClient({ url: 'http://localhost:3000', tenant: 'main', key: process.env.RELATA_KEY })
//   for await (const person of relata.records.all('base.person', { select: ['display_name'] })) …
import type { ClientMeta } from '../wire/meta.ts'
import { ActionsApi, type AnyActions } from './actions.ts'
import type { AnyEntities } from './entities.ts'
import { JobsApi } from './jobs.ts'
import { followLive, type LiveEvent, type LiveOptions } from './live.ts'
import { readMeta } from './meta.ts'
import { MetadataApi } from './metadata.ts'
import { DeadLettersApi, EventsApi, WebhooksApi } from './operation.ts'
import { PluginsApi } from './plugins.ts'
import { RecordsApi } from './records.ts'
import { type ClientOptions, createStreams, createTransport } from './transport.ts'

export type { ActionAnswer, ActionCall, ActionOf, AnyActions, InputOf } from './actions.ts'
export type { LiveEvent, LiveOptions } from './live.ts'
export type { DryRunQuery, LogQuery } from './plugins.ts'
export type { ReplayQuery } from './operation.ts'
export type { Job, JobState, WaitOptions } from './jobs.ts'
export type { PublishOptions } from './metadata.ts'
export type { AggregateRow, BulkBody, ListQuery } from './records.ts'
export type { AnyEntities, EntityOf, ReadOf, WriteOf } from './entities.ts'
export type { ClientOptions } from './transport.ts'

export interface RelataClient<T extends object = AnyEntities, A extends object = AnyActions> {
  records: RecordsApi<T>
  actions: ActionsApi<A>
  metadata: MetadataApi
  jobs: JobsApi
  plugins: PluginsApi
  webhooks: WebhooksApi
  deadLetters: DeadLettersApi
  events: EventsApi
  /** What others change, as it happens, as far as the key may see it. */
  live(options?: LiveOptions): AsyncGenerator<LiveEvent>
  /** Entities, fields, actions, as far as the role of the key reaches. */
  meta(): Promise<ClientMeta>
}

/**
 * Nothing is sent yet. Every call throws RelataError: what the server answered, or RL505 when there was no answer.
 * @typeParam T `Entities` of relata/plugin, beside the relata.d.ts that `relata types` wrote: fields are checked then
 * @typeParam A `Actions` of relata/plugin: the same for the forms of actions
 */
export function createClient<T extends object = AnyEntities, A extends object = AnyActions>(
  options: ClientOptions,
): RelataClient<T, A> {
  const send = createTransport(options)
  const open = createStreams(options)
  return {
    records: new RecordsApi<T>(send),
    actions: new ActionsApi<A>(send),
    metadata: new MetadataApi(send),
    jobs: new JobsApi(new RecordsApi(send)),
    plugins: new PluginsApi(send),
    webhooks: new WebhooksApi(send),
    deadLetters: new DeadLettersApi(send),
    events: new EventsApi(send),
    live: (live) => followLive(open, live),
    meta: () => readMeta(send),
  }
}
