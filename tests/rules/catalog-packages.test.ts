import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { satisfies } from '../../kernel/catalog/semver.ts'
import { briefly, pack, problemsOf, resolved } from '../support/packages.ts'

const order = (...sources: Parameters<typeof resolved>[0]) => resolved(sources).snapshot.packages.map((one) => one.name)

describe('packages', () => {
  const all = [
    pack('custom'),
    pack('sales', {}, { requires: { catalogue: '^1.0.0' } }),
    pack('base'),
    pack('catalogue', {}, { requires: { base: '>=1.0.0' } }),
    pack('system'),
    pack('alpha'),
  ]

  test('[C1] stand in one order whatever order they are given in', () => {
    const expected = ['system', 'base', 'alpha', 'catalogue', 'sales', 'custom']
    fc.assert(
      fc.property(fc.shuffledSubarray(all, { minLength: all.length }), (shuffled) => {
        expect(order(...shuffled)).toEqual(expected)
      }),
      { numRuns: 30 },
    )
  })

  test('[C2] name what they miss', () => {
    expect(problemsOf([pack('base'), pack('sales', {}, { requires: { bas: '^1.0.0' } })])).toMatchObject([
      { package: 'sales', path: '/requires/bas', key: 'missing_package', hint: 'Did you mean “base”?' },
    ])
    expect(problemsOf([pack('base'), pack('sales', {}, { requires: { base: '^2.0.0' } })])).toMatchObject([
      { key: 'wrong_version' },
    ])
    expect(problemsOf([pack('base'), pack('sales', {}, { requires: { base: 'newest' } })])).toMatchObject([
      { key: 'bad_range' },
    ])
  })

  test('[C2] may not require each other in a circle', () => {
    const problems = problemsOf([
      pack('one', {}, { requires: { two: '*' } }),
      pack('two', {}, { requires: { three: '*' } }),
      pack('three', {}, { requires: { one: '*' } }),
    ])
    expect(problems).toMatchObject([
      { key: 'package_cycle', message: expect.stringContaining('one → two → three → one') },
    ])
    expect(problemsOf([pack('base', {}, { requires: { custom: '*' } }), pack('custom')])).toMatchObject([
      { key: 'package_cycle' },
    ])
  })

  test('[C3] are refused under names the system uses, twice, or under another name', () => {
    expect(briefly(problemsOf([pack('records')]))).toEqual(['package.json/name reserved_name'])
    expect(briefly(problemsOf([pack('base'), pack('base')]))).toEqual(['package.json duplicate_name'])
    expect(
      briefly(
        problemsOf([{ name: 'base', files: { 'package.json': { name: 'sales', version: '1.0.0', label: 'x' } } }]),
      ),
    ).toEqual(['package.json/name package_name'])
    expect(briefly(problemsOf([{ name: 'base', files: {} }]))).toEqual(['package.json missing_file'])
  })
})

test('ranges of versions', () => {
  const cases: [string, string, boolean | undefined][] = [
    ['1.2.3', '^1.2.0', true],
    ['2.0.0', '^1.2.0', false],
    ['0.2.9', '^0.2.1', true],
    ['0.3.0', '^0.2.1', false],
    ['0.0.2', '^0.0.1', false],
    ['1.2.9', '~1.2.3', true],
    ['1.3.0', '~1.2.3', false],
    ['1.2.3', '1.2.3', true],
    ['1.2.4', '1.2.3', false],
    ['3.0.0', '>=1.2.3', true],
    ['1.5.0', '>=1.0.0 <2.0.0', true],
    ['2.0.0', '>=1.0.0 <2.0.0', false],
    ['7.0.0', '*', true],
    ['1.0.0', '', undefined],
    ['1.0.0', '^one', undefined],
  ]
  for (const [version, range, expected] of cases)
    expect([version, range, satisfies(version, range)]).toEqual([version, range, expected])
})
