import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pointerSegments } from '../../sdk/metadata/pointer.ts'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import { briefly, pack, packWithFields, problemsOf, resolve, resolved } from '../support/packages.ts'

const fieldsOf = (...fields: unknown[]) =>
  briefly(problemsOf([packWithFields(fields)])).map((one) => one.replace('entities/thing.json', ''))

describe('problems', () => {
  test('[C3] are all reported at once, each in its place', () => {
    const sources = [
      pack('base', {
        'entities/a.json': {
          name: 'a',
          lable: 'A',
          icon: 7,
          fields: [{ name: 'x', type: 'txet' }, { name: 'y', type: 'reference', to: 'bb' }, 'z'],
        },
        'entities/b.json': { name: 'b', uniques: [{ name: 'u', fields: ['nothing'] }] },
        'entity/c.json': {},
        'views/v.json': { name: 'v', entity: 'a', kind: 'gird', sort: [{ field: 'who' }] },
        'roles/r.json': { name: 'r', label: 'R', entities: { b: { read: 'some' }, nobody: {} } },
      }),
      pack('sales', {
        'apps/a.json': { name: 'a', label: { english: 'A' }, navigation: [{ id: 'n', entity: 'base.a', view: 'vv' }] },
      }),
    ]
    expect(briefly(problemsOf(sources)).toSorted()).toEqual(
      [
        'entities/a.json/lable unknown_member',
        'entities/a.json/icon shape',
        'entities/a.json/fields/0/type unknown_type',
        'entities/a.json/fields/1/to unknown_entity',
        'entities/a.json/fields/2 shape',
        'entities/b.json/uniques/0/fields/0 unknown_field',
        'entity/c.json unknown_file',
        'views/v.json/kind unknown_type',
        'views/v.json/sort/0/field unknown_field',
        'roles/r.json/entities/b/read shape',
        'roles/r.json/entities/nobody unknown_entity',
        'apps/a.json/label shape',
      ].toSorted(),
    )
  })

  test('[C3] offer the likely name', () => {
    const hints = problemsOf([
      pack('base', {
        'entities/person.json': { name: 'person', ownrship: 'user', fields: [{ name: 'x', type: 'nubmer' }] },
      }),
      pack('sales', {
        'entities/deal.json': { name: 'deal', fields: [{ name: 'who', type: 'reference', to: 'person' }] },
      }),
    ]).map((problem) => problem.hint)
    expect(hints).toEqual(['Did you mean “ownership”?', 'Did you mean “number”?', 'Did you mean “base.person”?'])
  })

  test('[C3] point to the layer that is wrong, not to the one that is changed', () => {
    const base = packWithFields([{ name: 'size', type: 'text', max_length: 10 }])
    const custom = pack('custom', {
      'entities/thing.json': {
        extends: 'base.thing',
        fields: [
          { id: 'size', help: 'x' },
          { id: 'size2', label: 'x' },
        ],
        plural: 5,
      },
    })
    const wrong = pack('custom', {
      'entities/thing.json': { extends: 'base.thing', fields: [{ id: 'size', max_length: 'ten' }] },
    })
    expect(problemsOf([base, custom])).toMatchObject([
      { package: 'custom', path: '/plural' },
      { package: 'custom', path: '/fields/1', hint: 'Did you mean “size”?' },
    ])
    expect(problemsOf([base, wrong])).toMatchObject([
      { package: 'custom', file: 'entities/thing.json', path: '/fields/0/max_length' },
    ])
  })

  test('[C3] names may stand once and may not be those that every record has', () => {
    expect(
      fieldsOf(
        { name: 'id', type: 'text' },
        { name: 'created_at', type: 'date' },
        { name: 'constructor', type: 'text' },
      ),
    ).toEqual(['/fields/0/name reserved_name', '/fields/1/name reserved_name', '/fields/2/name reserved_name'])
    expect(fieldsOf({ name: 'a', type: 'text' }, { name: 'a', type: 'number' })).toEqual(['/fields/1 duplicate_name'])
    expect(fieldsOf({ name: 'a', type: 'text' }, { id: 'b', name: 'a', type: 'number' })).toEqual([
      '/fields/1/name duplicate_name',
    ])
    expect(fieldsOf({ name: 'Bad Name', type: 'text' })).toEqual(['/fields/0/name shape'])
    expect(fieldsOf({ name: 'a', type: 'choice', options: [{ value: 'x' }, { id: 'other', value: 'x' }] })).toEqual([
      '/fields/0/options/1/value duplicate_name',
    ])
    const twice = pack('base', { 'entities/a.json': { name: 'a' }, 'entities/b.json': { name: 'a' } })
    expect(briefly(problemsOf([twice]))).toEqual(['entities/b.json duplicate_name'])
  })

  test('views stand where they say, the others behind them as their files do', () => {
    const view = (name: string, order?: number) => ({
      name,
      entity: 'thing',
      ...(order === undefined ? {} : { order }),
    })
    const files = {
      'entities/thing.json': { name: 'thing', fields: [{ name: 'name', type: 'text' }] },
      'views/a.json': view('a'),
      'views/b.json': view('b', 20),
      'views/c.json': view('c'),
      'views/d.json': view('d', 10),
    }
    const { snapshot } = resolved([pack('base', files)])
    expect(snapshot.views.map(({ name }) => name)).toEqual(['base.d', 'base.b', 'base.a', 'base.c'])
  })

  test('[C3] two default views are one too many', () => {
    const view = (name: string) => ({ name, entity: 'thing', default: true })
    const sources = [
      pack('base', { 'entities/thing.json': { name: 'thing' }, 'views/a.json': view('a'), 'views/b.json': view('b') }),
    ]
    expect(briefly(problemsOf(sources))).toEqual(['views/b.json/default two_defaults'])
  })

  test('[C35] options, defaults and uniqueness are checked by the type', () => {
    expect(fieldsOf({ name: 'a', type: 'number', min: 5, max: 1 })).toEqual([
      expect.stringMatching(/^\/fields\/0\/(min|max) bad_option$/),
    ])
    expect(fieldsOf({ name: 'a', type: 'number', default: 'many' })).toEqual(['/fields/0/default bad_default'])
    expect(fieldsOf({ name: 'a', type: 'choice', options: [{ value: 'x' }], default: 'y' })).toEqual([
      '/fields/0/default bad_default',
    ])
    expect(fieldsOf({ name: 'a', type: 'json', unique: true })).toEqual(['/fields/0/unique not_unique'])
    expect(fieldsOf({ name: 'a', type: 'text', colour: 'red' })).toEqual(['/fields/0/colour unknown_member'])
    expect(fieldsOf({ name: 'a', type: 'reference' })).toEqual(['/fields/0 missing_member'])
    expect(fieldsOf({ name: 'a', type: 'reference', to: 'thing', required: true, on_delete: 'detach' })).toEqual([
      '/fields/0/on_delete bad_option',
    ])
    expect(fieldsOf({ name: 'a', type: 'money', rate_date: 'b' }, { name: 'b', type: 'text' })).toEqual([
      '/fields/0/rate_date bad_option',
    ])
  })
})

describe('garbage', () => {
  const kinds = ['entities', 'relationships', 'forms', 'views', 'apps', 'roles', 'package.json', 'nonsense']
  /** Words of the language, so that garbage gets past the first check. */
  const words = fc.constantFrom(
    'name',
    'type',
    'fields',
    'options',
    'text',
    'reference',
    'many_to_many',
    'rollup',
    'formula',
    'rule',
    'var',
    'id',
    'to',
    'thing',
    'base.thing',
    'extends',
    'removed',
    'before',
    'after',
    'label',
    'tabs',
    'sections',
    'items',
    'related',
    'entity',
    'field',
    'columns',
    'filter',
    'navigation',
    'entities',
    'read',
    'all',
    '*',
    '__proto__',
    'constructor',
    'over',
    'aggregate',
    'count',
    'uniques',
    'link_fields',
    'default',
    'required',
    'display_name',
  )
  const { json } = fc.letrec((tie) => ({
    json: fc.oneof(
      { maxDepth: 6, depthSize: 'medium' },
      fc.constantFrom<unknown>(null, true, false, 0, -1, 1.5, '', 'x', {}, []),
      words,
      fc.string({ maxLength: 5 }),
      fc.array(tie('json'), { maxLength: 5 }),
      fc.array(fc.tuple(words, tie('json')), { maxLength: 8 }).map((entries) => Object.fromEntries(entries)),
    ),
  }))
  const path = fc
    .tuple(fc.constantFrom(...kinds), fc.constantFrom('a', 'b', '../c', ''))
    .map(([kind, name]) => (kind === 'package.json' ? kind : `${kind}/${name}.json`))

  const check = (sources: readonly PackageSource[]) => {
    const result = resolve(sources)
    if (!result.ok)
      for (const problem of result.problems)
        expect(problem).toMatchObject({
          message: expect.any(String),
          path: expect.any(String),
          key: expect.any(String),
        })
  }

  test('[C4] in any file gives problems and no exception', () => {
    const proper = { 'package.json': { name: 'base', version: '1.0.0', label: 'Base' } }
    fc.assert(
      fc.property(fc.array(fc.tuple(path, json), { maxLength: 4 }), (files) => {
        check([{ name: 'base', files: { ...proper, ...Object.fromEntries(files) } }])
      }),
      { numRuns: 400 },
    )
  }, 30_000)

  /** A small valid world, in which one value anywhere is replaced. */
  const world = (): Record<string, unknown> => ({
    'package.json': { name: 'base', version: '1.0.0', label: 'Base' },
    'entities/person.json': {
      name: 'person',
      traits: ['party'],
      display_name: 'name',
      fields: [
        { name: 'name', type: 'text', required: true },
        { name: 'employer', type: 'reference', to: 'organisation', on_delete: 'detach' },
        { name: 'status', type: 'choice', options: [{ value: 'new', label: { en: 'New' } }], default: 'new' },
        { name: 'friends', type: 'many_to_many', to: 'person', link_fields: [{ name: 'since', type: 'date' }] },
        { name: 'shout', type: 'formula', rule: { cat: [{ var: 'name' }, '!'] } },
      ],
      uniques: [{ name: 'one', fields: ['name'] }],
    },
    'entities/organisation.json': {
      name: 'organisation',
      fields: [
        {
          name: 'staff',
          type: 'rollup',
          rollup: { over: 'person.employer', aggregate: 'count', filter: { '==': [{ var: 'status' }, 'new'] } },
        },
      ],
    },
    'relationships/r.json': {
      name: 'r',
      label: 'R',
      from: { entities: ['person'], role: 'a' },
      to: { traits: ['party'], role: 'b' },
    },
    'forms/f.json': {
      name: 'f',
      entity: 'person',
      facts: ['status'],
      tabs: [{ id: 't', sections: [{ id: 's', items: [{ field: 'name', visible_if: { '==': [1, 1] } }] }] }],
    },
    'views/v.json': {
      name: 'v',
      entity: 'person',
      columns: [{ field: 'name' }],
      sort: [{ field: 'name' }],
      default: true,
    },
    'apps/a.json': { name: 'a', label: 'A', navigation: [{ id: 'p', entity: 'person', view: 'v' }] },
    'roles/r.json': { name: 'r', label: 'R', entities: { '*': { read: 'all' }, person: { update: 'all' } } },
  })

  test('the small world is valid', () => {
    expect(resolved([{ name: 'base', files: world() }]).warnings).toEqual([])
  })

  test('[C4] in place of any one value gives problems and no exception', () => {
    const places = placesIn(world(), '')
    fc.assert(
      fc.property(fc.constantFrom(...places), json, (place, value) => {
        const files = world()
        put(files, pointerSegments(place), value)
        check([{ name: 'base', files }])
      }),
      { numRuns: 500 },
    )
  }, 30_000)

  test('[C4] that is deep, circular or not JSON at all', () => {
    let deep: unknown = 'end'
    for (let level = 0; level < 50_000; level++) deep = { var: deep }
    const circular: Record<string, unknown> = { name: 'thing' }
    circular['fields'] = [circular]
    const odd = [deep, circular, undefined, () => 1, 10n, Symbol('x'), new Date(), Number.NaN, new Map()]
    for (const value of odd) {
      expect(resolve([pack('base', { 'entities/a.json': value })]).ok).toBe(false)
      check([pack('base', { 'entities/a.json': { name: 'a', display_name: value } })])
    }
  })
})

function placesIn(value: unknown, at: string): string[] {
  if (typeof value !== 'object' || value === null) return [at]
  const escaped = (key: string) => key.replaceAll('~', '~0').replaceAll('/', '~1')
  return [
    ...(at === '' ? [] : [at]),
    ...Object.entries(value).flatMap(([key, item]) => placesIn(item, `${at}/${escaped(key)}`)),
  ]
}

function put(holder: unknown, [first = '', ...rest]: readonly string[], value: unknown): void {
  if (typeof holder !== 'object' || holder === null) return
  if (rest.length === 0)
    Object.defineProperty(holder, first, { value, enumerable: true, configurable: true, writable: true })
  else put(Object.entries(holder).find(([key]) => key === first)?.[1], rest, value)
}
