// A plugin as an actor: for somebody, with what both may, or for itself.
import { type Actor, ALONE } from '../../actor.ts'
import { actorRights, intersect, pluginRights } from '../../plan/plugin-rights.ts'
import { actorInputs, environmentOf } from '../../run/actor-inputs.ts'
import type { Context } from '../../run/context.ts'
import type { LoadedTenant } from '../../catalog/loaded-tenant.ts'
import type { ActRoom } from './act-room.ts'
import type { ActivePlugin } from '../contract.ts'

type Who = Pick<ActivePlugin, 'name' | 'userId' | 'grants'>

/** @param person null: for itself @param depth how many hooks of plugins stand between this and what a person did */
export function pluginActor(
  tenant: LoadedTenant['tenant'],
  { name, userId, grants }: Who,
  person: Actor | null,
  depth: number,
): Actor {
  const plugin = { name, userId, grants, depth }
  if (person) return { ...person, plugin }
  return {
    kind: 'plugin',
    tenant: tenant.slug,
    userId,
    displayName: name,
    email: null,
    roles: [],
    circle: ALONE,
    keyId: null,
    locale: 'en',
    timeZone: 'UTC',
    plugin,
  }
}

/** What a plugin reads and writes with. Rules that only warn of duplicates are not asked: nobody is there to answer. */
export function pluginContext(
  room: Pick<ActRoom, 'seal' | 'guards' | 'hooks'>,
  loaded: LoadedTenant,
  actor: Actor,
): Context {
  const environment = environmentOf(actor)
  const { seal, guards, hooks } = room
  const rights = actorRights(loaded.model, actor)
  const who = { actor, rights, environment, inputs: actorInputs(actor, environment) }
  return { loaded, model: loaded.model, ...who, seal, guards, hooks, acceptsDuplicates: true }
}

/** Within somebody's write, who may be a plugin as well: with what all of them may. */
export function narrowed(context: Context, { name, userId, grants }: Who): Context {
  const { actor, model, rights } = context
  const plugin = { name, userId, grants, depth: actor.plugin?.depth ?? 0 }
  return { ...context, actor: { ...actor, plugin }, rights: intersect(rights, pluginRights(model, plugin)) }
}
