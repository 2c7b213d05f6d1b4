// The catalogue of README.md against the tests: each of its fifty numbers stands in the name of one.
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const MOST = 50

test('none of the fifty is without a test', () => {
  const root = path.join(import.meta.dirname, '..')
  const sources = globSync('{sandbox,http}/**/*.test.ts', { cwd: root }).map((file) =>
    readFileSync(path.join(root, file), 'utf8'),
  )
  // In a name of its own, as the number of a case of a harness, or given to what makes such cases.
  const named = sources.flatMap((source) => [
    ...source.matchAll(/\('\[(\d+)\] |\bnumber: (\d+),|\b(?:tight|grows)\(\s*(\d+),/g),
  ])
  const numbers = new Set(named.map(([, ...found]) => Number(found.find((one) => one !== undefined))))
  const missing = Array.from({ length: MOST }, (_, index) => index + 1).filter((number) => !numbers.has(number))
  expect(missing).toEqual([])
})
