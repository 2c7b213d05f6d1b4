// From a request to its actor in a tenant. This is on the road of every request: what is known costs a hash of the
// cookie or key and a look into a map; what is not, two short queries.
import type { Logger } from 'pino'
import type { Actor } from '../actor.ts'
import type { Database } from '../run/database.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import { findKey, keyOfHeader } from './api-keys.ts'
import type { AuthMessage } from './channel.ts'
import { LoadingCache } from './loading-cache.ts'
import type { SessionCookie } from './session-cookie.ts'
import type { Sessions } from './sessions.ts'
import { findMember } from './tenant-access.ts'
import { fingerprint } from './token.ts'

export interface Actors {
  of(request: Request, loaded: LoadedTenant, address?: () => string): Promise<Actor | null>
  forget(message: AuthMessage): void
}

interface Known {
  actor: Actor
  schema: string
  /** null: a key. */
  identity: string | null
}

const CACHE_SIZE = 20_000
/** Changes are told at once; this bounds what a lost message costs. */
const CACHE_MS = 30_000

export function createActors(database: Database, cookie: SessionCookie, sessions: Sessions, log: Logger): Actors {
  const cache = new LoadingCache<Known>(CACHE_SIZE, CACHE_MS)

  const ofKey = async (header: string, loaded: LoadedTenant): Promise<Actor | null> => {
    const key = keyOfHeader(header)
    const { schema } = loaded.tenant
    const place = `${schema} ${fingerprint(key)}`
    const known = cache.peek(place)
    if (known) return known.actor
    const found = await cache.get(place, async () => {
      const { value, ...rest } = await findKey(database, loaded, key, log)
      return { value: { actor: value, schema, identity: null }, ...rest }
    })
    return found?.actor ?? null
  }

  const findPerson = async (request: Request, loaded: LoadedTenant, address: () => string) => {
    const signedIn = await sessions.of(request)
    if (!signedIn) return null
    const visit = { userAgent: request.headers.get('user-agent') ?? '', address: address() }
    const actor = await findMember(database, loaded, signedIn, visit, log)
    return (
      actor && { value: { actor, schema: loaded.tenant.schema, identity: signedIn.id }, untilMs: signedIn.expiresAtMs }
    )
  }

  return {
    async of(request, loaded, address = () => '') {
      const header = request.headers.get('authorization')
      // Beside a key the cookie is not looked at: a request has one actor, and no doubt about which.
      if (header !== null) return ofKey(header, loaded)
      const raw = cookie.raw(request.headers.get('cookie'))
      if (raw === null) return null
      const place = `${loaded.tenant.schema} ${fingerprint(raw)}`
      const known = cache.peek(place)
      if (known) return known.actor
      const found = await cache.get(place, () => findPerson(request, loaded, address))
      return found?.actor ?? null
    },
    forget(message) {
      if (message === 'everything') cache.forgetAll()
      else if ('tenant' in message) cache.forget(({ schema }) => schema === message.tenant)
      else cache.forget(({ identity }) => identity === message.identity)
    },
  }
}
