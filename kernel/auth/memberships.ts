// Which tenants an account should look in. A list beside the truth: whether it is a member stands in the tenant's own
// rows, but nobody could ask every tenant at each sign-in.
import type { Database } from '../run/database.ts'
import { AUTH_SCHEMA } from './library.ts'

export async function rememberMembership(database: Database, identity: string, tenantId: string): Promise<void> {
  await database.query(
    `INSERT INTO ${AUTH_SCHEMA}.membership (identity, tenant) VALUES ($1::uuid, $2) ON CONFLICT DO NOTHING`,
    [identity, tenantId],
  )
}

/** @returns tenant ids, the oldest membership first */
export async function membershipsOf(database: Database, identity: string): Promise<string[]> {
  const rows = await database.query(
    `SELECT tenant FROM ${AUTH_SCHEMA}.membership WHERE identity = $1::uuid ORDER BY created_at, tenant`,
    [identity],
  )
  return rows.map(([tenant]) => tenant ?? '')
}

/** When a tenant is removed. */
export async function forgetMemberships(database: Database, tenantId: string): Promise<void> {
  await database.query(`DELETE FROM ${AUTH_SCHEMA}.membership WHERE tenant = $1`, [tenantId])
}
