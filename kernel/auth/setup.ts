// The first start: nobody can sign in yet, so whoever reads the server's output is let in once, by a link.
import { RelataError } from '../../sdk/errors.ts'
import type { Database, Queryable } from '../run/database.ts'
import type { Account, Accounts } from './accounts.ts'
import { AUTH_SCHEMA } from './library.ts'
import { fingerprint, newToken } from './token.ts'

export interface Setup {
  isNeeded(): Promise<boolean>
  /** A new token for `/setup?token=…`, the earlier one ends; null: an administrator exists. */
  newToken(): Promise<string | null>
  /**
   * Uses the token up and makes the first account; of two at once one wins.
   * @throws RL305 the token is not valid (any more) · RL206 e-mail, password
   */
  complete(input: { token: string; email: string; password: string; name: string }): Promise<Account>
  /** From RELATA_ADMIN_EMAIL and RELATA_ADMIN_PASSWORD; does nothing when there is any account. */
  ensureAdministrator(admin: { email: string; password: string }): Promise<boolean>
}

/** Whoever makes the first account takes turns with whoever else wants to. */
const LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('relata setup', 0))"

export function createSetup(database: Database, accounts: Accounts): Setup {
  // Once there is an account there always is one: none is ever deleted.
  let isDone = false
  const isNeeded = async (tx?: Queryable): Promise<boolean> => {
    isDone ||= await accounts.any(tx)
    return !isDone
  }
  const clear = (tx: Queryable) => tx.query(`DELETE FROM ${AUTH_SCHEMA}.setup_link`)

  return {
    isNeeded: () => isNeeded(),
    newToken: () =>
      database.transaction(async (tx) => {
        await tx.query(LOCK)
        await clear(tx)
        if (!(await isNeeded(tx))) return null
        const token = newToken()
        await tx.query(`INSERT INTO ${AUTH_SCHEMA}.setup_link (token_hash) VALUES ($1)`, [fingerprint(token)])
        return token
      }),
    complete: ({ token, email, password, name }) =>
      database.transaction(async (tx) => {
        await tx.query(LOCK)
        const used = await tx.query(`DELETE FROM ${AUTH_SCHEMA}.setup_link WHERE token_hash = $1 RETURNING 1`, [
          fingerprint(token),
        ])
        if (used.length === 0 || !(await isNeeded(tx))) {
          throw new RelataError('RL305', 'This set-up link is no longer valid.', {
            hint: 'A new one is printed each time the server starts until the set-up is done.',
          })
        }
        // On a connection of its own; when it fails the transaction rolls back and the link stays good.
        return accounts.create({ email, password, name, isOperator: true })
      }),
    ensureAdministrator: ({ email, password }) =>
      database.transaction(async (tx) => {
        await tx.query(LOCK)
        if (!(await isNeeded(tx))) return false
        await accounts.create({ email, password, name: email.split('@')[0] ?? email, isOperator: true })
        await clear(tx)
        return true
      }),
  }
}
