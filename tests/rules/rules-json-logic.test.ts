// Where the types agree a rule means what json-logic-js says it means; where it does not, the difference is one of those
// that docs/rule-semantics.md lists, and it is here with both answers.
import fc from 'fast-check'
import jsonLogic from 'json-logic-js'
import { expect, test } from 'vitest'
import { checkRule, OPERATOR_NAMES } from '../../sdk/rules/index.ts'
import { closureValue, FIELDS, type Row, ruleScope } from '../support/rule-engines.ts'

const v = (name: string) => ({ var: name })
const word = fc.constantFrom('a', 'A', 'b', 'ab', 'Straße', '北京', '😀', ' ', '')
const whole = fc.integer({ min: -1_000, max: 1_000 })
const row: fc.Arbitrary<Row> = fc.record({ flag: fc.boolean(), size: whole, width: whole, name: word, city: word })
const call = (operators: readonly string[], ...args: fc.Arbitrary<unknown>[]) =>
  fc.tuple(fc.constantFrom(...operators), ...args).map(([operator, ...operands]) => ({ [operator]: operands }))

const number = fc.oneof(fc.constantFrom('size', 'width').map(v), whole)
const text = fc.oneof(fc.constantFrom('name', 'city').map(v), word)
const { condition } = fc.letrec<{ condition: unknown; number: unknown; text: unknown }>((tie) => ({
  number: fc.oneof(
    { maxDepth: 3 },
    number,
    call(['min', 'max'], number, number),
    call(['if'], tie('condition'), number, number),
  ),
  text: fc.oneof({ maxDepth: 3 }, text, call(['if'], tie('condition'), text, text), call(['cat'], text, number, text)),
  condition: fc.oneof(
    { maxDepth: 4 },
    fc.constant(v('flag')),
    fc.boolean(),
    call(['==', '!=', '<', '<=', '>', '>='], tie('number'), tie('number')),
    call(['<', '<='], number, tie('number'), number),
    call(['==', '!='], tie('text'), tie('text')),
    call(['<', '<=', '>', '>='], tie('text'), tie('text')),
    call(['and', 'or'], tie('condition'), tie('condition'), tie('condition')),
    call(['!', '!!'], tie('condition')),
    call(['if'], tie('condition'), tie('condition'), tie('condition')),
    call(['in'], number, fc.array(whole, { maxLength: 5 })),
    call(['in'], text, fc.array(word, { maxLength: 5 })),
    call(
      ['in'],
      text,
      word.filter((one) => one !== ''),
    ),
    call(['==', '!=', '===', '!=='], fc.constant(v('size')), fc.constant(null)),
    call(['===', '!=='], tie('number'), tie('number')),
    call(['?:'], tie('condition'), tie('condition'), tie('condition')),
    call(['=='], fc.constant({ var: ['size', 7] }), tie('number')),
  ),
}))

const numRuns = process.env['RELATA_TEST_LONG'] ? 50_000 : 2_000

test('conditions over filled fields mean the same', () => {
  fc.assert(
    fc.property(condition, row, (rule, record) => {
      expect(closureValue(rule, record)).toBe(jsonLogic.apply(rule, record))
    }),
    { numRuns, seed: 20261123 },
  )
})

test('arithmetic of whole numbers gives the same numbers', () => {
  const sum = fc.oneof(
    call(['+', '-', '*', '%'], number, number),
    call(['+', '*'], number, number, number),
    call(['-'], number),
  )
  fc.assert(
    fc.property(call(['+', '-', '*'], sum, sum), row, (rule, record) => {
      const theirs: unknown = jsonLogic.apply(rule, record)
      fc.pre(typeof theirs === 'number' && Number.isSafeInteger(theirs))
      expect(Number(closureValue(rule, record))).toBe(theirs === 0 ? 0 : theirs)
    }),
    { numRuns, seed: 20261123 },
  )
})

const EMPTY: Row = Object.fromEntries(Object.keys(FIELDS).map((name) => [name, null]))

test.each<[string, unknown, Row, unknown, unknown]>([
  ['null is not zero', { '<': [v('size'), 1] }, EMPTY, false, true],
  ['null is not zero', { '<=': [v('size'), 0] }, EMPTY, false, true],
  ['null is not zero', { '-': [v('size'), 1] }, EMPTY, null, -1],
  ['null is passed over', { max: [v('size'), -1] }, EMPTY, -1, 0],
  ['arithmetic is decimal', { '+': [0.1, 0.2] }, {}, '0.3', 0.30000000000000004],
  ['decimals are text', { '+': [1, 2] }, {}, '3', 3],
  ['decimals are compared as numbers', { '<': [v('price'), v('rate')] }, { price: '9', rate: '10' }, true, false],
  ['decimals are compared as numbers', { '==': [v('price'), '1.50'] }, { price: '1.5' }, true, false],
  ['division by zero is nothing', { '/': [1, 0] }, {}, null, Number.POSITIVE_INFINITY],
  ['there is no negative zero', { '*': [0, -1] }, {}, '0', -0],
  ['numbers are told without exponent', { cat: [1e21] }, {}, '1000000000000000000000', '1e+21'],
  ['digits half way are not used', { cat: [1e23] }, {}, '99999999999999990000000', '1e+23'],
  ['texts are ordered by code points', { '<': ['\uffff', '\u{10000}'] }, {}, true, false],
  ['an empty text is part of every text', { in: ['', v('name')] }, { name: '' }, true, false],
  [
    'times are compared as times',
    { '==': [v('seen'), '2026-01-31T11:00:00+01:00'] },
    { seen: '2026-01-31T10:00:00Z' },
    true,
    false,
  ],
  [
    'ids are compared without case',
    { '==': [v('owner'), '0190F000-0000-7000-8000-000000000001'] },
    { owner: '0190f000-0000-7000-8000-000000000001' },
    true,
    false,
  ],
  ['letters are composed', { '==': [v('name'), 'e\u0301'] }, { name: 'é' }, true, false],
  ['conditions yield booleans', { and: [v('flag'), v('flag')] }, EMPTY, false, null],
])('%s: %j', (_reason, rule, record, ours, theirs) => {
  expect(closureValue(rule, record)).toEqual(ours)
  expect(jsonLogic.apply(rule, record)).toEqual(theirs)
})

test.each<[string, unknown, string]>([
  ['a text is no number', { '==': [v('size'), '1 kg'] }, 'bad_constant'],
  ['a boolean is no number', { '==': [v('flag'), 1] }, 'wrong_type'],
  ['a value is no condition', { and: [v('name'), v('flag')] }, 'wrong_type'],
  ['a value is no condition', { '!': v('size') }, 'wrong_type'],
  ['the whole record', { var: '' }, 'bad_var'],
  ['several places of a list', { in: [v('name'), [v('city')]] }, 'bad_list'],
  ['several comparisons', { '>': [3, 2, 1] }, 'operands'],
  ['if without a value', { if: [true] }, 'operands'],
  ['a list of records that the record itself holds', { all: [v('tags'), { '==': [{ var: '' }, 1] }] }, 'not_a_word'],
  ['a list of records that the record itself holds', { some: [v('tags'), v('flag')] }, 'not_a_word'],
  ['a list of records that the record itself holds', { none: [v('tags'), v('flag')] }, 'not_a_word'],
  ...['missing', 'missing_some', 'merge', 'filter', 'map', 'reduce', 'substr', 'log'].map(
    (name): [string, unknown, string] => ['not in the language', { [name]: [v('name'), 1] }, 'unknown_operator'],
  ),
])('%s is refused: %j', (_reason, rule, key) => {
  const result = checkRule(rule, ruleScope)
  expect(result.ok ? [] : result.problems.map((problem) => problem.key)).toContain(key)
})

test('operators of our own are unknown there', () => {
  const own = OPERATOR_NAMES.filter((name) => {
    try {
      jsonLogic.apply({ [name]: ['a', 'a'] }, {})
      return false
    } catch {
      return true
    }
  })
  expect(OPERATOR_NAMES.filter((name) => !own.includes(name))).toEqual(THEIRS)
})

const THEIRS = [
  ...[
    'var',
    '==',
    '!=',
    '<',
    '<=',
    '>',
    '>=',
    'and',
    'or',
    '!',
    '!!',
    'if',
    'in',
    '+',
    '-',
    '*',
    '/',
    '%',
    'min',
    'max',
  ],
  ...['cat', 'some', 'all', 'none'],
]
