// The room's front door: puts its parts together, and listens to what other processes say about sessions and rights.
import type { Logger } from 'pino'
import { RelataError } from '../../sdk/errors.ts'
import type { Keyring } from '../platform/secret.ts'
import type { Database } from '../run/database.ts'
import type { TenantInfo } from '../catalog/loaded-tenant.ts'
import type { Auth, Catalog } from '../services.ts'
import { type Accounts, createAccounts } from './accounts.ts'
import { type AuditEntry, auditAccount } from './audit.ts'
import { createActors } from './actors.ts'
import { badKey } from './api-keys.ts'
import { AUTH_CHANNEL, identityMessage, readMessage } from './channel.ts'
import { AUTH_SCHEMA, openLibrary } from './library.ts'
import { membershipsOf } from './memberships.ts'
import { createPasswordSignIn, type PasswordSignIn, type SignInAnswer } from './password-sign-in.ts'
import { createSecondFactor, type SecondFactor } from './second-factor.ts'
import { createSecondStep, openSession, type SecondStep } from './second-step.ts'
import { requireSameOrigin } from './same-origin.ts'
import { sessionCookie } from './session-cookie.ts'
import { createSessions, type SignedIn } from './sessions.ts'
import { createSetup, type Setup } from './setup.ts'
import { dropSessionRow, dropSessionRows, isMember } from './tenant-access.ts'
import { LINK_LIMITS, RESET_LIMITS, Throttle } from './throttle.ts'

export { forgetMemberships } from './memberships.ts'
export { addMember, ensureSystemUser, type NewMember, SYSTEM_USER_ID, systemActor, systemContext } from './members.ts'
export { AUTH_GUARDS, lockAdministrators, requireAdministrator } from './guards.ts'
export { heldRoles } from './held-roles.ts'

export type AccountEvent = Pick<AuditEntry, 'action' | 'details'>

export interface AuthOptions {
  database: Database
  /** Where the library connects: the direct address when there are two. */
  databaseUrl: string
  catalog: Catalog
  /** Tenants with these ids, in any order; unknown ones are left out. */
  findTenants(ids: readonly string[]): Promise<readonly TenantInfo[]>
  /** Keys that sign cookies, newest first; at least one, of at least 32 characters. */
  secrets: readonly string[]
  /** Seals what is not to be read in the database. */
  keys: Keyring
  /** Origin under which people reach the server; null: the address it listens on. */
  publicUrl: string | null
  /** Characters that a new password must have. */
  minPasswordLength: number
  log: Logger
}

/** What the routes of kernel/http use beyond `Auth`. */
export interface AuthRoom extends Auth {
  accounts: Accounts
  setup: Setup
  passwords: PasswordSignIn
  secondFactor: SecondFactor
  secondStep: SecondStep
  /** Of one-time links that are tried, and of new passwords that are asked for. */
  links: Throttle
  resets: Throttle
  minPasswordLength: number
  /** Whoever is signed in, be it by a provider of a tenant for that tenant alone. */
  visitorOf(request: Request): Promise<SignedIn | null>
  /** The owner of an account; a session of one tenant alone does nothing with it. */
  identityOf(request: Request): Promise<SignedIn | null>
  /** @returns headers of a session that enters this tenant alone */
  openTenantSession(request: Request, identity: string, tenantId: string): Promise<readonly string[]>
  /** Organisations that this account can enter now. */
  tenantsOf(identity: string): Promise<readonly TenantInfo[]>
  /** A Set-Cookie header when the session has been prolonged. */
  renew(request: Request): Promise<string | null>
  /** Written into the log of every organisation that the account is a user of; nothing waits for it. */
  audit(identity: string, entry: AccountEvent, request: Request, address: string): void
  /** After its sessions ended elsewhere: everywhere at once. */
  forget(identity: string): Promise<void>
  /** Takes the rows of an account's sessions out of its tenants; of one session when named. */
  dropSessions(identity: string, tokenHash?: string): Promise<void>
  requireSameOrigin(request: Request): void
  publicUrl: string | null
  isSecure: boolean
  close(): Promise<void>
}

/** Runs the migrations of the auth schema. */
export async function openAuth(options: AuthOptions): Promise<AuthRoom> {
  const { database, catalog, findTenants, secrets, publicUrl, minPasswordLength, log } = options
  const [secret] = secrets
  if (!secret) throw new RelataError('RL504', 'There is no secret to sign cookies with.')
  const isSecure = publicUrl?.startsWith('https://') ?? false
  const library = await openLibrary({ url: options.databaseUrl, database, secret, publicUrl, isSecure, log })
  const cookie = sessionCookie(secrets, isSecure)
  const sessions = createSessions(database, cookie)
  const actors = createActors(database, cookie, sessions, log)
  const accounts = createAccounts(database, library, minPasswordLength)
  const secondFactor = createSecondFactor(database, options.keys)
  const secondStep = createSecondStep(database, library, cookie, secondFactor, (identity, request, address) =>
    audit(identity, { action: 'sign_in_failed', details: 'second factor' }, request, address),
  )
  const passwords = createPasswordSignIn(library, cookie, new Throttle(), { factor: secondFactor, step: secondStep })

  const hear = (payload: string): void => {
    const message = readMessage(payload)
    actors.forget(message)
    if (message === 'everything') sessions.forgetAll()
    else if ('identity' in message) sessions.forget(message.identity)
  }
  const stopListening = await database.listen(AUTH_CHANNEL, hear, () => hear('everything'))

  const forget = async (identity: string): Promise<void> => {
    hear(identityMessage(identity))
    await database.notify(AUTH_CHANNEL, identityMessage(identity))
  }
  const everyTenantOf = async (identity: string): Promise<readonly TenantInfo[]> => {
    const ids = await membershipsOf(database, identity)
    const found = ids.length === 0 ? [] : await findTenants(ids)
    return ids.flatMap((id) => found.find((tenant) => tenant.id === id) ?? [])
  }
  const tenantsOf = async (identity: string): Promise<readonly TenantInfo[]> => {
    const tenants = await everyTenantOf(identity)
    const answers = await Promise.all(
      tenants.map(async (tenant) => {
        const loaded = await catalog.load(tenant.slug).catch(() => null)
        return loaded !== null && (await isMember(database, loaded, identity))
      }),
    )
    return tenants.filter((_, index) => answers[index])
  }
  const dropSessions = async (identity: string, tokenHash?: string): Promise<void> => {
    for (const tenant of await everyTenantOf(identity)) {
      try {
        const loaded = await catalog.load(tenant.slug)
        await (tokenHash === undefined
          ? dropSessionRows(database, loaded, identity)
          : dropSessionRow(database, loaded, tokenHash))
      } catch (error) {
        // The sessions themselves have ended already; a row less tidy is no reason to fail.
        log.warn({ err: error, tenant: tenant.slug }, 'could not remove the rows of ended sessions')
      }
    }
  }

  const audit: AuthRoom['audit'] = (identity, entry, request, address) => {
    const userAgent = request.headers.get('user-agent') ?? ''
    const write = async (): Promise<void> => {
      const tenants = await everyTenantOf(identity)
      const loaded = await Promise.all(tenants.map(({ slug }) => catalog.load(slug)))
      await auditAccount(database, loaded, identity, { ...entry, address, userAgent })
    }
    write().catch((error: unknown) => log.warn({ err: error }, 'could not write the log of an organisation'))
  }
  /** One entry a quarter of an hour tells that somebody is locked out. */
  const lockOuts = new Throttle({ ...LINK_LIMITS, both: { failures: 1, windowMs: 15 * 60_000 } })
  /** Whether there is such an account, takes nobody's time. */
  const auditFailure = async (request: Request, email: string, error: unknown, address: string): Promise<void> => {
    if (!(error instanceof RelataError) || (error.code !== 'RL306' && error.code !== 'RL400')) return
    const account = await accounts.find(email)
    if (!account) return
    if (error.code === 'RL400') lockOuts.attempt(address, account.id)
    audit(account.id, { action: error.code === 'RL306' ? 'sign_in_failed' : 'locked_out' }, request, address)
  }

  return {
    accounts,
    setup: createSetup(database, accounts),
    passwords,
    secondFactor,
    secondStep,
    links: new Throttle(LINK_LIMITS),
    resets: new Throttle(RESET_LIMITS),
    minPasswordLength,
    actorOf: actors.of,
    refusal: (request) =>
      request.headers.get('authorization') === null
        ? new RelataError('RL300', 'Please sign in to use this organisation.')
        : badKey(),
    audit,
    visitorOf: sessions.of,
    async identityOf(request) {
      const signedIn = await sessions.of(request)
      return signedIn?.onlyTenant === null ? signedIn : null
    },
    openTenantSession: (request, identity, tenantId) =>
      // A day at most: who is taken out at the provider does not stay in here.
      openSession(library, cookie, request, identity, false, async (tokenHash) => {
        await database.query(`INSERT INTO ${AUTH_SCHEMA}.session_scope (token_hash, tenant) VALUES ($1, $2)`, [
          tokenHash,
          tenantId,
        ])
      }),
    renew: sessions.renew,
    tenantsOf,
    forget,
    dropSessions,
    requireSameOrigin: (request) => requireSameOrigin(request, publicUrl),
    publicUrl,
    isSecure,
    async handle(request, address = () => '') {
      const { pathname } = new URL(request.url)
      if (request.method === 'POST' && pathname === '/api/auth/sign-in/email') {
        const credentials = await readCredentials(request)
        try {
          return signInAnswer(await passwords.signIn(request, credentials, address()), { ok: true })
        } catch (error) {
          auditFailure(request, credentials.email, error, address()).catch(() => undefined)
          throw error
        }
      }
      if (request.method === 'POST' && pathname === '/api/auth/sign-out') {
        const signedIn = await sessions.of(request)
        const cookies = await passwords.signOut(request)
        if (signedIn) {
          audit(signedIn.id, { action: 'signed_out' }, request, address())
          await forget(signedIn.id)
          await dropSessions(signedIn.id, signedIn.tokenHash)
        }
        return withCookies({ ok: true }, cookies)
      }
      throw new RelataError('RL101', 'There is nothing at this address.')
    },
    async close() {
      await stopListening()
      await library.close()
    },
  }
}

/** The session, or what to ask for the code with. */
export const signInAnswer = ({ cookies, secondStep }: SignInAnswer, body: object, status = 200): Response =>
  secondStep === undefined ? withCookies(body, cookies, status) : withCookies({ ...body, second_step: secondStep }, [])

export function withCookies(body: unknown, cookies: readonly string[], status = 200): Response {
  const response = Response.json(body, { status, headers: { 'cache-control': 'no-store' } })
  for (const cookie of cookies) response.headers.append('set-cookie', cookie)
  return response
}

async function readCredentials(request: Request): Promise<{ email: string; password: string; rememberMe: boolean }> {
  const text = await request.text()
  const body: unknown = text.length > 10_000 ? null : tryParse(text)
  if (typeof body !== 'object' || body === null || !('email' in body) || !('password' in body)) throw badCredentials()
  const { email, password } = body
  if (typeof email !== 'string' || typeof password !== 'string') throw badCredentials()
  const rememberMe = !('rememberMe' in body) || body.rememberMe !== false
  return { email, password, rememberMe }
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const badCredentials = () => new RelataError('RL100', 'The body must be {"email": "…", "password": "…"}.')
