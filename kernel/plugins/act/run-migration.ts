// A page of a migration: the new version, for itself, in a transaction that its step ends. Hooks are not asked about what
// it writes: the version that they belong to is on its way out.
import type { MigrationInput } from '../../../sdk/plugin/bridge.ts'
import type { Outcome } from '../../sandbox/contract.ts'
import type { MigrationRun } from '../migration-run.ts'
import type { ActRoom } from './act-room.ts'
import { invokePlugin } from './invoke.ts'
import { recordsIn } from './own-transaction.ts'
import { pluginActor, pluginContext } from './plugin-actor.ts'

/** @throws what the database does, and what is over before its time */
export async function runMigration(
  room: ActRoom,
  { loaded, plugin, code, step, cursor, tx, signal }: MigrationRun,
): Promise<Outcome> {
  const context = pluginContext({ ...room, hooks: null }, loaded, pluginActor(loaded.tenant, plugin, null, 1))
  const records = recordsIn(tx)
  try {
    return await invokePlugin(room, {
      ...{ plugin, context, records, signal },
      entry: { kind: 'migration', name: step },
      input: { cursor } satisfies Pick<MigrationInput, 'cursor'>,
      // Beside the version that runs: what this one breaks is not held against it.
      code: { text: code, place: `${plugin.name}~next` },
    })
  } finally {
    await records.idle()
  }
}
