// Whose account it is that a provider speaks of, and whether it is let in.
import { type Account, type Accounts, normalise } from '../auth/accounts.ts'
import { AUTH_SCHEMA } from '../auth/library.ts'
import { addMember, USER_ENTITY } from '../auth/members.ts'
import { runSql, systemTable } from '../auth/system-table.ts'
import { isMember } from '../auth/tenant-access.ts'
import type { Database } from '../run/database.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import { sql } from '../sql/sql.ts'
import type { Claims } from './openid.ts'
import type { Provider } from './providers.ts'

/** `unverified`: the provider does not vouch for the address. `unknown`: not a user here, nor one who may join. */
export type Refused = 'unverified' | 'unknown'

const BOUND = `${AUTH_SCHEMA}.sso_account`

export async function findPerson(
  database: Database,
  accounts: Accounts,
  loaded: LoadedTenant,
  provider: Provider,
  claims: Claims,
): Promise<{ identity: string } | Refused> {
  const [bound] = await database.query(
    `SELECT identity FROM ${BOUND} WHERE provider = $1::uuid AND issuer = $2 AND subject = $3`,
    [provider.id, provider.issuer, claims.subject],
  )
  if (bound?.[0]) return (await isMember(database, loaded, bound[0])) ? { identity: bound[0] } : 'unknown'
  if (claims.email === null || !claims.isVerified) return 'unverified'
  const email = normalise(claims.email)
  const account = await accounts.find(email)
  const identity =
    account && (await isMember(database, loaded, account.id))
      ? account.id
      : await join(database, accounts, loaded, provider, { account, email, name: claims.name ?? email })
  if (identity === undefined) return 'unknown'
  // Somebody else had the address at this provider: who has it now is not who the user is.
  const made = await database.query(
    `INSERT INTO ${BOUND} (provider, issuer, subject, identity) SELECT $1::uuid, $2, $3, $4::uuid
     WHERE NOT EXISTS (SELECT 1 FROM ${BOUND} WHERE provider = $1::uuid AND issuer = $2 AND identity = $4::uuid)
     ON CONFLICT DO NOTHING RETURNING 1`,
    [provider.id, provider.issuer, claims.subject, identity],
  )
  return made.length > 0 ? { identity } : 'unknown'
}

interface Newcomer {
  account: Account | null
  email: string
  name: string
}

/** People of the provider's domains; not those whom somebody has taken out of the organisation. */
async function join(
  database: Database,
  accounts: Accounts,
  loaded: LoadedTenant,
  { domains, roles }: Provider,
  { account, email, name }: Newcomer,
): Promise<string | undefined> {
  const domain = email.slice(email.lastIndexOf('@') + 1)
  if (!domains.includes(domain) || roles.length === 0) return undefined
  // Whoever manages it elsewhere could give it a password of theirs, and come in with that: such people are invited.
  if (account?.managedBy && account.managedBy !== loaded.tenant.id) return undefined
  if (account && (await wasMember(database, loaded, account.id))) return undefined
  const own = account ?? (await accounts.create({ email, name, managedBy: loaded.tenant.id }))
  await addMember(database, loaded, { identity: own.id, email, name, roles })
  return own.id
}

async function wasMember(database: Database, { model }: LoadedTenant, identity: string): Promise<boolean> {
  const { name, column: col, value } = systemTable(model, USER_ENTITY)
  const rows = await runSql(
    database,
    sql`SELECT 1 FROM ${name} WHERE ${col('identity')} = ${value('identity', identity)}`,
  )
  return rows.length > 0
}
