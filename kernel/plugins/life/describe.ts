// Asks code that is not installed what it does. It runs apart from the installed version: what it breaks in the sandbox
// counts against nobody.
import { newId } from '../../run/new-id.ts'
import type { Limits, Outcome, Sandbox, SandboxCode } from '../../sandbox/contract.ts'

const LIMITS: Limits = {
  wallMs: 5_000,
  cpuMs: 2_000,
  sliceMs: 2_000,
  memoryMb: 64,
  hostCalls: 0,
  pendingCalls: 1,
  logLines: 20,
  logBytes: 4_000,
  payloadBytes: 1_000_000,
}

export type Described = { ok: true; value: unknown } | { ok: false; why: string }

export async function describeCode(sandbox: Sandbox, code: SandboxCode): Promise<Described> {
  // A place of its own each time: others may be looking at it as well, and it is cleared away behind us.
  const apart: SandboxCode = { ...code, plugin: `${code.plugin}~plan-${newId()}` }
  const outcome = await sandbox.invoke({
    code: apart,
    entry: { kind: 'describe', name: '' },
    input: null,
    now: new Date().toISOString(),
    limits: LIMITS,
    host: async () => ({ ok: false, error: { code: 'RL404', message: 'Nothing may be asked while it is described.' } }),
  })
  sandbox.resume(apart.tenant, apart.plugin)
  sandbox.retire(apart.tenant, apart.plugin)
  return outcome.ok ? { ok: true, value: outcome.value } : { ok: false, why: reason(outcome) }
}

function reason({ failure }: Extract<Outcome, { ok: false }>): string {
  switch (failure.kind) {
    case 'failed':
      return `${failure.error.name}: ${failure.error.message}`
    case 'limit':
      return `it passed the limit ${failure.limit}`
    case 'timeout':
      return `it took longer than ${failure.afterMs} ms`
    case 'lost':
      return failure.reason
    case 'refused':
      return 'it refused'
    case 'paused':
    case 'cancelled':
      return 'it could not be run; try again'
  }
}
