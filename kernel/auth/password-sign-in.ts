// The auth library's flows as this server offers them: problems in our words, no token in an answer, guesses counted.
import { RelataError } from '../../sdk/errors.ts'
import type { Library } from './library.ts'
import type { SecondFactor } from './second-factor.ts'
import type { SecondStep } from './second-step.ts'
import type { SessionCookie } from './session-cookie.ts'
import type { Throttle } from './throttle.ts'

export interface Credentials {
  email: string
  password: string
  /** false: until the browser is closed, at most a day. */
  rememberMe?: boolean
}

/** Headers to pass on: a session, or the end of one. */
export type SetCookies = readonly string[]

/** `secondStep`: the password is right, and the account has a second factor: this goes to `SecondStep` with its code. */
export type SignInAnswer = { cookies: SetCookies; secondStep?: never } | { cookies: readonly []; secondStep: string }

export interface PasswordSignIn {
  /** @throws RL306 wrong e-mail or password · RL400 too many attempts */
  signIn(request: Request, credentials: Credentials, address: string): Promise<SignInAnswer>
  signOut(request: Request): Promise<SetCookies>
  /** Of somebody who is signed in. @throws RL306 not their password · RL400 */
  require(identity: string, email: string, password: string, address: string): Promise<void>
  /**
   * Ends all other sessions of the account.
   * @throws RL300 RL306 RL400 · RL206 the new password
   */
  changePassword(
    request: Request,
    input: { email: string; current: string; next: string },
    address: string,
  ): Promise<SetCookies>
}

interface Second {
  factor: SecondFactor
  step: SecondStep
}

export function createPasswordSignIn(
  library: Library,
  cookie: SessionCookie,
  throttle: Throttle,
  { factor, step }: Second,
): PasswordSignIn {
  /** The session that the library has begun is taken back before anybody is told of it. */
  const holdBack = async (cookies: SetCookies): Promise<string | undefined> => {
    const tokens = cookies.flatMap((one) => {
      const raw = cookie.raw(one.split(';')[0] ?? '')
      return (raw === null ? null : cookie.verify(raw)) ?? []
    })
    const [token] = tokens
    const session = token === undefined ? null : await library.context.internalAdapter.findSession(token)
    if (!token || !session || !(await factor.isOn(session.user.id))) return undefined
    await library.context.internalAdapter.deleteSession(token)
    return session.user.id
  }

  const call = (request: Request, path: string, body: unknown): Promise<Response> => {
    const url = new URL(request.url)
    url.pathname = `/api/auth/${path}`
    url.search = ''
    return library.handler(
      new Request(url, { method: 'POST', headers: headersFor(request, cookie), body: JSON.stringify(body) }),
    )
  }
  return {
    async signIn(request, { email, password, rememberMe = true }, address) {
      const attempt = throttle.attempt(address, email.trim().toLowerCase())
      const response = await call(request, 'sign-in/email', { email: email.trim(), password, rememberMe })
      if (!response.ok) throw await refusal(response)
      attempt.succeeded()
      const cookies = response.headers.getSetCookie()
      const held = await holdBack(cookies)
      return held === undefined ? { cookies } : { cookies: [], secondStep: await step.begin(held, rememberMe) }
    },
    async signOut(request) {
      const response = await call(request, 'sign-out', {})
      return response.headers.getSetCookie()
    },
    async require(identity, email, password, address) {
      const attempt = throttle.attempt(address, email)
      const accounts = await library.context.internalAdapter.findAccounts(identity)
      const hash = accounts.find(({ providerId }) => providerId === 'credential')?.password
      if (!hash || !(await library.context.password.verify({ hash, password })))
        throw new RelataError('RL306', 'The password is wrong.')
      attempt.succeeded()
    },
    async changePassword(request, { email, current, next }, address) {
      const attempt = throttle.attempt(address, email)
      const response = await call(request, 'change-password', {
        currentPassword: current,
        newPassword: next,
        revokeOtherSessions: true,
      })
      if (!response.ok) throw await refusal(response)
      attempt.succeeded()
      return response.headers.getSetCookie()
    },
  }
}

/** The library knows the newest key only: a cookie signed with an earlier one is signed anew for it. */
function headersFor(request: Request, cookie: SessionCookie): Headers {
  const headers = new Headers({ 'content-type': 'application/json' })
  for (const name of ['origin', 'user-agent', 'sec-fetch-site']) {
    const value = request.headers.get(name)
    if (value !== null) headers.set(name, value)
  }
  const raw = cookie.raw(request.headers.get('cookie'))
  const token = raw === null ? null : cookie.verify(raw)
  if (token !== null) headers.set('cookie', `${cookie.name}=${cookie.sign(token)}`)
  return headers
}

async function refusal(response: Response): Promise<RelataError> {
  const body: unknown = await response.json().catch(() => null)
  const code = typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : ''
  if (code === 'INVALID_EMAIL_OR_PASSWORD' || code === 'INVALID_EMAIL' || code === 'INVALID_PASSWORD') {
    return new RelataError('RL306', 'The e-mail address or the password is wrong.')
  }
  if (code === 'PASSWORD_TOO_SHORT' || code === 'PASSWORD_TOO_LONG') {
    const isShort = code === 'PASSWORD_TOO_SHORT'
    const message = isShort ? 'is too short' : 'is too long'
    return new RelataError('RL206', 'The new password is not valid.', {
      problems: [{ path: '/password', key: isShort ? 'too_short' : 'too_long', message }],
    })
  }
  if (response.status === 401) return new RelataError('RL300', 'Please sign in.')
  return new RelataError('RL500', `The auth library answered ${response.status} ${code}.`)
}
