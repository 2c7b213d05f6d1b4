// Random tokens and their fingerprints. A token is shown to its holder once; only its SHA-256 is ever stored. That is
// enough for 256 random bits: slow hashes are for what people choose.
import { hash, randomBytes, timingSafeEqual } from 'node:crypto'

const TOKEN_BYTES = 32

/** 43 characters that stand in a URL as they are. */
export function newToken(): string {
  return randomBytes(TOKEN_BYTES).toString('base64url')
}

/** SHA-256 as 64 hexadecimal digits. */
export function fingerprint(token: string): string {
  return hash('sha256', token)
}

/** Takes the same time wherever the two differ. */
export function isSameText(left: string, right: string): boolean {
  const a = Buffer.from(left)
  const b = Buffer.from(right)
  return a.length === b.length && timingSafeEqual(a, b)
}
