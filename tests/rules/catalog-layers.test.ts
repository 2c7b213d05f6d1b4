import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { identifyPlain } from '../../kernel/catalog/identity.ts'
import { type Layer, mergeLayers, type MergeRules } from '../../kernel/catalog/merge.ts'
import { Problems } from '../../kernel/catalog/problems.ts'
import { Trace } from '../../kernel/catalog/trace.ts'
import { briefly, entityOf, fieldNames, fieldOf, pack, problemsOf, resolve, resolved } from '../support/packages.ts'

const person = {
  name: 'person',
  label: { en: 'Person' },
  fields: [
    { name: 'name', type: 'text' },
    { name: 'phone', type: 'text', label: 'Phone' },
    { name: 'status', type: 'choice', options: [{ value: 'new' }, { value: 'old' }, { value: 'gone' }] },
  ],
}
const base = pack('base', { 'entities/person.json': person })
const extend = (name: string, body: Record<string, unknown>, requires = { base: '*' }) =>
  pack(name, { 'entities/person.json': { extends: 'base.person', ...body } }, { requires })

describe('layers', () => {
  test('[C10] the highest layer owns a property', () => {
    const { snapshot, warnings } = resolved([
      base,
      extend('custom', { icon: 'user', fields: [{ id: 'phone', label: 'Telephone', required: true }] }),
    ])
    expect(entityOf(snapshot, 'base.person').icon).toBe('user')
    expect(fieldOf(snapshot, 'base.person', 'phone')).toMatchObject({
      label: 'Telephone',
      required: true,
      id: 'base:phone',
      package: 'base',
    })
    expect(warnings).toEqual([])
  })

  test('[C10] packages that do not know each other and disagree are a warning', () => {
    const { warnings, snapshot } = resolved([base, extend('one', { icon: 'a' }), extend('two', { icon: 'b' })])
    expect(warnings).toMatchObject([
      { key: 'conflict', package: 'two', path: '/icon', params: { below: 'one', above: 'two', member: 'icon' } },
    ])
    expect(entityOf(snapshot, 'base.person').icon).toBe('b')
    const ordered = resolved([
      base,
      extend('two', { icon: 'b' }),
      extend('one', { icon: 'a' }, { base: '*', two: '*' } as never),
    ])
    expect(ordered.warnings).toEqual([])
    expect(entityOf(ordered.snapshot, 'base.person').icon).toBe('a')
  })

  test('[C11] items are added, changed, taken out and placed', () => {
    const layer = extend('custom', {
      fields: [
        { name: 'score', type: 'number', before: 'phone' },
        {
          id: 'status',
          options: [
            { id: 'old', removed: true },
            { value: 'vip', after: 'old' },
            { id: 'gone', label: 'Left' },
          ],
        },
        { id: 'name', after: 'status' },
      ],
    })
    const { snapshot } = resolved([base, layer])
    expect(fieldNames(entityOf(snapshot, 'base.person'))).toEqual(['custom_score', 'phone', 'status', 'name'])
    expect(fieldOf(snapshot, 'base.person', 'status').options.choices).toMatchObject([
      { value: 'new', label: 'New' },
      { value: 'vip' },
      { value: 'gone', label: 'Left' },
    ])
  })

  test('[C11] several items after one anchor keep their order, and circles end', () => {
    const several = extend('custom', { fields: ['a', 'b', 'c'].map((name) => ({ name, type: 'text', after: 'name' })) })
    expect(fieldNames(entityOf(resolved([base, several]).snapshot, 'base.person'))).toEqual([
      'name',
      'custom_a',
      'custom_b',
      'custom_c',
      'phone',
      'status',
    ])
    const circle = extend('custom', {
      fields: [
        { name: 'a', type: 'text', after: 'b' },
        { name: 'b', type: 'text', after: 'a' },
        { name: 'c', type: 'text', before: 'nothing' },
      ],
    })
    const { warnings, snapshot } = resolved([base, circle])
    expect(warnings.map((one) => one.key)).toEqual(['unknown_anchor', 'anchor_cycle'])
    expect(fieldNames(entityOf(snapshot, 'base.person'))).toHaveLength(6)
  })

  test('[C11] changes to what is not there are named', () => {
    expect(problemsOf([base, extend('custom', { fields: [{ id: 'phne', label: 'x' }] })])).toMatchObject([
      { key: 'unknown_item', path: '/fields/0', hint: 'Did you mean “phone”?' },
    ])
    expect(resolved([base, extend('custom', { fields: [{ id: 'phne', removed: true }] })]).warnings).toMatchObject([
      { key: 'unknown_item' },
    ])
  })

  test('[C12] languages add up', () => {
    const { snapshot } = resolved([
      base,
      extend('german', { label: { de: 'Person (de)' }, fields: [{ id: 'phone', label: { de: 'Telefon' } }] }),
    ])
    expect(entityOf(snapshot, 'base.person').label).toEqual({ en: 'Person', de: 'Person (de)' })
    expect(fieldOf(snapshot, 'base.person', 'phone').label).toEqual({ en: 'Phone', de: 'Telefon' })
    expect(snapshot.locales).toEqual(['en', 'de'])
  })

  test('[C13] added fields carry the name of their package', () => {
    const { snapshot, warnings } = resolved([base, extend('sales', { fields: [{ name: 'phone', type: 'text' }] })])
    expect(fieldOf(snapshot, 'base.person', 'sales_phone')).toMatchObject({ id: 'sales:phone', package: 'sales' })
    expect(warnings).toMatchObject([{ key: 'second_field', hint: expect.stringContaining('"id": "base:phone"') }])
  })

  test('[C13] only what is required may be extended', () => {
    const sales = pack('sales', { 'entities/deal.json': { name: 'deal' } })
    const nosy = pack('nosy', {
      'entities/deal.json': { extends: 'sales.deal' },
      'entities/x.json': { name: 'x', fields: [{ name: 'd', type: 'reference', to: 'sales.deal' }] },
    })
    expect(briefly(problemsOf([sales, nosy]))).toEqual([
      'entities/deal.json/extends not_required',
      'entities/x.json/fields/0/to not_required',
    ])
    expect(
      briefly(problemsOf([base, extend('custom', {}), pack('one', { 'views/x.json': { extends: 'base.nothing' } })])),
    ).toEqual(['views/x.json/extends unknown_name'])
  })

  test('[C13] forms, views, apps and roles are extended in the same way', () => {
    const files = {
      'entities/person.json': person,
      'forms/f.json': {
        name: 'f',
        entity: 'person',
        tabs: [{ id: 't', sections: [{ id: 's', items: [{ field: 'name' }, { field: 'phone' }] }] }],
      },
      'views/v.json': { name: 'v', entity: 'person', columns: [{ field: 'name' }, { field: 'phone' }] },
      'apps/a.json': { name: 'a', label: 'A', navigation: [{ id: 'p', entity: 'person' }] },
      'roles/r.json': { name: 'r', label: 'R', entities: { person: { read: 'all' } } },
    }
    const custom = pack('custom', {
      'entities/visit.json': { name: 'visit' },
      'forms/f.json': {
        extends: 'base.f',
        tabs: [
          {
            id: 't',
            sections: [
              {
                id: 's',
                items: [
                  { field: 'status', after: 'name' },
                  { id: 'phone', removed: true },
                ],
              },
            ],
          },
        ],
      },
      'views/v.json': { extends: 'base.v', columns: [{ id: 'name', width_px: 300 }] },
      'apps/a.json': { extends: 'base.a', navigation: [{ id: 'v', entity: 'visit', before: 'p' }] },
      'roles/r.json': { extends: 'base.r', entities: { 'base.person': { update: 'all' }, visit: { read: 'all' } } },
    })
    const { snapshot } = resolved([pack('base', files), custom])
    const form = snapshot.forms.find((one) => one.name === 'base.f')
    expect(form?.tabs[0]?.sections[0]?.items.map((item) => item.field)).toEqual(['name', 'status'])
    expect(snapshot.views.find((one) => one.name === 'base.v')?.columns).toEqual([
      { field: 'name', widthPx: 300 },
      { field: 'phone' },
    ])
    expect(snapshot.apps[0]?.navigation.map((item) => item.entity)).toEqual(['custom.visit', 'base.person'])
    expect(snapshot.roles[0]?.entities).toEqual({
      'base.person': { read: 'all', update: 'all' },
      'custom.visit': { read: 'all' },
    })
    const without = resolved([
      pack('base', files),
      pack('custom', { 'views/v.json': { extends: 'base.v', removed: true } }),
    ])
    expect(without.snapshot.views.map((one) => one.name)).toEqual(['base.person_all'])
  })

  test('[C15] forms and views lose a field that was taken out, rules are refused', () => {
    const shown = pack('base', {
      'entities/person.json': person,
      'views/v.json': { name: 'v', entity: 'person', columns: [{ field: 'name' }, { field: 'phone' }] },
      'forms/f.json': {
        name: 'f',
        entity: 'person',
        facts: ['phone'],
        tabs: [{ id: 't', sections: [{ id: 's', items: [{ field: 'phone' }] }] }],
      },
    })
    const without = extend('custom', { fields: [{ id: 'phone', removed: true }] })
    const { snapshot, warnings } = resolved([shown, without])
    expect(warnings.map((one) => one.key)).toEqual(['removed_field', 'removed_field', 'removed_field'])
    expect(snapshot.views[0]?.columns).toEqual([{ field: 'name' }])
    const asked = pack('base', { 'entities/person.json': { ...person, display_name: { var: 'phone' } } })
    expect(resolve([asked, without]).ok).toBe(false)
  })
})

describe('merging', () => {
  const rules: MergeRules = { items: { how: 'list', identify: identifyPlain, members: {} } }
  const merge = (layers: readonly Layer[]) => {
    const trace = new Trace()
    const problems = new Problems()
    for (const layer of layers) trace.put(layer.value, { package: layer.package, file: 'x.json', path: '' })
    return { merged: mergeLayers(layers, rules, { trace, problems, areRelated: () => false }), problems }
  }
  const items = (value: Record<string, unknown>) => (Array.isArray(value['items']) ? value['items'] : [])
  const ids = (value: Record<string, unknown>) => items(value).map((item: { id: string }) => item.id)

  const base_ = { package: 'base', value: { items: ['a', 'b', 'c'].map((id) => ({ id, size: 0 })) } }
  /** A layer that touches only items and members of its own. */
  const layerOf = (name: string, target: string) =>
    fc
      .record({
        added: fc.uniqueArray(fc.constantFrom('1', '2', '3'), { maxLength: 3 }),
        anchored: fc.boolean(),
        isRemoving: fc.boolean(),
      })
      .map(
        ({ added, anchored, isRemoving }): Layer => ({
          package: name,
          value: {
            [name]: true,
            items: [
              ...added.map((one) => ({ id: `${name}${one}`, ...(anchored ? { after: target } : {}) })),
              isRemoving ? { id: target, removed: true } : { id: target, [name]: added.length },
            ],
          },
        }),
      )

  test('[C14] layers that touch different things may be applied in any order', () => {
    fc.assert(
      fc.property(layerOf('x', 'a'), layerOf('y', 'b'), (x, y) => {
        const one = merge([base_, x, y])
        const other = merge([base_, y, x])
        expect(one.problems.warnings).toEqual([])
        const sorted = (value: Record<string, unknown>) => items(value).toSorted((a, b) => (a.id < b.id ? -1 : 1))
        expect(sorted(one.merged)).toEqual(sorted(other.merged))
        // Anchored items do not even depend on it for their place; the others come in the order of their layers.
        const isPlaced = (layer: Layer) =>
          items(layer.value).every((item) => item.after !== undefined || 'abc'.includes(item.id))
        if (isPlaced(x) || isPlaced(y)) expect(ids(one.merged)).toEqual(ids(other.merged))
      }),
      { numRuns: 200 },
    )
  })

  test('[C11] whatever the anchors, each item stands exactly once, and beside its anchor when that is free', () => {
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
    const item = fc.record({
      id,
      before: fc.option(id, { nil: undefined }),
      after: fc.option(id, { nil: undefined }),
      removed: fc.boolean(),
    })
    fc.assert(
      fc.property(
        fc.array(fc.uniqueArray(item, { selector: (one) => one.id, maxLength: 6 }), { maxLength: 4 }),
        (lists) => {
          const clean = (one: object) =>
            Object.fromEntries(Object.entries(one).filter(([, value]) => value !== undefined))
          const layers = lists.map((list, index) => ({ package: `p${index}`, value: { items: list.map(clean) } }))
          const last = new Map<string, boolean>()
          for (const one of lists.flat()) if (last.has(one.id) || !one.removed) last.set(one.id, one.removed)
          const wanted = [...last].filter(([, isRemoved]) => !isRemoved).map(([name]) => name)
          const { merged } = merge(layers.length > 0 ? layers : [{ package: 'p', value: { items: [] } }])
          expect(ids(merged).toSorted()).toEqual(wanted.toSorted())
        },
      ),
      { numRuns: 300 },
    )
  })
})
