import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PhysicalNames } from '../../kernel/catalog/physical-names.ts'
import { NameBook } from '../../kernel/catalog/physical-names.ts'
import { STANDARD_FIELDS, type Snapshot } from '../../sdk/metadata/snapshot.ts'
import { entityOf, fieldOf, pack, resolved } from '../support/packages.ts'

/** What a history of edits may do to one field. */
interface Draft {
  id: string
  name: string
  type: string
}
type Edit =
  | { op: 'add'; id: string; type: string }
  | { op: 'remove'; at: number }
  | { op: 'rename'; at: number; name: string }
  | { op: 'retype'; at: number; type: string }
  | { op: 'move'; at: number }

const id = fc.constantFrom('alpha', 'beta', 'gamma', 'amount__currency', 'xmin', 'ctid', `long_${'x'.repeat(34)}`)
const name = fc.constantFrom('one', 'two', 'three', 'alpha', 'beta', 'xmin')
const type = fc.constantFrom('text', 'number', 'money', 'boolean', 'auto_number')
const at = fc.nat(5)
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ op: fc.constant('add' as const), id, type }),
  fc.record({ op: fc.constant('remove' as const), at }),
  fc.record({ op: fc.constant('rename' as const), at, name }),
  fc.record({ op: fc.constant('retype' as const), at, type }),
  fc.record({ op: fc.constant('move' as const), at }),
)

function apply(fields: readonly Draft[], step: Edit): Draft[] {
  if (step.op === 'add')
    return fields.some((one) => one.id === step.id || one.name === step.id)
      ? [...fields]
      : [...fields, { id: step.id, name: step.id, type: step.type }]
  const target = fields[step.at]
  if (!target) return [...fields]
  if (step.op === 'remove') return fields.filter((one) => one !== target)
  if (step.op === 'move') return [target, ...fields.filter((one) => one !== target)]
  if (step.op === 'retype') return fields.map((one) => (one === target ? { ...one, type: step.type } : one))
  return fields.some((one) => one.name === step.name)
    ? [...fields]
    : fields.map((one) => (one === target ? { ...one, name: step.name } : one))
}

const columnsOf = (snapshot: Snapshot) =>
  entityOf(snapshot, 'base.thing').fields.flatMap((field) =>
    field.columns.map((column) => ({ key: `${field.id} ${column.part} ${column.sqlType}`, column: column.column })),
  )

test('[C20] [C21] [C22] names stay through any history of edits', () => {
  fc.assert(
    fc.property(fc.array(edit, { maxLength: 25 }), (edits) => {
      let fields: Draft[] = []
      let names: PhysicalNames = {}
      const given = new Map<string, string>()
      for (const step of edits) {
        fields = apply(fields, step)
        const result = resolved([pack('base', { 'entities/thing.json': { name: 'thing', fields } })], names)
        names = JSON.parse(JSON.stringify(result.names))
        const columns = columnsOf(result.snapshot)
        for (const { key, column } of columns) {
          expect(given.get(key) ?? column).toBe(column)
          given.set(key, column)
          expect(column.length).toBeLessThanOrEqual(63)
          expect(STANDARD_FIELDS.map((standard): string => standard.column)).not.toContain(column)
          expect(['xmin', 'ctid']).not.toContain(column)
        }
        // Unique over everything ever given, so that old data is never found under a new name.
        expect(new Set(given.values()).size).toBe(given.size)
      }
    }),
    { numRuns: 60 },
  )
}, 30_000)

test('[C20] an entity and a field keep their names when renamed', () => {
  const before = resolved([
    pack('base', { 'entities/thing.json': { name: 'thing', fields: [{ name: 'old', type: 'text' }] } }),
  ])
  const renamed = {
    name: 'item',
    id: 'thing',
    aliases: ['thing'],
    fields: [{ name: 'new', id: 'old', aliases: ['old'], type: 'text' }],
  }
  const { snapshot } = resolved([pack('base', { 'entities/item.json': renamed })], before.names)
  expect(entityOf(snapshot, 'base.thing')).toMatchObject({ id: 'base:thing', name: 'base.item', table: 'base_thing' })
  expect(fieldOf(snapshot, 'base.item', 'old')).toMatchObject({
    id: 'base:old',
    name: 'new',
    columns: [{ column: 'old' }],
  })
})

test('[C21] tables whose names would meet stay apart, long ones are cut', () => {
  const one = pack('a', { 'entities/x.json': { name: 'b_c' } })
  const two = pack('a_b', { 'entities/x.json': { name: 'c' } })
  const long = 'x'.repeat(40)
  const three = pack(long, {
    'entities/x.json': {
      name: long,
      fields: [{ name: long, type: 'auto_number' }],
      uniques: [{ name: long, fields: [long] }],
    },
  })
  const { snapshot } = resolved([one, two, three])
  const tables = snapshot.entities.map((entity) => entity.table)
  expect(new Set(tables).size).toBe(3)
  const made = snapshot.entities.flatMap((entity) => [
    entity.table,
    ...entity.uniques.map((unique) => unique.index),
    ...entity.fields.map((field) => field.options.sequence ?? ''),
  ])
  for (const relation of made) expect(relation.length).toBeLessThanOrEqual(63)
  expect(new Set(made.filter(Boolean)).size).toBe(made.filter(Boolean).length)
})

test('[C22] a reference to another entity gets another column', () => {
  const files = (to: string) => ({
    'entities/a.json': { name: 'a' },
    'entities/b.json': { name: 'b' },
    'entities/thing.json': { name: 'thing', fields: [{ name: 'to', type: 'reference', to }] },
  })
  const first = resolved([pack('base', files('a'))])
  const second = resolved([pack('base', files('b'))], first.names)
  const third = resolved([pack('base', files('a'))], second.names)
  const column = (snapshot: Snapshot) => fieldOf(snapshot, 'base.thing', 'to').columns[0]?.column
  expect([first, second, third].map((one) => column(one.snapshot))).toEqual(['to', 'to_2', 'to'])
})

test('[C22] roll-up columns, sequences and indexes are remembered too', () => {
  const book = new NameBook({})
  const wish = { part: 'sum', sqlType: 'numeric' } as const
  const table = book.table('base:order', 'base_order')
  expect(table).toBe('base_order')
  expect(book.rollupColumn('base:order', 'base:total', 'total', wish)).toEqual({
    table: 'base_order__rollup',
    column: 'total__sum',
  })
  const sequence = book.sequence('base:order', 'base:number', 'number')
  const index = book.index('base:order', 'base:pair', 'pair')
  const again = new NameBook(JSON.parse(JSON.stringify(book)))
  expect(again.rollupColumn('base:order', 'base:total', 'renamed', wish)).toEqual({
    table: 'base_order__rollup',
    column: 'total__sum',
  })
  expect(again.sequence('base:order', 'base:number', 'renamed')).toBe(sequence)
  expect(again.index('base:order', 'base:pair', 'renamed')).toBe(index)
})
