import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  root: new URL('..', import.meta.url).pathname,
  test: {
    // Tests of plugins are run by `relata plugin test`: tests/process/plugin-tests.test.ts.
    include: ['tests/**/*.test.ts'],
    exclude: ['tests/studio/**', '**/node_modules/**', '**/dist/**'],
    globalSetup: ['tests/support/global-setup.ts'],
    // Test files stay apart by process: one that breaks its own does not take the others with it.
    pool: 'forks',
    // One fewer than cores would be one on two cores; much of what tests do is wait.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    testTimeout: process.env['RELATA_TEST_LONG'] ? 600_000 : 45_000,
    hookTimeout: 60_000,
    passWithNoTests: true,
  },
})
