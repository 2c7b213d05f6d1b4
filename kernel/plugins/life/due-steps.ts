// Which steps of its migrations a version takes, in order.
import type { Behaviour, MigrationBehaviour } from '../../../sdk/plugin/behaviour.ts'
import { compareVersions } from '../../catalog/semver.ts'

/** Steps between the installed version and the new one, in order. */
export function dueMigrations({ migrations }: Behaviour, installed: string): MigrationBehaviour[] {
  return migrations
    .filter(({ version }) => compareVersions(version, installed) > 0)
    .sort((a, b) => compareVersions(a.version, b.version))
}

/** Those that a first install takes. */
export const firstSteps = ({ migrations }: Behaviour): MigrationBehaviour[] =>
  migrations.filter(({ atInstall }) => atInstall === true).sort((a, b) => compareVersions(a.version, b.version))
