// Rules that docs/rule-semantics.md shows are rules, and it names every operator.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { OPERATOR_NAMES } from '../../sdk/rules/index.ts'

const page = readFileSync(path.join(import.meta.dirname, '../../docs/rule-semantics.md'), 'utf8')

test.each(OPERATOR_NAMES)('%s is explained', (name) => {
  const table = page.slice(page.indexOf('## Operators'), page.indexOf('**Texts**'))
  expect(table).toContain(`\`${name}\``)
})

test('what is shown as a rule can be read', () => {
  const shown = [...page.matchAll(/`(\{"[^`]+\})`/g)].map(([, text = '']) => text)
  expect(shown.length).toBeGreaterThan(2)
  for (const text of shown) expect(() => JSON.parse(text), text).not.toThrow()
})
