// Hooks that set each other off: what one writes another hears of, and so on. After so many it ends, and says who they are.
import { RelataError } from '../../sdk/errors.ts'
import type { AfterHook } from '../../sdk/plugin/behaviour.ts'
import { runSql } from '../auth/system-table.ts'
import type { ActRoom } from '../plugins/act/act-room.ts'
import type { Hooked } from '../plugins/contract.ts'
import { pluginTitle } from '../plugins/act/failure.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import { ident, param, sql } from '../sql/sql.ts'

/** Hooks between what a person did and the last write that comes of it. */
export const MOST_DEPTH = 8
/** Events that are looked through for who took part. */
const LATEST = 200

/** The dead letter: final, since another try would go round again. */
export async function chase(
  room: ActRoom,
  loaded: LoadedTenant,
  { plugin, hook }: Hooked<AfterHook>,
  { event }: { event: string },
): Promise<RelataError> {
  const { model, plugins, tenant } = loaded
  const rows = await runSql(
    room.database,
    sql`SELECT DISTINCT e.entity, e.operation, e.actor FROM (SELECT entity, operation, actor FROM ${ident(tenant.schema, '_outbox')} WHERE id <= ${param(event, 'int8')} AND depth > 0 ORDER BY id DESC LIMIT ${param(String(LATEST), 'int4')}) AS e`,
  )
  const involved = new Set([`${hook.name} of ${pluginTitle(model, plugin.name)} (${hook.entity})`])
  for (const [id, operation, actor] of rows) {
    const entity = model.all().find((one) => one.entity.id === id)?.entity.name
    const operations = hook.on.filter((one) => one === operation)
    if (!entity || operations.length === 0 || !plugins.all.some(({ userId }) => userId === actor)) continue
    for (const one of operations.flatMap((on) => plugins.after(entity, on)))
      involved.add(`${one.hook.name} of ${pluginTitle(model, one.plugin.name)} (${one.hook.entity})`)
  }
  const list = [...involved].join(', ')
  return new RelataError('RL401', `After-hooks set each other off ${MOST_DEPTH} times over: ${list}.`, {
    hint: 'A hook that writes what it, or another, is told of needs a condition under which it writes nothing.',
    members: { isFinal: true, limit: 'depth', max: MOST_DEPTH },
  })
}
