// The largest rules that the check lets through are no trouble for either engine; larger ones are refused by the check.
import { beforeAll, describe, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../kernel/run/database.ts'
import { checkRule, liftConstants, MAX_COST, type RuleScope } from '../../sdk/rules/index.ts'
import { closureValue, disagreements, FIELDS, type Row, ruleScope } from '../support/rule-engines.ts'
import { createTestDatabase } from '../support/test-database.ts'

const ROW: Row = {
  ...Object.fromEntries(Object.keys(FIELDS).map((name) => [name, null])),
  flag: true,
  size: 2,
  price: '1.5',
  name: 'x',
}
const v = (name: string) => ({ var: name })
const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))

/** The rule put into itself so many times. */
function nested(levels: number, wrap: (inner: unknown) => unknown, start: unknown): unknown {
  let rule = start
  for (let level = 0; level < levels; level++) rule = wrap(rule)
  return rule
}

const WRAPS: Readonly<Record<string, [(inner: unknown) => unknown, unknown]>> = {
  not: [(inner) => ({ '!': inner }), true],
  and: [(inner) => ({ and: [v('flag'), inner] }), true],
  equal: [(inner) => ({ '==': [inner, v('flag')] }), true],
  if: [(inner) => ({ if: [v('flag'), inner, v('name')] }), v('name')],
  divide: [(inner) => ({ '/': [v('price'), inner] }), v('size')],
  sum: [(inner) => ({ '+': [inner, v('price')] }), v('size')],
  cat: [(inner) => ({ cat: [inner, ''] }), v('name')],
  condition: [(inner) => ({ if: [{ '<': [inner, 5] }, v('price')] }), v('price')],
  choice: [(inner) => ({ max: [{ if: [v('flag'), inner, 1] }, 2] }), 3],
}
const problemsOf = (rule: unknown, scope: RuleScope = ruleScope) => {
  const result = checkRule(rule, scope)
  return result.ok ? [] : result.problems
}

let database: Database
beforeAll(async () => {
  const { url } = await createTestDatabase()
  database = openDatabase({ url, poolSize: 1, longPoolSize: 1 })
  return () => database.close()
})

describe('as large as may be', () => {
  test.each(Object.entries(WRAPS))('%s, 31 times in itself', async (_, [wrap, start]) => {
    expect(await disagreements(database, ROW, [nested(31, wrap, start)])).toEqual([])
  })

  test.each<[string, unknown]>([
    ['and', { and: many(1_900, () => v('flag')) }],
    ['or', { or: many(1_900, () => false) }],
    ['if', { if: many(1_901, (index) => (index % 2 === 0 ? { '!': v('flag') } : index)).slice(0, 1_300) }],
    ['min', { min: many(1_900, (index) => (index === 0 ? v('size') : index)) }],
    ['sum', { '+': many(250, () => v('size')) }],
    ['product', { '*': many(250, () => v('price')) }],
    ['cat', { cat: many(100, () => v('name')) }],
    ['join', { join: many(100, () => v('name')) }],
  ])('%s of many operands', async (_, rule) => {
    expect(await disagreements(database, ROW, [rule])).toEqual([])
  })

  test('a list of 10,000, of each type', async () => {
    const list = many(10_000, (index) => index - 9_998)
    const rules = [
      { in: [v('size'), list] },
      { in: [v('price'), list.map((one) => `${one}.50`)] },
      { in: [v('name'), [...list.slice(1).map(String), 'x']] },
      { in: [v('born'), many(10_000, () => '2024-02-29')] },
      { '!': { in: [v('owner'), many(10_000, () => '00000000-0000-7000-8000-00000000000a')] } },
    ]
    expect(await disagreements(database, ROW, rules)).toEqual([])
    expect(closureValue(rules[2], ROW)).toBe(true)
    expect(problemsOf({ in: [v('size'), [...list, 1]] })).toMatchObject([{ path: '/in/1', key: 'too_large' }])
  })

  test('a list is looked up, not walked', () => {
    const rule = { in: [v('name'), many(10_000, (index) => `n${index}`)] }
    const started = performance.now()
    for (let round = 0; round < 20; round++) closureValue(rule, ROW)
    expect(performance.now() - started).toBeLessThan(5_000)
  })
})

describe('larger than may be', () => {
  test.each(Object.entries(WRAPS))('%s, 10,000 times in itself', (_, [wrap, start]) => {
    const rule = nested(10_000, wrap, start)
    expect(problemsOf(rule)).toMatchObject([{ key: 'too_large', message: expect.stringContaining('64 levels') }])
    expect(liftConstants(rule).shape.startsWith('!')).toBe(true)
  })

  test('2,000 operations, lists of lists, endless operands', () => {
    expect(problemsOf({ and: many(2_000, () => true) })).toMatchObject([{ key: 'too_large' }])
    expect(problemsOf({ and: many(1_000_000, () => true) })).toMatchObject([{ key: 'too_large' }])
    expect(problemsOf({ nosuch: many(100_000, () => ({ nosuch: [] })) }).at(-1)).toMatchObject({ key: 'too_large' })
    expect(problemsOf({ cat: many(101, () => 'x') })).toMatchObject([{ path: '/cat', key: 'operands' }])
    expect(problemsOf({ '+': many(1_500, () => 1) })).toMatchObject([{ path: '', key: 'too_large' }])
  })

  test('few operations that would be written out many times', () => {
    const between = nested(30, (inner) => ({ if: [{ '<': [0, inner, 9] }, v('size'), 1] }), v('size'))
    expect(problemsOf(between)).toMatchObject([{ key: 'too_large', message: expect.stringContaining('operations') }])
    const scope = (operations: number, levels: number): RuleScope => ({
      ...ruleScope,
      costOf: () => ({ operations, levels }),
    })
    expect(problemsOf({ '+': [v('size'), v('size')] }, scope(MAX_COST.operations / 2, 1))).toMatchObject([
      { key: 'too_large' },
    ])
    expect(problemsOf({ '!!': { '<': [v('size'), 1] } }, scope(1, MAX_COST.levels - 1))).toMatchObject([
      { key: 'too_large' },
    ])
    expect(problemsOf({ '<': [v('size'), 1] }, scope(1, MAX_COST.levels - 1))).toEqual([])
  })
})
