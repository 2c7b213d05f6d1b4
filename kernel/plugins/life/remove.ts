// Taking a plugin out. Nobody's data goes by the way: what becomes of it is asked for, and shown before with how many
// records there are. What other packages build on stays until they are gone.
import { RelataError } from '../../../sdk/errors.ts'
import type { RemoveRequest } from '../../../sdk/wire/plugins.ts'
import type { Actor } from '../../actor.ts'
import type { LoadedTenant } from '../../catalog/loaded-tenant.ts'
import { retirePluginUser } from '../plugin-face.ts'
import { deletePlugin } from '../plugin-rows.ts'
import { touched } from './change.ts'
import { requireIdle } from './incoming.ts'
import type { LifeRoom } from './life-room.ts'
import { planRemoval, type RemovalPlan } from './plan-removal.ts'
import { removeArchived } from './remove-archived.ts'

/** @throws RL209 other packages need it · RL214 roles that are held, an upgrade under way */
export async function remove(
  room: LifeRoom,
  loaded: LoadedTenant,
  actor: Actor,
  name: string,
  { data, expectedVersion }: RemoveRequest,
): Promise<void> {
  const plan = await planRemoval(room, loaded, name)
  requireIdle(plan.plugin)
  requireFree(plan)
  if (data === 'archive') {
    await removeArchived(room, loaded, actor, plan, expectedVersion === undefined ? {} : { expectedVersion })
    room.sandbox.retire(loaded.tenant.schema, name)
    return
  }
  const confirm = data === 'drop' ? plan.drops : []
  await room.publisher.publish(loaded.tenant, {
    packages: [],
    remove: [name],
    confirm,
    note: `${name} ${plan.plugin.version} removed`,
    by: actor.userId,
    ...(expectedVersion === undefined ? {} : { expectedVersion }),
    also: async (tx, model) => {
      await deletePlugin(tx, loaded.tenant.schema, name)
      await retirePluginUser(tx, model, name)
      const details = data === 'drop' ? 'With its data' : 'Its data is kept'
      await touched(room, tx, loaded, model, { name, by: actor.userId, audit: 'plugin_removed', details })
    },
  })
  room.sandbox.retire(loaded.tenant.schema, name)
}

function requireFree({ plugin: { name }, dependents, problems }: RemovalPlan): void {
  if (dependents.length > 0)
    throw new RelataError('RL209', `${name} cannot be removed: ${dependents.join(', ')} need it.`, {
      hint: 'Remove them first.',
      members: { dependents },
    })
  const [first] = problems
  if (!first) return
  const where = [first.package, first.file].filter(Boolean).join('/')
  throw new RelataError('RL214', `${name} cannot be removed: ${where} ${first.message}.`, { problems })
}
