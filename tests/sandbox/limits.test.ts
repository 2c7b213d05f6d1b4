// L: limits are exact where they count, and patient where they measure.
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Limits } from '../../kernel/sandbox/contract.ts'
import type { OpenSandbox } from '../../kernel/sandbox/index.ts'
import { answerOf, failureOf, GENEROUS, guest, invocation, openTestSandbox } from './support/guests.ts'

interface Counter {
  limit: keyof Limits
  max: number
  /** Uses `n` of it, and swallows whatever is thrown. */
  run: string
}
const COUNTERS: Counter[] = [
  {
    limit: 'hostCalls',
    max: 5,
    run: `for (let i = 0; i < input; i++) await bridge.call('sleep', {}).catch(() => {}); return 'fine'`,
  },
  {
    limit: 'pendingCalls',
    max: 4,
    run: `const all = []; for (let i = 0; i < input; i++) all.push(bridge.call('sleep', {}).catch(() => {}))
      await Promise.all(all); return 'fine'`,
  },
  { limit: 'payloadBytes', max: 1_000, run: `return 'x'.repeat(input - 2)` },
  {
    limit: 'payloadBytes',
    max: 1_000,
    run: `try { await bridge.call('sleep', 'x'.repeat(input - 2)) } catch {} return 'fine'`,
  },
]

describe('counters', () => {
  let sandbox: OpenSandbox
  beforeAll(() => {
    sandbox = openTestSandbox()
  })
  afterAll(() => sandbox.close())

  test.for(COUNTERS)('[48] $limit: the last that is allowed, and one more', async ({ limit, max, run }) => {
    const base = invocation(guest(run), {
      limits: { ...GENEROUS, [limit]: max },
      host: async () => ({ ok: true, value: 1 }),
    })
    expect(failureOf(await sandbox.invoke({ ...base, input: max }))).toBe(null)
    // It goes on as if nothing had been, and is not heard.
    const failure = failureOf(await sandbox.invoke({ ...base, input: max + 1 }))
    expect(failure).toEqual({ kind: 'limit', limit, used: max + 1, max })
  })

  test('[48] bytes are counted as bytes, not as characters', async () => {
    const run = `return 'ж'.repeat(600)`
    const outcome = await sandbox.invoke(invocation(guest(run), { limits: { ...GENEROUS, payloadBytes: 1_000 } }))
    expect(failureOf(outcome)).toEqual({ kind: 'limit', limit: 'payloadBytes', used: 1_202, max: 1_000 })
  })

  test('[48] lines of the log: the last that is kept, and one more', async () => {
    const run = `for (let i = 0; i < input; i++) bridge.log('info', 'line ' + i); return 'fine'`
    const base = invocation(guest(run), { limits: { ...GENEROUS, logLines: 3 } })
    const messages = async (input: number) =>
      (await sandbox.invoke({ ...base, input })).logs.map(({ message }) => message)
    expect(await messages(3)).toEqual(['line 0', 'line 1', 'line 2'])
    expect(await messages(4)).toEqual(['line 0', 'line 1', 'line 2', expect.stringContaining('left out')])
  })

  test('[48] what the host calls fatal ends the invocation, whatever the guest makes of it', async () => {
    let asked = 0
    const outcome = await sandbox.invoke(
      invocation(
        guest(`for (let i = 0; i < 3; i++) try { await bridge.call('records.list', {}) } catch {} return 'fine'`),
        {
          async host() {
            asked += 1
            const error = { code: 'RL480', message: 'It read more than 2000 records.' }
            return asked === 2 ? { ok: false, error, isFatal: true } : { ok: false, error }
          },
        },
      ),
    )
    expect(failureOf(outcome)).toMatchObject({ kind: 'failed', error: { name: 'RL480' } })
    expect(asked).toBe(2)
  })

  test('[49] processor time is what was used, not what passed: a busy machine fails nobody', async () => {
    const limits = { ...GENEROUS, wallMs: 30_000, cpuMs: 1_500, sliceMs: 1_500 }
    const run = 'let n = 0; for (let i = 0; i < input; i++) n = (n + i * 7) % 1000003; return n'
    const base = invocation(guest(run), { limits })
    // So much that it takes about a third of what it may, when it has a processor to itself.
    const input = 3e7
    const alone = await sandbox.invoke({ ...base, input })
    expect(failureOf(alone)).toBe(null)
    const workers = Array.from({ length: 6 }, () => new Worker('for (;;);', { eval: true }))
    await delay(50)
    const crowded = await sandbox.invoke({ ...base, input })
    await Promise.all(workers.map((worker) => worker.terminate()))
    expect(failureOf(crowded)).toBe(null)
    expect(crowded.usage.cpuMs).toBeLessThan(Math.max(alone.usage.cpuMs * 4, 200))
  })

  test.runIf(process.env['RELATA_TEST_LONG'])('[50] ten thousand isolates leave little memory behind', async () => {
    const small = openTestSandbox({ children: 1, maxIsolates: 5 })
    const code = guest('return 1')
    const residentMb = async (): Promise<number> => {
      const { children } = await small.report()
      return Math.max(
        ...children.map(({ pid }) => Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) / 256),
      )
    }
    const some = async (from: number, to: number): Promise<void> => {
      for (let i = from; i < to; i++)
        answerOf(await small.invoke(invocation(code, { tenant: `tenant_${i}`, plugin: 'acme.many' })))
    }
    await some(0, 1_000)
    const before = await residentMb()
    await some(1_000, 10_000)
    // isolated-vm leaves some 4 KB with each; a child that grew is replaced when it stands idle.
    expect(await residentMb()).toBeLessThan(before + 80)
    await small.close()
  })

  test('[50] many isolates, of which the least used make room, and none is lost to its plugin', async () => {
    const small = openTestSandbox({ children: 1, maxIsolates: 10, tenantCalls: 8 })
    const code = guest('return (globalThis.count = (globalThis.count ?? 0) + 1)')
    const many = Array.from({ length: 30 }, (_, i) => invocation(code, { tenant: `tenant_${i}`, plugin: 'acme.many' }))
    for (let round = 0; round < 2; round++) for (const one of many) expect(answerOf(await small.invoke(one))).toBe(1)
    const last = many.at(-1)
    if (last) expect(answerOf(await small.invoke(last))).toBe(2)
    await small.close()
  })
})
