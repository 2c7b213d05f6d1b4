// Addresses and pages. A table of path shapes instead of a router library: pages stay on screen while only their query
// changes, and Back restores what a page had noted about its entry. Names of entities have a dot, names of pages have none.
import { createStore } from './store.ts'

export type PageName =
  | 'home'
  | 'setup'
  | 'password'
  | 'forgot'
  | 'invitation'
  | 'tenants'
  | 'gallery'
  | 'list'
  | 'record'
  | 'create'
  | 'trash'
  | 'profile'
  | 'new-entity'
  | 'not-found'

export interface Route {
  page: PageName
  /** '' outside a tenant. */
  tenant: string
  /** Qualified entity name; '' where the page has none. */
  entity: string
  /** Record id; '' where the page has none. */
  id: string
  query: URLSearchParams
  /** Identity of this history entry, for what a page notes about it. */
  entry: string
}

const isEntity = (part: string): boolean => /^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$/.test(part)
/** Of the installation, or of nobody. */
const OUTSIDE_PAGES: readonly PageName[] = ['setup', 'password', 'forgot', 'invitation', 'tenants', 'gallery']
const TENANT_PAGES: readonly PageName[] = ['trash', 'profile', 'new-entity']

/** Pure: an address within this site → the page it names. */
export function routeOf(url: URL, entry = ''): Route {
  const [tenant = '', second, third, ...rest] = url.pathname
    .split('/')
    .slice(1)
    .map(decode)
    .filter((part) => part !== '')
  const base = { tenant, entity: '', id: '', query: url.searchParams, entry }
  const page = TENANT_PAGES.find((name) => name === second)
  if (rest.length > 0) return { ...base, page: 'not-found' }
  if (tenant === '') return { ...base, page: 'home' }
  if (second === undefined) {
    const outside = OUTSIDE_PAGES.find((name) => name === tenant)
    if (outside) return { ...base, tenant: '', page: outside }
    return { ...base, page: 'home' }
  }
  if (page && third === undefined) return { ...base, page }
  if (!isEntity(second)) return { ...base, page: 'not-found' }
  if (third === undefined) return { ...base, page: 'list', entity: second }
  if (third === 'new') return { ...base, page: 'create', entity: second }
  return { ...base, page: 'record', entity: second, id: third }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

interface EntryState {
  rlEntry: string
  rlIndex: number
}
const isEntryState = (state: unknown): state is EntryState =>
  typeof state === 'object' && state !== null && 'rlEntry' in state && 'rlIndex' in state

let index = 0
const newEntry = (): EntryState => ({ rlEntry: crypto.randomUUID(), rlIndex: index })

function here(): Route {
  const state: unknown = history.state
  if (isEntryState(state)) {
    index = state.rlIndex
    return routeOf(new URL(location.href), state.rlEntry)
  }
  const fresh = newEntry()
  history.replaceState(fresh, '')
  return routeOf(new URL(location.href), fresh.rlEntry)
}

export const route = createStore<Route>(here())

export interface NavigateOptions {
  /** The address changes in place: no new step for Back. */
  replace?: boolean
}

/** Go to an address within the studio, unless a page asks to stay. @returns whether we went */
export async function navigate(href: string, { replace = false }: NavigateOptions = {}): Promise<boolean> {
  const url = new URL(href, location.href)
  const isSamePage = url.pathname === location.pathname
  if (!isSamePage && !(await mayLeave())) return false
  if (replace) {
    history.replaceState(history.state, '', url)
  } else {
    index++
    history.pushState(newEntry(), '', url)
  }
  route.set(here())
  return true
}

/** Change parameters of the present address; null takes one away. */
export function setQuery(changes: Readonly<Record<string, string | null>>, options: NavigateOptions = {}): void {
  const url = new URL(location.href)
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') url.searchParams.delete(name)
    else url.searchParams.set(name, value)
  }
  if (url.href !== location.href) void navigate(url.href, options)
}

type Guard = () => boolean | Promise<boolean>
const guards = new Set<Guard>()
/** Asked before the page is left; false stays. @returns the remover */
export function addLeaveGuard(guard: Guard): () => void {
  guards.add(guard)
  return () => void guards.delete(guard)
}
async function mayLeave(): Promise<boolean> {
  for (const guard of [...guards]) if (!(await guard())) return false
  return true
}

let isReturning = false
async function onPopState(): Promise<void> {
  if (isReturning) {
    isReturning = false
    return
  }
  const state: unknown = history.state
  const target = isEntryState(state) ? state.rlIndex : index
  const next = routeOf(new URL(location.href))
  const now = route.get()
  const isSamePage = now.page === next.page && now.entity === next.entity && now.id === next.id
  if (guards.size > 0 && !isSamePage) {
    // The browser has gone already: go back to where we were, ask, and go again.
    const delta = target - index
    isReturning = true
    history.go(-delta)
    if (!(await mayLeave())) return
    isReturning = true
    history.go(delta)
    addEventListener('popstate', () => route.set(here()), { once: true })
    return
  }
  route.set(here())
}
addEventListener('popstate', () => void onPopState())

addEventListener('beforeunload', (event) => {
  // Only pages with unsaved work keep a guard.
  if (guards.size > 0) event.preventDefault()
})

/** Plain clicks on links of this site stay in the page; API addresses, downloads and new tabs are left to the browser. */
document.addEventListener('click', (event) => {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return
  const link = event.composedPath().find((node): node is HTMLAnchorElement => node instanceof HTMLAnchorElement)
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin) return
  if (link.pathname.startsWith('/api/') || (link.hash && link.pathname === location.pathname)) return
  event.preventDefault()
  void navigate(link.href)
})

/** What a page remembers of one history entry: scroll position, selection. Gone with the tab. */
const notes = new Map<string, unknown>()
export const entryNote = {
  get: (key: string, entry = route.get().entry): unknown => notes.get(`${entry}:${key}`),
  set: (key: string, value: unknown, entry = route.get().entry): void => void notes.set(`${entry}:${key}`, value),
}

type Query = Readonly<Record<string, string | undefined>>
const within = (parts: readonly string[], query: Query = {}): string => {
  const pairs = Object.entries(query).flatMap(([name, value]) => (value ? [[name, value]] : []))
  const search = new URLSearchParams(pairs).toString()
  const path = [route.get().tenant, ...parts].map(encodeURIComponent).join('/')
  return `/${path}${search ? `?${search}` : ''}`
}

/** Addresses of the current tenant's pages. */
export const hrefOf = {
  home: (tenant = route.get().tenant): string => `/${encodeURIComponent(tenant)}`,
  tenants: (): string => '/tenants',
  gallery: (): string => '/gallery',
  list: (
    entity: string,
    query: { view?: string; filter?: string; sort?: string; columns?: string; q?: string } = {},
  ): string => within([entity], query),
  /** `at`: its state at a moment, as ISO 8601 has it. */
  record: (entity: string, id: string, query: { tab?: string; at?: string } = {}): string =>
    within([entity, id], query),
  /** `values` are put into the form: `{ employer: '018f…' }`. */
  create: (entity: string, values: Readonly<Record<string, string>> = {}): string =>
    within([entity, 'new'], { values: Object.keys(values).length > 0 ? JSON.stringify(values) : undefined }),
  /** The panel that sends an invitation once more. */
  resend: (id: string, to: string): string => within(['system.invitation', 'new'], { resend: id, to }),
  /** The rights of a role, by its qualified name. */
  role: (name: string): string => within(['system.role', name]),
  /** `from`: name of the role that it begins as a copy of. */
  newRole: (from?: string): string => within(['system.role', 'new'], { from }),
  trash: (entity?: string): string => within(['trash'], { entity }),
  profile: (): string => within(['profile']),
  newEntity: (): string => within(['new-entity']),
}
