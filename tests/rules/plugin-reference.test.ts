// docs/plugin-reference.md is what types, shapes and tables say; and the tutorial shows the samples as they are.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { pluginReference, REFERENCE } from '../../.ci/plugin-reference.ts'
import { manifestLine } from '../../sdk/plugin/ask-line.ts'
import { askLines, askText } from '../../sdk/plugin/ask-words.ts'
import { asksOf } from '../../sdk/plugin/asks.ts'
import { NO_BEHAVIOUR } from '../../sdk/plugin/behaviour.ts'

test('the reference is what `npm run docs` writes', () => {
  expect(readFileSync(REFERENCE, 'utf8')).toBe(pluginReference())
})

describe('what a plugin asks for, in plain words', () => {
  const asks = asksOf(
    { permissions: { records: { 'base.person': { read: ['name', 'email', 'phone'], update: true, delete: true } } } },
    { ...NO_BEHAVIOUR, before: [{ name: 'a', entity: 'x.y', on: ['create', 'update'], onFailure: 'refuse' }] },
  )

  test('one by one', () => {
    expect(asks.map(askText)).toEqual([
      'check and change x.y while it is created, or refuse it',
      'check and change x.y while it is changed, or refuse it',
      'delete records of base.person',
      'read email of base.person',
      'read name of base.person',
      'read phone of base.person',
      'change every field of base.person',
    ])
  })

  test('in few lines', () => {
    expect(askLines(asks)).toEqual([
      'check and change x.y while it is created or changed, or refuse it',
      'delete records of base.person',
      'read email, name and phone of base.person',
      'change every field of base.person',
    ])
  })
})

describe.each(['plugins.md', 'client.md'])('%s', (page) => {
  const docs = path.join(import.meta.dirname, '../../docs')
  const text = readFileSync(path.join(docs, page), 'utf8')
  /** A comment before a block says of which file it is a part. */
  const blocks = [...text.matchAll(/<!-- (samples\/\S+) -->\n```\w+\n([\s\S]*?)\n```/g)]

  test('shows parts of the samples as they are', () => {
    expect(blocks.length).toBeGreaterThan(0)
    for (const [, file = '', block = ''] of blocks) {
      const whole = readFileSync(path.join(docs, file), 'utf8')
      expect.soft(whole.includes(block.trim()), `${file} has no such part:\n${block}`).toBe(true)
    }
  })

  test('has no code that no file has', () => {
    const all = [...text.matchAll(/^```(ts|json)\n/gm)].length
    expect(all).toBe(blocks.length)
  })

  test('leads to files that are there', () => {
    for (const [, target = ''] of text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g))
      expect.soft(existsSync(path.join(docs, target)), target).toBe(true)
  })
})

test('the line of plugin.json that would have asked for what is missing', () => {
  const lines = ['read:base.person.email', 'update:base.person', 'delete:base.task', 'http:a.example.org', 'mail']
  expect(lines.map(manifestLine)).toEqual([
    '"permissions": { "records": { "base.person": { "read": ["email"] } } }',
    '"permissions": { "records": { "base.person": { "update": true } } }',
    '"permissions": { "records": { "base.task": { "delete": true } } }',
    '"permissions": { "http": ["a.example.org"] }',
    '"permissions": { "mail": true }',
  ])
  expect(manifestLine('secret:KEY@a.example.org')).toBe('"secrets": { "KEY": { "hosts": ["a.example.org"] } }')
  expect(manifestLine('before:base.person:create')).toBeUndefined()
})
