import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  checkRule,
  compileRule,
  constantToText,
  liftConstants,
  type RuleScope,
  type RuleType,
} from '../../sdk/rules/index.ts'

const TYPES: Readonly<Record<string, RuleType>> = {
  name: { kind: 'text' },
  amount: { kind: 'decimal' },
  size: { kind: 'number' },
  born: { kind: 'date' },
  seen: { kind: 'instant' },
  owner: { kind: 'id' },
  tags: { kind: 'text', isList: true },
  data: { kind: 'json' },
  flag: { kind: 'boolean' },
}
const scope: RuleScope = {
  typeOf: (path) => (Object.hasOwn(TYPES, path) ? TYPES[path] : undefined),
  paths: () => Object.keys(TYPES),
}
const problems = (rule: unknown, expected?: RuleType) => {
  const result = checkRule(rule, scope, expected)
  return result.ok ? [] : result.problems.map(({ path, key }) => `${path} ${key}`)
}
const typeOf = (rule: unknown, expected?: RuleType) => {
  const result = checkRule(rule, scope, expected)
  return result.ok ? result.rule.type.kind : result.problems
}
const run = (rule: unknown, record: Record<string, never> | Record<string, string | number | boolean | null>) => {
  const result = checkRule(rule, scope)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return compileRule<typeof record>(result.rule, (path) => (of) => of[path] ?? null)(record)
}

describe('a rule is refused', () => {
  test.each<[unknown, string[]]>([
    [{ '=': [1, 2] }, [' unknown_operator']],
    [{ '==': [{ var: 'nmae' }, 'x'] }, ['/==/0/var unknown_field']],
    [{ '==': [{ var: 'born' }, '2025-02-29'] }, ['/==/1 bad_constant']],
    [{ '>': [{ var: 'size' }, 'big'] }, ['/>/1 bad_constant']],
    [{ '<': [{ var: 'name' }, { var: 'born' }] }, ['/< types_differ']],
    [{ '<': [{ var: 'owner' }, { var: 'owner' }] }, ['/< not_ordered']],
    [{ '==': [{ var: 'data' }, 'x'] }, ['/==/1 wrong_type']],
    [{ '==': [{ var: 'tags' }, { var: 'tags' }] }, ['/== not_comparable']],
    [{ and: [1, { var: 'name' }] }, ['/and/0 wrong_type', '/and/1/var wrong_type']],
    [{ '>': [{ var: 'amount' }, 9007199254740991] }, ['/>/1 bad_constant']],
    [{ '+': [{ var: 'name' }, 1] }, ['/+/0/var wrong_type']],
    [{ in: [{ var: 'name' }, [1, null]] }, ['/in/1/1 bad_list']],
    [[1], [' list_not_here']],
    [{ var: 1 }, ['/var bad_var']],
    [{ a: 1, b: 2 }, [' not_one_operator']],
    [{ '!': [] }, ['/! operands']],
    [{ __proto__: null, constructor: 1 }, [' unknown_operator']],
    [{ var: '__proto__' }, ['/var unknown_field']],
    [Number.NaN, [' not_a_number']],
  ])('%j', (rule, expected) => {
    expect(problems(rule)).toEqual(expected)
  })

  test('with every problem at once, each with its place and what was probably meant', () => {
    const rule = {
      and: [
        { '==': [{ var: 'nmae' }, 1] },
        { containz: [{ var: 'name' }, { lowercase: { var: 'amont' } }] },
        { '>': [{ var: 'size' }, 'big'] },
        { in: [{ var: 'size' }, [1, 2, 'three']] },
        { in: [{ var: 'name' }, ['a', null]] },
        { if: [{ var: 'name' }, { var: 'flag' }, 'no'] },
        { '<': [{ var: 'born' }, '2025-02-30', 1, 2] },
        { in: [{ var: 'citty' }, { var: 'size' }] },
        { in: [{ '+': [{ var: 'name' }] }, { nothing: 1 }] },
        { var: ['size', 0, 1] },
        'yes',
      ],
    }
    const result = checkRule(rule, scope, { kind: 'boolean' })
    const told = result.ok ? [] : result.problems.map(({ path, message, hint }) => [path, message, hint?.slice(0, 40)])
    expect(told).toEqual([
      ['/and/1', 'there is no operator “containz”', 'Did you mean “contains”?'],
      ['/and/1/containz/1', 'there is no operator “lowercase”', 'There are var, ==, !=, <, <=, >, >=, and'],
      ['/and/4/in/1/1', 'a list holds texts or numbers', undefined],
      ['/and/6/<', '“<” takes 2 to 3 operands, not 4', undefined],
      ['/and/8/in/1', 'there is no operator “nothing”', 'There are var, ==, !=, <, <=, >, >=, and'],
      ['/and/9/var', '“var” takes a field and a value for where it is empty', undefined],
      ['/and/0/==/0/var', 'there is no field “nmae” here', 'Did you mean “name”?'],
      ['/and/1/containz/1/lowercase/var', 'there is no field “amont” here', 'Did you mean “amount”?'],
      ['/and/2/>/1', '“big” is not a number; write decimals as text, like "12.50"', undefined],
      ['/and/3/in/1/2', '“three” is not a number', undefined],
      ['/and/5/if/2', 'true or false is needed here, not a text', undefined],
      ['/and/5/if/0/var', 'true or false is needed here, not a text', undefined],
      ['/and/7/in/0/var', 'there is no field “citty” here', undefined],
      ['/and/7/in/1/var', 'the second operand of “in” is a list or a text, not a number', undefined],
      ['/and/8/in/0/+/0/var', 'a decimal is needed here, not a text', undefined],
      ['/and/10', 'true or false is needed here, not a text', undefined],
    ])
  })

  test('with no more problems than somebody reads', () => {
    const result = checkRule({ and: Array(1_500).fill({ var: 'nmae' }) }, scope)
    expect(result.ok ? [] : result.problems).toHaveLength(100)
  })

  test('when it is endless', () => {
    let deep: unknown = true
    for (let level = 0; level < 10_000; level++) deep = { '!': deep }
    expect(problems(deep)).toContainEqual(expect.stringContaining('too_large'))
    expect(problems({ and: Array(5_000).fill(true) })).toContainEqual(expect.stringContaining('too_large'))
  })

  test('whatever it is, without an exception', () => {
    fc.assert(
      fc.property(fc.anything({ maxDepth: 5 }), (rule) => {
        checkRule(rule, scope)
        liftConstants(rule)
      }),
      { numRuns: 2_000, seed: 20261123 },
    )
  })
})

describe('types', () => {
  test('follow the fields, and are widened where more is expected', () => {
    expect(typeOf({ '+': [{ var: 'size' }, 1] })).toBe('decimal')
    expect(typeOf({ max: [{ var: 'size' }, 0] })).toBe('number')
    expect(typeOf({ if: [{ var: 'flag' }, 1, { var: 'amount' }] })).toBe('decimal')
    expect(typeOf({ var: 'size' }, { kind: 'text' })).toBe('text')
    expect(typeOf(null, { kind: 'date' })).toBe('date')
    expect(problems({ var: 'name' }, { kind: 'boolean' })).toEqual(['/var wrong_type'])
  })

  test('of constants follow the place: equal shapes check alike', () => {
    const shapeOf = (rule: unknown) => liftConstants(rule).shape
    expect(shapeOf({ '==': [{ var: 'name' }, 'a'] })).toBe(shapeOf({ '==': [{ var: 'name' }, 'b'] }))
    expect(shapeOf({ in: [{ var: 'name' }, ['a']] })).toBe(shapeOf({ in: [{ var: 'name' }, ['b', 'c']] }))
    expect(shapeOf({ '==': [{ var: 'name' }, 'a'] })).not.toBe(shapeOf({ '==': [{ var: 'name' }, 1] }))
    expect(shapeOf({ '==': [{ var: 'name' }, null] })).not.toBe(shapeOf({ '==': [{ var: 'name' }, 'null'] }))
    expect(shapeOf({ '==': [{ var: 'a' }, 'x'] })).not.toBe(shapeOf({ '==': [{ var: 'b' }, 'x'] }))
  })
})

describe('values', () => {
  test.each<[unknown, string | boolean | null]>([
    [{ '+': [0.1, 0.2] }, '0.3'],
    [{ '/': [1, 3] }, '0.33333333333333333333'],
    [{ '/': ['-2', '3'] }, '-0.66666666666666666666'],
    [{ '/': [1, 0] }, null],
    [{ '*': ['9999999999999999999999', '9999999999999999999999'] }, null],
    [{ '%': [-7, 3] }, '-1'],
    [{ '-': [{ var: 'amount' }] }, '-12.5'],
    [{ cat: [{ var: 'amount' }, ' ', { var: 'size' }, ' ', { var: 'flag' }] }, '12.5 0.0000001 true'],
    [{ join: [', ', { var: 'name' }, { var: 'born' }, 'end'] }, 'Öl, end'],
    [{ '<': [1, { var: 'amount' }, 13] }, true],
    [{ contains: [{ var: 'name' }, 'öL'] }, true],
    [{ in: ['l', { var: 'name' }] }, true],
    [{ '<': ['\uffff', '𐀀'] }, true],
    [{ '==': [{ var: 'born' }, null] }, true],
    [{ '!=': [{ var: 'born' }, '2020-01-01'] }, true],
    [{ '<': [{ var: 'born' }, '2020-01-01'] }, false],
  ])('%j is %j', (rule, expected) => {
    expect(run(rule, { name: 'Öl', amount: '12.50', size: 1e-7, flag: true, born: null })).toBe(expected)
  })

  test('constants that no column can hold are told apart', () => {
    expect(constantToText('a\u0000', { kind: 'text' }).ok).toBe(false)
    expect(constantToText('\ud800', { kind: 'text' }).ok).toBe(false)
    expect(constantToText('12,5', { kind: 'decimal' }).ok).toBe(false)
    expect(constantToText('2026-01-31T25:00:00Z', { kind: 'instant' }).ok).toBe(false)
    expect(constantToText('2026-01-31T10:00+02:00', { kind: 'instant' })).toEqual({
      ok: true,
      text: '2026-01-31T08:00:00.000000Z',
    })
    expect(constantToText(['a"b', 'c\\d'], { kind: 'text', isList: true })).toEqual({
      ok: true,
      text: '{"a\\"b","c\\\\d"}',
    })
  })
})
