// Is a call from outside genuine? Told before any code of the plugin runs, by the secret that an administrator entered.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { RouteSignature } from '../../../sdk/plugin/behaviour.ts'

/** How far a call's own time may be from ours. */
const TOLERANCE_S = 5 * 60

export type Verdict = { ok: true; signature: string | null } | { ok: false; why: string }

/** @param signature of a genuine call, where it holds for a time only: it is taken once */
export function checkSignature(
  { header, encoding, prefix = '', timestampHeader }: RouteSignature,
  secret: string,
  headers: Headers,
  body: Uint8Array,
  nowMs: number,
): Verdict {
  const given = headers.get(header)
  if (given === null) return { ok: false, why: `it has no header ${header}` }
  if (!given.startsWith(prefix)) return { ok: false, why: `its header ${header} does not begin with ${prefix}` }
  const text = given.slice(prefix.length).trim()
  const isWellFormed = encoding === 'hex' ? /^[0-9a-fA-F]{64}$/.test(text) : /^[A-Za-z0-9+/_-]{43}=?$/.test(text)
  if (!isWellFormed) return { ok: false, why: `its signature is no HMAC-SHA256 in ${encoding}` }
  const hmac = createHmac('sha256', secret)
  if (timestampHeader !== undefined) {
    const time = headers.get(timestampHeader)
    if (time === null || !/^\d{1,12}$/.test(time)) return { ok: false, why: `it has no time in ${timestampHeader}` }
    if (Math.abs(nowMs / 1000 - Number(time)) > TOLERANCE_S)
      return { ok: false, why: `its time is more than ${TOLERANCE_S / 60} minutes away` }
    hmac.update(`${time}.`)
  }
  const wanted = hmac.update(body).digest()
  if (!timingSafeEqual(wanted, Buffer.from(text, encoding === 'hex' ? 'hex' : 'base64')))
    return { ok: false, why: 'its signature is another: the secret or the body differs' }
  return { ok: true, signature: timestampHeader === undefined ? null : wanted.toString('hex') }
}
