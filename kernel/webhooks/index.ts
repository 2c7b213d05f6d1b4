// The webhooks of all tenants: hears of events, keeps the order of each record, calls, tries again, logs.
import type { Logger } from 'pino'
import { RelataError } from '../../sdk/errors.ts'
import type { Consumer, Events, OutboxEvent, Work } from '../events/contract.ts'
import { eventById } from '../events/outbox-rows.ts'
import type { Outside } from '../net/outside.ts'
import type { Seal } from '../plan/field-value.ts'
import type { Keyring } from '../platform/secret.ts'
import type { Database } from '../run/database.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import { type Attempt, callWebhook } from './attempt.ts'
import { contentsFor } from './contents.ts'
import { findDelivery, logDelivery, removeOldDeliveries } from './delivery-rows.ts'
import type { MessageBody } from './message.ts'
import { findWebhook, type Interest, listInterests, noteDelivered, noteFailed, type Webhook } from './webhook-rows.ts'

export interface WebhooksOptions {
  database: Database
  events: Events
  outside: Outside
  keys: Pick<Keyring, 'open'>
  seal: Seal
  log: Logger
  /** Before the second try; 0: at once, for tests. */
  pauseS?: number
}

export interface Webhooks {
  /** Calls it now, with nothing in it. @throws RL205 */
  test(loaded: LoadedTenant, id: string): Promise<Attempt & { delivery: string }>
  /** The same once more, as the record is now. @throws RL205 */
  replay(loaded: LoadedTenant, delivery: string): Promise<void>
}

interface Payload {
  webhook: string
  /** For people. */
  name: string
  event: string
  records: readonly string[]
}

const KIND = 'webhook'
/** 5 s, 10 s … 6 h: a day and a half altogether. */
const RULES = { tries: 17, pauseS: 5, mostPauseS: 6 * 60 * 60, mostS: 120, atOnce: 16, perTenant: 8 }
/** Of failing without a break. */
const OFF_AFTER_DAYS = 5
const KEPT_DAYS = 30
/** An address that refuses a message will hardly take it later; one that is busy or away may. */
const REFUSALS_TRIED = 3
const NOT_REFUSALS = [408, 409, 425, 429]
const GONE = 410

export function openWebhooks(options: WebhooksOptions): Webhooks {
  const { database, events, outside, keys, seal, log, pauseS } = options
  const rules = { ...RULES, ...(pauseS === undefined ? {} : { pauseS }) }

  const attempt = async (
    loaded: LoadedTenant,
    webhook: Webhook,
    messageId: string,
    message: MessageBody,
    work?: Pick<Work, 'attempts' | 'signal'>,
  ) => {
    const outcome = await callWebhook(outside, webhook, messageId, message, work?.signal)
    const { id: event, entity, operation, ids } = message
    const delivery = await logDelivery(database, loaded, {
      title: work ? `${entity} ${operation}` : 'Test',
      webhook: webhook.id,
      message: messageId,
      event: work ? event : null,
      records: ids,
      attempt: (work?.attempts ?? 0) + 1,
      ...outcome,
    })
    return { ...outcome, delivery }
  }

  const settle = async (loaded: LoadedTenant, webhook: Webhook, { status, error }: Attempt): Promise<void> => {
    if (error === null) {
      await noteDelivered(database, loaded, webhook.id)
      // What waits for its next try need not: the address is there again.
      if (webhook.isFailing) await events.queue.hurry(loaded.tenant.schema, KIND, `${webhook.id}/`)
      return
    }
    const isOff = await noteFailed(database, loaded, webhook.id, error, status === GONE ? 0 : OFF_AFTER_DAYS)
    if (isOff) log.warn({ tenant: loaded.tenant.slug, webhook: webhook.name, why: error }, 'a webhook was switched off')
  }

  events.queue.handle(
    KIND,
    async (work) => {
      const { loaded, attempts } = work
      // Written by us.
      const payload = work.payload as Payload
      const webhook = await findWebhook(database, loaded, keys, payload.webhook)
      const event = await eventById(database, loaded.tenant.schema, payload.event)
      if (!webhook?.isActive || !event) return
      if (!loaded.model.role(webhook.role)) throw refusal(`There is no role “${webhook.role}” any more.`, true)
      const message = await contentsFor(loaded, database, seal, webhook, { ...event, records: payload.records })
      if (!message) return
      const outcome = await attempt(loaded, webhook, messageIdOf(payload), message, work)
      await settle(loaded, webhook, outcome)
      if (outcome.error !== null) throw refusal(outcome.error, isHopeless(outcome, attempts))
    },
    { ...rules, title: titleOf },
  )
  events.subscribe(consumer())
  events.everyDay((loaded) => removeOldDeliveries(database, loaded, KEPT_DAYS))

  return {
    async test(loaded, id) {
      const webhook = await findWebhook(database, loaded, keys, id)
      if (!webhook) throw noSuch('webhook')
      const now = new Date()
      const nothing = { entity: '', operation: 'test', ids: [], version: null, changed: [], record: null }
      const message = { id: 'test', at: now.toISOString(), ...nothing }
      const outcome = await attempt(loaded, webhook, `${id}.test.${now.getTime()}`, message)
      if (outcome.error === null && webhook.isActive) await settle(loaded, webhook, outcome)
      return outcome
    },
    async replay(loaded, delivery) {
      const found = await findDelivery(database, loaded, delivery)
      const webhook = found && (await findWebhook(database, loaded, keys, found.webhook))
      if (!found || !webhook) throw noSuch('delivery')
      const payload = { ...found, name: webhook.name }
      const key = keyOf(webhook.id, found.records[0] ?? '')
      await events.queue.add([{ schema: loaded.tenant.schema, kind: KIND, key, payload }])
    },
  }
}

function consumer(): Consumer {
  /** By schema, as of the batch that is being told. */
  const known = new Map<string, readonly Interest[]>()
  return {
    name: 'webhooks',
    async prepare(tx, loaded) {
      known.set(loaded.tenant.schema, await listInterests(tx, loaded))
    },
    deliveries(event, { tenant, model }) {
      const interests = known.get(tenant.schema) ?? []
      if (interests.length === 0) return []
      const entity = model.byId(event.entity)?.entity.name
      if (entity === undefined) return []
      return interests
        .filter(
          ({ entities, operations }) =>
            (entities.size === 0 || entities.has(entity)) && (operations.size === 0 || operations.has(event.operation)),
        )
        .flatMap((interest) => deliveriesTo(interest, event))
    },
  }
}

/**
 * A bulk load is told in as many messages as there are keys. One key for each record would be the finest order, and as
 * many tries at an address that is away as there are records; so sixteen share.
 */
function deliveriesTo({ id, name }: Interest, event: OutboxEvent) {
  const byKey = Map.groupBy(event.records, (record) => keyOf(id, record))
  return [...byKey].map(([key, records]) => ({
    kind: KIND,
    key,
    payload: { webhook: id, name, event: event.id, records } satisfies Payload,
  }))
}

/** The last sign of an id is random. */
const keyOf = (webhook: string, record: string): string => `${webhook}/${record.at(-1) ?? '0'}`

/** The same whenever this part of the event is told to this webhook. */
const messageIdOf = ({ webhook, event, records }: Payload): string => `${webhook}.${event}.${records[0]?.at(-1) ?? '0'}`

function titleOf(payload: unknown): string {
  const { name } = payload as Payload
  return `Webhook “${name}”`
}

function isHopeless({ status }: Attempt, attempts: number): boolean {
  const isRefusal = status !== null && status >= 400 && status < 500 && !NOT_REFUSALS.includes(status)
  return isRefusal && attempts + 1 >= REFUSALS_TRIED
}

const refusal = (message: string, isFinal: boolean) =>
  new RelataError('RL505', message, { isPublic: true, members: { isFinal } })

const noSuch = (what: string) => new RelataError('RL205', `There is no such ${what}, or it can no longer be sent.`)
