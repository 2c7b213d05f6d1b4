// Signing in and out of the installation, the first set-up, passwords. Everything here is about an account; what the
// account may do in an organisation is asked at that organisation's door.
import { Type } from '@sinclair/typebox'
import { Hono } from 'hono'
import { RelataError } from '../../sdk/errors.ts'
import type { Account } from '../auth/accounts.ts'
import { type AuthRoom, signInAnswer, withCookies } from '../auth/index.ts'
import type { TenantInfo } from '../catalog/loaded-tenant.ts'
import type { Services } from '../services.ts'
import type { Filling, Tenants } from '../tenants/index.ts'
import { localeOf } from './account.ts'
import { answer } from './answer.ts'
import { Password, readBody, Words } from './read-body.ts'
import { readJson } from './read-json.ts'
import { clientAddress } from './security.ts'

export interface SessionAnswer {
  /** `isOfTenant`: signed in by its provider, for this one tenant; nothing can be done with the account. */
  user: { email: string; name: string; isOperator: boolean; isOfTenant?: true } | null
  /** `filling`: only while a demo is not whole. */
  tenants: readonly { slug: string; title: string; isDemo: boolean; filling?: Filling }[]
  setup: 'needed' | 'done'
  /** Characters that a new password must have. */
  minPasswordLength: number
}

const strict = { additionalProperties: false }
const SetupBody = Type.Object({ token: Words(200), email: Words(254), password: Password, name: Words(120) }, strict)
/** Language of the message that tells the owner. */
const Locale = Type.Optional(Words(35))
const ChangeBody = Type.Object({ current: Password, password: Password, locale: Locale }, strict)
const LinkBody = Type.Object({ token: Words(200), password: Password, locale: Locale }, strict)

/** @param welcome what the first account is let into */
export function sessionRoutes(
  auth: AuthRoom,
  tenants: Pick<Tenants, 'fillingOf'>,
  { mail, log }: Pick<Services, 'mail' | 'log'>,
  welcome?: (account: Account) => Promise<void>,
): Hono {
  const app = new Hono()

  app.get('/session', (c) =>
    answer(c, log, async () => {
      const signedIn = await auth.visitorOf(c.req.raw)
      const open = signedIn ? await auth.tenantsOf(signedIn.id) : []
      const entered = open.filter(({ id }) => !signedIn?.onlyTenant || signedIn.onlyTenant === id)
      const body: SessionAnswer = {
        user: signedIn && {
          email: signedIn.email,
          name: signedIn.name,
          isOperator: signedIn.isOperator,
          ...(signedIn.onlyTenant === null ? {} : { isOfTenant: true }),
        },
        tenants: await Promise.all(entered.map((tenant) => summaryOf(tenant, tenants))),
        setup: (await auth.setup.isNeeded()) ? 'needed' : 'done',
        minPasswordLength: auth.minPasswordLength,
      }
      const cookie = signedIn ? await auth.renew(c.req.raw) : null
      return withCookies(body, cookie === null ? [] : [cookie])
    }),
  )

  app.post('/setup', (c) =>
    answer(c, log, async () => {
      const { token, email, password, name } = readBody(SetupBody, await readJson(c))
      const account = await auth.setup.complete({ token, email, password, name: name.trim() })
      await welcome?.(account)
      const signedIn = await auth.passwords.signIn(c.req.raw, { email: account.email, password }, clientAddress(c))
      return signInAnswer(signedIn, { user: { email: account.email, name: account.name, isOperator: true } }, 201)
    }),
  )

  /** Change one's own password; other sessions end. */
  app.post('/password', (c) =>
    answer(c, log, async () => {
      const signedIn = await auth.identityOf(c.req.raw)
      if (!signedIn) throw new RelataError('RL300', 'Please sign in.')
      const { current, password, locale } = readBody(ChangeBody, await readJson(c))
      auth.accounts.checkPassword(password, signedIn)
      const input = { email: signedIn.email, current, next: password }
      const cookies = await auth.passwords.changePassword(c.req.raw, input, clientAddress(c))
      await auth.forget(signedIn.id)
      await auth.dropSessions(signedIn.id)
      auth.audit(signedIn.id, { action: 'password_changed' }, c.req.raw, clientAddress(c))
      await mail.sendToAccount({ kind: 'changed', to: signedIn.email, locale: localeOf(locale) })
      return withCookies({ ok: true }, cookies)
    }),
  )

  /** Set a password by a one-time link, and sign in. */
  app.post('/password/link', (c) =>
    answer(c, log, async () => {
      const { token, password, locale } = readBody(LinkBody, await readJson(c))
      const attempt = auth.links.attempt(clientAddress(c), 'password')
      const account = await auth.accounts.usePasswordLink(token, password)
      if (!account)
        throw new RelataError('RL305', 'This link is no longer valid.', {
          hint: 'Ask for a new one.',
        })
      attempt.succeeded()
      await auth.forget(account.id)
      await auth.dropSessions(account.id)
      auth.audit(account.id, { action: 'password_changed', details: 'by a link' }, c.req.raw, clientAddress(c))
      await mail.sendToAccount({ kind: 'changed', to: account.email, locale: localeOf(locale) })
      const signedIn = await auth.passwords.signIn(c.req.raw, { email: account.email, password }, clientAddress(c))
      return signInAnswer(signedIn, { user: { email: account.email, name: account.name } })
    }),
  )

  app.all('/auth/*', (c) => answer(c, log, () => auth.handle(c.req.raw, () => clientAddress(c))))

  return app
}

async function summaryOf(
  tenant: TenantInfo,
  tenants: Pick<Tenants, 'fillingOf'>,
): Promise<SessionAnswer['tenants'][number]> {
  const { slug, title, isDemo } = tenant
  // One that is being removed at this moment is no reason to show nothing.
  const filling = await tenants.fillingOf(tenant).catch(() => null)
  return { slug, title, isDemo, ...(filling ? { filling } : {}) }
}
