import { expect, test } from 'vitest'
import { openTestTenant } from '../support/test-tenant.ts'

test('addresses are found by one regular expression, not by a search', async () => {
  const { kernel } = await openTestTenant([])
  await kernel.app.request('http://localhost/healthz')
  // Hono falls back to a slower router when two addresses could both be meant.
  expect(kernel.app.router.name).toBe('SmartRouter + RegExpRouter')
})
