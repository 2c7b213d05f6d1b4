// What rooms know of a tenant's plugins. Loaded with the snapshot, so that a request that concerns none pays nothing.
import type { PackageSource, Text } from '../../sdk/metadata/source.ts'
import type { AfterHook, BeforeHook, Behaviour, RecordOperation } from '../../sdk/plugin/behaviour.ts'
import type { PluginManifest } from '../../sdk/plugin/manifest.ts'

/**
 * waiting: for an administrator's grant, nothing of it runs · on · off: disabled, its metadata stays · upgrading: a
 * migration is under way, the earlier version runs on · removing
 */
export type PluginState = 'waiting' | 'on' | 'off' | 'upgrading' | 'removing'

export interface ActivePlugin {
  /** Of the package. */
  name: string
  version: string
  /** SHA-256 of the code, hex. */
  hash: string
  /** Its row in `system.user`. */
  userId: string
  manifest: PluginManifest
  behaviour: Behaviour
  /** Keys of what was granted (sdk/plugin/asks.ts). */
  grants: ReadonlySet<string>
  /** Values of the settings form. */
  settings: Readonly<Record<string, unknown>>
}

/** A version of a plugin that is tried, whether it runs or not. */
export interface Candidate {
  /** `userId` is empty while it is not installed. */
  plugin: ActivePlugin
  label: Text
  code: string
  sourceMap: string | null
  /** To be published with it; null: they are. */
  source: PackageSource | null
}

export interface Hooked<H> {
  plugin: ActivePlugin
  hook: H
}

/** The plugins of a tenant that are on, hooks found by entity and operation. */
export interface PluginSet {
  all: readonly ActivePlugin[]
  find(name: string): ActivePlugin | undefined
  /** In the order of dependency. Granted ones only. The same empty list for every entity without. */
  before(entity: string, operation: RecordOperation): readonly Hooked<BeforeHook>[]
  after(entity: string, operation: RecordOperation): readonly Hooked<AfterHook>[]
  /** Equal keys: nothing has changed. */
  key: string
}

const NONE: readonly never[] = Object.freeze([])
export const NO_PLUGINS: PluginSet = {
  all: NONE,
  find: () => undefined,
  before: () => NONE,
  after: () => NONE,
  key: '',
}
