// Guests as plain text, and a sandbox whose times are short, for tests.
import { createHash } from 'node:crypto'
import type { Invocation, Limits, Outcome } from '../../../kernel/sandbox/contract.ts'
import { type OpenSandbox, openSandbox, type SandboxOptions } from '../../../kernel/sandbox/index.ts'

/** Enough for whoever does nothing wrong, on a machine that has much else to do. */
export const GENEROUS: Limits = {
  wallMs: 12_000,
  cpuMs: 6_000,
  sliceMs: 3_000,
  memoryMb: 32,
  hostCalls: 50,
  pendingCalls: 16,
  logLines: 50,
  logBytes: 16_384,
  payloadBytes: 262_144,
}
/** For those that shall run into them. */
export const TIGHT: Limits = { ...GENEROUS, wallMs: 300, cpuMs: 300, sliceMs: 300 }

export function openTestSandbox(options: SandboxOptions = {}): OpenSandbox {
  return openSandbox({
    children: 2,
    childMemoryMb: 500,
    tenantCalls: 100,
    violations: 100,
    ...options,
    times: { watchMs: 20, queueMs: 30_000, ...options.times },
  })
}

/** @param run body of an async function of (kind, name, input, bridge); `good` is always answered well */
export const guest = (run: string, before = ''): string => `${before}
globalThis.__relata_plugin = {
  describe() { return { before: [], after: [], actions: [], jobs: [], routes: [], migrations: [] } },
  async run(kind, name, input, bridge) {
    if (name === 'good') return { good: input }
    ${run}
  },
}`

let count = 0
/** An invocation of `code`, each by default of a plugin and a tenant of its own. */
export function invocation(
  code: string,
  more: Partial<Omit<Invocation, 'code'>> & Partial<Invocation['code']> = {},
): Invocation {
  const number = ++count
  const { tenant = `tenant_${number}`, plugin = `acme.number${number}`, version = '1.2.3', load, ...rest } = more
  return {
    entry: { kind: 'action', name: 'test' },
    input: null,
    now: '2026-03-04T05:06:07.089Z',
    limits: GENEROUS,
    host: async (method, args) => ({ ok: true, value: { method, args } }),
    ...rest,
    code: {
      tenant,
      plugin,
      version,
      hash: createHash('sha256').update(code).digest('hex'),
      load: load ?? (async () => code),
    },
  }
}

/** What it answered; an error that tells the failure otherwise. */
export function answerOf(outcome: Outcome): unknown {
  if (outcome.ok) return outcome.value
  throw new Error(`It failed: ${JSON.stringify(outcome.failure)}`)
}
export const failureOf = (outcome: Outcome) => (outcome.ok ? null : outcome.failure)
