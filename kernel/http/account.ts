// What the owner of an account does beside signing in: ask for a new password, look at a link before using it, see
// where the account is signed in and end that.
import { Type } from '@sinclair/typebox'
import { type Context as HonoContext, Hono } from 'hono'
import { RelataError } from '../../sdk/errors.ts'
import { isAddress, normalise } from '../auth/accounts.ts'
import { type AuthRoom, withCookies } from '../auth/index.ts'
import { canonicalLocale } from '../auth/preferences.ts'
import { endSessions, listSessions, type SessionInfo } from '../auth/session-list.ts'
import type { SignedIn } from '../auth/sessions.ts'
import { isUuid } from '../run/new-id.ts'
import type { Services } from '../services.ts'
import { answer } from './answer.ts'
import { readBody, Words } from './read-body.ts'
import { readJson } from './read-json.ts'
import { clientAddress } from './security.ts'

const strict = { additionalProperties: false }
const ForgotBody = Type.Object({ email: Words(254), locale: Type.Optional(Words(35)) }, strict)
const TokenBody = Type.Object({ token: Words(200) }, strict)

export const localeOf = (tag: string | undefined): string => (tag === undefined ? null : canonicalLocale(tag)) ?? 'en'

/** Mounted under /api. */
export function accountRoutes({ database, mail, log }: Services, auth: AuthRoom): Hono {
  const app = new Hono()

  const signedIn = async (request: Request): Promise<SignedIn> => {
    const person = await auth.identityOf(request)
    if (!person) throw new RelataError('RL300', 'Please sign in.')
    return person
  }

  /** The same answer, after the same work, whoever has the address: who that is, is looked up later. */
  app.post('/password/forgot', (c) =>
    answer(c, log, async () => {
      const { email, locale } = readBody(ForgotBody, await readJson(c))
      const to = normalise(email)
      auth.resets.attempt(clientAddress(c), to)
      if (isAddress(to)) await mail.sendToAccount({ kind: 'reset', to, locale: localeOf(locale) })
      return withCookies({ ok: true }, [], 202)
    }),
  )

  /** Whose password a link sets, so that the page can say so. */
  app.post('/password/link/look', (c) =>
    answer(c, log, async () => {
      const { token } = readBody(TokenBody, await readJson(c))
      const attempt = auth.links.attempt(clientAddress(c), 'password')
      const account = await auth.accounts.ofPasswordLink(token)
      if (!account) throw new RelataError('RL305', 'This link is no longer valid.', { hint: 'Ask for a new one.' })
      attempt.succeeded()
      return withCookies({ email: account.email, name: account.name }, [])
    }),
  )

  app.get('/sessions', (c) =>
    answer(c, log, async () => {
      const data: SessionInfo[] = await listSessions(database, await signedIn(c.req.raw))
      return withCookies({ data }, [])
    }),
  )

  /** All but the one that asks. */
  app.delete('/sessions', (c) => answer(c, log, async () => end(c, await signedIn(c.req.raw), 'others')))

  app.delete('/sessions/:id', (c) =>
    answer(c, log, async () => {
      const person = await signedIn(c.req.raw)
      const id = c.req.param('id')
      if (!isUuid(id)) throw noSession()
      return end(c, person, id)
    }),
  )

  async function end(c: HonoContext, person: SignedIn, which: string): Promise<Response> {
    const ended = await endSessions(database, person, which)
    if (ended.length === 0 && which !== 'others') throw noSession()
    await auth.forget(person.id)
    for (const { tokenHash } of ended) await auth.dropSessions(person.id, tokenHash)
    if (ended.length > 0) {
      const details = `${ended.length} other`
      auth.audit(person.id, { action: 'signed_out', details }, c.req.raw, clientAddress(c))
    }
    return withCookies({ ended: ended.length }, [])
  }

  return app
}

const noSession = () => new RelataError('RL205', 'There is no such session.')
