// An administrator's word over what a plugin asks for: it runs from then on, or the version that waited for it comes in.
import { RelataError } from '../../../sdk/errors.ts'
import { asksOf } from '../../../sdk/plugin/asks.ts'
import type { GrantRequest } from '../../../sdk/wire/plugins.ts'
import type { Actor } from '../../actor.ts'
import { runSql } from '../../auth/system-table.ts'
import type { Queryable } from '../../run/database.ts'
import type { LoadedTenant } from '../../catalog/loaded-tenant.ts'
import { ident, param, sql } from '../../sql/sql.ts'
import { changeTenantPlugin } from './change.ts'
import { decide, undecided } from './grants.ts'
import { incomingOf, requireIdle } from './incoming.ts'
import { bringIn, granted } from './install.ts'
import { begin, stateToBegin } from './first-steps.ts'
import type { LifeRoom } from './life-room.ts'
import { MIGRATE_KIND } from './migrate.ts'
import { planInstall } from './plan.ts'
import { requirePlugin } from '../plugin-rows.ts'

/** @throws RL206 a key that nobody asks for · RL210 not the package that was looked at */
export async function grant(
  room: LifeRoom,
  loaded: LoadedTenant,
  actor: Actor,
  name: string,
  { grants, hash }: GrantRequest,
): Promise<void> {
  const row = await requirePlugin(room.database, loaded.tenant.schema, name)
  requireIdle(row)
  const waits = row.next && row.next.phase === 'grant' ? row.next : null
  const meant = waits?.archiveHash ?? row.archiveHash
  if (hash !== undefined && hash !== meant && hash !== row.archiveHash)
    throw new RelataError('RL210', `Another version of ${name} waits for the grant.`, { hint: 'Look at what it asks.' })
  if (waits && hash !== row.archiveHash) {
    const { archive, bytes } = incomingOf(row, waits)
    const decision = decide(asksOf(archive.manifest, archive.behaviour), grants)
    // What was found right when it came may have become wrong while it waited.
    const { problems } = await planInstall(room, loaded, archive)
    if (problems.length > 0)
      throw new RelataError('RL408', `${name} ${archive.version} no longer fits this organisation.`, { problems })
    return bringIn(room, loaded, actor, { archive, bytes, decision, installed: row, isDevelopment: false })
  }
  const decision = decide(asksOf(row.manifest, row.behaviour), grants)
  await changeTenantPlugin(room, loaded, actor, name, async (now, tx) => {
    if (now.archiveHash !== row.archiveHash)
      throw new RelataError('RL210', `Another version of ${name} was installed meanwhile.`, { hint: 'Look at it.' })
    return {
      change: { ...decision, ...(await begin(tx, loaded.model, now, actor)) },
      audit: 'plugin_granted',
      details: granted(decision),
    }
  })
}

/** @throws RL214 while it is upgraded or removed */
export async function switchOff(room: LifeRoom, loaded: LoadedTenant, actor: Actor, name: string): Promise<void> {
  await changeTenantPlugin(room, loaded, actor, name, async (row) => {
    requireIdle(row)
    return row.state === 'off' ? undefined : { change: { state: 'off' }, audit: 'plugin_off' }
  })
  room.sandbox.retire(loaded.tenant.schema, name)
}

export async function switchOn(room: LifeRoom, loaded: LoadedTenant, actor: Actor, name: string): Promise<void> {
  await changeTenantPlugin(room, loaded, actor, name, async (row, tx) => {
    requireIdle(row)
    if (row.state !== 'off') return undefined
    const isOpen = undecided(asksOf(row.manifest, row.behaviour), row).length > 0
    // First steps that are taken already are passed over.
    const state = isOpen ? 'waiting' : await stateToBegin(tx, loaded.model, row, actor)
    return { change: { state }, audit: 'plugin_on' }
  })
  await room.health.resume(loaded.tenant.schema, name)
}

/** What waits is forgotten; the installed version stays. @throws RL214 its migrations are under way */
export async function dropNext(room: LifeRoom, loaded: LoadedTenant, actor: Actor, name: string): Promise<void> {
  await changeTenantPlugin(room, loaded, actor, name, async (row, tx) => {
    if (!row.next) return undefined
    if (row.next.phase === 'migration' && (await isBeingMigrated(tx, loaded.tenant.schema, name))) requireIdle(row)
    return {
      change: { next: null, error: null, ...(row.state === 'upgrading' ? { state: 'on' } : {}) },
      audit: 'plugin_changed',
      details: `Version ${row.next.version} is not wanted`,
    }
  })
}

/** A job that was cut off too often is over, and its plugin would wait for it for ever. */
async function isBeingMigrated(tx: Queryable, schema: string, name: string): Promise<boolean> {
  const rows = await runSql(
    tx,
    sql`SELECT 1 FROM ${ident(schema, '_job')} WHERE kind = ${param(MIGRATE_KIND, 'text')} AND state IN ('waiting', 'running') AND payload ->> 'plugin' = ${param(name, 'text')} LIMIT 1`,
  )
  return rows.length > 0
}
