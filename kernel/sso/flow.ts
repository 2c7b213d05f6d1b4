// From the button to the session: an attempt is written down when the browser leaves, and used up when it comes back.
import type { Logger } from 'pino'
import { RelataError } from '../../sdk/errors.ts'
import type { Accounts } from '../auth/accounts.ts'
import { AUTH_SCHEMA } from '../auth/library.ts'
import { fingerprint, newToken } from '../auth/token.ts'
import type { Keyring } from '../platform/secret.ts'
import type { Database } from '../run/database.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import type { Catalog } from '../services.ts'
import { createOpenId, newAttempt } from './openid.ts'
import { findPerson, type Refused } from './person.ts'
import { findProvider, listProviders, type ProviderName } from './providers.ts'

export interface SsoOptions {
  database: Database
  catalog: Catalog
  accounts: Accounts
  keys: Pick<Keyring, 'open'>
  log: Logger
  /** Providers in the server's own network, and without https. */
  allowsPrivate: boolean
}

/** Why it came to nothing, as the sign-in page tells it. */
export type SsoFailure = Refused | 'expired' | 'failed'

export type SsoResult =
  | { identity: string; loaded: LoadedTenant; provider: ProviderName; returnTo: string }
  | { failure: SsoFailure; tenant: string }

export interface Sso {
  /** [] for tenants that there are not, too. */
  providers(slug: string): Promise<ProviderName[]>
  /**
   * @param returnTo path within the tenant
   * @returns where to send the browser, and a token for its cookie
   * @throws RL205 no such provider · RL206 its address
   */
  begin(
    slug: string,
    provider: string,
    returnTo: string,
    redirectUri: string,
  ): Promise<{ url: string; browser: string }>
  /** @param slug of the redirect address @param browser token of the cookie @param returned the address that the browser came back to */
  finish(slug: string, browser: string, returned: URL): Promise<SsoResult>
}

const FLOW = `${AUTH_SCHEMA}.sso_flow`
const MINUTES = 10

export function createSso({ database, catalog, accounts, keys, log, allowsPrivate }: SsoOptions): Sso {
  const openid = createOpenId(allowsPrivate)
  const load = (slug: string): Promise<LoadedTenant | null> =>
    catalog.load(slug).catch((error: unknown) => {
      if (error instanceof RelataError && error.code === 'RL215') return null
      throw error
    })

  return {
    async providers(slug) {
      const loaded = await load(slug)
      return loaded ? listProviders(database, loaded) : []
    },
    async begin(slug, id, returnTo, redirectUri) {
      const loaded = await load(slug)
      const provider = loaded && (await findProvider(database, loaded, keys, id))
      if (!provider) throw new RelataError('RL205', 'There is no such identity provider.')
      const attempt = newAttempt()
      const url = await openid.authorizationUrl(provider, attempt, redirectUri)
      const browser = newToken()
      await database.query(`DELETE FROM ${FLOW} WHERE expires_at < now()`)
      await database.query(
        `INSERT INTO ${FLOW} (state_hash, browser_hash, tenant, provider, nonce, verifier, return_to, expires_at)
         VALUES ($1, $2, $3, $4::uuid, $5, $6, $7, now() + $8::int4 * interval '1 minute')`,
        [
          ...[fingerprint(attempt.state), fingerprint(browser), slug, provider.id, attempt.nonce, attempt.verifier],
          ...[returnTo, String(MINUTES)],
        ],
      )
      return { url, browser }
    },
    async finish(slug, browser, returned) {
      const state = returned.searchParams.get('state') ?? ''
      const [row] = await database.query(
        `DELETE FROM ${FLOW} WHERE state_hash = $1 AND browser_hash = $2 AND tenant = $3 AND expires_at > now() RETURNING provider, nonce, verifier, return_to`,
        [fingerprint(state), fingerprint(browser), slug],
      )
      const [id, nonce, verifier, returnTo] = row ?? []
      if (!id || !nonce || !verifier) return { failure: 'expired', tenant: slug }
      const loaded = await load(slug)
      const provider = loaded && (await findProvider(database, loaded, keys, id))
      if (!loaded || !provider) return { failure: 'expired', tenant: slug }
      try {
        const claims = await openid.claims(provider, { state, nonce, verifier }, returned)
        const found = await findPerson(database, accounts, loaded, provider, claims)
        if (typeof found === 'string') return { failure: found, tenant: slug }
        return { identity: found.identity, loaded, provider, returnTo: returnTo ?? '' }
      } catch (error) {
        log.warn({ err: error, tenant: slug, provider: id }, 'a sign-in by an identity provider failed')
        return { failure: 'failed', tenant: slug }
      }
    },
  }
}
