import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { openApiRoutes } from '../../kernel/http/openapi.ts'
import type { Services } from '../../kernel/services.ts'

// The page and its scripts are the same for everyone and ask no service for anything.
const services = {} as Services
const app = new Hono().route('/api/v1/acme', openApiRoutes(services))
const get = (path: string) => app.request(`/api/v1/acme/${path}`)

test('[C43] the page to try the API loads nothing from elsewhere', async () => {
  const page = await get('docs')
  const html = await page.text()
  expect(page.headers.get('content-type')).toContain('text/html')
  expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
  expect(html).not.toMatch(/https?:/)
  const assets = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '')
  expect(assets.length).toBeGreaterThan(2)
  for (const asset of assets) {
    const answer = await get(asset)
    expect([asset, answer.status]).toEqual([asset, 200])
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  }
})

test('[C43] only the files of the page are served', async () => {
  for (const path of ['docs/package.json', 'docs/..%2Fpackage.json', 'docs/constructor', 'docs/index.html']) {
    expect([path, (await get(path)).status]).toEqual([path, 404])
  }
})
