// Providers of a tenant. Their secrets are opened here and nowhere else.
import { systemTable, runSql } from '../auth/system-table.ts'
import { rolesOf } from '../auth/tenant-access.ts'
import { secretPlace } from '../plan/field-value.ts'
import type { Keyring } from '../platform/secret.ts'
import type { Queryable } from '../run/database.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import { sql } from '../sql/sql.ts'

const PROVIDER_ENTITY = 'system.identity_provider'

export interface Provider {
  id: string
  name: string
  issuer: string
  clientId: string
  /** null: a public client. */
  clientSecret: string | null
  /** In lower case; people of these join. */
  domains: readonly string[]
  roles: readonly string[]
}

export type ProviderName = Pick<Provider, 'id' | 'name'>

/** Those that are active, by name. */
export async function listProviders(queryable: Queryable, { model }: LoadedTenant): Promise<ProviderName[]> {
  if (!model.find(PROVIDER_ENTITY)) return []
  const { name, column: col } = systemTable(model, PROVIDER_ENTITY)
  const rows = await runSql(
    queryable,
    sql`SELECT ${col('id')}, ${col('name')} FROM ${name} WHERE ${col('deleted_at')} IS NULL AND ${col('active')} ORDER BY ${col('name')}, ${col('id')}`,
  )
  return rows.map(([id, called]) => ({ id: id ?? '', name: called ?? '' }))
}

export async function findProvider(
  queryable: Queryable,
  { tenant, model }: LoadedTenant,
  keys: Pick<Keyring, 'open'>,
  id: string,
): Promise<Provider | undefined> {
  if (!model.find(PROVIDER_ENTITY)) return undefined
  const { entity, name, column: col, value } = systemTable(model, PROVIDER_ENTITY)
  const [row] = await runSql(
    queryable,
    sql`SELECT ${col('name')}, ${col('issuer')}, ${col('client_id')}, ${col('client_secret')}, ${col('domains')}, array_to_json(${col('roles')})::text
    FROM ${name} WHERE ${col('id')} = ${value('id', id)} AND ${col('deleted_at')} IS NULL AND ${col('active')}`,
  )
  if (!row) return undefined
  const [called, issuer, clientId, sealed, domains, roles] = row
  const place = secretPlace(tenant.schema, entity.entity.id, entity.field('client_secret')?.id ?? '', id)
  return {
    id,
    name: called ?? '',
    issuer: issuer ?? '',
    clientId: clientId ?? '',
    clientSecret: sealed ? keys.open(sealed, place) : null,
    domains: (domains ?? '')
      .toLowerCase()
      .split(/[\s,;]+/)
      .filter(Boolean),
    roles: rolesOf(roles),
  }
}
