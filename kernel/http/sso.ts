// Signing in by an identity provider: the way there, and back.
import { type Context as HonoContext, Hono } from 'hono'
import { type AuthRoom, withCookies } from '../auth/index.ts'
import { Throttle } from '../auth/throttle.ts'
import { bad, refuseUnknown } from '../parse/list-request.ts'
import { SAFE_HEADERS } from '../respond/safe-headers.ts'
import { isUuid } from '../run/new-id.ts'
import type { Services } from '../services.ts'
import type { Sso } from '../sso/flow.ts'
import { answer } from './answer.ts'
import { clientAddress } from './security.ts'

const COOKIE = 'relata.sso'
const COOKIE_SECONDS = 600
const MINUTE = 60_000
/** Every one of these is written down; an office shares one address. */
const STARTS = { failures: 200, windowMs: 15 * MINUTE }
/**
 * One for each tenant, so that a provider of one cannot send on a browser to the provider of another and be given the
 * code that comes back (mix-up, RFC 9700 4.4).
 */
const callbackOf = (tenant: string): string => `/api/sso/callback/${encodeURIComponent(tenant)}`

/** Mounted under /api. */
export function ssoRoutes({ log }: Pick<Services, 'log'>, auth: AuthRoom, sso: Sso): Hono {
  const app = new Hono()
  const starts = new Throttle({
    both: STARTS,
    address: STARTS,
    account: { ...STARTS, failures: Number.POSITIVE_INFINITY },
  })
  // No other site beneath the same domain sets a cookie of this name (RFC 6265bis 4.1.3.2).
  const name = auth.isSecure ? `__Host-${COOKIE}` : COOKIE
  const cookie = (value: string, maxAgeSeconds: number): string =>
    `${name}=${value}; Max-Age=${maxAgeSeconds}; Path=/; HttpOnly; SameSite=Lax${auth.isSecure ? '; Secure' : ''}`
  const originOf = (c: HonoContext): string => auth.publicUrl ?? new URL(c.req.url).origin

  app.get('/sso/providers', (c) =>
    answer(c, log, async () => {
      const query = new URL(c.req.url).searchParams
      refuseUnknown(query, ['tenant'])
      return withCookies({ data: await sso.providers(query.get('tenant') ?? '') }, [])
    }),
  )

  app.get('/sso/start', (c) =>
    answer(c, log, async () => {
      const query = new URL(c.req.url).searchParams
      refuseUnknown(query, ['tenant', 'provider', 'return_to'])
      const [tenant, provider] = [query.get('tenant') ?? '', query.get('provider') ?? '']
      if (!isUuid(provider)) throw bad('provider', 'it must be the id of a provider')
      starts.attempt(clientAddress(c), '')
      const returnTo = pathWithin(tenant, query.get('return_to'))
      const { url, browser } = await sso.begin(tenant, provider, returnTo, `${originOf(c)}${callbackOf(tenant)}`)
      return redirect(url, [cookie(browser, COOKIE_SECONDS)])
    }),
  )

  app.get('/sso/callback/:tenant', (c) =>
    answer(c, log, async () => {
      const tenant = c.req.param('tenant')
      const browser = new RegExp(`(?:^|; *)${name.replace('.', '\\.')}=([A-Za-z0-9_-]{43})(?:;|$)`).exec(
        c.req.header('cookie') ?? '',
      )?.[1]
      const returned = new URL(c.req.url)
      const back = new URL(`${originOf(c)}${callbackOf(tenant)}${returned.search}`)
      const result = await sso.finish(tenant, browser ?? '', back)
      const done = cookie('', 0)
      if ('failure' in result) return redirect(`/${encodeURIComponent(result.tenant)}?sso=${result.failure}`, [done])
      const { identity, loaded, returnTo } = result
      const session = await auth.openTenantSession(c.req.raw, identity, loaded.tenant.id)
      return redirect(returnTo, [done, ...session])
    }),
  )

  return app
}

/** Somewhere else nobody is sent, whatever the address says. */
function pathWithin(tenant: string, asked: string | null): string {
  const home = `/${encodeURIComponent(tenant)}`
  const url = asked?.startsWith(home) && URL.canParse(asked, 'http://here') ? new URL(asked, 'http://here') : null
  const isOwn = url?.origin === 'http://here' && (url.pathname === home || url.pathname.startsWith(`${home}/`))
  return isOwn && url ? `${url.pathname}${url.search}` : home
}

function redirect(location: string, cookies: readonly string[]): Response {
  const headers = new Headers({ ...SAFE_HEADERS, location, 'cache-control': 'no-store' })
  for (const one of cookies) headers.append('set-cookie', one)
  return new Response(null, { status: 302, headers })
}
