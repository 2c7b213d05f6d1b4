// Rules over the records that lead to one: formulas and filters of a tenant say what closures say that are given the
// same records; the trash does not count, and nobody learns what they may not read.
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import {
  checkRule,
  compileRule,
  type RelatedReaders,
  type RuleScope,
  type RuleType,
  type RuleValue,
} from '../../sdk/rules/index.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

const v = (name: string) => ({ var: name })
const STAFF = 'crew.person.employer'
const VISITS = 'crew.visit.person'

const FORMULAS: Readonly<Record<string, unknown>> = {
  staff: { count: STAFF },
  grown: { count: [STAFF, { '<': [v('born'), '2000-01-01'] }] },
  has_boss: { some: [STAFF, { '==': [v('title'), 'boss'] }] },
  all_paid: { all: [STAFF, { '>': [v('pay'), 0] }] },
  nobody_named_a: { none: [STAFF, { starts_with: [v('name'), 'a'] }] },
  cost: { sum: [STAFF, { '*': [v('pay'), 1.5] }] },
  mean: { average: [STAFF, v('pay'), { '!=': [v('title'), 'boss'] }] },
  eldest: { minimum: [STAFF, v('born')] },
  highest: { maximum: [STAFF, v('pay'), { '==': [v('title'), 'boss'] }] },
  was_visited: { some: [STAFF, { some: [VISITS, { '>': [v('minutes'), 10] }] }] },
  longest: { maximum: [STAFF, { sum: [VISITS, v('minutes')] }] },
  of_own_name: { some: [STAFF, { '==': [v('name'), v('employer.name')] }] },
}

const CREW: PackageSource = {
  name: 'crew',
  files: {
    'package.json': { name: 'crew', version: '1.0.0', label: 'Crew', requires: { system: '^1.0.0' } },
    'entities/firm.json': {
      name: 'firm',
      label: 'Firm',
      display_name: 'name',
      fields: [
        { name: 'name', type: 'text' },
        { name: 'skills', type: 'many_to_many', to: 'skill' },
        ...Object.entries(FORMULAS).map(([name, rule]) => ({ name, type: 'formula', rule })),
        { name: 'is_skilled', type: 'formula', rule: { some: ['skills', { '==': [v('skill.name'), 'sewing'] }] } },
      ],
    },
    'entities/skill.json': { name: 'skill', label: 'Skill', fields: [{ name: 'name', type: 'text' }] },
    'entities/person.json': {
      name: 'person',
      label: 'Person',
      display_name: 'name',
      fields: [
        { name: 'name', type: 'text' },
        { name: 'title', type: 'choice', options: [{ value: 'boss' }, { value: 'hand' }] },
        { name: 'pay', type: 'decimal' },
        { name: 'born', type: 'date' },
        { name: 'employer', type: 'reference', to: 'firm', on_delete: 'cascade' },
        { name: 'visits', type: 'formula', rule: { count: VISITS } },
      ],
    },
    'entities/visit.json': {
      name: 'visit',
      label: 'Visit',
      fields: [
        { name: 'minutes', type: 'number' },
        { name: 'person', type: 'reference', to: 'person', on_delete: 'cascade' },
      ],
    },
    'entities/remark.json': {
      name: 'remark',
      label: 'Remark',
      fields: [
        { name: 'text', type: 'text' },
        { name: 'about', type: 'any_reference' },
      ],
    },
    'roles/clerk.json': { name: 'clerk', label: 'Clerk', entities: { firm: { read: 'all' } } },
  },
}

interface Thing {
  [name: string]: RuleValue | readonly Thing[] | Thing
}

const scopeOf = (
  types: Readonly<Record<string, RuleType>>,
  relations: Readonly<Record<string, RuleScope>>,
): RuleScope => ({
  typeOf: (path) => types[path],
  paths: () => Object.keys(types),
  relation: (name) => {
    const scope = relations[name]
    return scope && { scope }
  },
})
const visitScope = scopeOf({ minutes: { kind: 'number' } }, {})
const personScope = scopeOf(
  {
    name: { kind: 'text' },
    title: { kind: 'text' },
    pay: { kind: 'decimal' },
    born: { kind: 'date' },
    'employer.name': { kind: 'text' },
  },
  { [VISITS]: visitScope },
)
const firmScope = scopeOf({ name: { kind: 'text' } }, { [STAFF]: personScope })

const isThing = (value: Thing[string]): value is Thing =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const read =
  (path: string) =>
  (thing: Thing): RuleValue => {
    let value: Thing[string] = thing
    for (const name of path.split('.')) value = isThing(value) ? (value[name] ?? null) : null
    return value as RuleValue
  }
const readers: RelatedReaders<Thing> = (relation) => ({
  of: (thing) => {
    const list = thing[relation]
    return Array.isArray(list) ? (list as readonly Thing[]).filter(isThing) : []
  },
  read,
  related: readers,
})

function closureOf(rule: unknown, firm: Thing): RuleValue {
  const checked = checkRule(rule, firmScope)
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems))
  expect(checked.rule.engines).toEqual(['sql'])
  return compileRule(checked.rule, read, readers)(firm)
}

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 5 })
const person = fc.record({
  name: optional(fc.constantFrom('anna', 'Ada', 'Bo', 'ß')),
  title: optional(fc.constantFrom('boss', 'hand')),
  pay: optional(fc.constantFrom('0', '1200.50', '3', '-7', '0.333', '99999999999999999999.99')),
  born: optional(fc.constantFrom('1961-05-05', '1999-12-31', '2000-01-01', '2024-02-29')),
  [VISITS]: fc.array(fc.record({ minutes: optional(fc.constantFrom(5, 10, 10.5, 90)) }), { maxLength: 2 }),
})

let tenant: TestTenant
beforeAll(async () => {
  tenant = await openTestTenant([CREW])
})

async function create(entity: string, values: Record<string, unknown>): Promise<string> {
  const made = await tenant.call('POST', `records/crew.${entity}`, values)
  expect([made.status, made.body.errors]).toEqual([201, undefined])
  return made.body.id
}
const list = (caller: Pick<TestTenant, 'call'>, entity: string, filter: unknown) =>
  caller.call('GET', `records/crew.${entity}?count=exact&filter=${encodeURIComponent(JSON.stringify(filter))}`)

test('formulas and filters over children and their children', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom('anna', 'Firm'), fc.array(person, { maxLength: 4 }), async (name, people) => {
      const id = await create('firm', { name })
      for (const { [VISITS]: visits, ...values } of people) {
        const employee = await create('person', { ...values, employer: id })
        for (const visit of visits as { minutes: number | null }[])
          await create('visit', { ...visit, person: employee })
      }
      const firm: Thing = { name, [STAFF]: people.map((one) => ({ ...one, employer: { name } }) as Thing) }
      const { body } = await tenant.call('GET', `records/crew.firm/${id}`)
      for (const [formula, rule] of Object.entries(FORMULAS)) {
        const expected = closureOf(rule, firm)
        expect([formula, body[formula]]).toEqual([formula, expected])
        if (typeof expected !== 'boolean') continue
        const found = await list(tenant, 'firm', { and: [{ '==': [v('id'), id] }, rule] })
        expect([formula, found.body.count.value]).toEqual([formula, expected ? 1 : 0])
      }
    }),
    { numRuns: process.env['RELATA_TEST_LONG'] ? 100 : 12, seed: 20261124 },
  )
})

describe('who counts', () => {
  test('not what is in the trash, nor what leads elsewhere', async () => {
    const [firm, other] = [await create('firm', { name: 'One' }), await create('firm', { name: 'Other' })]
    const boss = await create('person', { name: 'b', title: 'boss', employer: firm })
    await create('person', { name: 'c', employer: other })
    const staff = async () => (await tenant.call('GET', `records/crew.firm/${firm}`)).body
    expect(await staff()).toMatchObject({ staff: 1, has_boss: true })
    await tenant.call('DELETE', `records/crew.person/${boss}`, undefined, { 'if-match': '*' })
    expect(await staff()).toMatchObject({ staff: 0, has_boss: false, all_paid: true, cost: '0', mean: null })
  })

  test('links of a many-to-many field, by its name', async () => {
    const firm = await create('firm', { name: 'Skilled' })
    const skill = await create('skill', { name: 'sewing' })
    const link = (await tenant.call('POST', 'records/crew.firm_skills', { firm, skill })).body
    expect(link.errors).toBeUndefined()
    expect((await tenant.call('GET', `records/crew.firm/${firm}`)).body.is_skilled).toBe(true)
    const found = await list(tenant, 'firm', { '>': [{ count: ['skills', { '==': [v('skill.name'), 'sewing'] }] }, 0] })
    expect(found.body.data.map((one: { id: string }) => one.id)).toEqual([firm])
  })

  test('records that may be about anything, by the reference that leads here', async () => {
    const [quiet, noted] = [await create('firm', { name: 'Quiet' }), await create('firm', { name: 'Noted' })]
    const employee = await create('person', { name: 'd', employer: quiet })
    await create('remark', { text: 'good', about: { entity: 'crew.firm', id: noted } })
    await create('remark', { text: 'late', about: { entity: 'crew.person', id: employee } })
    const among = { in: [v('id'), [quiet, noted]] }
    const found = async (rule: unknown) =>
      (await list(tenant, 'firm', { and: [among, rule] })).body.data.map((one: { id: string }) => one.id)
    expect(await found({ none: ['crew.remark.about', true] })).toEqual([quiet])
    expect(await found({ some: ['crew.remark.about', { '==': [v('text'), 'good'] }] })).toEqual([noted])
    expect(await found({ some: ['crew.remark.about', { '==': [v('text'), 'late'] }] })).toEqual([])
    expect(await found({ some: [STAFF, { some: ['crew.remark.about', true] }] })).toEqual([quiet])
  })

  test('not for somebody who may not read them', async () => {
    const clerk = await tenant.as('crew.clerk')
    expect((await list(clerk, 'firm', { '==': [v('name'), 'One'] })).status).toBe(200)
    for (const rule of [{ some: [STAFF, { '>': [v('pay'), 1000] }] }, { '>': [{ count: STAFF }, 3] }])
      expect((await list(clerk, 'firm', rule)).status).toBe(403)
  })
})

describe('a rule is refused', () => {
  test.each<[string, unknown, string, string]>([
    ['firm', { some: ['crew.person.emploier', true] }, 'unknown_relation', 'crew.person.employer'],
    ['firm', { some: [VISITS, true] }, 'unknown_relation', 'crew.person.employer'],
    ['firm', { some: [STAFF, { '==': [v('nmae'), 'x'] }] }, 'unknown_field', 'name'],
    ['firm', { '>': [{ sum: [STAFF, v('name')] }, 1] }, 'wrong_type', ''],
    ['firm', { '==': [{ maximum: [STAFF, v('name')] }, 'x'] }, 'not_ordered', ''],
    ['firm', { changed: 'name' }, 'no_change_here', ''],
  ])('%s: %j', async (entity, rule, key, hint) => {
    const { status, body } = await list(tenant, entity, rule)
    expect([status, body.errors[0].key]).toEqual([422, key])
    expect(body.errors[0].hint ?? '').toContain(hint)
  })

  test('where it would be stored, or would ask itself', async () => {
    const problems = async (fields: unknown[], more: Record<string, unknown> = {}) => {
      const files = structuredClone(CREW.files) as Record<string, { fields: unknown[]; display_name: unknown }>
      files['entities/firm.json']?.fields.push(...fields)
      Object.assign(files['entities/firm.json'] ?? {}, more)
      const { body } = await tenant.call('POST', 'metadata/publish', { packages: [{ name: 'crew', files }] })
      return body.errors?.map((one: { key: string }) => one.key)
    }
    expect(await problems([], { display_name: { cat: [{ count: STAFF }] } })).toEqual(['bad_display_name'])
    expect(await problems([{ name: 'n', type: 'number', default: { rule: { count: STAFF } } }])).toEqual([
      'bad_default',
    ])
    expect(
      await problems([{ name: 'mine', type: 'rollup', rollup: { over: STAFF, aggregate: 'sum', field: 'visits' } }]),
    ).toEqual(['bad_rollup'])
    expect(
      await problems([
        { name: 'round', type: 'formula', rule: { count: ['crew.firm.mother', { '>': [v('round'), 1] }] } },
        { name: 'mother', type: 'reference', to: 'firm' },
      ]),
    ).toContain('formula_cycle')
    const today = { count: [STAFF, { '<': [v('born'), { today: [] }] }] }
    expect(
      await problems([
        {
          name: 'aged',
          type: 'rollup',
          rollup: { over: STAFF, aggregate: 'count', filter: { '<': [v('born'), { today: [] }] } },
        },
        { name: 'fine', type: 'formula', rule: today },
      ]),
    ).toEqual(['bad_rollup'])
  })
})
