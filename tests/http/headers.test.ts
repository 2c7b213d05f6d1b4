// What every kind of answer tells the browser about trust, and which requests of other sites are refused.
import { beforeAll, describe, expect, test } from 'vitest'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

let tenant: TestTenant
let secure: TestTenant
let key: string
beforeAll(async () => {
  tenant = await openTestTenant([])
  secure = await openTestTenant([], { RELATA_PUBLIC_URL: 'https://crm.example.org' })
  key = (await tenant.call('POST', 'keys', { name: 'K', role: 'system.administrator' })).body.key
})

const ask = (of: TestTenant, path: string, init: RequestInit = {}) =>
  of.kernel.app.request(`http://localhost${path}`, {
    ...init,
    headers: { authorization: `Bearer ${key}`, ...init.headers },
  })

const KINDS: readonly [string, string, RequestInit?][] = [
  ['a page of the studio', '/test/base.person'],
  ['the sign-in page', '/'],
  ['an invitation', '/invitation?tenant=test&token=x'],
  ['a file of the pages that is not there', '/assets/none.js'],
  ['health', '/healthz'],
  ['the session', '/api/session'],
  ['a refused sign-in', '/api/auth/sign-in/email', { method: 'POST', body: '{}' }],
  ['a list', '/api/v1/test/records/base.person'],
  ['no such record', '/api/v1/test/records/base.person/x'],
  ['an address that is nothing', '/api/v1/test/nothing'],
  ['somebody who is no member', '/api/v1/test/me', { headers: { authorization: 'Bearer x' } }],
  ['meta', '/api/v1/test/meta'],
  ['metadata', '/api/v1/test/metadata'],
  ['the description of the API', '/api/v1/test/openapi.json'],
  ['its page', '/api/v1/test/docs'],
  ['a script of that page', '/api/v1/test/docs/swagger-ui-bundle.js'],
  ['an address of the API that is nothing', '/api/nothing'],
]

function expectSafe(what: string, { headers }: Response): void {
  const policy = headers.get('content-security-policy') ?? ''
  const directive = (name: string) => policy.split('; ').find((one) => one.startsWith(name)) ?? ''
  expect([what, directive('default-src')]).toEqual([what, "default-src 'none'"])
  expect([what, directive('frame-ancestors')]).toEqual([what, "frame-ancestors 'none'"])
  expect([what, directive('script-src')]).not.toEqual([what, expect.stringMatching(/unsafe|data:|https?:|\*/)])
  expect([what, headers.get('x-content-type-options')]).toEqual([what, 'nosniff'])
  expect([what, headers.get('x-frame-options')]).toEqual([what, 'DENY'])
  expect([what, headers.get('referrer-policy')]).toEqual([what, 'no-referrer'])
  expect([what, headers.get('cross-origin-opener-policy')]).toEqual([what, 'same-origin'])
  expect([what, headers.get('cross-origin-resource-policy')]).toEqual([what, 'same-origin'])
  expect([what, headers.get('permissions-policy')]).toEqual([what, expect.stringContaining('camera=()')])
}

describe('every kind of answer', () => {
  test.each(KINDS)('%s says what it may do', async (what, path, init) => {
    const response = await ask(tenant, path, init)
    expectSafe(what, response)
    expect(response.headers.get('strict-transport-security')).toBeNull()
    const overHttps = await ask(secure, path, init)
    expect(overHttps.headers.get('strict-transport-security')).toMatch(/^max-age=31536000/)
  })

  test('a file that somebody brought runs nothing, in a page or as one', async () => {
    const { body } = await tenant.send('POST', 'files?name=x.html', '<script>alert(1)</script>', 'text/html')
    for (const query of ['', '?inline=true']) {
      const response = await ask(tenant, `/api/v1/test/files/${body.id}${query}`)
      expectSafe('file', response)
      expect(response.headers.get('content-security-policy')).toContain('sandbox')
      expect(response.headers.get('content-disposition')).toMatch(/^attachment/)
      expect(response.headers.get('content-type')).toBe('application/octet-stream')
    }
    const gone = await tenant.call('DELETE', `records/system.file/${body.id}`)
    expectSafe('deleted', new Response(null, { headers: gone.headers }))
  })

  test('a page runs scripts of this server only, and none that stand in it', async () => {
    const policy = (await ask(tenant, '/')).headers.get('content-security-policy') ?? ''
    expect(policy.split('; ')).toEqual(
      expect.arrayContaining(["script-src 'self'", "connect-src 'self'", "base-uri 'none'", "form-action 'self'"]),
    )
    expect(policy).not.toContain('unsafe-eval')
  })
})

describe('what changes something', () => {
  const CHANGES: readonly [string, string][] = [
    ['POST', '/api/auth/sign-in/email'],
    ['POST', '/api/auth/sign-out'],
    ['POST', '/api/setup'],
    ['POST', '/api/password'],
    ['POST', '/api/password/link'],
    ['POST', '/api/password/forgot'],
    ['POST', '/api/invitations/accept'],
    ['DELETE', '/api/sessions'],
    ['DELETE', '/api/sessions/0190aaaa-0000-7000-8000-000000000000'],
    ['POST', '/api/tenants'],
    ['POST', '/api/v1/test/keys'],
    ['POST', '/api/v1/test/invitations'],
    ['POST', '/api/v1/test/records/base.person'],
    ['PATCH', '/api/v1/test/me'],
  ]
  test.each(CHANGES)('%s %s is refused when another site is behind it', async (method, path) => {
    for (const headers of [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site', origin: 'http://localhost' },
      { origin: 'null' },
      { cookie: 'relata.session_token=x' },
    ]) {
      const response = await tenant.kernel.app.request(`http://localhost${path}`, {
        method,
        headers: { 'content-type': 'application/json', ...headers },
        body: '{}',
      })
      expect([JSON.stringify(headers), response.status]).toEqual([JSON.stringify(headers), 403])
      expect(await response.json()).toMatchObject({ code: 'RL304' })
    }
  })
})
