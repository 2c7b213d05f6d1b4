// One call of a webhook, and what came of it.
import { type Outside, OutsideError } from '../net/outside.ts'
import { bodyText, type MessageBody, signedHeaders } from './message.ts'
import type { Webhook } from './webhook-rows.ts'

export interface Attempt {
  /** null: there was no answer. */
  status: number | null
  durationMs: number
  answer: string | null
  /** null: it was taken. A sentence. */
  error: string | null
}

const TIMEOUT_MS = 15_000
const ANSWER_BYTES = 2_000

/** @throws only when `signal` is aborted */
export async function callWebhook(
  outside: Outside,
  { url, secret }: Pick<Webhook, 'url' | 'secret'>,
  messageId: string,
  message: MessageBody,
  signal?: AbortSignal,
): Promise<Attempt> {
  const startedMs = performance.now()
  const body = bodyText(message)
  const failed = (error: string): Attempt => ({
    status: null,
    durationMs: performance.now() - startedMs,
    answer: null,
    error,
  })
  if (secret === '') return failed('It has no signing secret.')
  if (!URL.canParse(url)) return failed('Its address cannot be read.')
  try {
    const { status, body: answer } = await outside.ask({
      method: 'POST',
      url: new URL(url),
      headers: signedHeaders(secret, { messageId, body, now: new Date() }),
      body,
      timeoutMs: TIMEOUT_MS,
      mostBytes: ANSWER_BYTES,
      cutsLong: true,
      ...(signal ? { signal } : {}),
    })
    return { status, durationMs: performance.now() - startedMs, answer: textOf(answer), error: errorOf(status) }
  } catch (error) {
    if (error instanceof OutsideError) return failed(`The address ${error.message}.`)
    throw error
  }
}

/** PostgreSQL keeps no NUL; a character may be cut in two. */
const textOf = (bytes: Buffer): string => bytes.toString('utf8').replaceAll('\0', '').toWellFormed()

function errorOf(status: number): string | null {
  if (status >= 200 && status < 300) return null
  if (status >= 300 && status < 400) return `The address sends elsewhere (${status}); that is not followed.`
  return `The address answered with ${status}.`
}
