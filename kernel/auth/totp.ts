// One-time codes of an authenticator app: RFC 6238 (TOTP) over RFC 4226 (HOTP), with what every app understands: SHA-1,
// six digits, thirty seconds.
import { createHmac, randomBytes } from 'node:crypto'
import { isSameText } from './token.ts'

const STEP_MS = 30_000
const DIGITS = 6
/** RFC 4226 asks for at least 128 bits and recommends 160. */
const SECRET_BYTES = 20
/** Clocks differ, and people are slow: the step before and the one after count too. */
const DRIFT_STEPS = 1
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** In Base32 (RFC 4648), as apps take it. */
export function newTotpSecret(): string {
  return toBase32(randomBytes(SECRET_BYTES))
}

/** @param step number of half minutes since 1970 */
export function totpCode(secret: string, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const digest = createHmac('sha1', fromBase32(secret)).update(counter).digest()
  const offset = digest.readUInt8(digest.length - 1) & 0x0f
  const number = digest.readUInt32BE(offset) & 0x7fffffff
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0')
}

export const totpStep = (nowMs: number): number => Math.floor(nowMs / STEP_MS)

/**
 * The step that a code is of, later than the last one used: a code that somebody looked at over a shoulder is of no use.
 * @returns undefined: wrong, over, or used
 */
export function findTotpStep(secret: string, code: string, nowMs: number, lastStep: number): number | undefined {
  const now = totpStep(nowMs)
  let found: number | undefined
  for (let step = now - DRIFT_STEPS; step <= now + DRIFT_STEPS; step++)
    if (isSameText(totpCode(secret, step), code) && step > lastStep) found ??= step
  return found
}

/** What the picture for the camera of an app says (Key Uri Format of Google Authenticator). */
export function totpUri(secret: string, account: string): string {
  const query = new URLSearchParams({ secret, issuer: ISSUER, algorithm: 'SHA1', digits: String(DIGITS), period: '30' })
  return `otpauth://totp/${encodeURIComponent(`${ISSUER}:${account}`)}?${query.toString().replaceAll('+', '%20')}`
}
const ISSUER = 'Relata'

export function toBase32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xfff
    bits += 8
    for (; bits >= 5; bits -= 5) text += ALPHABET[(value >>> (bits - 5)) & 31]
  }
  return bits > 0 ? text + ALPHABET[(value << (5 - bits)) & 31] : text
}

function fromBase32(text: string): Buffer {
  const bytes: number[] = []
  let bits = 0
  let value = 0
  for (const sign of text) {
    value = ((value << 5) | ALPHABET.indexOf(sign)) & 0x1fff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes.push((value >>> bits) & 0xff)
  }
  return Buffer.from(bytes)
}
