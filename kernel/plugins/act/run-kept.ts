// A run of its own: after a save, for an action, a job, a call from outside. What it writes is one transaction, kept when
// it ends well and undone when it does not, so that it can be run again.
import type { Actor } from '../../actor.ts'
import { fromPostgres } from '../../run/postgres-error.ts'
import type { LoadedTenant } from '../../catalog/loaded-tenant.ts'
import type { ActRoom } from './act-room.ts'
import type { ActivePlugin } from '../contract.ts'
import { noteDone } from './done-work.ts'
import { failureError } from './failure.ts'
import { type Entry, invokePlugin } from './invoke.ts'
import { openOwnTransaction } from './own-transaction.ts'
import { pluginActor, pluginContext } from './plugin-actor.ts'

export interface KeptRun {
  loaded: LoadedTenant
  plugin: ActivePlugin
  entry: Entry
  /** For whom; null: the plugin acts for itself. */
  person: Actor | null
  /** How many hooks of plugins stand between what it writes and what a person did. */
  depth: number
  input: Readonly<Record<string, unknown>>
  size?: number
  signal?: AbortSignal
  /** Done once, whoever asks again: by what it is known. */
  once?: string
}

export interface Written {
  entity: string
  id: string
}

/** @throws RL401–RL407 what kept it from ending well */
export async function runKept(
  room: ActRoom,
  { loaded, plugin, entry, person, depth, input, size, signal, once }: KeptRun,
): Promise<{ value: unknown; written: readonly Written[] }> {
  const { schema } = loaded.tenant
  const own = openOwnTransaction(room.database, room.places, schema)
  const written = new Map<string, Written>()
  try {
    const context = pluginContext(room, loaded, pluginActor(loaded.tenant, plugin, person, depth))
    const outcome = await invokePlugin(room, {
      ...{ plugin, entry, input, context, records: own },
      ...(size === undefined ? {} : { size }),
      ...(signal ? { signal } : {}),
      onWritten: (entity, id) => written.set(`${entity} ${id}`, { entity, id }),
    })
    if (!outcome.ok) throw failureError(loaded.model, plugin, entry, outcome.failure)
    const isFirst = once === undefined || (await own.write((tx) => noteDone(tx, schema, plugin.name, once)))
    if (!isFirst) await own.rollback()
    else if (own.isOpen) await own.commit()
    if (written.size > 0) room.events.nudge(schema)
    return { value: outcome.value, written: [...written.values()] }
  } catch (error) {
    await own.rollback()
    throw fromPostgres(error)
  }
}
