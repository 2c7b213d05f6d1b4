// What whoever runs plugins tells of each run, for administrators and authors to look at.
import type { EntryKind, Outcome } from '../../sandbox/contract.ts'
import type { TenantInfo } from '../../catalog/loaded-tenant.ts'
import type { ActivePlugin } from '../contract.ts'

export interface PluginRun {
  tenant: Pick<TenantInfo, 'schema'>
  plugin: Pick<ActivePlugin, 'name' | 'version' | 'hash'>
  kind: EntryKind
  /** Name of the hook, action, job … */
  entry: string
  /** `system.user` row for whom it ran; null: for itself. */
  actor: string | null
}

/** Costs the caller nothing: kept in memory and written together with others. */
export interface PluginJournal {
  /** A run is over. */
  ran(run: PluginRun, outcome: Outcome): void
  /** The host said no to something that the plugin tried. @param key of what was not granted (sdk/plugin/asks.ts) */
  denied(run: PluginRun, key: string, message: string): void
}

export const NO_JOURNAL: PluginJournal = { ran: () => undefined, denied: () => undefined }
