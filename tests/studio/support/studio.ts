// Playwright's `test` with a server for each worker, one organisation with records in it, and a page that is signed in.
// A page that breaks the content security policy, or throws, fails its test.
import { type BrowserContext, expect, type Page, test as base } from '@playwright/test'
import { pluginArchive, pluginForm, type TestPlugin } from '../../support/plugin-archive.ts'
import { ADMIN, type ServerUnderTest, startServer } from '../../support/start-server.ts'

export { expect } from '@playwright/test'
export { ADMIN } from '../../support/start-server.ts'

export const TENANT = 'main'
/** Organisations in it: more than a page of the list, more than one step of its paging. */
export const ROWS = 1_234

export interface Studio {
  server: ServerUnderTest
  /** Calls the API as the administrator; answers parsed. @throws with the answer when it is a refusal */
  call(method: string, path: string, body?: unknown, contentType?: string): Promise<unknown>
  /** With everything granted that it asks for. */
  install(tenant: string, plugin: TestPlugin): Promise<void>
  /** Of the administrator's session, which tests must not end: for that `signIn` makes one of its own. */
  cookies: { name: string; value: string; url: string }[]
}

export const test = base.extend<{ signedIn: Page }, { studio: Studio }>({
  studio: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern
    async ({}, use) => {
      const server = await startServer({ env: { RELATA_SSO_PRIVATE: 'true' } })
      const studio = await enter(server)
      await studio.call('POST', '/api/tenants', { title: 'Northwind Trading', slug: TENANT, kind: 'empty' })
      const lines = Array.from({ length: ROWS }, (_, index) => JSON.stringify(organisation(index)))
      await studio.call('POST', `/api/v1/${TENANT}/bulk/base.organisation`, lines.join('\n'), 'application/x-ndjson')
      await use(studio)
      await server.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  baseURL: ({ studio }, use) => use(studio.server.url),
  page: async ({ page }, use) => {
    const problems: string[] = []
    page.on('pageerror', (error) => problems.push(error.message))
    page.on('console', (message) => /Content Security Policy/i.test(message.text()) && problems.push(message.text()))
    await use(page)
    expect(problems).toEqual([])
  },
  signedIn: async ({ page, studio }, use) => {
    // The session of the worker: a sign-in for each test would be much of the time that tests take.
    await page.context().addCookies(studio.cookies)
    await use(page)
  },
})

export async function signIn(context: BrowserContext, { server }: Studio): Promise<void> {
  await context.request.post(`${server.url}/api/auth/sign-in/email`, { data: ADMIN, headers: { origin: server.url } })
}

/** Names such that their order by name is that of their numbers. */
export const nameOf = (index: number): string => `Company ${String(index + 1).padStart(4, '0')}`
const INDUSTRIES = ['energy', 'finance', 'health']

function organisation(index: number): Record<string, unknown> {
  return {
    name: nameOf(index),
    employees: (index * 7) % 500,
    website: `https://company-${index}.example`,
    industry: INDUSTRIES[index % 3],
  }
}

async function enter(server: ServerUnderTest): Promise<Studio> {
  const headers = { origin: server.url, 'content-type': 'application/json' }
  const signedIn = await fetch(`${server.url}/api/auth/sign-in/email`, {
    method: 'POST',
    headers,
    body: JSON.stringify(ADMIN),
  })
  const pairs = signedIn.headers.getSetCookie().map((one) => one.split(';')[0] ?? '')
  const cookie = pairs.join('; ')
  const call: Studio['call'] = async (method, path, body, contentType = 'application/json') => {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array
    const response = await fetch(server.url + path, {
      method,
      headers: { cookie, origin: server.url, 'content-type': contentType, 'if-match': '*' },
      ...(body === undefined ? {} : { body: isRaw ? new Uint8Array(Buffer.from(body)) : JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return text === '' ? null : JSON.parse(text)
  }
  return {
    server,
    call,
    async install(tenant, plugin) {
      const { body, type } = await pluginForm(pluginArchive(plugin), { grants: 'all' })
      await call('POST', `/api/v1/${tenant}/plugins`, body, type)
    },
    cookies: pairs.map((pair) => {
      const [name = '', ...value] = pair.split('=')
      return { name, value: value.join('='), url: server.url }
    }),
  }
}

/** The list is there, with rows. */
export async function openList(page: Page, path = `/${TENANT}/base.organisation`): Promise<void> {
  await page.goto(path)
  await expect(page.locator('.rl-cell-name').first()).toBeVisible()
}
