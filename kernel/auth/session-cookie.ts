// The signed cookie that holds a session's token, in the form of the auth library (`token.signature`, HMAC-SHA256,
// percent-encoded), read and written here without it.
import { createHmac } from 'node:crypto'
import { isSameText } from './token.ts'

export interface SessionCookie {
  name: string
  /** The cookie's value as it came, not verified: fit to be a cache key after hashing. null: no such cookie. */
  raw(cookieHeader: string | null): string | null
  /** null: changed, or signed with a key that is gone. */
  verify(raw: string): string | null
  /** The value of the cookie for this token. */
  sign(token: string): string
  /** A Set-Cookie header. */
  header(token: string, maxAgeSeconds: number): string
  /** Set-Cookie headers of a session that ends with the browser, as the library marks it. */
  untilClosed(token: string): string[]
}

export const COOKIE_PREFIX = 'relata'
/** Longer values are nobody's session. */
const MAX_LENGTH = 400

/**
 * @param secrets newest first: the first signs, all verify
 * @param isSecure the site is served over https: the browser then sends the cookie over nothing else
 */
export function sessionCookie(secrets: readonly string[], isSecure: boolean): SessionCookie {
  const name = `${isSecure ? '__Secure-' : ''}${COOKIE_PREFIX}.session_token`
  const [newest = ''] = secrets
  const signature = (token: string, secret: string) => createHmac('sha256', secret).update(token).digest('base64')
  const attributes = `Path=/; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`
  const sign = (token: string) => encodeURIComponent(`${token}.${signature(token, newest)}`)
  return {
    name,
    sign,
    raw: (cookieHeader) => (cookieHeader === null ? null : findCookie(cookieHeader, name)),
    verify(raw) {
      const value = decode(raw)
      const dot = value.lastIndexOf('.')
      if (dot < 1) return null
      const token = value.slice(0, dot)
      const given = value.slice(dot + 1)
      return secrets.some((secret) => isSameText(signature(token, secret), given)) ? token : null
    },
    header: (token, maxAgeSeconds) => `${name}=${sign(token)}; Max-Age=${maxAgeSeconds}; ${attributes}`,
    untilClosed: (token) => [
      `${name}=${sign(token)}; ${attributes}`,
      `${name.replace('session_token', 'dont_remember')}=${sign('true')}; ${attributes}`,
    ],
  }
}

/** Of several with one name the first counts, as browsers put the most specific first. */
function findCookie(header: string, name: string): string | null {
  const wanted = `${name}=`
  let start = 0
  while (start < header.length) {
    let end = header.indexOf(';', start)
    if (end < 0) end = header.length
    while (header[start] === ' ') start++
    if (header.startsWith(wanted, start)) {
      const value = header.slice(start + wanted.length, end)
      return value.length > 0 && value.length <= MAX_LENGTH ? value : null
    }
    start = end + 1
  }
  return null
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}
