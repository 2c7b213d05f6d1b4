// Which app the sidebar shows, and where its entries lead.
import type { ClientApp } from '../app/meta.ts'
import { meta, metaStore } from '../app/meta.ts'
import { hrefOf, type Route } from '../app/router.ts'
import { createStore } from '../app/store.ts'

export type Entry = ClientApp['navigation'][number]

/** Name of the app; kept for the next visit, for each tenant. */
export const appStore = createStore<string>('')
const keyOf = (tenant: string): string => `relata.app.${tenant}`

metaStore.subscribe(({ tenant }) => appStore.set(localStorage.getItem(keyOf(tenant.slug)) ?? ''))

export function currentApp(): ClientApp | undefined {
  return meta.app(appStore.get()) ?? meta.apps[0]
}

export function setCurrentApp(name: string): void {
  localStorage.setItem(keyOf(meta.tenant.slug), name)
  appStore.set(name)
}

/** The current app where it has this entity, else the first that has it. */
export function appOfEntity(entity: string): ClientApp | undefined {
  const has = (app: ClientApp | undefined): app is ClientApp =>
    app?.navigation.some((entry) => entry.entity === entity) ?? false
  const present = currentApp()
  return has(present) ? present : meta.apps.find(has)
}

export function hrefOfEntry(entry: Entry): string {
  const isDefault = entry.view === undefined || meta.views(entry.entity)[0]?.name === entry.view
  return hrefOf.list(entry.entity, isDefault || !entry.view ? {} : { view: entry.view })
}

/** Is this the entry whose page is open? A record's page belongs to the entry without a view of its own. */
export function isCurrentEntry(entry: Entry, { entity, query }: Route, siblings: readonly Entry[]): boolean {
  if (entry.entity !== entity) return false
  const fallback = meta.views(entity)[0]?.name
  const shown = query.get('view') ?? fallback
  const viewOf = (one: Entry) => one.view ?? fallback
  if (viewOf(entry) === shown) return true
  const hasExact = siblings.some((one) => one.entity === entity && viewOf(one) === shown)
  return !hasExact && siblings.find((one) => one.entity === entity)?.id === entry.id
}
