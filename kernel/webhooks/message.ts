// One message of a webhook and its signature, after Standard Webhooks (github.com/standard-webhooks/standard-webhooks).
import { createHmac, randomBytes } from 'node:crypto'

export interface MessageBody {
  /** Of the event; the same when it is told again. */
  id: string
  /** ISO 8601 */
  at: string
  /** Name of the entity. */
  entity: string
  operation: string
  /** Records that it is about, as far as the role may see them. */
  ids: readonly string[]
  version: number | null
  /** Names of the fields that an update changed, as far as the role may read them. */
  changed: readonly string[]
  /** As it is now, to the role; null: in the trash, or there are several. JSON text. */
  record: string | null
}

const SECRET_PREFIX = 'whsec_'
const SECRET_BYTES = 32

export const newSecret = (): string => `${SECRET_PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`

/** The record is JSON already and is not made anew. */
export function bodyText({ record, ...rest }: MessageBody): string {
  return `${JSON.stringify(rest).slice(0, -1)},"record":${record ?? 'null'}}`
}

export interface Signed {
  /** The same at every attempt, by which the other side knows what it has had. */
  messageId: string
  body: string
  /** When this attempt is made. */
  now: Date
}

export function signedHeaders(secret: string, { messageId, body, now }: Signed): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1000))
  const signature = createHmac('sha256', keyOf(secret)).update(`${messageId}.${timestamp}.${body}`).digest('base64')
  return {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': 'Relata-Webhooks',
    'webhook-id': messageId,
    'webhook-timestamp': timestamp,
    'webhook-signature': `v1,${signature}`,
  }
}

/** What does not have the form of the standard is taken as it is. */
function keyOf(secret: string): Buffer {
  const isStandard = secret.startsWith(SECRET_PREFIX)
  return isStandard ? Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64') : Buffer.from(secret, 'utf8')
}
