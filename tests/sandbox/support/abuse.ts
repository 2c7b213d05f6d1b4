// One harness for everything that a plugin may try. Each attempt is made while another plugin of the same tenant, and so
// in the same process, is in the middle of its work. Whatever comes of the attempt: this process goes on, the other
// plugin ends its work having asked its host once, and the same plugin answers its next call.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Invocation, Limits, Outcome } from '../../../kernel/sandbox/contract.ts'
import type { OpenSandbox } from '../../../kernel/sandbox/index.ts'
import { failureOf, GENEROUS, guest, invocation, openTestSandbox, answerOf } from './guests.ts'

export interface Abuse {
  /** Of the catalogue in README.md. */
  number: number
  title: string
  /** Body of `run`. */
  run: string
  /** Stands before the plugin. */
  before?: string
  limits?: Partial<Limits>
  host?: Invocation['host']
  /** When it answers. */
  value?: unknown
  /** When it fails: one of these kinds. */
  fails?: readonly ('failed' | 'limit' | 'timeout' | 'lost' | 'refused')[]
  check?(outcome: Outcome): void
}

const BYSTANDER = guest(`const answer = await bridge.call('records.get', input); return { answer, now: Date.now() }`)

export function abuseSuite(name: string, cases: readonly Abuse[]): void {
  describe.concurrent(name, () => {
    let sandbox: OpenSandbox
    beforeAll(() => {
      sandbox = openTestSandbox()
    })
    afterAll(() => sandbox.close())

    for (const abuse of cases)
      test(`[${abuse.number}] ${abuse.title}`, { timeout: 60_000 }, async () => {
        const tried = invocation(guest(abuse.run, abuse.before), {
          limits: { ...GENEROUS, ...abuse.limits },
          ...(abuse.host && { host: abuse.host }),
        })
        const { tenant } = tried.code
        let asked = 0
        const { promise: isOver, resolve: end } = Promise.withResolvers<void>()
        const { promise: isAsked, resolve: ask } = Promise.withResolvers<void>()
        const bystander = sandbox.invoke(
          invocation(BYSTANDER, {
            tenant,
            input: { id: abuse.number },
            limits: { ...GENEROUS, wallMs: 30_000 },
            async host(method, args) {
              asked += 1
              ask()
              await isOver
              return { ok: true, value: { method, args } }
            },
          }),
        )
        await Promise.race([isAsked, bystander])
        const outcome = await sandbox.invoke(tried)
        end()

        if (abuse.fails) expect(abuse.fails, JSON.stringify(outcome)).toContain(failureOf(outcome)?.kind)
        if ('value' in abuse) expect(answerOf(outcome)).toEqual(abuse.value)
        abuse.check?.(outcome)
        expect(answerOf(await bystander)).toEqual({
          answer: { method: 'records.get', args: { id: abuse.number } },
          now: Date.parse(tried.now),
        })
        expect(asked).toBe(1)
        const next = await sandbox.invoke({
          ...tried,
          entry: { kind: 'action', name: 'good' },
          input: [1],
          limits: GENEROUS,
        })
        expect(answerOf(next)).toEqual({ good: [1] })
      })
  })
}
