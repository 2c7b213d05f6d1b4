// Who is signed in to the installation, which tenants they may enter, and what they said about themselves there.
import type { RuleEnvironment } from '../../sdk/rules/index.ts'
import { api, currentTenant } from './api.ts'
import { setLocale } from './i18n.ts'
import { forgetRecords } from './records.ts'
import { createStore } from './store.ts'

export interface TenantSummary {
  slug: string
  title: string
  isDemo: boolean
  /** Only while a demo is not whole; progress 0–100. */
  filling?: { job: string; state: 'waiting' | 'running' | 'failed'; progress: number }
}

export interface Session {
  user: { email: string; name: string; isOperator?: boolean; isOfTenant?: true } | null
  tenants: readonly TenantSummary[]
  setup: 'needed' | 'done'
  /** Characters that a new password must have. */
  minPasswordLength?: number
}

export type Theme = 'system' | 'light' | 'dark'

export interface Profile {
  user_id: string
  display_name: string
  email: string | null
  locale: string | null
  time_zone: string | null
  theme: string
  roles: readonly string[]
  administer: boolean
  teams: readonly string[]
  teams_below: readonly string[]
  organisation: string | null
}

/** null until asked for the first time. */
export const session = createStore<Session | null>(null)
/** Of the current tenant; null until it is entered. */
export const profile = createStore<Profile | null>(null)

/** @throws ApiError */
export async function loadSession(): Promise<Session> {
  const answer = await api.get<Session>('/api/session')
  session.set(answer)
  return answer
}

/**
 * @returns a token for the step that asks for a code, where the account has a second factor; '' when it is done
 * @throws ApiError RL306 when the address or the password is wrong
 */
export async function signIn(email: string, password: string): Promise<string> {
  const answer = await api.post<{ second_step?: string }>('/api/auth/sign-in/email', { email, password })
  if (answer.second_step === undefined) await goOn()
  return answer.second_step ?? ''
}

/** After signing in. @throws ApiError */
export async function goOn(): Promise<Session> {
  // Pages that were refused meanwhile ask again.
  forgetRecords()
  return loadSession()
}

export async function signOut(): Promise<void> {
  await api.post('/api/auth/sign-out', {})
  // Nothing that was read may stay in memory for the next person.
  location.assign('/')
}

/** @throws ApiError */
export async function loadProfile(): Promise<Profile> {
  return adopt(await api.get<Profile>('me'))
}

/** @throws ApiError with problems at the fields */
export async function saveProfile(
  changes: Partial<Pick<Profile, 'display_name' | 'locale' | 'time_zone' | 'theme'>>,
): Promise<Profile> {
  return adopt(await api.patch<Profile>('me', changes))
}

async function adopt(next: Profile): Promise<Profile> {
  setTheme(next.theme)
  await setLocale(next.locale)
  profile.set(next)
  return next
}

const THEME_KEY = 'relata.theme'

/** Kept on the device too, so that the next page is not drawn in the wrong one first. */
export function setTheme(theme: string): void {
  localStorage.setItem(THEME_KEY, theme)
  applyTheme()
}
export function applyTheme(): void {
  const { dataset } = document.documentElement
  dataset['theme'] = localStorage.getItem(THEME_KEY) ?? 'system'
  dataset['density'] = density()
}

const DENSITY_KEY = 'relata.density'
export type Density = 'compact' | 'comfortable'

/** How high rows are; a matter of the screen, so of the device. */
export const density = (): Density => (localStorage.getItem(DENSITY_KEY) === 'comfortable' ? 'comfortable' : 'compact')
export function setDensity(next: Density): void {
  localStorage.setItem(DENSITY_KEY, next)
  applyTheme()
}

/** Asked once: it takes long enough to be felt in a list, where every value that is drawn wants to know. */
const deviceZone = Intl.DateTimeFormat().resolvedOptions().timeZone
/** IANA zone in which times are shown: of the profile, else of the device. */
/** What rules may ask of the moment and of whoever is signed in. */
export function ruleEnvironment(): RuleEnvironment {
  const own = profile.get()
  return {
    now: new Date().toISOString(),
    timeZone: timeZone(),
    me: own?.user_id ?? null,
    teams: own?.teams ?? [],
    teamsBelow: own?.teams_below ?? [],
    organisation: own?.organisation ?? null,
  }
}

export const timeZone = (): string => profile.get()?.time_zone ?? deviceZone

const LAST_KEY = 'relata.tenant'
/** Of the last visit; '' when there was none. */
export const lastTenant = (): string => localStorage.getItem(LAST_KEY) ?? ''

export const rememberTenant = (slug = currentTenant()): void => localStorage.setItem(LAST_KEY, slug)
/** Where to go from `/`: the tenant of the last visit, else the first one. */
export function startTenant(tenants: readonly TenantSummary[]): TenantSummary | undefined {
  const last = localStorage.getItem(LAST_KEY)
  return tenants.find(({ slug }) => slug === last) ?? tenants[0]
}
