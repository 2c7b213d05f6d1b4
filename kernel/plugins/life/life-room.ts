// What the life of plugins needs of the other rooms.
import type { Logger } from 'pino'
import type { Events } from '../../events/contract.ts'
import type { RunMigration } from '../migration-run.ts'
import type { Keyring } from '../../platform/secret.ts'
import type { Database } from '../../run/database.ts'
import type { ArchiveFolder } from './archive-folder.ts'
import type { AvailablePlugins } from './available.ts'
import type { PluginHealthBook } from '../plugin-health.ts'
import type { OpenJournal } from '../journal/journal.ts'
import type { Sandbox } from '../../sandbox/contract.ts'
import type { SchemaPublisher } from '../../schema/publisher.ts'
import type { Catalog } from '../../services.ts'

export interface LifeRoom {
  database: Database
  catalog: Catalog
  publisher: SchemaPublisher
  sandbox: Sandbox
  /** What plugins have broken, in all processes. */
  health: Pick<PluginHealthBook, 'resume' | 'read'>
  journal: OpenJournal
  /** Data of removed plugins. */
  archives: ArchiveFolder
  /** Packages that came with the server. */
  available: AvailablePlugins
  keys: Pick<Keyring, 'seal'>
  /** Plugins may come from somebody's folder (RELATA_DEV_PLUGINS). */
  allowsDevelopment: boolean
  /** Hears what schedules are to be. */
  events: Pick<Events, 'queue'>
  /** In act/, where code of plugins is run. */
  runMigration: RunMigration
  log: Logger
}
