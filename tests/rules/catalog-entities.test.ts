import { describe, expect, test } from 'vitest'
import { Model } from '../../kernel/catalog/model.ts'
import { scopeOf } from '../../kernel/catalog/scope.ts'
import { entityOf, fieldNames, fieldOf, pack, packWithFields, problemsOf, resolved } from '../support/packages.ts'

const world = pack('base', {
  'entities/person.json': {
    name: 'person',
    traits: ['party'],
    fields: [
      { name: 'name', type: 'person_name' },
      { name: 'employer', type: 'reference', to: 'organisation', inverse_label: 'Staff' },
      { name: 'boss', type: 'parent' },
      { name: 'salary', type: 'money' },
      { name: 'token', type: 'secret' },
      {
        name: 'skills',
        type: 'many_to_many',
        to: 'skill',
        link_fields: [{ name: 'level', type: 'number' }],
        inverse_label: 'People',
      },
      { name: 'friends', type: 'many_to_many', to: 'person' },
      { name: 'employer_name', type: 'formula', rule: { cat: ['at ', { var: 'employer.name' }] } },
      { name: 'notes', type: 'long_text' },
    ],
  },
  'entities/organisation.json': {
    name: 'organisation',
    ownership: 'none',
    fields: [
      { name: 'name', type: 'text' },
      { name: 'staff', type: 'rollup', rollup: { over: 'person.employer', aggregate: 'count' } },
      {
        name: 'pay',
        type: 'rollup',
        rollup: { over: 'base.person.employer', aggregate: 'average', field: 'salary.amount' },
      },
      { name: 'per_head', type: 'formula', rule: { '+': [{ var: 'staff' }, 1] } },
    ],
  },
  'entities/skill.json': { name: 'skill', fields: [{ name: 'name', type: 'text' }] },
  'entities/note.json': { name: 'note', fields: [{ name: 'about', type: 'any_reference', traits: ['party'] }] },
})

describe('entities', () => {
  test('[C30] what is left out is filled in', () => {
    const { snapshot } = resolved([packWithFields([{ name: 'first_name', type: 'text' }], { name: 'company' })])
    expect(entityOf(snapshot, 'base.company')).toMatchObject({
      id: 'base:company',
      label: 'Company',
      plural: 'Companies',
      ownership: 'user',
      history: true,
      displayName: { var: 'first_name' },
      isLink: false,
    })
    expect(fieldOf(snapshot, 'base.company', 'first_name').label).toBe('First name')
    expect(snapshot.views).toMatchObject([
      { name: 'base.company_all', isDefault: true, kind: 'grid', columns: [{ field: 'display_name' }] },
    ])
    expect(snapshot.forms).toMatchObject([{ name: 'base.company_form', entity: 'base.company' }])
    expect(snapshot.forms[0]?.tabs[0]?.sections[0]?.items).toEqual([
      { id: 'first_name', field: 'first_name', width: 'half' },
      { id: 'owner', field: 'owner', width: 'half' },
    ])
  })

  test('[C30] a form made from the fields has long fields across and lists of what points here', () => {
    const { snapshot } = resolved([world])
    const form = snapshot.forms.find((one) => one.entity === 'base.person')
    const items = form?.tabs[0]?.sections[0]?.items ?? []
    expect(items.at(-2)).toEqual({ id: 'notes', field: 'notes', width: 'full' })
    expect(items.map((item) => item.field)).toContain('friends')
    const related = form?.tabs[1]?.sections[0]?.items.map((item) => item.related)
    expect(related?.map((one) => one?.entity)).not.toContain('base.person_skills')
    expect(related).toContainEqual({ entity: 'base.person', field: 'boss' })
    const organisation = snapshot.forms.find((one) => one.entity === 'base.organisation')
    expect(organisation?.tabs[1]?.sections[0]?.items[0]?.related).toEqual({
      entity: 'base.person',
      field: 'employer',
      label: 'Staff',
    })
  })

  test('[C31] a many-to-many field makes a link entity', () => {
    const { snapshot } = resolved([world])
    const link = entityOf(snapshot, 'base.person_skills')
    expect(link).toMatchObject({ id: 'base:person_skills', isLink: true, label: 'Skills', ownership: 'none' })
    expect(fieldNames(link)).toEqual(['person', 'skill', 'level'])
    expect(link.fields[0]).toMatchObject({
      type: 'reference',
      required: true,
      options: { to: ['base.person'], onDelete: 'cascade' },
    })
    expect(link.uniques).toMatchObject([{ fields: ['person', 'skill'] }])
    expect(fieldOf(snapshot, 'base.person', 'skills').options).toMatchObject({
      to: ['base.skill'],
      link: { entity: 'base.person_skills', source: 'person', target: 'skill' },
    })
    expect(fieldNames(entityOf(snapshot, 'base.person_friends'))).toEqual(['person', 'related_person'])
    const foreign = pack('sales', {
      'entities/p.json': { extends: 'base.person', fields: [{ name: 'deals', type: 'many_to_many', to: 'deal' }] },
      'entities/deal.json': { name: 'deal' },
    })
    expect(entityOf(resolved([world, foreign]).snapshot, 'sales.person_deals').package).toBe('sales')
  })

  test('[C31] problems of link fields point to where they are written', () => {
    const bad = packWithFields([
      { name: 'a', type: 'many_to_many', to: 'thing', link_fields: [{ name: 'x', type: 'txet' }] },
    ])
    expect(problemsOf([bad])).toMatchObject([{ path: '/fields/0/link_fields/0/type', key: 'unknown_type' }])
    expect(problemsOf([packWithFields([{ name: 'a', type: 'many_to_many', to: 'nothing' }])])).toMatchObject([
      { path: '/fields/0/to' },
    ])
  })

  test('[C32] references and roll-ups are known at both ends', () => {
    const { snapshot } = resolved([world])
    expect(entityOf(snapshot, 'base.organisation').inbound).toEqual([
      { entity: 'base.person', field: 'employer', onDelete: 'detach', isPolymorphic: false },
    ])
    expect(entityOf(snapshot, 'base.person').inbound).toContainEqual({
      entity: 'base.note',
      field: 'about',
      onDelete: 'detach',
      isPolymorphic: true,
    })
    expect(entityOf(snapshot, 'base.person').inbound).toContainEqual({
      entity: 'base.person_skills',
      field: 'person',
      onDelete: 'cascade',
      isPolymorphic: false,
    })
    expect(entityOf(snapshot, 'base.person').feeds).toEqual([
      { entity: 'base.organisation', field: 'staff' },
      { entity: 'base.organisation', field: 'pay' },
    ])
    expect(fieldOf(snapshot, 'base.organisation', 'pay').options.rollup).toEqual({
      entity: 'base.person',
      reference: 'employer',
      aggregate: 'average',
      field: 'salary.amount',
      table: 'base_organisation__rollup',
      columns: [
        { column: 'pay__sum', sqlType: 'numeric', holds: 'sum' },
        { column: 'pay__count', sqlType: 'int4', holds: 'count' },
      ],
    })
  })

  test('a reference may be narrowed by fields that both ends have', () => {
    const stage = { name: 'stage', type: 'reference', to: 'stage', match: { pipeline: 'pipeline' } }
    const pipeline = { name: 'pipeline', type: 'reference', to: 'pipeline' }
    const sources = (match: object) => [
      pack('sales', {
        'entities/pipeline.json': { name: 'pipeline', fields: [{ name: 'name', type: 'text' }] },
        'entities/stage.json': { name: 'stage', fields: [{ name: 'name', type: 'text' }, pipeline] },
        'entities/deal.json': { name: 'deal', fields: [{ name: 'name', type: 'text' }, pipeline, { ...stage, match }] },
      }),
    ]
    const { snapshot } = resolved(sources({ pipeline: 'pipeline' }))
    expect(fieldOf(snapshot, 'sales.deal', 'stage').options.match).toEqual({ pipeline: 'pipeline' })
    expect(problemsOf(sources({ pipline: 'road' })).map(({ path, message }) => `${path} ${message}`)).toEqual([
      '/fields/2/match sales.stage has no field “pipline”',
      '/fields/2/match sales.deal has no field “road”',
    ])
  })

  test('a roll-up is written as what it is taken of, unless it says otherwise', () => {
    const total = (field: string, more: object = {}) => ({
      type: 'rollup',
      rollup: { over: 'line.order', aggregate: 'sum', field },
      ...more,
    })
    const { snapshot } = resolved([
      pack('shop', {
        'entities/order.json': {
          name: 'order',
          fields: [
            { name: 'in_base', ...total('price.base') },
            { name: 'in_dollars', ...total('price.amount') },
            { name: 'shares', ...total('share') },
            { name: 'rounded', ...total('price.base', { format: { decimals: 0 } }) },
          ],
        },
        'entities/line.json': {
          name: 'line',
          fields: [
            { name: 'order', type: 'reference', to: 'order' },
            { name: 'price', type: 'money', currencies: ['USD'] },
            { name: 'share', type: 'percent' },
          ],
        },
      }),
    ])
    const formatOf = (name: string) => fieldOf(snapshot, 'shop.order', name).options.format
    expect(['in_base', 'in_dollars', 'shares', 'rounded'].map(formatOf)).toEqual([
      { style: 'currency' },
      { style: 'currency', currency: 'USD' },
      { style: 'percent' },
      { decimals: 0 },
    ])
  })

  test('[C33] rules see parts, formulas, roll-ups and what references lead to', () => {
    const model = new Model(resolved([world]).snapshot)
    const scope = scopeOf(model, model.entity('base.person'))
    const kinds = [
      'salary.amount',
      'name.given',
      'employer',
      'employer.name',
      'employer.staff',
      'employer.pay',
      'boss.boss.boss.notes',
      'employer_name',
      'version',
    ].map((path) => [path, scope.typeOf(path)?.kind])
    expect(kinds).toEqual([
      ['salary.amount', 'decimal'],
      ['name.given', 'text'],
      ['employer', 'id'],
      ['employer.name', 'text'],
      ['employer.staff', 'number'],
      ['employer.pay', 'decimal'],
      ['boss.boss.boss.notes', 'text'],
      ['employer_name', 'text'],
      ['version', 'number'],
    ])
    for (const path of [
      'salary',
      'token',
      'skills',
      'nothing',
      'boss.boss.boss.boss.notes',
      'employer.owner',
      'constructor',
      '',
      '.',
      'employer.',
    ]) {
      expect([path, scope.typeOf(path)]).toEqual([path, undefined])
    }
    expect(scope.paths()).toContain('employer.name')
    expect(scope.paths()).not.toContain('token')
  })

  test('[C34] formulas may not read each other in a circle', () => {
    const problems = problemsOf([
      packWithFields([
        { name: 'a', type: 'formula', rule: { cat: [{ var: 'b' }] } },
        { name: 'b', type: 'formula', rule: { cat: [{ var: 'c' }] } },
        { name: 'c', type: 'formula', rule: { cat: [{ var: 'a' }] } },
      ]),
    ])
    expect(problems).toHaveLength(1)
    expect(problems[0]).toMatchObject({
      key: 'formula_cycle',
      message: expect.stringContaining('base.thing.a → base.thing.b → base.thing.c → base.thing.a'),
    })
  })

  test('[C34] roll-ups are refused where they could not be kept right', () => {
    const over = (field: string, aggregate = 'max') => ({
      name: 'r',
      type: 'rollup',
      rollup: { over: 'child.parent', aggregate, field },
    })
    const problem = (rollup: unknown) =>
      problemsOf([
        pack('base', {
          'entities/child.json': {
            name: 'child',
            fields: [
              { name: 'parent', type: 'reference', to: 'top' },
              { name: 'grandchildren', type: 'rollup', rollup: { over: 'grandchild.parent', aggregate: 'count' } },
              { name: 'doubled', type: 'formula', rule: { '*': [{ var: 'grandchildren' }, 2] } },
              { name: 'inherited', type: 'formula', rule: { var: 'parent.size' } },
              { name: 'size', type: 'number' },
              { name: 'label', type: 'text' },
            ],
          },
          'entities/grandchild.json': {
            name: 'grandchild',
            fields: [{ name: 'parent', type: 'reference', to: 'child' }],
          },
          'entities/top.json': { name: 'top', fields: [{ name: 'size', type: 'number' }, rollup] },
        }),
      ]).map((one) => one.message)
    expect(problem(over('size'))).toEqual([])
    expect(problem(over('grandchildren'))).toEqual([expect.stringContaining('roll-up of a roll-up')])
    expect(problem(over('doubled'))).toEqual([expect.stringContaining('roll-up of a roll-up')])
    expect(problem(over('inherited'))).toEqual([expect.stringContaining('go stale')])
    expect(problem(over('parent.size'))).toEqual([expect.stringContaining('go stale')])
    expect(problem(over('label', 'sum'))).toEqual([expect.stringContaining('needs a number')])
    expect(problem(over('sise'))).toEqual([expect.stringContaining('no field')])
    expect(problem({ name: 'r', type: 'rollup', rollup: { over: 'child.size', aggregate: 'count' } })).toEqual([
      expect.stringContaining('does not point to'),
    ])
    expect(problem({ name: 'r', type: 'rollup', rollup: { over: 'child.parent', aggregate: 'median' } })).toHaveLength(
      1,
    )
    expect(
      problem({
        ...over('size'),
        rollup: { over: 'child.parent', aggregate: 'count', filter: { '>': [{ var: 'parent.size' }, 1] } },
      }),
    ).toEqual([expect.stringContaining('of another record')])
  })

  test('[C34] the display name is stored, so it reads its own record only', () => {
    const named = (rule: unknown) =>
      packWithFields(
        [
          { name: 'name', type: 'text' },
          { name: 'up', type: 'parent' },
          { name: 'size', type: 'number' },
        ],
        { display_name: rule },
      )
    expect(problemsOf([named('name')])).toEqual([])
    expect(problemsOf([named({ cat: [{ var: 'name' }, '!'] })])).toEqual([])
    expect(problemsOf([named({ cat: [{ var: 'up.name' }] })])).toMatchObject([
      { key: 'bad_display_name', path: '/display_name' },
    ])
    expect(problemsOf([named('nmae')])).toMatchObject([{ key: 'unknown_field', hint: 'Did you mean “name”?' }])
  })

  test('[C36] the snapshot is plain frozen JSON of its own', () => {
    const source = structuredClone(world)
    const { snapshot, names } = resolved([source])
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot)
    expect(JSON.parse(JSON.stringify(names))).toEqual(names)
    expect(source).toEqual(world)
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return
      expect(Object.isFrozen(value)).toBe(true)
      Object.values(value).forEach(visit)
    }
    visit(snapshot)
    expect(JSON.stringify(resolved([source]).snapshot)).toBe(JSON.stringify(snapshot))
  })
})
