// Who is signed in to the installation: the cookie verified, its session looked up once and remembered for seconds.
// The auth library makes sessions and ends them; asking it on every request would cost ten times the request.
import type { Identity } from '../services.ts'
import type { Database } from '../run/database.ts'
import { AUTH_SCHEMA, SESSION_SECONDS } from './library.ts'
import { LoadingCache } from './loading-cache.ts'
import type { SessionCookie } from './session-cookie.ts'
import { fingerprint } from './token.ts'

export interface SignedIn extends Identity {
  /** Fingerprint of the session's token. */
  tokenHash: string
  expiresAtMs: number
}

export interface Sessions {
  /** null: nobody, or a session that has ended. */
  of(request: Request): Promise<SignedIn | null>
  /** A Set-Cookie header when the session has been prolonged. */
  renew(request: Request): Promise<string | null>
  /** Of this process's memory. */
  forget(identity: string): void
  forgetAll(): void
}

const CACHE_SIZE = 20_000
const CACHE_MS = 30_000
const DAY_SECONDS = 24 * 60 * 60
/** However much it is used, a session ends after so long. */
const LONGEST_SECONDS = 90 * DAY_SECONDS

const FIND = `SELECT s.id, s."userId", u.email, u.name, u."isOperator", floor(extract(epoch from s."expiresAt") * 1000)::bigint,
EXISTS (SELECT 1 FROM ${AUTH_SCHEMA}.second_factor AS f WHERE f.identity = u.id AND f.confirmed_at IS NOT NULL)
  OR NOT EXISTS (SELECT 1 FROM ${AUTH_SCHEMA}.account AS a WHERE a."userId" = u.id AND a.password IS NOT NULL),
(SELECT c.tenant FROM ${AUTH_SCHEMA}.session_scope AS c WHERE c.token_hash = s.token)
FROM ${AUTH_SCHEMA}.session AS s JOIN ${AUTH_SCHEMA}."user" AS u ON u.id = s."userId" WHERE s.token = $1 AND s."expiresAt" > now()`

const RENEW = `UPDATE ${AUTH_SCHEMA}.session SET "updatedAt" = now(),
"expiresAt" = least(now() + make_interval(secs => $2::float8), "createdAt" + make_interval(secs => $3::float8))
WHERE token = $1 AND "expiresAt" > now() RETURNING floor(extract(epoch from "expiresAt" - now()))::bigint`

export function createSessions(database: Database, cookie: SessionCookie): Sessions {
  const cache = new LoadingCache<SignedIn>(CACHE_SIZE, CACHE_MS)

  const find = async (raw: string) => {
    const token = cookie.verify(raw)
    if (token === null) return null
    const tokenHash = fingerprint(token)
    const [row] = await database.query(FIND, [tokenHash])
    if (!row) return null
    const [sessionId, id, email, name, isOperator, expiresAtMs, isStrong, scope] = row
    const onlyTenant = scope ?? null
    const untilMs = Number(expiresAtMs)
    const value: SignedIn = {
      id: id ?? '',
      email: email ?? '',
      name: name ?? '',
      sessionId: sessionId ?? '',
      isOperator: isOperator === 't' && onlyTenant === null,
      isStrong: isStrong === 't' || onlyTenant !== null,
      onlyTenant,
      tokenHash,
      expiresAtMs: untilMs,
    }
    return { value, untilMs }
  }

  const of = async (request: Request): Promise<SignedIn | null> => {
    const raw = cookie.raw(request.headers.get('cookie'))
    if (raw === null) return null
    const key = fingerprint(raw)
    return cache.peek(key) ?? cache.get(key, () => find(raw))
  }

  return {
    of,
    async renew(request) {
      const header = request.headers.get('cookie')
      const raw = cookie.raw(header)
      const signedIn = await of(request)
      // Who did not want to be remembered has a short session and a cookie that ends with the browser.
      if (!signedIn || raw === null || header?.includes('.dont_remember=')) return null
      if (signedIn.expiresAtMs - Date.now() > (SESSION_SECONDS - DAY_SECONDS) * 1000) return null
      const token = cookie.verify(raw)
      if (token === null) return null
      const [row] = await database.query(RENEW, [signedIn.tokenHash, String(SESSION_SECONDS), String(LONGEST_SECONDS)])
      cache.forget(({ sessionId }) => sessionId === signedIn.sessionId)
      return row ? cookie.header(token, Number(row[0])) : null
    },
    forget: (identity) => cache.forget(({ id }) => id === identity),
    forgetAll: () => cache.forgetAll(),
  }
}
