import { expect, test } from 'vitest'
import { createLogger } from '../../kernel/platform/log.ts'

function write(logFormat: 'json' | 'text', entry: object): string {
  const lines: string[] = []
  createLogger({ logLevel: 'info', logFormat }, { write: (line) => void lines.push(line) }).info(entry, 'hello')
  return lines.join('')
}

test('secrets stay out, wherever they hide', () => {
  const text = write('json', {
    password: 'hunter2',
    mail: { user: 'ann', password: 'hunter2' },
    request: { headers: { cookie: 'hunter2', authorization: 'Bearer hunter2', host: 'crm' } },
    err: new Error('connect postgres://relata:hunter2@db/relata failed'),
  })
  expect(text).not.toContain('hunter2')
  expect(text).toContain('postgres://relata:***@db/relata failed')
  expect(text).toContain('ann')
})

test('text for people: one line, then the stack of an error', () => {
  const [line, next] = write('text', { url: 'http://x', took: { ms: 3 }, err: new Error('no') }).split('\n')
  expect(line).toMatch(/^\d\d:\d\d:\d\d info {2}hello {2}url=http:\/\/x {2}took=\{"ms":3\}$/)
  expect(next).toBe('Error: no')
})
