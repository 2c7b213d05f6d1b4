// Between the password and the session of an account with a second factor: a short-lived token that says who has given
// the right password. It is no session, and opens nothing but the door where the code is asked for.
import { RelataError } from '../../sdk/errors.ts'
import type { Database } from '../run/database.ts'
import { AUTH_SCHEMA, type Library, SESSION_SECONDS } from './library.ts'
import type { SecondFactor } from './second-factor.ts'
import type { SessionCookie } from './session-cookie.ts'
import { type Limits, Throttle } from './throttle.ts'
import { fingerprint, newToken } from './token.ts'

const STEP = `${AUTH_SCHEMA}.second_step`
const MINUTES = 5
/** Then the password is asked for again. */
const MOST_TRIES = 5
const MINUTE = 60_000
/** A code has a million values, three of them good at a time. */
const CODE_LIMITS: Limits = {
  both: { failures: 5, windowMs: 5 * MINUTE },
  account: { failures: 10, windowMs: 15 * MINUTE },
  address: { failures: 60, windowMs: 15 * MINUTE },
}

export interface SecondStep {
  /** @returns a token for `finish` */
  begin(identity: string, rememberMe: boolean): Promise<string>
  /**
   * With the code the session begins.
   * @returns headers to pass on @throws RL305 over · RL306 wrong code · RL400
   */
  finish(request: Request, token: string, code: string, address: string): Promise<readonly string[]>
  /** Is this code right, of somebody who is signed in? @throws RL306 RL400 */
  require(identity: string, code: string, address: string): Promise<void>
}

export function createSecondStep(
  database: Database,
  library: Library,
  cookie: SessionCookie,
  factor: SecondFactor,
  onFailure: (identity: string, request: Request, address: string) => void,
): SecondStep {
  const throttle = new Throttle(CODE_LIMITS)

  const requireCode: SecondStep['require'] = async (identity, code, address) => {
    const attempt = throttle.attempt(address, identity)
    if (!(await factor.check(identity, code))) throw wrongCode()
    attempt.succeeded()
  }

  return {
    require: requireCode,
    async begin(identity, rememberMe) {
      const token = newToken()
      await database.query(`DELETE FROM ${STEP} WHERE expires_at < now()`)
      await database.query(
        `INSERT INTO ${STEP} (token_hash, identity, remember_me, expires_at)
         VALUES ($1, $2::uuid, $3::text::boolean, now() + $4::int4 * interval '1 minute')`,
        [fingerprint(token), identity, String(rememberMe), String(MINUTES)],
      )
      return token
    },
    async finish(request, token, code, address) {
      const hash = fingerprint(token)
      // Counted before it is looked at, so that tries at the same time count too.
      const [row] = await database.query(
        `UPDATE ${STEP} SET tries = tries + 1 WHERE token_hash = $1 AND expires_at > now() AND tries < $2::int4 RETURNING identity, remember_me`,
        [hash, String(MOST_TRIES)],
      )
      const [identity, rememberMe] = row ?? []
      if (!identity)
        throw new RelataError('RL305', 'This took too long, or the code was wrong too often.', {
          hint: 'Enter your password again.',
        })
      try {
        await requireCode(identity, code, address)
      } catch (error) {
        onFailure(identity, request, address)
        throw error
      }
      const used = await database.query(`DELETE FROM ${STEP} WHERE token_hash = $1 RETURNING 1`, [hash])
      if (used.length === 0) throw new RelataError('RL305', 'This sign-in is over already.')
      return openSession(library, cookie, request, identity, rememberMe === 't')
    },
  }
}

/**
 * For whoever has shown by other means than a password who they are.
 * @param beforeTold nobody has the token yet
 * @returns headers to pass on
 */
export async function openSession(
  { context }: Library,
  cookie: SessionCookie,
  request: Request,
  identity: string,
  rememberMe: boolean,
  beforeTold?: (tokenHash: string) => Promise<void>,
): Promise<string[]> {
  const userAgent = request.headers.get('user-agent')?.slice(0, 500) ?? ''
  const { token } = await context.internalAdapter.createSession(identity, !rememberMe, { userAgent })
  await beforeTold?.(fingerprint(token))
  return rememberMe ? [cookie.header(token, SESSION_SECONDS)] : cookie.untilClosed(token)
}

const wrongCode = () =>
  new RelataError('RL306', 'The code is wrong, or has been used.', { hint: 'Wait for the next code of the app.' })
