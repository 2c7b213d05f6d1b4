// Rules N1–N6 of new-entity.md.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Draft, type DraftField, newField, problemsOf, sourcesOf } from '../../studio/new-entity/draft.ts'
import { freeName, nameOf, pluralOf } from '../../studio/new-entity/names.ts'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import { readSources, resolveSources } from '../support/metadata-sources.ts'

const base = await readSources(['system', 'base'])
const field = (type: string, label: string, more: Partial<DraftField> = {}): DraftField => ({
  ...newField(type, label),
  ...more,
})
const draft = (label: string, fields: readonly DraftField[], app = ''): Draft => ({
  label,
  plural: '',
  icon: 'box',
  fields,
  app,
})
const choices = [
  { label: 'Low', color: 'gray' },
  { label: 'High', color: 'red' },
]

const EVERY_TYPE: readonly DraftField[] = [
  field('text', 'Name', { isRequired: true, isUnique: true, help: 'As on the sign' }),
  ...[
    'long_text',
    'decimal',
    'percent',
    'boolean',
    'date',
    'date_time',
    'email',
    'phone',
    'url',
    'address',
    'person_name',
    'file',
    'json',
    'secret',
    'user',
    'parent',
  ].map((type) => field(type, `A ${type}`)),
  field('number', 'Seats', { isWhole: true }),
  field('money', 'Price', { currencies: 'eur, USD' }),
  field('choice', 'Level', { choices }),
  field('multi_choice', 'Levels', { choices }),
  field('reference', 'Keeper', { target: 'base.person' }),
  field('many_to_many', 'Drivers', { target: 'base.person' }),
  field('auto_number', 'Number', { numberPattern: 'V-{YYYY}-{000}' }),
]

function snapshotWith(source: PackageSource) {
  const result = resolveSources([...base, source])
  expect(result.ok ? [] : result.problems).toEqual([])
  if (!result.ok) throw new Error('the package does not resolve')
  return result.snapshot
}

describe('New entity', () => {
  test('[N1] a field of every offered type is accepted', () => {
    const made = sourcesOf(draft('Vehicle', EVERY_TYPE), { custom: {}, language: '' })
    const entity = snapshotWith(made.package).entities.find(({ name }) => name === made.entity)
    expect(entity?.fields).toHaveLength(EVERY_TYPE.length)
    expect(entity?.displayName).toEqual({ var: 'name' })
  })

  test('[N1] labels keep the language they were typed in', () => {
    const made = sourcesOf(draft('Автомобиль', [field('text', 'Номер')]), { custom: {}, language: 'ru' })
    expect(made.entity).toBe('custom.avtomobil')
    expect(snapshotWith(made.package).entities.find(({ name }) => name === made.entity)?.label).toEqual({
      ru: 'Автомобиль',
    })
  })

  test('[N2] a second entity leaves the first as it is', () => {
    const first = sourcesOf(draft('Vehicle', EVERY_TYPE), { custom: {}, language: '' })
    const second = sourcesOf(draft('Vehicle', [field('reference', 'Other', { target: first.entity })]), {
      custom: first.package.files,
      language: '',
    })
    expect(second.entity).toBe('custom.vehicle_2')
    expect(second.package.files[first.file]).toEqual(first.package.files[first.file])
    const names = snapshotWith(second.package).entities.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining([first.entity, second.entity]))
  })

  test.each([
    ['an app of its own', '', 'custom.vehicle'],
    ['an app of another package', 'base.contacts', 'base.contacts'],
  ])('[N3] %s shows it', (_, app, expected) => {
    const made = sourcesOf(draft('Vehicle', [field('text', 'Name')], app), { custom: {}, language: '' })
    const found = snapshotWith(made.package).apps.find(({ name }) => name === expected)
    expect(found?.navigation.at(-1)?.entity).toBe('custom.vehicle')
  })

  test('[N3] two entities in one app keep both entries', () => {
    for (const app of ['base.contacts', 'custom.vehicle']) {
      const first = sourcesOf(draft('Vehicle', [field('text', 'Name')], app === 'base.contacts' ? app : ''), {
        custom: {},
        language: '',
      })
      const second = sourcesOf(draft('Trip', [field('text', 'Name')], app), {
        custom: first.package.files,
        language: '',
      })
      const found = snapshotWith(second.package).apps.find(({ name }) => name === app)
      expect(found?.navigation.map(({ entity }) => entity).slice(-2)).toEqual(['custom.vehicle', 'custom.trip'])
    }
  })

  test.each([
    ['Größe (m²)', 'grosse_m2'],
    ['Дата заезда', 'data_zaezda'],
    ['Ημερομηνία', 'imerominia'],
    ['2nd owner', 'nd_owner'],
    ['顧客', ''],
  ])('[N4] %s is called %s', (label, name) => {
    expect(nameOf(label)).toBe(name)
  })

  test('[N4] whatever is typed, names are valid, free and not words of the system', () => {
    const label = fc.oneof(
      fc.string({ maxLength: 80 }),
      fc.constantFrom('Owner', 'ID', 'Version', 'Entity', 'Name', '顧客'),
    )
    fc.assert(
      fc.property(fc.array(label, { maxLength: 12 }), (labels) => {
        const taken = new Set<string>()
        for (const one of labels) {
          const name = freeName(one, 'field', taken)
          expect(name).toMatch(/^[a-z][a-z0-9_]{0,39}$/)
          expect(['owner', 'id', 'version', 'entity']).not.toContain(name)
          expect(taken.has(name)).toBe(false)
          taken.add(name)
        }
      }),
      { numRuns: 200 },
    )
  })

  test('[N4] plurals of English labels', () => {
    expect(['Vehicle', 'Company', 'Box', 'Day', ''].map(pluralOf)).toEqual([
      'Vehicles',
      'Companies',
      'Boxes',
      'Days',
      '',
    ])
  })

  test('[N5] what is named is required', () => {
    const { package: made } = sourcesOf(
      draft('Vehicle', [field('reference', 'Keeper', { target: 'base.person' })], 'base.contacts'),
      { custom: {}, language: '' },
    )
    expect(made.files['package.json']).toMatchObject({ name: 'custom', requires: { base: '*' } })
  })

  test('[N6] what is missing is said', () => {
    const faulty = draft(' ', [
      field('text', ''),
      field('text', 'A'),
      field('date', 'a '),
      field('choice', 'C', { choices: [{ label: ' ', color: 'red' }] }),
      field('reference', 'R'),
    ])
    expect(problemsOf(faulty).map(({ input, key }) => `${input} ${key}`)).toEqual([
      'label label',
      'label label',
      'label sameLabel',
      'choices choices',
      'target target',
    ])
    expect(problemsOf(draft('Vehicle', EVERY_TYPE))).toEqual([])
    expect(problemsOf(draft('Vehicle', [])).map(({ input }) => input)).toEqual(['fields'])
  })
})
