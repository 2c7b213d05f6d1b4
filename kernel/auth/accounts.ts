// Accounts of the installation: who can sign in at all, whatever the tenant. One e-mail address, one account.
import { type Problem, RelataError } from '../../sdk/errors.ts'
import type { Database, Queryable } from '../run/database.ts'
import { AUTH_SCHEMA, type Library, PASSWORD_LENGTH } from './library.ts'
import { fingerprint, newToken } from './token.ts'

export interface NewAccount {
  email: string
  name: string
  /** Absent: set later by a link. */
  password?: string
  isOperator?: boolean
  /** Tenant whose administrators may give out password links. */
  managedBy?: string
}

export interface Account {
  id: string
  email: string
  name: string
  managedBy: string | null
  hasPassword: boolean
}

export interface Accounts {
  /** Is there any account? `tx`: within a transaction of the caller. */
  any(tx?: Queryable): Promise<boolean>
  find(email: string): Promise<Account | null>
  byId(id: string): Promise<Account | null>
  /** The operator who was there first. */
  firstOperator(): Promise<Account | null>
  /** @throws RL206 e-mail, password · RL207 e-mail taken */
  create(account: NewAccount): Promise<Account>
  /** Ends all sessions of the account. @throws RL206 */
  setPassword(id: string, password: string): Promise<void>
  /** A one-time token for setting the password; earlier ones of the account end. */
  passwordLink(id: string): Promise<{ token: string; expiresAt: string }>
  /** Uses a token up. @returns the account; null: not valid (any more) */
  usePasswordLink(token: string, password: string): Promise<Account | null>
}

const LINK_HOURS = 72

export function createAccounts(database: Database, library: Library): Accounts {
  const { adapter, context } = library
  const columns = `SELECT u.id, u.email, u.name, u."managedBy",
    EXISTS (SELECT 1 FROM ${AUTH_SCHEMA}.account AS a WHERE a."userId" = u.id AND a.password IS NOT NULL) FROM ${AUTH_SCHEMA}."user" AS u`
  // Who holds a transaction asks on its connection: waiting for a second one of the same pool could wait for itself.
  const one = async (where: string, value: string, tx: Queryable = database): Promise<Account | null> => {
    const [row] = await tx.query(`${columns} WHERE ${where}`, [value])
    if (!row) return null
    const [id, address, name, managedBy, hasPassword] = row
    return {
      id: id ?? '',
      email: address ?? '',
      name: name ?? '',
      managedBy: managedBy ?? null,
      hasPassword: hasPassword === 't',
    }
  }
  const byId = (id: string, tx?: Queryable) => one('u.id = $1::uuid', id, tx)

  const setPassword = async (id: string, password: string): Promise<void> => {
    check({ password })
    const hash = await context.password.hash(password)
    const accounts = await context.internalAdapter.findAccounts(id)
    if (accounts.some(({ providerId }) => providerId === 'credential'))
      await context.internalAdapter.updatePassword(id, hash)
    else await adapter.create({ model: 'account', data: credential(id, hash) })
    await context.internalAdapter.deleteUserSessions(id)
  }

  return {
    any: async (tx = database) => (await tx.query(`SELECT 1 FROM ${AUTH_SCHEMA}."user" LIMIT 1`)).length > 0,
    find: (email) => one('u.email = $1', normalise(email)),
    byId: (id) => byId(id),
    firstOperator: () => one('u."isOperator" = $1::boolean ORDER BY u."createdAt" LIMIT 1', 'true'),
    async create({ email, name, password, isOperator = false, managedBy }) {
      check({ email, ...(password === undefined ? {} : { password }) })
      const hash = password === undefined ? null : await context.password.hash(password)
      const address = normalise(email)
      const times = { createdAt: new Date(), updatedAt: new Date() }
      const data = { email: address, name, emailVerified: false, isOperator, managedBy: managedBy ?? null, ...times }
      const id = await adapter
        .transaction(async (tx) => {
          const user = await tx.create<typeof data, { id: string }>({ model: 'user', data })
          if (hash !== null) await tx.create({ model: 'account', data: credential(user.id, hash) })
          return user.id
        })
        .catch((error: unknown) => {
          throw isDuplicate(error) ? taken() : error
        })
      return { id, email: address, name, managedBy: managedBy ?? null, hasPassword: hash !== null }
    },
    setPassword,
    async passwordLink(id) {
      const token = newToken()
      const [row] = await database.transaction(async (tx) => {
        await tx.query(`DELETE FROM ${AUTH_SCHEMA}.password_link WHERE identity = $1::uuid OR expires_at < now()`, [id])
        return tx.query(
          `INSERT INTO ${AUTH_SCHEMA}.password_link (token_hash, identity, expires_at)
           VALUES ($1, $2::uuid, date_trunc('second', now()) + interval '${LINK_HOURS} hours') RETURNING to_json(expires_at) #>> '{}'`,
          [fingerprint(token), id],
        )
      })
      return { token, expiresAt: new Date(row?.[0] ?? 0).toISOString() }
    },
    async usePasswordLink(token, password) {
      check({ password })
      // The row stays locked until the password is set, and stays when that fails: one winner, and no link lost.
      return database.transaction(async (tx) => {
        const [row] = await tx.query(
          `DELETE FROM ${AUTH_SCHEMA}.password_link WHERE token_hash = $1 AND expires_at > now() RETURNING identity`,
          [fingerprint(token)],
        )
        const account = row?.[0] ? await byId(row[0], tx) : null
        if (account) await setPassword(account.id, password)
        return account
      })
    },
  }
}

const credential = (userId: string, password: string) => ({
  userId,
  providerId: 'credential',
  accountId: userId,
  password,
  createdAt: new Date(),
  updatedAt: new Date(),
})

const normalise = (email: string): string => email.trim().toLowerCase()

/** What the sign-in of the library accepts as an address; an account with another could never be used. */
const EMAIL = /^(?!\.)(?!.*\.\.)[a-z0-9_'+\-.]*[a-z0-9_+-]@([a-z0-9][a-z0-9-]*\.)+[a-z]{2,}$/

/** @throws RL206 */
function check({ email, password }: { email?: string; password?: string }): void {
  const problems: Problem[] = []
  if (email !== undefined && (email.length > 254 || !EMAIL.test(normalise(email)))) {
    problems.push({ path: '/email', key: 'not_an_email', message: 'is not an e-mail address' })
  }
  const length = password?.length ?? PASSWORD_LENGTH.min
  if (length < PASSWORD_LENGTH.min) {
    problems.push({
      path: '/password',
      key: 'too_short',
      message: `must have at least ${PASSWORD_LENGTH.min} characters`,
      params: { min: PASSWORD_LENGTH.min },
    })
  }
  if (length > PASSWORD_LENGTH.max) {
    problems.push({
      path: '/password',
      key: 'too_long',
      message: `may have at most ${PASSWORD_LENGTH.max} characters`,
      params: { max: PASSWORD_LENGTH.max },
    })
  }
  if (problems.length > 0) throw new RelataError('RL206', 'Some values are not valid.', { problems })
}

const isDuplicate = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === '23505'

const taken = () =>
  new RelataError('RL207', 'There is an account with this e-mail address already.', {
    problems: [{ path: '/email', key: 'not_unique', message: 'is used by another account' }],
  })
