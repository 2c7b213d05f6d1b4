// Accounts of the installation: who can sign in at all, whatever the tenant. One e-mail address, one account.
import { type Problem, RelataError } from '../../sdk/errors.ts'
import { findWeakness } from '../../sdk/passwords/policy.ts'
import type { Database, Queryable } from '../run/database.ts'
import { AUTH_SCHEMA, type Library } from './library.ts'
import { fingerprint, newToken } from './token.ts'

export interface NewAccount {
  email: string
  name: string
  /** Absent: set later by a link. */
  password?: string
  isOperator?: boolean
  /** Tenant whose administrators may give out password links. */
  managedBy?: string
  /** Whoever made it reads the mail of this address. */
  isProven?: boolean
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
  /** @throws RL206 */
  checkPassword(password: string, account: Pick<Account, 'email' | 'name'>): void
  /** Ends all sessions of the account. @throws RL206 */
  setPassword(id: string, password: string): Promise<void>
  /** A one-time token for setting the password; earlier ones of the account with this purpose end. */
  passwordLink(id: string, purpose: LinkPurpose): Promise<{ token: string; expiresAt: string }>
  /** Whose password a token sets; null: not valid (any more). Does not use it up. */
  ofPasswordLink(token: string): Promise<Account | null>
  /**
   * Uses a token up, and with it every other one of the account.
   * @returns the account; null: not valid (any more) @throws RL206
   */
  usePasswordLink(token: string, password: string): Promise<Account | null>
  /** No tenant may give out password links for it from now on. @param isProven the owner has shown to read its mail */
  belongsToItself(id: string, isProven: boolean): Promise<void>
}

/**
 * `handed`: an administrator hands it over. `asked`: somebody asked on the sign-in page; `mailed`: the same, and it goes
 * to the address of the account, so that who comes by it owns the account from then on.
 */
export type LinkPurpose = 'handed' | 'asked' | 'mailed'

const LINK_MINUTES: Readonly<Record<LinkPurpose, number>> = { handed: 72 * 60, asked: 60, mailed: 60 }

/** @param minLength characters that a new password must have */
export function createAccounts(database: Database, library: Library, minLength: number): Accounts {
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

  const checkPassword = (password: string, { email, name }: Pick<Account, 'email' | 'name'>): void => {
    const weakness = findWeakness(password, { minLength, about: [email, name] })
    if (weakness) throw notValid([{ ...weakness, path: '/password' }])
  }

  const setPassword = async (id: string, password: string, known?: Account | null): Promise<void> => {
    const account = known ?? (await byId(id))
    if (account) checkPassword(password, account)
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
    checkPassword,
    async create({ email, name, password, isOperator = false, managedBy, isProven = false }) {
      const weakness = password === undefined ? null : findWeakness(password, { minLength, about: [email, name] })
      const problems = [...addressProblems(email), ...(weakness ? [{ ...weakness, path: '/password' }] : [])]
      if (problems.length > 0) throw notValid(problems)
      const hash = password === undefined ? null : await context.password.hash(password)
      const address = normalise(email)
      const times = { createdAt: new Date(), updatedAt: new Date() }
      const data = { email: address, name, emailVerified: isProven, isOperator, managedBy: managedBy ?? null, ...times }
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
    setPassword: (id, password) => setPassword(id, password),
    async passwordLink(id, purpose) {
      const token = newToken()
      const isHanded = purpose === 'handed'
      const [row] = await database.transaction(async (tx) => {
        // What a stranger asks for does not end the link that an administrator has handed over.
        await tx.query(
          `DELETE FROM ${AUTH_SCHEMA}.password_link
           WHERE (identity = $1::uuid AND (purpose = 'handed') = $2::text::boolean) OR expires_at < now()`,
          [id, String(isHanded)],
        )
        return tx.query(
          `INSERT INTO ${AUTH_SCHEMA}.password_link (token_hash, identity, purpose, expires_at)
           VALUES ($1, $2::uuid, $3, date_trunc('second', now()) + $4::int4 * interval '1 minute') RETURNING to_json(expires_at) #>> '{}'`,
          [fingerprint(token), id, purpose, String(LINK_MINUTES[purpose])],
        )
      })
      return { token, expiresAt: new Date(row?.[0] ?? 0).toISOString() }
    },
    async ofPasswordLink(token) {
      const [row] = await database.query(
        `SELECT identity FROM ${AUTH_SCHEMA}.password_link WHERE token_hash = $1 AND expires_at > now()`,
        [fingerprint(token)],
      )
      return row?.[0] ? byId(row[0]) : null
    },
    async usePasswordLink(token, password) {
      // The row stays locked until the password is set, and stays when that fails: one winner, and no link lost.
      return database.transaction(async (tx) => {
        const [row] = await tx.query(
          `DELETE FROM ${AUTH_SCHEMA}.password_link WHERE token_hash = $1 AND expires_at > now() RETURNING identity, purpose`,
          [fingerprint(token)],
        )
        const account = row?.[0] ? await byId(row[0], tx) : null
        if (!account) return null
        await setPassword(account.id, password, account)
        await tx.query(`DELETE FROM ${AUTH_SCHEMA}.password_link WHERE identity = $1::uuid`, [account.id])
        if (row?.[1] === 'mailed') await tx.query(OWN, [account.id, 'true'])
        return account
      })
    },
    async belongsToItself(id, isProven) {
      await database.query(OWN, [id, String(isProven)])
    },
  }
}

const OWN = `UPDATE ${AUTH_SCHEMA}."user" SET "managedBy" = NULL, "emailVerified" = "emailVerified" OR $2::text::boolean WHERE id = $1::uuid`

const credential = (userId: string, password: string) => ({
  userId,
  providerId: 'credential',
  accountId: userId,
  password,
  createdAt: new Date(),
  updatedAt: new Date(),
})

export const normalise = (email: string): string => email.trim().toLowerCase()

/** What the sign-in of the library accepts as an address; an account with another could never be used. */
const EMAIL = /^(?!\.)(?!.*\.\.)[a-z0-9_'+\-.]*[a-z0-9_+-]@([a-z0-9][a-z0-9-]*\.)+[a-z]{2,}$/

export function isAddress(email: string): boolean {
  return email.length <= 254 && EMAIL.test(normalise(email))
}

const addressProblems = (email: string): Problem[] =>
  isAddress(email) ? [] : [{ path: '/email', key: 'not_an_email', message: 'is not an e-mail address' }]

const notValid = (problems: readonly Problem[]) => new RelataError('RL206', 'Some values are not valid.', { problems })

const isDuplicate = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === '23505'

const taken = () =>
  new RelataError('RL207', 'There is an account with this e-mail address already.', {
    problems: [{ path: '/email', key: 'not_unique', message: 'is used by another account' }],
  })
