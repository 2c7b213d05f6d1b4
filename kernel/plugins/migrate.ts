// Upgrades with migrations (see README.md): first what the new version adds to the metadata, so that the version before
// runs on beside it; then the steps, as the new code, page by page; then the code and the rest of the metadata.
import type { Behaviour, MigrationBehaviour } from '../../sdk/plugin/behaviour.ts'
import type { Actor } from '../actor.ts'
import { compareVersions } from '../catalog/semver.ts'
import type { LoadedTenant } from '../services.ts'
import { type Incoming, switchOver } from './install.ts'
import type { LifeRoom } from './life-room.ts'
import type { PluginRow } from './plugin-rows.ts'

/** Steps between the installed version and the new one, in order. */
export function dueMigrations({ migrations }: Behaviour, installed: string): MigrationBehaviour[] {
  return migrations
    .filter(({ version }) => compareVersions(version, installed) > 0)
    .sort((a, b) => compareVersions(a.version, b.version))
}

export async function beginMigration(
  room: LifeRoom,
  loaded: LoadedTenant,
  actor: Pick<Actor, 'userId'>,
  incoming: Incoming,
  _installed: PluginRow,
  _due: readonly MigrationBehaviour[],
  options: { expectedVersion?: number; note?: string },
): Promise<void> {
  // TODO: steps. Until there is somebody who runs them.
  await switchOver(room, loaded, actor, incoming, options)
}
