// Rules F30 and F31 of fields.md: patterns of text fields.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkPattern, matchesPattern } from '../../sdk/fields/pattern.ts'

const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom(
      'a',
      'b',
      '.',
      '\\d',
      '\\W',
      '[ab]',
      '[^a-c]',
      '[\\]\\d-]',
      '\\.',
      '\\p{Lu}',
      '\\u0436',
      '^',
      '$',
      '',
    ),
    fc.tuple(tie('pattern'), tie('pattern')).map(([left, right]) => left + right),
    fc.tuple(tie('pattern'), tie('pattern')).map(([left, right]) => `${left}|${right}`),
    fc
      .tuple(
        tie('pattern'),
        fc.constantFrom('(', '(?:'),
        fc.constantFrom('*', '+', '?', '{2}', '{0,2}', '{1,}', '*?', ''),
      )
      .map(([inner, open, sign]) => `${open}${inner})${sign}`),
  ),
}))
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '1', '.', ']', 'Ж', 'ж', '\n', '👩'), maxLength: 8 })

describe('patterns', () => {
  test('[F30] match what the expressions of JavaScript match', () => {
    const numRuns = process.env['RELATA_TEST_LONG'] ? 200_000 : 3000
    fc.assert(
      fc.property(pattern, text, (source, value) => {
        expect(checkPattern(source)).toBeUndefined()
        expect({ source, value, matches: matchesPattern(source, value) }).toEqual({
          source,
          value,
          matches: new RegExp(source, 'u').test(value),
        })
      }),
      { numRuns },
    )
  })

  test('[F31] stay fast where a search that tries one way after the other does not end', () => {
    const start = performance.now()
    for (const source of ['^(a+)+$', '^(a|a)*$', '(a*)*b', '^(a?){30}a{30}$', '(.*)(.*)(.*)(.*)x', '(a|aa)+$'])
      matchesPattern(source, `${'a'.repeat(5000)}!`)
    expect(performance.now() - start).toBeLessThan(2000)
  })

  test.each([
    ['(?=a)b', 'looks ahead or behind, which is not supported'],
    ['(?<!a)b', 'looks ahead or behind, which is not supported'],
    ['(a)\\1', 'refers back to a group, which is not supported'],
    ['\\bword\\b', 'has a word boundary, which is not supported'],
    ['(?<year>a)', 'has “(?<”, which is not supported'],
    ['[a', 'is not a regular expression'],
    ['a**', 'is not a regular expression'],
    ['\\-', 'is not a regular expression'],
    ['a{1001}', 'repeats something more than 1000 times'],
    ['((a{50}){50}){50}', 'is too large'],
    ['('.repeat(40) + ')'.repeat(40), 'is nested too deeply'],
  ])('[F31] %s: %s', (source, fault) => {
    expect(checkPattern(source)).toBe(fault)
  })

  test('[F31] a pattern that cannot be used matches nothing', () => {
    expect(matchesPattern('(a)\\1', 'aa')).toBe(false)
  })
})
