// `relata/plugin/testing`: what api.ts promises to the tests of a plugin.
import strict from 'node:assert/strict'
import { test as nodeTest } from 'node:test'
import type * as api from './api.ts'
import { openTenant } from './tenant.ts'

export type * from './api.ts'

let tenant: Promise<api.TestTenant> | undefined

/** One for each test file, for making one takes longer than a test. */
export const createTestTenant: typeof api.createTestTenant = () => (tenant ??= openTenant())
export const test: typeof api.test = nodeTest
export const assert: api.Assert = {
  ...strict,
  rejects: (work, error, message) =>
    error === undefined ? strict.rejects(work, message) : strict.rejects(work, error, message),
}
