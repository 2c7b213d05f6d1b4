// A hook after a save, tried as if it were told of the last change of a record once more. What it writes is taken back,
// and what it would send is noted down.
import type { AfterHook } from '../../../sdk/plugin/behaviour.ts'
import type { EntityModel } from '../../catalog/model.ts'
import { failureError } from '../../plugins/act/failure.ts'
import { invokePlugin } from '../../plugins/act/invoke.ts'
import { recordsIn } from '../../plugins/act/own-transaction.ts'
import { pluginActor, pluginContext } from '../../plugins/act/plugin-actor.ts'
import { readAs } from '../after.ts'
import type { DryWorld } from './dry-world.ts'
import type { RealChange } from './real-changes.ts'
import { failed, NOTHING, refused, type Tried } from './tried.ts'

/** Of one record. */
const MOST_SENT = 20

/** @returns undefined: time ran out meanwhile */
export async function tryAfter(
  { room, loaded, context: { actor }, candidate, tx }: DryWorld,
  entity: EntityModel,
  hook: AfterHook,
  recordId: string,
  { operation, at, before }: RealChange,
  signal: AbortSignal,
): Promise<Tried | undefined> {
  const { plugin } = candidate
  if (hook.as === 'plugin' && !plugin.grants.has('background'))
    return {
      ...NOTHING,
      outcome: 'failed',
      problems: [{ message: `${hook.name} acts with the plugin’s own rights, which was not granted.` }],
    }
  const { caught } = room.rehearsal
  caught.length = 0
  const person = hook.as === 'plugin' ? null : actor
  const context = pluginContext(room, loaded, pluginActor(loaded.tenant, plugin, person, 1))
  const records = recordsIn(tx)
  const entry = { kind: 'after', name: hook.name } as const
  await tx.execute('SAVEPOINT tried')
  try {
    const record = await records.read(() => readAs(tx, context, entity, { record: recordId, operation }))
    const told = { operation, entity: entity.entity.name, recordId, record, changed: Object.keys(before), at }
    const event = { id: `dry-run.${recordId}`, ...told }
    const outcome = await invokePlugin(room, { plugin, entry, input: { event }, context, records, signal })
    if (!outcome.ok && outcome.failure.kind === 'cancelled') return undefined
    const sent = caught.slice(0, MOST_SENT)
    if (outcome.ok) return { ...NOTHING, outcome: sent.length > 0 ? 'sent' : 'nothing', sent }
    const error = failureError(loaded.model, plugin, entry, outcome.failure)
    return outcome.failure.kind === 'refused' ? refused(error) : { ...failed(error, candidate.sourceMap), sent }
  } catch (error) {
    return signal.aborted ? undefined : failed(error, candidate.sourceMap)
  } finally {
    await records.idle()
    await tx.execute('ROLLBACK TO SAVEPOINT tried; RELEASE SAVEPOINT tried')
  }
}
