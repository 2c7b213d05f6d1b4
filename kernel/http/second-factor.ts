// The second factor of an account: the step of signing in that asks for its code, and what its owner does with it.
import { Type } from '@sinclair/typebox'
import { type Context as HonoContext, Hono } from 'hono'
import { RelataError } from '../../sdk/errors.ts'
import { type AuthRoom, withCookies } from '../auth/index.ts'
import type { SignedIn } from '../auth/sessions.ts'
import type { Services } from '../services.ts'
import { localeOf } from './account.ts'
import { answer } from './answer.ts'
import { Password, readBody, Words } from './read-body.ts'
import { readJson } from './read-json.ts'
import { clientAddress } from './security.ts'

const strict = { additionalProperties: false }
const Code = Words(40)
const Locale = Type.Optional(Words(35))
const StepBody = Type.Object({ token: Words(200), code: Code }, strict)
const PasswordBody = Type.Object({ password: Password }, strict)
const ConfirmBody = Type.Object({ code: Code, locale: Locale }, strict)
const EndBody = Type.Object({ password: Password, locale: Locale }, strict)

/** Mounted under /api. */
export function secondFactorRoutes({ mail, log }: Pick<Services, 'mail' | 'log'>, auth: AuthRoom): Hono {
  const { secondFactor: factor, secondStep } = auth
  const app = new Hono()

  const signedIn = async (request: Request): Promise<SignedIn> => {
    const person = await auth.identityOf(request)
    if (!person) throw new RelataError('RL300', 'Please sign in.')
    return person
  }
  /** Somebody at an open screen is not its owner. @throws RL300 RL306 RL400 */
  const withPassword = async (c: HonoContext, password: string): Promise<SignedIn> => {
    const person = await signedIn(c.req.raw)
    await auth.passwords.require(person.id, person.email, password, clientAddress(c))
    return person
  }

  app.post('/sign-in/second-factor', (c) =>
    answer(c, log, async () => {
      const { token, code } = readBody(StepBody, await readJson(c))
      return withCookies({ ok: true }, await secondStep.finish(c.req.raw, token, code, clientAddress(c)))
    }),
  )

  app.get('/second-factor', (c) =>
    answer(c, log, async () => {
      const { isOn, since, recoveryCodes } = await factor.state((await signedIn(c.req.raw)).id)
      return withCookies({ on: isOn, since, recovery_codes: recoveryCodes }, [])
    }),
  )

  /** A secret for the app; it counts when `confirm` has seen a code of it. */
  app.post('/second-factor', (c) =>
    answer(c, log, async () => {
      const { password } = readBody(PasswordBody, await readJson(c))
      const { id, email } = await withPassword(c, password)
      const begun = await factor.begin(id, email)
      if (!begun) throw new RelataError('RL207', 'There is a second factor already.', { hint: 'Turn it off first.' })
      return withCookies(begun, [], 201)
    }),
  )

  app.post('/second-factor/confirm', (c) =>
    answer(c, log, async () => {
      const { code, locale } = readBody(ConfirmBody, await readJson(c))
      const person = await signedIn(c.req.raw)
      const attempt = auth.links.attempt(clientAddress(c), `second factor ${person.id}`)
      const codes = await factor.confirm(person.id, code)
      if (!codes) throw wrongCode()
      attempt.succeeded()
      await auth.forget(person.id)
      auth.audit(person.id, { action: 'second_factor_on' }, c.req.raw, clientAddress(c))
      await mail.sendToAccount({ kind: 'second_factor_on', to: person.email, locale: localeOf(locale) })
      return withCookies({ recovery_codes: codes }, [])
    }),
  )

  app.post('/second-factor/recovery-codes', (c) =>
    answer(c, log, async () => {
      const { password } = readBody(PasswordBody, await readJson(c))
      const person = await withPassword(c, password)
      if (!(await factor.isOn(person.id))) throw new RelataError('RL205', 'There is no second factor.')
      return withCookies({ recovery_codes: await factor.renewCodes(person.id) }, [])
    }),
  )

  app.post('/second-factor/off', (c) =>
    answer(c, log, async () => {
      const { password, locale } = readBody(EndBody, await readJson(c))
      const person = await withPassword(c, password)
      const wasOn = await factor.end(person.id)
      await auth.forget(person.id)
      if (wasOn) auth.audit(person.id, { action: 'second_factor_off' }, c.req.raw, clientAddress(c))
      if (wasOn) await mail.sendToAccount({ kind: 'second_factor_off', to: person.email, locale: localeOf(locale) })
      return withCookies({ ok: true }, [])
    }),
  )

  return app
}

const wrongCode = () =>
  new RelataError('RL206', 'The code is wrong.', {
    problems: [{ path: '/code', key: 'wrong_code', message: 'is not the code that the app shows now' }],
  })
