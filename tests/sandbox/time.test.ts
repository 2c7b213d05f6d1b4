// D: a plugin tries to take all of the time, of a processor or of whoever waits for it.
import { expect } from 'vitest'
import { type Abuse, abuseSuite } from './support/abuse.ts'
import { answerOf, failureOf, TIGHT } from './support/guests.ts'

const ENDED = ['limit', 'timeout', 'lost'] as const
const tight = (number: number, title: string, run: string, more: Partial<Abuse> = {}): Abuse => ({
  number,
  title,
  run,
  limits: TIGHT,
  fails: ENDED,
  ...more,
})
/** Reading it never ends. */
const endless = (member: string): string =>
  `const error = new Error(); Object.defineProperty(error, '${member}', { get() { for (;;); } })`

const isOver =
  (limit: string): NonNullable<Abuse['check']> =>
  (outcome) =>
    expect(failureOf(outcome)).toMatchObject({ limit })

abuseSuite('who tries to take all the time', [
  tight(21, 'an endless loop', 'for (;;);'),
  tight(22, 'a loop that catches whatever ends it', 'for (;;) { try { for (;;); } catch {} finally { continue } }'),
  tight(23, 'a chain of promises without end', 'const next = () => Promise.resolve().then(next); return next()'),
  tight(24, 'waiting in a loop for nothing', 'for (;;) await 0'),
  tight(25, 'a promise that nothing settles is found out at once', 'await new Promise(() => {})', {
    fails: ['failed'],
    check: (outcome) => expect(outcome.usage.wallMs).toBeLessThan(10_000),
  }),
  tight(25, 'a host that does not answer is waited for as long as was said', `await bridge.call('records.get', {})`, {
    host: () => new Promise(() => {}),
    fails: ['timeout'],
  }),
  tight(26, 'a loop after the host has answered', `await bridge.call('records.get', {}); for (;;);`),
  ...['message', 'stack', 'name'].flatMap((member) => [
    tight(27, `an error whose ${member} never ends`, `${endless(member)}; throw error`),
    tight(
      27,
      `the same, as a promise that nobody looks at`,
      `${endless(member)}; Promise.reject(error); await new Promise(() => {})`,
    ),
  ]),
  tight(27, 'the same, answered before', `${endless('stack')}; Promise.reject(error); return 1`),
  tight(28, 'arithmetic that nothing interrupts', 'return (2n ** 30_000_000n).toString().length'),
  tight(29, 'a regular expression that tries everything', `return /^(a+)+$/.test('a'.repeat(50) + '!')`),
  tight(
    29,
    'a regular expression of its own making',
    `
    class Endless extends RegExp { exec() { for (;;); } }
    return 'a'.replace(new Endless('a'), '')`,
  ),
  tight(30, 'sorting what has no end', 'Array.prototype.sort.call({ length: Infinity })', { fails: ['lost'] }),
  tight(30, 'a copy of it, sorted', 'Array.prototype.toSorted.call({ length: 2 ** 31 })', { fails: ENDED }),
  {
    number: 31,
    title: 'a flood of calls at a time',
    run: `for (let i = 0; i < 100_000; i++) bridge.call('records.get', {}).catch(() => {})`,
    fails: ['limit'],
    check: isOver('pendingCalls'),
  },
  {
    number: 31,
    title: 'a flood of calls, one after another',
    run: `for (let i = 0; i < 100_000; i++) await bridge.call('records.get', {}).catch(() => {})`,
    fails: ['limit'],
    check: (outcome) => {
      expect(failureOf(outcome)).toEqual({ kind: 'limit', limit: 'hostCalls', used: 51, max: 50 })
      expect(outcome.usage.hostCalls).toBe(50)
    },
  },
  {
    number: 32,
    title: 'a flood of lines to the log is cut, and said to be',
    run: `for (let i = 0; i < 100_000; i++) bridge.log('info', 'line ' + i); return 'written'`,
    check(outcome) {
      expect(answerOf(outcome)).toBe('written')
      expect(outcome.logs.length).toBe(51)
      expect(outcome.logs.at(-1)).toMatchObject({ level: 'warn', message: expect.stringContaining('left out') })
    },
  },
  {
    number: 33,
    title: 'recursion without end is an error of its own',
    run: `const deeper = () => deeper() + 1; return deeper()`,
    fails: ['failed'],
    check: (outcome) => expect(failureOf(outcome)).toMatchObject({ error: { name: 'RangeError' } }),
  },
  {
    number: 33,
    title: 'an answer that is nested without end',
    run: `let deep = []; for (let i = 0; i < 100_000; i++) deep = [deep]; return deep`,
    fails: ['failed'],
  },
  {
    number: 33,
    title: 'a host call that is nested too deep',
    run: `let deep = []; for (let i = 0; i < 40; i++) deep = [deep]
      return bridge.call('records.list', deep).catch((error) => error.message)`,
    value: 'It is nested deeper than 32 levels.',
  },
])
