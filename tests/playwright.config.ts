import { defineConfig } from '@playwright/test'
import { findChromium } from './support/chromium.ts'

const chromium = await findChromium()
const isCi = Boolean(process.env['CI'])

export default defineConfig({
  testDir: './studio',
  testMatch: '**/*.test.ts',
  outputDir: '../test-results',
  // Every worker starts a server with a database of its own (support/browser.ts): two fit on two cores.
  workers: 2,
  fullyParallel: false,
  forbidOnly: isCi,
  retries: 0,
  timeout: 60_000,
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    timezoneId: 'Europe/Berlin',
    trace: isCi ? 'off' : 'retain-on-failure',
    launchOptions: {
      executablePath: chromium.executablePath,
      args: chromium.args,
      env: { ...definedOnly(process.env), ...chromium.env },
    },
  },
})

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}
