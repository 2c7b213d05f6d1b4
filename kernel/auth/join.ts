// Accepting an invitation: with an account that is signed in, or with a new one. The link is used up first and given
// back when the rest fails, so that of two at once one wins and no link is lost to a mistyped password.
import { RelataError } from '../../sdk/errors.ts'
import type { Database } from '../run/database.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import type { Identity } from '../services.ts'
import type { Account, Accounts } from './accounts.ts'
import { claimInvitation, type Invitation, invitationByToken, noteMember, reopenInvitation } from './invitations.ts'
import { addMember } from './members.ts'

export interface NewPerson {
  name: string
  password: string
}

interface JoinTools {
  database: Database
  accounts: Accounts
}

/**
 * With the account that is signed in.
 * @throws RL305 · RL301 the account has another address · RL207 is a user already
 */
export async function joinAs(
  { database, accounts }: JoinTools,
  loaded: LoadedTenant,
  token: string,
  person: Pick<Identity, 'id' | 'email' | 'name'>,
): Promise<void> {
  const invitation = await invitationByToken(database, loaded, token)
  if (person.email !== invitation.email)
    throw new RelataError('RL301', 'The invitation is for another address.', {
      hint: 'Sign in with the account of that address.',
    })
  await inExchange(database, loaded, invitation, token, () => Promise.resolve(person))
  const account = await accounts.byId(person.id)
  // Whoever managed it could sign in here with a password of theirs.
  const isManagedElsewhere = account !== null && account.managedBy !== null && account.managedBy !== loaded.tenant.id
  if (invitation.isProven || isManagedElsewhere) await accounts.belongsToItself(person.id, invitation.isProven)
}

/**
 * With a new account.
 * @returns the account, to sign in with
 * @throws RL305 · RL206 name, password · RL207 there is an account with this address: sign in with it
 */
export async function joinAnew(
  { database, accounts }: JoinTools,
  loaded: LoadedTenant,
  token: string,
  { name, password }: NewPerson,
): Promise<Account> {
  const invitation = await invitationByToken(database, loaded, token)
  const { email, isProven } = invitation
  accounts.checkPassword(password, { email, name })
  const existing = await accounts.find(email)
  // An account that nobody can sign in to with a password yet gets one from whoever reads its mail.
  if (existing && (existing.hasPassword || !isProven)) throw hasAccount()
  return inExchange(database, loaded, invitation, token, async () => {
    if (!existing) {
      const manager = isProven ? {} : { managedBy: loaded.tenant.id }
      return accounts.create({ email, name, password, isProven, ...manager })
    }
    await accounts.setPassword(existing.id, password)
    await accounts.belongsToItself(existing.id, true)
    return { ...existing, name }
  })
}

/** The link against a membership. */
async function inExchange<T extends Pick<Account, 'id' | 'email' | 'name'>>(
  database: Database,
  loaded: LoadedTenant,
  invitation: Invitation,
  token: string,
  who: () => Promise<T>,
): Promise<T> {
  await claimInvitation(database, loaded, invitation, token)
  try {
    const person = await who()
    const member = { identity: person.id, email: person.email, name: person.name, roles: invitation.roles }
    const { userId } = await addMember(database, loaded, member)
    await noteMember(database, loaded, invitation, userId)
    return person
  } catch (error) {
    await reopenInvitation(database, loaded, invitation)
    throw error
  }
}

const hasAccount = () =>
  new RelataError('RL207', 'There is an account with this address already.', {
    problems: [{ path: '/email', key: 'has_account', message: 'has an account already' }],
    hint: 'Sign in with it to accept the invitation.',
  })
