// What `relata plugin try`, `usage` and `log` print of what they are told.
import { expect, test } from 'vitest'
import { harmless } from '../../sdk/cli/command.ts'
import { lineText } from '../../sdk/cli/plugin/log.ts'
import { dryRunText, usageText } from '../../sdk/cli/plugin/try.ts'
import type { WireDryRun } from '../../sdk/wire/plugin-dry-run.ts'

const hook = { label: null, on: ['update' as const], fields: null, changed: 0, refused: 0, failed: 0, sent: 0 }
const found: WireDryRun['data'] = {
  entity: 'shop.order',
  version: '1.2.0',
  tried: 2,
  isComplete: true,
  hooks: [
    { ...hook, name: 'price', when: 'before', records: 2, changed: 1, refused: 1 },
    { ...hook, name: 'tell', when: 'after', records: 0 },
  ],
  records: [
    {
      id: 'a',
      label: 'One',
      hook: 'price',
      operation: 'update',
      outcome: 'changed',
      changes: [{ field: 'sum', from: null, to: '5' }],
      problems: [],
      sent: [],
    },
    {
      id: 'b',
      label: '',
      hook: 'price',
      operation: 'update',
      outcome: 'refused',
      changes: [],
      problems: [{ path: '/sum', message: 'too little' }],
      sent: [{ kind: 'mail', what: 'a@b: Hello', detail: null }],
    },
  ],
}

test('a dry run is told hook by hook and record by record', () => {
  expect(dryRunText(found)).toEqual([
    '2 records of shop.order, version 1.2.0:',
    '  price (before): asked about 2, changed 1, refused 1',
    '  tell (after): asked about 0, no difference',
    'One (price)',
    '  sum: null → "5"',
    'b (price)',
    '  /sum  too little',
    '  mail: a@b: Hello',
  ])
  expect(dryRunText({ ...found, tried: 0 })).toEqual(['There are no records of shop.order to try it on.'])
})

test('usage is a table of parts over all hours, the costliest first', () => {
  const hour = {
    hour: '2026-12-01T10:00:00Z',
    kind: 'after',
    entry: 'tell',
    calls: 2,
    failures: 1,
    refusals: 0,
    limits: 0,
    wall_ms: 10,
    cpu_ms: 1,
    slowest_ms: 8,
    host_calls: 0,
  }
  const lines = usageText([
    hour,
    { ...hour, hour: '2026-12-01T09:00:00Z', calls: 2, wall_ms: 30 },
    { ...hour, kind: 'job', entry: 'sweep', wall_ms: 100, calls: 1, failures: 0 },
  ])
  expect(lines.map((line) => line.replaceAll(/ {2,}/g, ' '))).toEqual([
    'part calls failures refusals limits average slowest',
    'job sweep 1 0 0 0 100.0 ms 8.0 ms',
    'after tell 4 2 0 0 10.0 ms 8.0 ms',
  ])
  expect(usageText([])).toEqual([])
})

test('what a plugin wrote does not steer the terminal', () => {
  const line = {
    id: '1',
    at: '2026-12-01T10:00:00.000Z',
    version: '1.0.0',
    level: 'info',
    kind: 'job',
    entry: 'sweep',
    stack: null,
  } as const
  const text = lineText({ ...line, message: 'a\u001b]0;owned\u0007b\u001b[2Jc\r\u009bd\u202etxt' })
  expect(text).not.toMatch(/[\u001b\u0007\r\u009b\u202e]/)
  expect(text).toContain('a\\x1b]0;owned\\x07b')
  expect(harmless('two\n\tlines Ж 中')).toBe('two\n\tlines Ж 中')
})
