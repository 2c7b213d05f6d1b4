// Published snapshots, loaded when somebody asks and kept by least use. Every process hears of a publish by NOTIFY, and
// asks once in a while in case it did not hear; a request keeps the version that it was given.
import type { Logger } from 'pino'
import { latestSnapshot } from '../schema/versions.ts'
import type { Database } from '../run/database.ts'
import type { LoadedTenant, TenantInfo } from './loaded-tenant.ts'
import type { Catalog } from '../services.ts'
import { findBySlug, infoOf, INSTALLATION_SCHEMA, noSuchTenant } from '../tenants/registry.ts'
import { createPluginSet } from '../plugins/plugin-set.ts'
import { Model } from './model.ts'

/**
 * `SLUG VERSION`, told when a publish is committed; version 0: the tenant is gone. `SLUG VERSION prepared`: a job has
 * computed what was pending in that version. `SLUG VERSION plugins`: a plugin was switched on or off, or granted more.
 */
export const VERSION_CHANNEL = 'relata_version'

export interface CatalogStore extends Catalog {
  /** Tenants that are ready, with these ids, in any order; unknown ones are left out. */
  findTenants(ids: readonly string[]): Promise<readonly TenantInfo[]>
  /** Listens and polls until closed. */
  close(): Promise<void>
}

export interface CatalogOptions {
  database: Database
  log: Logger
  /** Of all kept snapshots, measured as their JSON; at least one is kept. */
  capBytes?: number
  /** How long another process's publish can go unheard. */
  pollMs?: number
}

interface Kept {
  loaded: LoadedTenant
  /** How often its plugins have changed. */
  plugins: number
  sizeBytes: number
}

const CAP_BYTES = 128 * 1024 * 1024
const POLL_MS = 700

export async function openCatalog(options: CatalogOptions): Promise<CatalogStore> {
  const store = new Store(options)
  await store.open()
  return store
}

class Store implements CatalogStore {
  private readonly database: Database
  private readonly log: Logger
  private readonly capBytes: number
  private readonly pollMs: number
  /** The least recently used first. */
  private readonly kept = new Map<string, Kept>()
  private readonly loading = new Map<string, Promise<LoadedTenant>>()
  private stopListening: () => Promise<void> = async () => undefined
  private timer: NodeJS.Timeout | undefined
  private isClosed = false

  constructor({ database, log, capBytes = CAP_BYTES, pollMs = POLL_MS }: CatalogOptions) {
    this.database = database
    this.log = log
    this.capBytes = capBytes
    this.pollMs = pollMs
  }

  async open(): Promise<void> {
    this.stopListening = await this.database.listen(
      VERSION_CHANNEL,
      (payload) => this.hear(payload),
      () => void this.poll(),
    )
    this.schedule()
  }

  async close(): Promise<void> {
    this.isClosed = true
    clearTimeout(this.timer)
    await this.stopListening()
  }

  async load(slug: string): Promise<LoadedTenant> {
    const kept = this.kept.get(slug)
    if (!kept) return this.fetch(slug)
    this.kept.delete(slug)
    this.kept.set(slug, kept)
    return kept.loaded
  }

  async reload(slug: string): Promise<LoadedTenant> {
    const before = this.kept.get(slug)?.loaded.model.version ?? 0
    // One that is under way may have begun before the publish that the caller ran into.
    const underWay = await this.loading.get(slug)?.catch(() => undefined)
    if (underWay && underWay.model.version > before) return underWay
    return this.fetch(slug)
  }

  async findTenants(ids: readonly string[]): Promise<readonly TenantInfo[]> {
    const rows = await this.database.query(
      `SELECT slug FROM ${INSTALLATION_SCHEMA}.tenants WHERE state = 'ready' AND id IN (SELECT json_array_elements_text($1::text::json))`,
      [JSON.stringify(ids)],
    )
    const found = await Promise.all(rows.map(([slug]) => findBySlug(this.database, slug ?? '')))
    return found.flatMap((tenant) => (tenant ? [infoOf(tenant)] : []))
  }

  private fetch(slug: string): Promise<LoadedTenant> {
    const underWay = this.loading.get(slug)
    if (underWay) return underWay
    const started = this.read(slug).finally(() => this.loading.delete(slug))
    this.loading.set(slug, started)
    return started
  }

  private async read(slug: string): Promise<LoadedTenant> {
    const tenant = await findBySlug(this.database, slug)
    const found = tenant?.state === 'ready' ? await latestSnapshot(this.database, tenant.schema) : undefined
    if (!tenant || !found) {
      this.kept.delete(slug)
      throw noSuchTenant()
    }
    const known = this.kept.get(slug)
    // A slow read must not take back a newer version, nor newer plugins.
    if (known && known.loaded.tenant.id === tenant.id && known.loaded.model.version > found.snapshot.version)
      return known.loaded
    if (known && known.loaded.tenant.id === tenant.id && known.plugins > tenant.plugins) return known.loaded
    const made = new Model(found.snapshot, found.pending)
    // What is kept beside a model (compiled statements, texts for the browser) serves on while nothing has changed.
    const isSame = known?.loaded.tenant.id === tenant.id && known.loaded.model.key === made.key
    const model = isSame ? known.loaded.model : made
    const plugins = createPluginSet(found.plugins, model)
    const isSameSet = isSame && known.loaded.plugins.key === plugins.key
    const loaded: LoadedTenant = {
      tenant: infoOf(tenant),
      model,
      plugins: isSameSet ? known.loaded.plugins : plugins,
    }
    this.kept.delete(slug)
    this.kept.set(slug, { loaded, plugins: tenant.plugins, sizeBytes: found.sizeBytes })
    this.makeRoom()
    return loaded
  }

  private makeRoom(): void {
    let total = 0
    for (const { sizeBytes } of this.kept.values()) total += sizeBytes
    for (const [slug, { sizeBytes }] of this.kept) {
      if (total <= this.capBytes || this.kept.size === 1) return
      this.kept.delete(slug)
      total -= sizeBytes
    }
  }

  private hear(payload: string): void {
    const [slug = '', version, what] = payload.split(' ')
    if (what === 'prepared' || what === 'plugins') this.renew(slug)
    else this.notice(slug, Number(version))
  }

  /** The old version serves on until the new one is there. */
  private notice(slug: string, version: number): void {
    const kept = this.kept.get(slug)
    if (!kept || kept.loaded.model.version === version) return
    if (version === 0) {
      this.kept.delete(slug)
      return
    }
    if (version < kept.loaded.model.version) return
    this.renew(slug)
  }

  private renew(slug: string): void {
    if (!this.kept.has(slug)) return
    this.reload(slug).catch((error: unknown) => this.log.warn({ err: error, slug }, 'could not load a new version'))
  }

  private schedule(): void {
    if (this.isClosed) return
    this.timer = setTimeout(() => void this.poll().finally(() => this.schedule()), this.pollMs)
    this.timer.unref()
  }

  private async poll(): Promise<void> {
    const slugs = [...this.kept.keys()]
    if (slugs.length === 0 || this.isClosed) return
    try {
      const rows = await this.database.query(
        `SELECT slug, version, state, plugins FROM ${INSTALLATION_SCHEMA}.tenants WHERE slug IN (SELECT json_array_elements_text($1::text::json))`,
        [JSON.stringify(slugs)],
      )
      const versions = new Map(rows.map(([slug, version, state]) => [slug, state === 'ready' ? Number(version) : 0]))
      const plugins = new Map(rows.map((row) => [row[0], Number(row[3])]))
      for (const slug of slugs) {
        this.notice(slug, versions.get(slug) ?? 0)
        const kept = this.kept.get(slug)
        if (kept && (kept.loaded.model.pending.size > 0 || kept.plugins < (plugins.get(slug) ?? 0))) this.renew(slug)
      }
    } catch (error) {
      if (!this.isClosed) this.log.debug({ err: error }, 'could not ask for new versions')
    }
  }
}
