// Pure parts of the command line: where a problem stands, a plan as text.
import type { Command } from 'commander'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lineOf } from '../../sdk/cli/locate.ts'
import { planText } from '../../sdk/cli/plan-text.ts'
import { makeProgram } from '../../sdk/cli/program.ts'
import type { WirePlan } from '../../sdk/wire/metadata.ts'

describe('lineOf', () => {
  const text = '{\n  "a": [\n    1,\n    { "b": "]}\\"" ,\n      "c/d~e": null }\n  ],\n  "f": {}\n}\n'

  test.each([
    ['', 1],
    ['/a', 2],
    ['/a/0', 3],
    ['/a/1', 4],
    ['/a/1/b', 4],
    ['/a/1/c~1d~0e', 5],
    ['/f', 7],
  ])('%s stands on line %i', (pointer, line) => expect(lineOf(text, pointer)).toBe(line))

  test('what is missing is looked for where it should be', () => {
    expect(lineOf(text, '/f/label')).toBe(7)
    expect(lineOf(text, '/a/7/x')).toBe(2)
    expect(lineOf(text, '/a/0/x')).toBe(3)
  })

  test('every value of any JSON is found', () => {
    const trees = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        fc.constant('leaf'),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(fc.string({ unit: 'grapheme' }), tie('tree'), { maxKeys: 4 }),
      ),
    })).tree
    fc.assert(
      fc.property(trees, (tree) => {
        const marked = JSON.stringify(mark(tree), null, 2)
        for (const [pointer, mark] of leaves(JSON.parse(marked))) {
          const line = marked.split('\n').findIndex((one) => one.includes(`"${mark}"`)) + 1
          expect([pointer, lineOf(marked, pointer)]).toEqual([pointer, line])
        }
      }),
      { numRuns: 300 },
    )
  })
})

/** The tree with each leaf a text that no other leaf has. */
function mark(tree: unknown): unknown {
  let number = 0
  return JSON.parse(JSON.stringify(tree), (_, value: unknown) => (value === 'leaf' ? `mark ${number++}.` : value))
}

function leaves(value: unknown, pointer = ''): [string, string][] {
  if (typeof value === 'string') return [[pointer, value]]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) =>
    leaves(item, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  )
}

describe('a plan as text', () => {
  const plan: WirePlan = {
    fromVersion: 6,
    steps: [
      { text: 'add entity Order', kind: 'add', phase: 'now', sql: ['CREATE TABLE "order" (\n  id uuid\n)'] },
      { text: 'index Name of Order', kind: 'add', phase: 'later', sql: ['CREATE INDEX'] },
      { text: 'drop field Colour of Order', kind: 'drop', phase: 'now', sql: ['ALTER TABLE'] },
    ],
    needsConfirmation: ['drop:shop.order.colour'],
    droppable: [],
    warnings: [],
  }

  test('says what happens now, what later, and what would be lost', () => {
    expect(planText(plan).split('\n')).toEqual([
      'Version 6 → 7:',
      '  + add entity Order',
      '  ! drop field Colour of Order',
      '',
      'In the background after that:',
      '  + index Name of Order',
      '',
      '2 to add, 1 to drop; 1 would lose data and must be agreed to by name',
    ])
  })

  test('shows statements when asked', () => {
    expect(planText(plan, { withSql: true })).toContain(
      '  + add entity Order\n      CREATE TABLE "order" (\n        id uuid\n',
    )
  })

  test('names what is kept though nothing describes it any more, but not what is agreed to go', () => {
    const droppable = ['drop:shop.order.colour', 'drop:shop.order.size']
    const text = planText({ ...plan, needsConfirmation: [], droppable }, { agreed: ['drop:shop.order.size'] })
    expect(text.split('\n').slice(-6)).toEqual([
      '  + index Name of Order',
      '',
      'No longer described, and kept. To drop for good, add:',
      '  --confirm drop:shop.order.colour',
      '',
      '2 to add, 1 to drop',
    ])
  })

  test('says so when no table changes', () => {
    expect(planText({ ...plan, steps: [], needsConfirmation: [] })).toMatch(/^Version 6 → 7: no table changes/)
  })
})

describe('help', () => {
  const helpOf = (command: Command): string => {
    let text = ''
    command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp()
    return text
  }
  const withPaths = (command: Command, path: string): (readonly [string, Command])[] =>
    command.commands.flatMap((one) => {
      const own = `${path} ${one.name()}`
      return [[own, one] as const, ...withPaths(one, own)]
    })

  test('of every command has an example', () => {
    const all = withPaths(makeProgram(), 'relata')
    expect(all.map(([path]) => path)).toContain('relata new entity')
    for (const [path, command] of all) expect(helpOf(command)).toMatch(new RegExp(`Examples:\\n  ${path}\\b`))
  })
})
