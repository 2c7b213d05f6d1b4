// A change of a plugin that publishes nothing: in one transaction with its face, the log and the word to all processes.
import type { Actor } from '../../actor.ts'
import { type AuditAction, writeAudit } from '../../auth/audit.ts'
import type { Model } from '../../catalog/model.ts'
import { VERSION_CHANNEL } from '../../catalog/store.ts'
import type { Queryable } from '../../run/database.ts'
import type { LoadedTenant } from '../../catalog/loaded-tenant.ts'
import { countPluginChange } from '../../tenants/registry.ts'
import type { LifeRoom } from './life-room.ts'
import { scheduleWork } from './schedules.ts'
import { PLUGIN_ENTITY, writePluginFace } from '../plugin-face.ts'
import { changePlugin, type PluginChange, type PluginRow, requirePlugin } from '../plugin-rows.ts'

export interface PluginTouch {
  name: string
  by: string
  audit: AuditAction
  details?: string
}

/** What every change of a plugin brings along. Part of its transaction. */
export async function touched(
  room: Pick<LifeRoom, 'events'>,
  tx: Queryable,
  { tenant }: LoadedTenant,
  model: Model,
  { name, by, audit, details }: PluginTouch,
): Promise<void> {
  await writePluginFace(tx, model, name, by)
  const entry = { action: audit, by, about: name, kind: PLUGIN_ENTITY }
  await writeAudit(tx, model, details === undefined ? entry : { ...entry, details })
  await countPluginChange(tx, tenant.id)
  await room.events.queue.add([scheduleWork(tenant.schema, name)], tx)
  await tx.query('SELECT pg_notify($1, $2)', [VERSION_CHANNEL, `${tenant.slug} ${model.version} plugins`])
}

export interface Changed {
  change: PluginChange
  audit: AuditAction
  details?: string
}

/**
 * @param work is given the row, locked; undefined: nothing is to be changed; may throw
 * @throws RL205 there is no such plugin
 */
export async function changeTenantPlugin(
  room: LifeRoom,
  loaded: LoadedTenant,
  actor: Pick<Actor, 'userId'>,
  name: string,
  work: (row: PluginRow, tx: Queryable) => Promise<Changed | undefined>,
): Promise<void> {
  const { schema, slug } = loaded.tenant
  const isChanged = await room.database.transaction(async (tx) => {
    const row = await requirePlugin(tx, schema, name, { lock: true })
    const done = await work(row, tx)
    if (!done) return false
    const { change, ...what } = done
    if (Object.keys(change).length > 0) await changePlugin(tx, schema, name, change)
    await touched(room, tx, loaded, loaded.model, { name, by: actor.userId, ...what })
    return true
  })
  if (isChanged) await room.catalog.reload(slug)
}
