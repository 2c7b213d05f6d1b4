// The log of an organisation: who signed in or tried to, and who changed what decides over access. It is written within
// the transaction of what it tells, where there is one; nobody changes or deletes it (catalog/rights.ts).
import type { Actor } from '../actor.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import type { GuardedWrite, WriteGuard } from '../run/guard.ts'
import { newId } from '../run/new-id.ts'
import type { Database, Queryable } from '../run/database.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import { ident, param, type Sql, sql } from '../sql/sql.ts'
import { describeDevice } from './device.ts'
import { runSql, systemTable, textArray } from './system-table.ts'

const AUDIT_ENTITY = 'system.audit_entry'
const USER_ENTITY = 'system.user'
const KEPT_DAYS = 730
/** Old entries that one new entry takes along. */
const FORGOTTEN_AT_ONCE = 100

export type AuditAction =
  | 'signed_in'
  | 'sign_in_failed'
  | 'locked_out'
  | 'signed_out'
  | 'password_changed'
  | 'second_factor_on'
  | 'second_factor_off'
  | 'second_factor_reset'
  | 'created'
  | 'changed'
  | 'deleted'
  | 'restored'
  | 'removed'
  | 'published'
  | 'exported'
  | 'plugin_installed'
  | 'plugin_upgraded'
  | 'plugin_granted'
  | 'plugin_on'
  | 'plugin_off'
  | 'plugin_changed'
  | 'plugin_failed'
  | 'plugin_removed'

export interface AuditEntry {
  action: AuditAction
  /** User of the tenant who did it. */
  by: string
  /** Name of what it was done to, as it is now. */
  about?: string
  /** Qualified entity name of that. */
  kind?: string
  /** Its id. */
  record?: string
  details?: string
  /** Network address. */
  address?: string
  /** As the browser says. */
  userAgent?: string
}

export async function writeAudit(tx: Queryable, model: Model, entry: AuditEntry): Promise<void> {
  await writeEntries(tx, model, [entry])
  await forgetOld(tx, model)
}

async function writeEntries(tx: Queryable, model: Model, entries: readonly AuditEntry[]): Promise<void> {
  // An organisation whose kernel entities are about to be brought up to date has no log yet.
  if (!model.find(AUDIT_ENTITY)) return
  const { name, column: col, value } = systemTable(model, AUDIT_ENTITY)
  const user = systemTable(model, USER_ENTITY)
  for (const { action, by, about, kind, record, details, address, userAgent } of entries) {
    // What is done to nothing else is told of who did it.
    const who = sql`(SELECT ${user.column('display_name')} FROM ${user.name} WHERE ${user.column('id')} = ${user.value('id', by)})`
    const title = about === undefined ? sql`COALESCE(${who}, '')` : value('display_name', about)
    const values: Record<string, string | null> = {
      id: newId(),
      created_by: by,
      updated_by: by,
      action,
      about: about?.slice(0, 500) || null,
      kind: kind ?? null,
      record_id: record ?? null,
      details: details?.slice(0, 1000) || null,
      address: address?.slice(0, 60) || null,
      device: userAgent ? describeDevice(userAgent).slice(0, 200) : null,
    }
    const columns = listOf(['display_name', ...Object.keys(values)].map((field) => col(field)))
    const cells = listOf([title, ...Object.entries(values).map(([field, text]) => value(field, text))])
    await runSql(tx, sql`INSERT INTO ${name} (${columns}) VALUES (${cells})`)
  }
}

const listOf = ([first, ...rest]: readonly Sql[]): Sql =>
  rest.reduce((all, part) => sql`${all}, ${part}`, first ?? sql``)

/** Two years are enough for everybody who looks back. */
async function forgetOld(tx: Queryable, model: Model): Promise<void> {
  if (!model.find(AUDIT_ENTITY)) return
  const { name, column: col } = systemTable(model, AUDIT_ENTITY)
  const old = param(firstIdOf(Date.now() - KEPT_DAYS * DAY_MS), 'uuid')
  await runSql(
    tx,
    sql`DELETE FROM ${name} WHERE ${col('id')} IN (SELECT ${col('id')} FROM ${name}
    WHERE ${col('id')} < ${old} ORDER BY ${col('id')} LIMIT ${param(String(FORGOTTEN_AT_ONCE), 'int4')} FOR UPDATE SKIP LOCKED)`,
  )
}

const DAY_MS = 24 * 60 * 60 * 1000

/** Ids grow with time (UUID version 7), so that the oldest entries are found by their key. */
function firstIdOf(timeMs: number): string {
  const hex = Math.max(0, timeMs).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7000-8000-000000000000`
}

const ACTIONS: Readonly<Record<GuardedWrite['operation'], AuditAction>> = {
  create: 'created',
  update: 'changed',
  delete: 'deleted',
  restore: 'restored',
  purge: 'removed',
}

/** Fields that say nothing of access: their changes are in the history of the record. */
const OWN_BUSINESS: ReadonlySet<string> = new Set(['locale', 'time_zone', 'theme'])

const MOST_NAMED = 100

/** Of a write to records that decide over access. */
export async function auditWrite({ tx, model, actor, entity, ids, operation, fields }: GuardedWrite): Promise<void> {
  const said = [...fields].filter((field) => !OWN_BUSINESS.has(field))
  if (operation === 'update' && said.length === 0) return
  const shared = { action: ACTIONS[operation], by: actor.userId, kind: entity.entity.name, details: said.join(', ') }
  // A load of many is one act.
  if (ids.length > MOST_NAMED) return writeEntries(tx, model, [{ ...shared, about: `${ids.length} records` }])
  const names = await namesOf(tx, model, entity, ids)
  await writeEntries(
    tx,
    model,
    names.map(({ id, name }) => ({ ...shared, about: name, record: id })),
  )
}

async function namesOf(
  tx: Queryable,
  model: Model,
  { entity }: EntityModel,
  ids: readonly string[],
): Promise<{ id: string; name: string }[]> {
  const rows = await runSql(
    tx,
    sql`SELECT t.id, t.display_name FROM ${ident(model.snapshot.schema, entity.table)} AS t WHERE t.id = ANY(${param(textArray(ids), 'uuid[]')})`,
  )
  return rows.map(([id, name]) => ({ id: id ?? '', name: name ?? '' }))
}

/** Of traits whose records decide over access; beside other guards of theirs. */
export const AUDIT_GUARDS: Readonly<Record<string, WriteGuard>> = Object.fromEntries(
  ['member', 'credential', 'share', 'team', 'team_link', 'identity_provider'].map((trait) => [trait, auditWrite]),
)

/** Of the actor's own doing, outside a write of records. */
export const auditAct = (
  queryable: Queryable,
  model: Model,
  actor: Actor,
  entry: Omit<AuditEntry, 'by'>,
): Promise<void> => writeAudit(queryable, model, { ...entry, by: actor.userId })

/** What an account does is told in every organisation that it is a user of. */
export async function auditAccount(
  database: Database,
  tenants: readonly LoadedTenant[],
  identity: string,
  entry: Omit<AuditEntry, 'by'>,
): Promise<void> {
  for (const { model } of tenants) {
    const { name, column: col, value } = systemTable(model, 'system.user')
    const [row] = await runSql(
      database,
      sql`SELECT ${col('id')} FROM ${name} WHERE ${col('identity')} = ${value('identity', identity)} AND ${col('deleted_at')} IS NULL`,
    )
    if (row?.[0]) await writeAudit(database, model, { ...entry, by: row[0] })
  }
}
