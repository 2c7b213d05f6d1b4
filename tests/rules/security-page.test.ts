// docs/security.md names the tests behind each promise: they have to be there, under that name.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const ROOT = path.join(import.meta.dirname, '../..')
const page = readFileSync(path.join(ROOT, 'docs/security.md'), 'utf8')
const rows = page.split('\n').filter((line) => line.startsWith('| ') && line.includes('`tests/'))

test('every promise has a test', () => {
  expect(rows.length).toBeGreaterThan(20)
  for (const line of page.split('\n').filter((one) => /^\| [A-Z]/.test(one))) expect(line).toContain('`tests/')
})

test.each(rows)('%s', (row) => {
  const [, file = '', title] = /`(tests\/[^`]+)`(?: · ([^|]+?))? *\|?$/.exec(row) ?? []
  const place = path.join(ROOT, file)
  expect(existsSync(place), file).toBe(true)
  if (title) expect(readFileSync(place, 'utf8')).toContain(title)
})
