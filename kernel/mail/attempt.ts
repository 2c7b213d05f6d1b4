// One try to send, and when the next one is.
import type { Logger } from 'pino'
import type { Letter } from './message.ts'
import type { Outcome } from './outbox.ts'
import { MailRefused, messageOf, type Transport } from './transport.ts'

const [SECOND, MINUTE, HOUR] = [1_000, 60_000, 3_600_000] as const
/** Pauses after the first try, the second … after the last one it is given up. */
export const PAUSES_MS: readonly number[] = [30 * SECOND, 2 * MINUTE, 10 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR]

/** @param attempts tries before this one */
export async function attempt(
  transport: Transport,
  letter: Letter,
  attempts: number,
  log: Logger,
  pausesMs: readonly number[] = PAUSES_MS,
): Promise<Exclude<Outcome, { state: 'kept' }>> {
  try {
    await transport.send(letter)
    return { state: 'sent' }
  } catch (error) {
    const delayMs = pausesMs[attempts]
    const isOver = error instanceof MailRefused || delayMs === undefined
    // What the mail server says may name addresses: it stands with the message, for administrators.
    log.warn({ room: 'mail', attempts: attempts + 1, isOver }, 'a message could not be sent')
    return isOver ? { state: 'failed', error: messageOf(error) } : { state: 'queued', error: messageOf(error), delayMs }
  }
}
