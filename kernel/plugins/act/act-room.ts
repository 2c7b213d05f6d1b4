// What running plugins needs of the other rooms.
import type { Logger } from 'pino'
import type { Events } from '../../events/contract.ts'
import type { Mail } from '../../mail/index.ts'
import type { Outside } from '../../net/outside.ts'
import type { Seal } from '../../plan/field-value.ts'
import type { Keyring } from '../../platform/secret.ts'
import type { Context } from '../../run/context.ts'
import type { Database } from '../../run/database.ts'
import type { Sandbox } from '../../sandbox/contract.ts'
import type { Catalog } from '../../services.ts'
import type { Places } from './own-transaction.ts'
import type { Rehearsal } from './rehearsal.ts'
import type { PluginJournal } from '../journal/journal-contract.ts'

export interface ActRoom {
  database: Database
  catalog: Catalog
  sandbox: Sandbox
  journal: PluginJournal
  /** Opens secrets of plugins. */
  keys: Pick<Keyring, 'open'>
  seal: Seal
  guards: Context['guards']
  /** Asked by what plugins write, as by what people do. */
  hooks: Context['hooks']
  mail: Pick<Mail, 'send'>
  outside: Outside
  events: Events
  places: Places
  /** Everything that runs is only tried. */
  rehearsal?: Rehearsal
  log: Logger
}
