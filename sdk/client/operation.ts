// Webhooks, and work that the server gave up (docs/http-api.md, “Events”). For administrators. Both are records as well,
// `system.webhook`, `system.webhook_delivery` and `system.dead_letter`: they are made, listed and read with `records`.
import { Type } from '@sinclair/typebox'
import { checkAnswer } from './answers.ts'
import type { Send } from './transport.ts'

const Nullable = <T extends ReturnType<typeof Type.String> | ReturnType<typeof Type.Integer>>(schema: T) =>
  Type.Union([schema, Type.Null()])
const Tested = Type.Object({
  /** Id of its `system.webhook_delivery`. */
  delivery: Type.String(),
  /** null: there was no answer. */
  status: Nullable(Type.Integer()),
  duration_ms: Type.Integer(),
  answer: Nullable(Type.String()),
  error: Nullable(Type.String()),
})
const Secret = Type.Object({ id: Type.String(), secret: Type.String() })
const Counted = Type.Object({ count: Type.Integer() })
const Waiting = Type.Object({ waiting: Type.Integer() })
const Replayed = Type.Object({ events: Type.Integer() })

export class WebhooksApi {
  private readonly send: Send

  constructor(send: Send) {
    this.send = send
  }

  /** Sends a test now. */
  async test(id: string) {
    return checkAnswer(Tested, await this.post('webhooks', id, 'test'))
  }

  /** A new signing secret, told this once. The one before no longer counts. */
  async newSecret(id: string): Promise<string> {
    return checkAnswer(Secret, await this.post('webhooks', id, 'secret')).secret
  }

  /** Sends a delivery again. @throws RL205 there is none */
  async replay(delivery: string): Promise<void> {
    await this.post('webhook-deliveries', delivery, 'replay')
  }

  private post(what: string, id: string, act: string): Promise<unknown> {
    return this.send(`${what}/${encodeURIComponent(id)}/${act}`, { method: 'POST' })
  }
}

export class DeadLettersApi {
  private readonly send: Send

  constructor(send: Send) {
    this.send = send
  }

  /** Runs one again. @throws RL214 it is not open */
  async run(id: string): Promise<void> {
    await this.send(`dead-letters/${encodeURIComponent(id)}/run`, { method: 'POST' })
  }

  /** Runs all open ones of a kind again. @returns how many */
  async runKind(kind: string): Promise<number> {
    return checkAnswer(Counted, await this.send('dead-letters', { method: 'POST', json: { kind } })).count
  }

  /** It is not wanted any more. */
  async drop(id: string): Promise<void> {
    await this.send(`dead-letters/${encodeURIComponent(id)}/drop`, { method: 'POST' })
  }
}

export interface ReplayQuery {
  /** RFC 3339, within 30 days. */
  since?: string
  /** Id of an event. */
  from?: string
  /** Who is told; absent: everybody. */
  consumer?: string
}

export class EventsApi {
  private readonly send: Send

  constructor(send: Send) {
    this.send = send
  }

  /** Events and work that are not done yet. */
  async waiting(): Promise<number> {
    return checkAnswer(Waiting, await this.send('work')).waiting
  }

  /** Tells again what happened. @returns how many events */
  async replay(query: ReplayQuery): Promise<number> {
    return checkAnswer(Replayed, await this.send('events/replay', { method: 'POST', json: query })).events
  }
}
