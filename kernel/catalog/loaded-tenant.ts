// What stands below every request: the organisation, its published metadata, the plugins that are on.
import type { PluginSet } from '../plugins/contract.ts'
import type { Model } from './model.ts'

export interface TenantInfo {
  id: string
  slug: string
  title: string
  /** PostgreSQL schema. */
  schema: string
  isDemo: boolean
}

/** One published version, loaded: what a request holds from beginning to end. */
export interface LoadedTenant {
  tenant: TenantInfo
  model: Model
  /** Those that are on. */
  plugins: PluginSet
}
