// What a plugin's tests are written against (`relata/plugin/testing`), as types: nothing of Node is among them, so that
// one tsconfig.json holds for the plugin and for its tests. testing/index.ts does it; `relata plugin test` runs it.
import type { ActionName, ActionResult, EntityName, InputOf, RecordOf, Records, WriteOf } from '../index.ts'

export interface TestRoute {
  query?: Record<string, string>
  headers?: Record<string, string>
  /** Text as it is; anything else as JSON. */
  body?: unknown
  /** For routes with `access: 'signed'`: HMAC-SHA256 of the body, in hex unless `encoding` says base64. */
  signWith?: { key: string; header: string; prefix?: string; encoding?: 'hex' | 'base64'; timestampHeader?: string }
}
export interface TestAnswer {
  status: number
  headers: Record<string, string>
  text: string
  json(): unknown
}
export interface TestLogLine {
  level: 'debug' | 'info' | 'warn' | 'error'
  /** `before`, `after`, `action`, `job`, `route`, `migration`. */
  kind: string
  /** Name of the part. */
  entry: string
  message: string
}

export interface TestRecords extends Records {
  create<E extends EntityName>(entity: E, values: WriteOf<E>): Promise<RecordOf<E>>
  /** Several at once, as a bulk load makes them. @returns in the same order */
  createMany<E extends EntityName>(entity: E, values: readonly WriteOf<E>[]): Promise<RecordOf<E>[]>
}

/** Somebody of the tenant. */
export interface TestPerson {
  /** In `system.user`. */
  id: string
  /** By the same API that pages use: hooks run, and rights are those of the role. */
  records: TestRecords
  runAction: TestTenant['runAction']
}

/** The tenant of `relata plugin test`: the plugin is installed in it with everything granted. One for each test file. */
export interface TestTenant {
  /** As an administrator, by the same API that pages use: hooks run. */
  records: TestRecords
  /** As if its button was pressed and its form filled in, as far as it is. Throws what a person would be told. */
  runAction<A extends ActionName>(
    action: A,
    options: { ids?: readonly string[]; input?: Partial<InputOf<A>> },
  ): Promise<ActionResult>
  /** Somebody who holds this role: `sales.rep`. Each time somebody else. */
  as(role: string): Promise<TestPerson>
  /** Now, whatever its schedule, to its end. */
  runJob(name: string, payload?: unknown): Promise<void>
  /** A call from outside to a route of the plugin. */
  callRoute(method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, request?: TestRoute): Promise<TestAnswer>
  /** Resolves when after-hooks and jobs have done what waits. Throws when one of them failed for good. */
  settle(): Promise<void>
  /** What the plugin wrote to its log so far, oldest first. */
  log(): Promise<readonly TestLogLine[]>
  /** Values of the settings form, from now on. */
  setSettings(values: Record<string, unknown>): Promise<void>
  setSecret(name: string, value: string): Promise<void>
}

export declare function createTestTenant(): Promise<TestTenant>

/** As of node:test. */
export declare function test(name: string, run: () => void | Promise<void>): void

/** As of node:assert/strict. */
export interface Assert {
  ok(value: unknown, message?: string): void
  equal<T>(actual: T, expected: T, message?: string): void
  notEqual<T>(actual: T, expected: T, message?: string): void
  deepEqual(actual: unknown, expected: unknown, message?: string): void
  match(text: string, pattern: RegExp, message?: string): void
  rejects(
    work: Promise<unknown> | (() => Promise<unknown>),
    error?: RegExp | { code?: string; message?: RegExp | string },
    message?: string,
  ): Promise<void>
}
export declare const assert: Assert
