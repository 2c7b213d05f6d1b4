// After-hooks: told of every change once it is settled, by way of the outbox and the queue; at least once, of one record
// in order. What one run writes is one transaction together with the note that it was done.
import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { RelataError } from '../../sdk/errors.ts'
import { type AfterHook, RECORD_OPERATIONS } from '../../sdk/plugin/behaviour.ts'
import type { Actor } from '../actor.ts'
import { SYSTEM_USER_ID } from '../auth/members.ts'
import { findUser, withCircle } from '../auth/user-actors.ts'
import type { EntityModel, Model } from '../catalog/model.ts'
import type { Consumer, Delivery, OutboxEvent, Work, WorkRules } from '../events/contract.ts'
import type { ActRoom } from '../plugins/act/act-room.ts'
import type { Hooked } from '../plugins/contract.ts'
import { isDone } from '../plugins/act/done-work.ts'
import { pluginTitle } from '../plugins/act/failure.ts'
import { pluginActor, pluginContext } from '../plugins/act/plugin-actor.ts'
import { asWorkError } from '../plugins/act/queued.ts'
import { runKept } from '../plugins/act/run-kept.ts'
import type { Queryable } from '../run/database.ts'
import { getRecord } from '../run/read-records.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import { chase, MOST_DEPTH } from './chase.ts'

export const AFTER_KIND = 'plugin.after'

const Payload = Type.Object({
  plugin: Type.String(),
  hook: Type.String(),
  event: Type.String(),
  /** Id of the entity. */
  entity: Type.String(),
  record: Type.String(),
  operation: Type.Union(RECORD_OPERATIONS.map((one) => Type.Literal(one))),
  at: Type.String(),
  actor: Type.Union([Type.String(), Type.Null()]),
  onBehalf: Type.Union([Type.String(), Type.Null()]),
  depth: Type.Integer(),
  /** Names of fields. */
  changed: Type.Array(Type.String()),
})
type Payload = Static<typeof Payload>

const NONE: readonly never[] = Object.freeze([])

export const afterConsumer: Consumer = {
  name: 'plugins',
  deliveries(event, { model, plugins }) {
    if (plugins.all.length === 0) return NONE
    const entity = byId(model, event.entity)
    if (!entity) return NONE
    const hooks = plugins.after(entity.entity.name, event.operation)
    if (hooks.length === 0) return NONE
    const changed = event.changed.map((id) => entity.entity.fields.find((field) => field.id === id)?.name ?? id)
    return hooks
      .filter(({ hook }) => concerns(entity, hook, event, changed))
      .flatMap((hooked) => tell(event, hooked, changed))
  },
}

function concerns(entity: EntityModel, { fields }: AfterHook, { operation }: OutboxEvent, changed: readonly string[]) {
  if (operation !== 'update' || !fields) return true
  return fields.some((name) => changed.includes(entity.field(name)?.name ?? name))
}

const tell = (event: OutboxEvent, { plugin, hook }: Hooked<AfterHook>, changed: readonly string[]): Delivery[] =>
  event.records.map((record) => {
    const { id, entity, operation, at, actor, onBehalf, depth } = event
    const about = { plugin: plugin.name, hook: hook.name, event: id, entity, record }
    const payload: Payload = { ...about, operation, at, actor, onBehalf, depth, changed: [...changed] }
    return { kind: AFTER_KIND, key: `${plugin.name}/${hook.name}/${record}`, payload }
  })

const known = new WeakMap<Model, ReadonlyMap<string, EntityModel>>()
function byId(model: Model, id: string): EntityModel | undefined {
  const map = known.get(model) ?? new Map(model.all().map((one) => [one.entity.id, one]))
  known.set(model, map)
  return map.get(id)
}

export const AFTER_RULES: WorkRules = {
  title(payload, { model }) {
    if (!Value.Check(Payload, payload)) return AFTER_KIND
    const entity = byId(model, payload.entity)?.entity.name ?? payload.entity
    return `${pluginTitle(model, payload.plugin)}: ${payload.hook} after ${payload.operation} of ${entity} ${payload.record}`
  },
  tries: 12,
  mostS: 60,
}

export function afterHandler(room: () => ActRoom) {
  return async ({ loaded, payload, signal }: Work): Promise<void> => {
    if (!Value.Check(Payload, payload)) throw new Error('The work is not one of after-hooks.')
    await asWorkError(() => tellHook(room(), loaded, payload, signal))
  }
}

async function tellHook(room: ActRoom, loaded: LoadedTenant, payload: Payload, signal: AbortSignal): Promise<void> {
  const { model, plugins, tenant } = loaded
  const entity = byId(model, payload.entity)
  const hooked = entity && plugins.after(entity.entity.name, payload.operation).find((one) => isIt(one, payload))
  // It was switched off, or a later version does not have it.
  if (!hooked) return
  const { plugin, hook } = hooked
  const once = `after ${payload.hook} ${payload.event} ${payload.record}`
  if (await isDone(room.database, tenant.schema, plugin.name, once)) return
  if (payload.depth >= MOST_DEPTH) throw await chase(room, loaded, hooked, payload)
  const run = { tenant, plugin, kind: 'after', entry: hook.name, actor: payload.onBehalf ?? payload.actor } as const
  const who = await actsFor(room, loaded, hooked, payload)
  if ('refused' in who) return room.journal.denied(run, who.grant, who.refused)
  const depth = payload.depth + 1
  const context = pluginContext(room, loaded, pluginActor(tenant, plugin, who.person, depth))
  const record = await readAs(room.database, context, entity, payload)
  const { operation, record: recordId, changed, at } = payload
  // A bulk load is one event for many records: what a hook knows a change by is of one.
  const id = `${payload.event}.${recordId}`
  const event = { id, operation, entity: entity.entity.name, recordId, record, changed, at }
  const entry = { kind: 'after', name: hook.name } as const
  await runKept(room, { loaded, plugin, entry, person: who.person, depth, input: { event }, signal, once })
}

const isIt = ({ plugin, hook }: Hooked<AfterHook>, payload: Payload): boolean =>
  plugin.name === payload.plugin && hook.name === payload.hook

type Who = { person: Actor | null } | { refused: string; grant: string }

/** With the rights that they have now, and not when they wrote. */
async function actsFor(
  room: ActRoom,
  loaded: LoadedTenant,
  { plugin, hook }: Hooked<AfterHook>,
  { actor, onBehalf }: Payload,
): Promise<Who> {
  if (hook.as === 'plugin') {
    if (plugin.grants.has('background')) return { person: null }
    return { refused: `${hook.name} acts with the plugin’s own rights, which was not granted.`, grant: 'background' }
  }
  const cause = onBehalf ?? actor
  // What nobody did, or a plugin for itself, the plugin follows up for itself.
  if (cause === null || cause === SYSTEM_USER_ID || loaded.plugins.all.some(({ userId }) => userId === cause))
    return { person: null }
  const found = await findUser(room.database, loaded, cause)
  if (found) return { person: await withCircle(room.database, loaded, found) }
  return { refused: `${hook.name} was left out: whoever made the change is not active any more.`, grant: 'after' }
}

/** A deleted one as it stands in the trash. null: it is gone, or not for them. */
export async function readAs(
  database: Queryable,
  context: ReturnType<typeof pluginContext>,
  entity: EntityModel,
  { record: id, operation }: Pick<Payload, 'record' | 'operation'>,
): Promise<unknown> {
  if (!context.rights.can(entity, 'read')) return null
  for (const isTrash of operation === 'delete' ? [false, true] : [false]) {
    try {
      const { body } = await getRecord(context, database, entity, id, { select: undefined, expand: [], isTrash })
      return JSON.parse(body)
    } catch (error) {
      if (!(error instanceof RelataError) || error.code !== 'RL205') throw error
    }
  }
  return null
}
