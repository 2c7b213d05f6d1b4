// P: a plugin answers, throws and asks with whatever JavaScript has.
import { describe, expect, test } from 'vitest'
import { type Abuse, abuseSuite } from './support/abuse.ts'
import { answerOf, failureOf, GENEROUS, guest, invocation, openTestSandbox } from './support/guests.ts'

const HUGE = `const huge = 'x'.repeat(2.5e8)`
const throws = (what: string, message: string): Abuse => ({
  number: 45,
  title: `throws ${what}`,
  run: `throw ${what}`,
  fails: ['failed'],
  check: (outcome) =>
    expect(failureOf(outcome)).toMatchObject({ error: { message: expect.stringContaining(message) } }),
})

abuseSuite('who answers with odd things', [
  {
    number: 43,
    title: 'an answer of 250 MB does not leave the isolate',
    run: `${HUGE}; return huge`,
    fails: ['limit'],
    check: (outcome) => expect(failureOf(outcome)).toMatchObject({ limit: 'payloadBytes', max: 262_144 }),
  },
  {
    number: 43,
    title: 'nor inside of something',
    run: `${HUGE}; return { in: [huge] }`,
    fails: ['limit', 'failed', 'lost'],
  },
  {
    number: 43,
    title: 'nor as an error',
    run: `${HUGE}; throw new Error(huge)`,
    fails: ['failed'],
    check: (outcome) => expect(JSON.stringify(outcome).length).toBeLessThan(10_000),
  },
  {
    number: 43,
    title: 'nor as what the host is asked with',
    run: `${HUGE}; await bridge.call('records.list', huge)`,
    fails: ['limit'],
  },
  { number: 43, title: 'nor as a line of the log', run: `${HUGE}; bridge.log('info', huge); return 1`, value: 1 },
  {
    number: 44,
    title: 'values that are no JSON become what JSON makes of them',
    run: `const sparse = [1, , 3]; sparse.name = 'x'
      return { lone: '\\ud800', nul: 'a\\u0000b', zero: -0, nan: NaN, infinite: -Infinity, date: new Date(0), sparse,
        gone: undefined, fn() {}, symbol: Symbol('x'), map: new Map([[1, 2]]), to: { toJSON: () => 'own' },
        get read() { return 'read' }, proxy: new Proxy({ a: 1 }, {}), bytes: new Uint8Array(2), boxed: Object('text') }`,
    check(outcome) {
      expect(answerOf(outcome)).toEqual({
        lone: '\ud800',
        nul: 'a\u0000b',
        zero: 0,
        nan: null,
        infinite: null,
        date: '1970-01-01T00:00:00.000Z',
        sparse: [1, null, 3],
        map: {},
        to: 'own',
        read: 'read',
        proxy: { a: 1 },
        bytes: { 0: 0, 1: 0 },
        boxed: 'text',
      })
    },
  },
  { number: 44, title: 'nothing is null', run: 'return undefined', value: null },
  { number: 44, title: 'a function is null', run: 'return () => {}', value: null },
  { number: 44, title: 'a large integer is an error', run: 'return { n: 1n }', fails: ['failed'] },
  {
    number: 44,
    title: 'what holds itself is an error',
    run: 'const own = {}; own.own = own; return own',
    fails: ['failed'],
  },
  {
    number: 44,
    title: 'a getter that throws is an error',
    run: `return { get broken() { throw new Error('from the getter') } }`,
    fails: ['failed'],
    check: (outcome) => expect(failureOf(outcome)).toMatchObject({ error: { message: 'from the getter' } }),
  },
  {
    number: 44,
    title: 'what the host is asked with goes the same ways',
    run: `const tried = []
      for (const args of [{ n: 1n }, { date: new Date(0) }, undefined, () => {}])
        tried.push(await bridge.call('records.get', args).then(({ args }) => args, (error) => error.name))
      return tried`,
    value: ['TypeError', { date: '1970-01-01T00:00:00.000Z' }, null, null],
  },
  {
    number: 44,
    title: 'promises that answer with promises, and things that look like promises',
    run: `return { then(resolve) { resolve({ then(again) { again('at last') } }) } }`,
    value: 'at last',
  },
  throws('null', 'null'),
  throws('undefined', 'undefined'),
  throws(`'a text'`, 'a text'),
  throws(`Symbol('sign')`, 'Symbol(sign)'),
  throws('42n', '42'),
  throws('() => 1', ''),
  throws('new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } })', ''),
  throws('{ message: { toString() { throw 1 } } }', ''),
  throws('Object.create(null)', ''),
  throws(`new AggregateError([new Error('a')], 'several')`, 'several'),
  {
    number: 45,
    title: 'refuses in odd ways',
    run: `throw { relataRefusal: { message: { toJSON: () => 5 }, field: {} } }`,
    fails: ['failed'],
  },
  {
    number: 45,
    title: 'refuses as it should',
    run: `throw Object.assign(new Error('No'), { relataRefusal: { message: { en: 'No', ru: 'Нет' }, field: 'amount' } })`,
    fails: ['refused'],
    check: (outcome) =>
      expect(failureOf(outcome)).toEqual({ kind: 'refused', message: { en: 'No', ru: 'Нет' }, field: 'amount' }),
  },
  {
    number: 45,
    title: 'errors of its own class keep their name and tell where they were thrown, in terms of the bundle',
    run: `class PriceError extends Error { constructor(text) { super(text); this.name = 'PriceError' } }
      throw new PriceError('too cheap')`,
    fails: ['failed'],
    check(outcome) {
      const failure = failureOf(outcome)
      expect(failure).toMatchObject({ error: { name: 'PriceError', message: 'too cheap' } })
      expect(JSON.stringify(failure)).toMatch(/plugin:\/\/acme\.number\d+@1\.2\.3\/plugin\.js:\d+:\d+/)
      expect(JSON.stringify(failure)).not.toContain('relata:sandbox')
    },
  },
  {
    number: 46,
    title: 'what it leaves behind does not fail what comes next',
    run: `let reject; const late = new Promise((_, no) => { reject = no }); bridge.call('records.get', {}).then(() => reject(new Error('late boom')))
      await bridge.call('records.get', {}); Promise.reject(new Error('another')); return 'fine'`,
    value: 'fine',
  },
])

describe('what one call leaves behind', () => {
  test('[46] rejections of an earlier call do not become errors of later ones', async () => {
    const sandbox = openTestSandbox()
    const code = guest(
      `
      if (name === 'leave') { waiting.push(bridge.call('records.get', {})); Promise.reject(new Error('left')); return 'left' }
      await bridge.call('records.get', {}); return 'came'`,
      'const waiting = []',
    )
    const base = invocation(code)
    const names = Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 'leave' : 'come'))
    const outcomes = await Promise.all(
      names.map((name) => sandbox.invoke({ ...base, entry: { kind: 'action', name } })),
    )
    expect(outcomes.map(answerOf)).toEqual(names.map((name) => (name === 'leave' ? 'left' : 'came')))
    await sandbox.close()
  })

  test('moment and chance are those of the invocation, the same each time it is run, whatever runs beside it', async () => {
    const sandbox = openTestSandbox()
    const code = guest(`
      const before = [Date.now(), new Date().toISOString(), bridge.now, new Intl.DateTimeFormat('en', { year: 'numeric', timeZone: 'UTC' }).format()]
      await bridge.call('sleep', {})
      return { before, after: [Date.now(), new Date().toISOString(), bridge.now, new Intl.DateTimeFormat('en', { year: 'numeric', timeZone: 'UTC' }).format()], random: Math.random(),
        other: new Date(2020, 1, 3).getFullYear(), isDate: new Date() instanceof Date, text: typeof Date() }`)
    const base = invocation(code)
    const outcomes = await Promise.all(
      [2001, 2002, 2003].map((year) => sandbox.invoke({ ...base, now: `${year}-01-02T03:04:05.678Z` })),
    )
    await sandbox.close()
    const answers = outcomes.map(
      (outcome) => answerOf(outcome) as { before: unknown[]; after: unknown[]; random: number },
    )
    for (const [index, { before, after }] of answers.entries()) {
      const now = `${2001 + index}-01-02T03:04:05.678Z`
      expect(before).toEqual([Date.parse(now), now, now, String(2001 + index)])
      expect(after).toEqual(before)
    }
    expect(answers[0]).toMatchObject({ other: 2020, isDate: true, text: 'string' })
    expect(new Set(answers.map(({ random }) => random)).size).toBe(3)
  })

  test('[20] code that is not what its fingerprint says is not run', async () => {
    const sandbox = openTestSandbox()
    const outcome = await sandbox.invoke(invocation(guest('return 1'), { load: async () => guest('return 2') }))
    expect(failureOf(outcome)).toMatchObject({
      kind: 'failed',
      error: { message: expect.stringContaining('fingerprint') },
    })
    await sandbox.close()
  })

  test('[33] code that cannot be loaded is an error of the plugin, and its line is told', async () => {
    const sandbox = openTestSandbox()
    const codes = [
      `globalThis.__relata_plugin = {`,
      `throw new Error('at once')`,
      `throw null`,
      `1`,
      `${guest('')}; ${'('.repeat(1_000_000)}1${')'.repeat(1_000_000)}`,
      `import.meta.url`,
    ]
    const outcomes = await Promise.all(
      codes.map((code) => sandbox.invoke(invocation(code, { tenant: 'one', limits: { ...GENEROUS } }))),
    )
    for (const outcome of outcomes) expect(failureOf(outcome)?.kind).toBe('failed')
    expect(JSON.stringify(failureOf(outcomes[1] ?? never()))).toMatch(/plugin:.*plugin\.js:1:7/)
    expect(JSON.stringify(failureOf(outcomes[3] ?? never()))).toContain('__relata_plugin')
    await sandbox.close()
  })
})
function never(): never {
  throw new Error('not reached')
}
