// Asking people in: an administrator names an address and roles; the link goes by mail, or, where there is no mail
// server, to the administrator, who hands it over. Accepting is done by somebody who is no member yet, so that part
// stands beside all tenants. The administrator is answered the same whether or not the address has an account.
import { Type } from '@sinclair/typebox'
import { type Context as HonoContext, Hono } from 'hono'
import { RelataError } from '../../sdk/errors.ts'
import { type AuthRoom, signInAnswer, withCookies } from '../auth/index.ts'
import { createInvitation, type Invitation, invitationById, invitationByToken, noLonger } from '../auth/invitations.ts'
import { joinAnew, joinAs } from '../auth/join.ts'
import { requireAdminister } from '../auth/rights.ts'
import { invitationText } from '../mail/index.ts'
import { inTenant, type TenantEnv } from '../request.ts'
import { jsonAnswer } from '../respond/json.ts'
import type { Context } from '../run/context.ts'
import { isUuid } from '../run/new-id.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import type { Services } from '../services.ts'
import { answer } from './answer.ts'
import { Password, readBody, Words } from './read-body.ts'
import { readJson } from './read-json.ts'
import { clientAddress } from './security.ts'

const strict = { additionalProperties: false }
const NewInvitation = Type.Object(
  { email: Words(254), roles: Type.Array(Words(81), { minItems: 1, maxItems: 100 }) },
  strict,
)
const LinkBody = Type.Object({ tenant: Words(40), token: Words(200) }, strict)
const AcceptBody = Type.Object(
  { tenant: Words(40), token: Words(200), name: Type.Optional(Words(120)), password: Type.Optional(Password) },
  strict,
)

export interface InvitationAnswer {
  id: string
  /** `mailed`: it is on its way. `link`: there is no mail server; hand the link over. */
  sent: 'mailed' | 'link'
  link?: string
  expires_at: string
}

export interface InvitationLook {
  tenant: { slug: string; title: string }
  email: string
  expires_at: string
}

/** Mounted under /api/v1/{tenant}. */
export function invitationRoutes(services: Services, auth: AuthRoom): Hono<TenantEnv> {
  const { database, mail } = services
  const app = new Hono<TenantEnv>()

  app.post('/invitations', (c) =>
    inTenant(c, services, async ({ loaded, model, actor }) => {
      requireAdminister(model, actor)
      const id = await createInvitation(database, loaded, actor, readBody(NewInvitation, await readJson(c)))
      return send(c, loaded, actor, id, 201)
    }),
  )

  /** A new link; the earlier one ends. */
  app.post('/invitations/:id/resend', (c) =>
    inTenant(c, services, async ({ loaded, model, actor }) => {
      requireAdminister(model, actor)
      const id = c.req.param('id')
      if (!isUuid(id)) throw new RelataError('RL205', 'There is no such invitation.')
      return send(c, loaded, actor, id, 200)
    }),
  )

  async function send(
    c: HonoContext<TenantEnv>,
    loaded: LoadedTenant,
    actor: Context['actor'],
    id: string,
    status: number,
  ): Promise<Response> {
    const { email, expiresAt } = await invitationById(database, loaded, id)
    const words = { inviter: actor.displayName, tenant: loaded.tenant.title, until: new Date(expiresAt) }
    const text = invitationText(actor.locale, words)
    const { link } = await mail.send({ to: email, ...text, link: { kind: 'invitation', id } }, loaded)
    const origin = auth.publicUrl ?? new URL(c.req.url).origin
    const body: InvitationAnswer = {
      id,
      expires_at: expiresAt,
      ...(link === null ? { sent: 'mailed' } : { sent: 'link', link: `${origin}${link}` }),
    }
    return jsonAnswer(body, status)
  }

  return app
}

/** Mounted under /api. */
export function joinRoutes({ database, catalog, log }: Services, auth: AuthRoom): Hono {
  const tools = { database, accounts: auth.accounts }
  const app = new Hono()

  app.post('/invitations/look', (c) =>
    answer(c, log, async () => {
      const { tenant, token } = readBody(LinkBody, await readJson(c))
      const { loaded, invitation } = await open(c, tenant, token)
      const { slug, title } = loaded.tenant
      const body: InvitationLook = {
        tenant: { slug, title },
        email: invitation.email,
        expires_at: invitation.expiresAt,
      }
      return withCookies(body, [])
    }),
  )

  /** With a name and a password: a new account. Without: the one that is signed in. */
  app.post('/invitations/accept', (c) =>
    answer(c, log, async () => {
      const { tenant, token, name, password } = readBody(AcceptBody, await readJson(c))
      const { loaded } = await open(c, tenant, token)
      const done = { tenant: loaded.tenant.slug }
      if (name !== undefined && password !== undefined) {
        const account = await joinAnew(tools, loaded, token, { name: name.trim(), password })
        const credentials = { email: account.email, password }
        return signInAnswer(await auth.passwords.signIn(c.req.raw, credentials, clientAddress(c)), done, 201)
      }
      const person = await auth.identityOf(c.req.raw)
      if (!person) throw new RelataError('RL300', 'Please sign in, or give a name and a password.')
      await joinAs(tools, loaded, token, person)
      return withCookies(done, [], 201)
    }),
  )

  /** @throws RL305, whether or not there is such a tenant · RL400 */
  async function open(
    c: HonoContext,
    slug: string,
    token: string,
  ): Promise<{ loaded: LoadedTenant; invitation: Invitation }> {
    const attempt = auth.links.attempt(clientAddress(c), 'invitation')
    const loaded = await catalog.load(slug).catch((error: unknown) => {
      throw error instanceof RelataError && error.code === 'RL215' ? noLonger() : error
    })
    const invitation = await invitationByToken(database, loaded, token)
    attempt.succeeded()
    return { loaded, invitation }
  }

  return app
}
