// What is published of a new version while the one before runs on beside it.
import type { PackageSource } from '../../../sdk/metadata/source.ts'
import { latestVersion } from '../../schema/versions.ts'
import type { LoadedTenant } from '../../catalog/loaded-tenant.ts'
import { additiveSource } from './additive.ts'
import type { LifeRoom } from './life-room.ts'

/** The package as it is published beside the version that runs on. */
export async function transition(
  room: LifeRoom,
  { tenant }: LoadedTenant,
  next: PackageSource,
): Promise<PackageSource | undefined> {
  const latest = await latestVersion(room.database, tenant.schema)
  const now = latest?.sources.find(({ name }) => name === next.name)
  return now && additiveSource(now, next)
}
