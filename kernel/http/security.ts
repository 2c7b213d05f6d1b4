// What every answer tells the browser about trust, and what every changing request has to show. Pages run our own
// scripts only; styles may stand inline, because components set them from templates.
import type { Context, MiddlewareHandler } from 'hono'
import type { Logger } from 'pino'
import { problemResponse } from '../respond/problem.ts'
import { SAFE_HEADERS } from '../respond/safe-headers.ts'

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "media-src 'self' blob:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

const HEADERS = Object.entries({ ...SAFE_HEADERS, 'content-security-policy': CONTENT_SECURITY_POLICY })
const ONLY_HTTPS: readonly [string, string] = ['strict-transport-security', 'max-age=31536000']

/** @param isSecure the site is served over https */
export function securityHeaders(isSecure: boolean): MiddlewareHandler {
  return async (c, next) => {
    await next()
    if (isSecure) c.res.headers.set(...ONLY_HTTPS)
    // Answers of the API bring their own when they are made (respond/safe-headers.ts): changing them costs more.
    if (c.req.path.startsWith('/api/v1/')) return
    // A route that says more exactly what its answer may do keeps its word.
    const given = c.res.headers
    for (const [name, value] of HEADERS) if (!given.has(name)) given.set(name, value)
  }
}

/** For everything under /api. @throws nothing: answers RL304 */
export function sameOriginOnly(auth: { requireSameOrigin(request: Request): void }, log: Logger): MiddlewareHandler {
  return async (c, next) => {
    try {
      auth.requireSameOrigin(c.req.raw)
    } catch (error) {
      return problemResponse(error, log, { method: c.req.method, path: c.req.path })
    }
    await next()
    return undefined
  }
}

/** Peers that may be a proxy of ours, so that what they say about the client counts. */
const NEAR = /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|::1$|f[cd][0-9a-f]{2}:|fe80:)/i

/** Where the request came from: the connection's other end, or what the nearest proxy says. '' when unknown. */
export function clientAddress(c: Context): string {
  const peer = peerAddress(c.env).replace(/^::ffff:/i, '')
  if (peer !== '' && !NEAR.test(peer)) return peer
  // The nearest proxy appends at the end; what stands before it anyone may have written.
  const forwarded = c.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() ?? ''
  return /^[0-9a-f.:]{2,45}$/i.test(forwarded) ? forwarded : peer
}

/** The server puts its own request object beside ours; without a server there is none. */
function peerAddress(env: unknown): string {
  const incoming = member(env, 'incoming')
  const address = member(member(incoming, 'socket'), 'remoteAddress')
  return typeof address === 'string' ? address : ''
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
