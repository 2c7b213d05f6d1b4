// Accounts of an organisation's users. Operators of the installation make a user at once, with an account that is made
// or linked, and learn which; everybody else invites (invitations.ts) and learns nothing of other organisations.
import { Type } from '@sinclair/typebox'
import { Hono } from 'hono'
import { RelataError } from '../../sdk/errors.ts'
import type { Account } from '../auth/accounts.ts'
import { auditAct } from '../auth/audit.ts'
import { type AuthRoom, addMember } from '../auth/index.ts'
import { requireRoles, USER_ENTITY } from '../auth/members.ts'
import { requireAdminister } from '../auth/rights.ts'
import { runSql, systemTable } from '../auth/system-table.ts'
import type { Model } from '../catalog/model.ts'
import { inTenant, type TenantEnv } from '../request.ts'
import { jsonAnswer } from '../respond/json.ts'
import { isUuid } from '../run/new-id.ts'
import type { Services } from '../services.ts'
import { sql } from '../sql/sql.ts'
import { Password, readBody, Words } from './read-body.ts'
import { readJson } from './read-json.ts'

const NewUser = Type.Object(
  {
    email: Words(254),
    name: Words(120),
    roles: Type.Array(Words(81), { minItems: 1, maxItems: 100 }),
    password: Type.Optional(Password),
  },
  { additionalProperties: false },
)

export interface NewUserAnswer {
  id: string
  /** `new`, or one that the person has already: they sign in as they always do. */
  account: 'new' | 'existing'
  /** For handing over: sets the password once. Absent when there is one. */
  link?: { url: string; expires_at: string }
}

export function userRoutes(services: Services, auth: AuthRoom): Hono<TenantEnv> {
  const { database } = services
  const app = new Hono<TenantEnv>()

  app.post('/users', (c) =>
    inTenant(c, services, async ({ loaded, model, actor }) => {
      requireAdminister(model, actor)
      await requireOperator(c.req.raw)
      const input = readBody(NewUser, await readJson(c))
      requireRoles(model, input.roles)
      const existing = await auth.accounts.find(input.email)
      const account =
        existing ??
        (await auth.accounts.create({
          email: input.email,
          name: input.name,
          managedBy: loaded.tenant.id,
          ...passwordOf(input),
        }))
      const { userId } = await addMember(
        database,
        loaded,
        { identity: account.id, email: account.email, name: input.name, roles: input.roles },
        actor,
      )
      const needsLink = !account.hasPassword && account.managedBy === loaded.tenant.id
      const body: NewUserAnswer = {
        id: userId,
        account: existing ? 'existing' : 'new',
        ...(needsLink ? { link: await linkFor(auth, c.req.url, account.id) } : {}),
      }
      return jsonAnswer(body, 201)
    }),
  )

  /** The answer tells whether the address has an account: that is for those alone who may know all of them. @throws RL301 */
  async function requireOperator(request: Request): Promise<void> {
    const person = await auth.identityOf(request)
    if (person?.isOperator && request.headers.get('authorization') === null) return
    throw new RelataError('RL301', 'Only operators of this installation may make users at once.', {
      hint: 'Invite the person: POST invitations.',
    })
  }

  /** A new one-time link for somebody who has lost the password, or the first link. */
  app.post('/users/:id/password-link', (c) =>
    inTenant(c, services, async ({ loaded, model, actor }) => {
      requireAdminister(model, actor)
      const account = await accountOf(auth, services, model, c.req.param('id'))
      if (account.managedBy !== loaded.tenant.id) {
        throw new RelataError('RL301', 'The password of this account is not managed by this organisation.', {
          hint: 'Its owner can change it after signing in.',
        })
      }
      return jsonAnswer(await linkFor(auth, c.req.url, account.id), 201)
    }),
  )

  /** Of somebody who has lost both the app and the codes on paper. */
  app.post('/users/:id/second-factor/reset', (c) =>
    inTenant(c, services, async ({ loaded, model, actor }) => {
      requireAdminister(model, actor)
      const account = await accountOf(auth, services, model, c.req.param('id'))
      const person = await auth.identityOf(c.req.raw)
      if (account.managedBy !== loaded.tenant.id && !person?.isOperator) {
        throw new RelataError('RL301', 'This account is not managed by this organisation.', {
          hint: 'Ask an operator of the installation.',
        })
      }
      const wasOn = await auth.secondFactor.end(account.id)
      await auth.forget(account.id)
      await auditAct(services.database, model, actor, {
        action: 'second_factor_reset',
        about: account.name,
        kind: USER_ENTITY,
        record: c.req.param('id'),
      })
      if (wasOn) await services.mail.sendToAccount({ kind: 'second_factor_reset', to: account.email, locale: 'en' })
      return jsonAnswer({ was_on: wasOn })
    }),
  )

  return app
}

const passwordOf = ({ password }: { password?: string }) => (password === undefined ? {} : { password })

async function linkFor(
  auth: AuthRoom,
  requestUrl: string,
  identity: string,
): Promise<{ url: string; expires_at: string }> {
  const { token, expiresAt } = await auth.accounts.passwordLink(identity, 'handed')
  return { url: `${auth.publicUrl ?? new URL(requestUrl).origin}/password?token=${token}`, expires_at: expiresAt }
}

/** @throws RL205 */
async function accountOf(auth: AuthRoom, { database }: Services, model: Model, userId: string): Promise<Account> {
  const { name, column: col, value } = systemTable(model, USER_ENTITY)
  const rows = isUuid(userId)
    ? await runSql(
        database,
        sql`SELECT ${col('identity')} FROM ${name} WHERE ${col('id')} = ${value('id', userId)} AND ${col('deleted_at')} IS NULL`,
      )
    : []
  const identity = rows[0]?.[0]
  const account = identity ? await auth.accounts.byId(identity) : null
  if (!account) throw new RelataError('RL205', 'There is no such user with an account.')
  return account
}
