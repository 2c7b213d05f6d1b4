// Did this request come from our own pages? Cookies travel with requests that other sites cause, so whoever changes
// something by cookie has to show that it did not start elsewhere (RL304).
import { RelataError } from '../../sdk/errors.ts'

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * @param publicUrl origin under which people reach the server, when a proxy hides it from us
 * @throws RL304
 */
export function requireSameOrigin(request: Request, publicUrl: string | null): void {
  if (SAFE_METHODS.has(request.method)) return
  const { headers } = request
  // A browser adds this header for nobody but our own scripts, and cookies are not looked at beside it.
  if (headers.get('authorization') !== null) return
  const verdict = judge(request, publicUrl)
  if (verdict === 'same' || (verdict === 'unknown' && headers.get('cookie') === null)) return
  throw new RelataError('RL304', 'The request came from another site, or does not say where it came from.', {
    hint:
      verdict === 'unknown'
        ? 'Programs that use cookies send an Origin header; programs are better off with an API key.'
        : 'When a proxy stands in front of the server, set RELATA_PUBLIC_URL to the address people type.',
  })
}

/** The origin to trust for this request, when there is one. */
export function ownOrigin(request: Request, publicUrl: string | null): string | null {
  const origin = request.headers.get('origin')
  return origin !== null && judge(request, publicUrl) === 'same' ? origin : null
}

function judge(request: Request, publicUrl: string | null): 'same' | 'other' | 'unknown' {
  const { headers } = request
  // Set by the browser itself; scripts cannot forge it. Sent over https and to this machine only.
  const site = headers.get('sec-fetch-site')
  if (site === 'same-origin' || site === 'none') return 'same'
  if (site !== null) return 'other'
  const origin = headers.get('origin')
  if (origin === null) return 'unknown'
  // The scheme is left out: a proxy may speak https for us.
  const isOwn = origin === publicUrl || hostOf(origin) === hostOf(request.url)
  return isOwn && hostOf(origin) !== null ? 'same' : 'other'
}

function hostOf(text: string): string | null {
  return URL.canParse(text) ? new URL(text).host || null : null
}
