// The protocol: OpenID Connect Core 1.0, authorization code flow with PKCE (RFC 7636).
import * as openid from 'openid-client'
import { guardedFetch } from './guarded-fetch.ts'
import type { Provider } from './providers.ts'

/** What only this attempt knows. */
export interface Attempt {
  state: string
  nonce: string
  verifier: string
}

export interface Claims {
  subject: string
  email: string | null
  isVerified: boolean
  name: string | null
}

const TIMEOUT_S = 10
const KNOWN_MS = 10 * 60_000
const MOST_KNOWN = 200

export interface OpenId {
  /** Where the browser goes. */
  authorizationUrl(provider: Provider, attempt: Attempt, redirectUri: string): Promise<string>
  /** @param returned the address that the browser came back to @throws when anything about it is wrong */
  claims(provider: Provider, attempt: Attempt, returned: URL): Promise<Claims>
}

export const newAttempt = (): Attempt => ({
  state: openid.randomState(),
  nonce: openid.randomNonce(),
  verifier: openid.randomPKCECodeVerifier(),
})

/** @param allowsPrivate providers in the server's own network, and without https */
export function createOpenId(allowsPrivate: boolean): OpenId {
  const known = new Map<string, { configuration: openid.Configuration; untilMs: number }>()

  const configurationOf = async (provider: Provider): Promise<openid.Configuration> => {
    const key = JSON.stringify([provider.issuer, provider.clientId, provider.clientSecret])
    const found = known.get(key)
    if (found && found.untilMs > Date.now()) return found.configuration
    const configuration = await discover(provider, allowsPrivate)
    const [oldest] = known.keys()
    if (known.size >= MOST_KNOWN && oldest !== undefined) known.delete(oldest)
    known.set(key, { configuration, untilMs: Date.now() + KNOWN_MS })
    return configuration
  }

  return {
    async authorizationUrl(provider, { state, nonce, verifier }, redirectUri) {
      const configuration = await configurationOf(provider)
      const url = openid.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: 'openid email profile',
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      })
      return url.href
    },
    async claims(provider, { state, nonce, verifier }, returned) {
      const configuration = await configurationOf(provider)
      const tokens = await openid.authorizationCodeGrant(configuration, returned, {
        pkceCodeVerifier: verifier,
        expectedState: state,
        expectedNonce: nonce,
        idTokenExpected: true,
      })
      const own = tokens.claims()
      if (!own) throw new Error('There is no id_token.')
      // Many providers tell the address by their other door only.
      const more =
        own['email'] === undefined && configuration.serverMetadata().userinfo_endpoint
          ? await openid.fetchUserInfo(configuration, tokens.access_token, own.sub)
          : own
      return {
        subject: own.sub,
        email: typeof more['email'] === 'string' ? more['email'] : null,
        isVerified: more['email_verified'] === true,
        name: typeof more['name'] === 'string' ? more['name'] : null,
      }
    },
  }
}

/** The token's signature is checked though it comes straight from the provider. */
async function discover(provider: Provider, allowsPrivate: boolean): Promise<openid.Configuration> {
  const execute = [openid.enableNonRepudiationChecks, ...(allowsPrivate ? [openid.allowInsecureRequests] : [])]
  const options = { execute, timeout: TIMEOUT_S, [openid.customFetch]: guardedFetch(allowsPrivate) }
  const found = await openid.discovery(new URL(provider.issuer), provider.clientId, undefined, openid.None(), options)
  if (provider.clientSecret === null) return found
  const methods = found.serverMetadata().token_endpoint_auth_methods_supported
  const isPost = methods !== undefined && !methods.includes('client_secret_basic')
  const authentication = (isPost ? openid.ClientSecretPost : openid.ClientSecretBasic)(provider.clientSecret)
  const configuration = new openid.Configuration(found.serverMetadata(), provider.clientId, undefined, authentication)
  configuration.timeout = TIMEOUT_S
  configuration[openid.customFetch] = guardedFetch(allowsPrivate)
  for (const one of execute) one(configuration)
  return configuration
}
