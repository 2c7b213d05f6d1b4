// Work that was given up, webhooks, and telling again what happened (docs/http-api.md, “Events”). For administrators.
import { Type } from '@sinclair/typebox'
import { checkAnswer } from './answers.ts'
import type { Send } from './transport.ts'

const Counted = Type.Object({ count: Type.Integer() })
const Replayed = Type.Object({ events: Type.Integer() })
const Waiting = Type.Object({ waiting: Type.Integer() })
const Secret = Type.Object({ id: Type.String(), secret: Type.String() })
const Nullable = <T extends 'string' | 'number'>(of: T) =>
  Type.Union([of === 'string' ? Type.String() : Type.Number(), Type.Null()])
const Tested = Type.Object({
  delivery: Type.String(),
  status: Nullable('number'),
  duration_ms: Type.Number(),
  answer: Nullable('string'),
  error: Nullable('string'),
})

export class EventsApi {
  private readonly send: Send

  constructor(send: Send) {
    this.send = send
  }

  /** Events and work that are not done yet. */
  async waiting(): Promise<number> {
    return checkAnswer(Waiting, await this.send('work')).waiting
  }

  /** Tells consumers again what happened since then, 30 days back at most. @returns how many events */
  async replay(request: { since?: string; from?: string; consumer?: string } = {}): Promise<number> {
    return checkAnswer(Replayed, await this.post('events/replay', request)).events
  }

  /** A record of `system.dead_letter` is done once more. @throws RL214 it is not open */
  async runDeadLetter(id: string): Promise<void> {
    await this.post(`dead-letters/${encodeURIComponent(id)}/run`)
  }

  /** All open ones of a kind. @returns how many */
  async runDeadLetters(kind: string): Promise<number> {
    return checkAnswer(Counted, await this.post('dead-letters', { kind })).count
  }

  async dropDeadLetter(id: string): Promise<void> {
    await this.post(`dead-letters/${encodeURIComponent(id)}/drop`)
  }

  /** A test call now. */
  async testWebhook(id: string) {
    return checkAnswer(Tested, await this.post(`webhooks/${encodeURIComponent(id)}/test`))
  }

  /** A new signing secret, told once. */
  async renewWebhookSecret(id: string): Promise<string> {
    return checkAnswer(Secret, await this.post(`webhooks/${encodeURIComponent(id)}/secret`)).secret
  }

  /** A record of `system.webhook_delivery` is sent again. */
  async resendDelivery(id: string): Promise<void> {
    await this.post(`webhook-deliveries/${encodeURIComponent(id)}/replay`)
  }

  private post(path: string, json: object = {}): Promise<unknown> {
    return this.send(path, { method: 'POST', json })
  }
}
