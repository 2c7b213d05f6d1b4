// Playwright's `test` with a server of our own for each worker; `page.goto('/')` goes there.
import { test as base } from '@playwright/test'
import { type ServerUnderTest, startServer } from './start-server.ts'

export { expect } from '@playwright/test'

export const test = base.extend<object, { server: ServerUnderTest }>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of fixtures from this pattern
    async ({}, use) => {
      const server = await startServer({ args: ['--demo'] })
      await use(server)
      await server.stop()
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  baseURL: ({ server }, use) => use(server.url),
})
