// docs/speed.md says what the benches measured, and nothing else.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { isReached } from '../bench/support/results.ts'
import { speedPage } from '../bench/support/speed-page.ts'

const ROOT = path.join(import.meta.dirname, '../..')

test('the page is that of the results', () => {
  expect(readFileSync(path.join(ROOT, 'docs/speed.md'), 'utf8')).toBe(speedPage(path.join(ROOT, 'tests/bench/results')))
})

test('a goal is reached, missed, or no goal at all', () => {
  const row = (value: number, goal: string | null) => ({ what: 'x', value, unit: 'ms', goal })
  expect([row(49, '< 50'), row(5, '<= 5'), row(5, '>= 5'), row(5, null)].map(isReached)).toEqual([
    true,
    true,
    true,
    true,
  ])
  expect([row(50, '< 50'), row(5.01, '<= 5'), row(4.9, '>= 5')].map(isReached)).toEqual([false, false, false])
  expect(() => isReached(row(1, 'soon'))).toThrow('“soon”')
})
