// Relationships are held to their types, whichever way they come in.
import { beforeAll, describe, expect, test } from 'vitest'
import { parseListRequest } from '../../kernel/parse/list-request.ts'
import { planList } from '../../kernel/plan/read-plan.ts'
import { ALL_RIGHTS } from '../../kernel/plan/rights.ts'
import { newId } from '../../kernel/run/new-id.ts'
import { compileList } from '../../kernel/sql/list-sql.ts'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import { pack } from '../support/packages.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

let tenant: TestTenant
let ada: { entity: string; id: string }
let ben: { entity: string; id: string }
let acme: { entity: string; id: string }
let bolt: { entity: string; id: string }
let chess: { entity: string; id: string }

const made = async (entity: string, body: object) => {
  const { body: record } = await tenant.call('POST', `records/${entity}`, body)
  return { entity, id: record.id as string }
}
const RELATIONSHIP = 'system.relationship'

/** Types whose ends are odd, and a key by which relationships can be found. */
function clubs(types: Record<string, object> = {}): PackageSource {
  const party = { traits: ['party'], role: 'Party' }
  return pack(
    'clubs',
    {
      'entities/club.json': { name: 'club', aliases: ['guild'], fields: [{ name: 'name', type: 'text' }] },
      'entities/relationship.json': {
        extends: 'system.relationship',
        fields: [{ name: 'code', type: 'text', unique: true }],
      },
      'relationships/anything.json': {
        name: 'anything',
        label: 'has to do with',
        from: { role: 'One' },
        to: { role: 'Another' },
        symmetric: true,
      },
      'relationships/belongs_to.json': {
        name: 'belongs_to',
        id: 'belongs_to',
        label: 'belongs to',
        from: { entities: ['base.person'], role: 'Member' },
        to: { entities: ['club'], role: 'Club' },
        symmetric: true,
        ...types['belongs_to'],
      },
      'relationships/sponsors.json': {
        name: 'sponsors',
        label: { en: 'sponsors', ru: 'спонсирует' },
        from: party,
        to: { entities: ['club'], role: 'Club' },
      },
    },
    { requires: { base: '*' } },
  )
}

const relate = (body: object) => tenant.call('POST', `records/${RELATIONSHIP}`, body)
const change = (id: string, values: object) =>
  tenant.call('PATCH', `records/${RELATIONSHIP}/${id}`, values, { 'if-match': '*' })
const problems = (answer: { body: { errors?: { path: string; key: string; message: string; hint?: string }[] } }) =>
  (answer.body.errors ?? []).map(({ path, key }) => `${path} ${key}`)

beforeAll(async () => {
  tenant = await openTestTenant([clubs()])
  ada = await made('base.person', { name: { given: 'Ada', family: 'Byron' } })
  ben = await made('base.person', { name: { given: 'Ben', family: 'Stone' } })
  acme = await made('base.organisation', { name: 'Acme' })
  bolt = await made('base.organisation', { name: 'Bolt' })
  chess = await made('clubs.club', { name: 'Chess' })
})

describe('what a type allows', () => {
  test('is kept, with its dates, and read from both ends', async () => {
    const one = await relate({
      type: 'base.works_for',
      from: ada,
      to: acme,
      from_role: 'Engineer',
      valid_from: '2019-04-01',
    })
    expect(one.status).toBe(201)
    const filter = { or: [{ '==': [{ var: 'from.id' }, acme.id] }, { '==': [{ var: 'to.id' }, acme.id] }] }
    const query = new URLSearchParams({ filter: JSON.stringify(filter), expand: 'from,to' })
    const { body } = await tenant.call('GET', `records/system.relationship?${query}`)
    expect(body.data).toMatchObject([
      { type: 'base.works_for', from: { ...ada, display_name: 'Ada Byron' }, to: { ...acme, display_name: 'Acme' } },
    ])
  })

  test('is asked for: unknown types, wrong ends, the same record twice, an end before the beginning', async () => {
    expect(problems(await relate({ type: 'base.worksfor', from: ada, to: acme }))).toEqual(['/type not_an_option'])
    const wrong = await relate({ type: 'base.works_for', from: ada, to: ben })
    expect(problems(wrong)).toEqual(['/to wrong_end'])
    expect(wrong.body.errors[0].message).toContain('base.organisation')
    expect(problems(await relate({ type: 'base.competitor_of', from: acme, to: acme }))).toEqual(['/to same_record'])
    const late = { type: 'base.works_for', from: ada, to: acme, valid_from: '2020-01-01', valid_to: '2019-12-31' }
    expect(problems(await relate(late))).toEqual(['/valid_to ends_before'])
    expect(problems(await relate({ from: ada }))).toEqual(['/type required', '/to required'])
  })

  test('says so when it fits the other way round', async () => {
    const turned = await relate({ type: 'base.works_for', from: acme, to: ada })
    expect(problems(turned)).toEqual(['/from wrong_end', '/to wrong_end'])
    expect(turned.body.errors[0].hint).toContain('other way round')
  })

  test('takes both directions of a symmetric type', async () => {
    expect((await relate({ type: 'base.competitor_of', from: acme, to: bolt })).status).toBe(201)
    expect((await relate({ type: 'base.competitor_of', from: bolt, to: acme })).status).toBe(201)
  })
})

describe('ends that are named oddly', () => {
  test('an end that names nothing takes anything, a trait takes what has it, an old name is as good', async () => {
    expect((await relate({ type: 'clubs.anything', from: chess, to: ada })).status).toBe(201)
    expect((await relate({ type: 'clubs.sponsors', from: ada, to: chess })).status).toBe(201)
    expect((await relate({ type: 'clubs.sponsors', from: acme, to: { ...chess, entity: 'clubs.guild' } })).status).toBe(
      201,
    )
    expect(problems(await relate({ type: 'clubs.sponsors', from: chess, to: chess }))).toEqual(['/to same_record'])
    const other = await made('clubs.club', { name: 'Go' })
    expect(problems(await relate({ type: 'clubs.sponsors', from: chess, to: other }))).toEqual(['/from wrong_end'])
  })

  test('a symmetric type with two kinds of ends takes them either way round, and blames the record that fits nowhere', async () => {
    const type = 'clubs.belongs_to'
    expect((await relate({ type, from: ada, to: chess })).status).toBe(201)
    expect((await relate({ type, from: chess, to: ben })).status).toBe(201)
    expect(problems(await relate({ type, from: chess, to: acme }))).toEqual(['/to wrong_end'])
    expect(problems(await relate({ type, from: acme, to: ada }))).toEqual(['/from wrong_end'])
  })

  test('a type that is nearly right is answered with the right one', async () => {
    const { body } = await relate({ type: 'base.work_for', from: ada, to: acme })
    expect(body.errors).toMatchObject([{ path: '/type', key: 'not_an_option', hint: 'Did you mean “base.works_for”?' }])
  })
})

describe('a change', () => {
  test('of type or ends names all three, other fields stand alone', async () => {
    const { body } = await relate({ type: 'base.works_for', from: ben, to: bolt })
    expect(problems(await change(body.id, { to: acme }))).toEqual(['/type together', '/from together'])
    const toBen = { type: 'base.works_for', from: ben, to: ada }
    expect(problems(await change(body.id, toBen))).toEqual(['/to wrong_end'])
    expect((await change(body.id, { ...toBen, to: acme })).status).toBe(200)
    expect((await change(body.id, { valid_to: '2024-06-30', strength: 'weak' })).status).toBe(200)
  })

  test('tells each field once', async () => {
    const { body } = await relate({ type: 'base.works_for', from: ben, to: bolt })
    const ends = { from: ben, to: acme }
    expect(problems(await change(body.id, { type: 'base.nonsense', ...ends }))).toEqual(['/type not_an_option'])
    expect(problems(await change(body.id, { type: 'base.works_for', from: null, to: acme }))).toEqual([
      '/from required',
    ])
  })

  test('of one day is held to the other, which only the record has', async () => {
    const days = { valid_from: '2020-01-01', valid_to: '2021-01-01' }
    const { body } = await relate({ type: 'base.works_for', from: ben, to: bolt, ...days })
    const early = await change(body.id, { valid_to: '2019-12-31' })
    expect(problems(early)).toEqual(['/valid_to ends_before'])
    expect(early.body.errors[0].message).toContain('2020-01-01')
    const late = await change(body.id, { valid_from: '2021-01-02', note: 'Moved' })
    expect(problems(late)).toEqual(['/valid_from starts_after'])
    expect(late.body.errors[0].message).toContain('2021-01-01')
    expect((await change(body.id, { valid_to: '2020-01-01' })).status).toBe(200)
    expect((await change(body.id, { valid_to: null })).status).toBe(200)
    expect((await change(body.id, { valid_from: '2030-01-01' })).status).toBe(200)
    expect(problems(await change(body.id, { valid_from: '2024-05-02', valid_to: '2024-05-01' }))).toEqual([
      '/valid_to ends_before',
    ])
  })

  test('is in the history, with what was before', async () => {
    const { body } = await relate({ type: 'base.works_for', from: ben, to: bolt })
    await change(body.id, { type: 'base.board_member_of', from: ben, to: acme })
    const { body: history } = await tenant.call('GET', `records/${RELATIONSHIP}/${body.id}/history`)
    expect(history.data[0].changes).toMatchObject({
      type: ['base.works_for', 'base.board_member_of'],
      to: [
        { entity: bolt.entity, id: bolt.id },
        { entity: acme.entity, id: acme.id },
      ],
    })
  })
})

describe('the other ways in', () => {
  test('a batch is refused as a whole', async () => {
    const operations = [
      { op: 'create', entity: 'system.relationship', body: { type: 'base.works_for', from: ada, to: bolt } },
      { op: 'create', entity: 'system.relationship', body: { type: 'base.works_for', from: bolt, to: ada } },
    ]
    const { status, body } = await tenant.call('POST', 'batch', { operations })
    expect(status).toBe(422)
    expect(body.errors[0]).toMatchObject({ path: '/operations/1/body/from', key: 'wrong_end' })
  })

  test('an upsert is held to it when it creates and when it changes', async () => {
    const put = (values: object) =>
      tenant.call('PUT', `records/${RELATIONSHIP}?by=clubs_code`, { clubs_code: 'A1', ...values })
    const wrong = { type: 'base.works_for', from: ada, to: ben }
    expect(problems(await put(wrong))).toEqual(['/to wrong_end'])
    expect((await put({ ...wrong, to: acme, valid_from: '2022-02-02' })).status).toBe(201)
    expect(problems(await put(wrong))).toEqual(['/to wrong_end'])
    expect(problems(await put({ valid_to: '2021-01-01' }))).toEqual(['/valid_to ends_before'])
    expect((await put({ ...wrong, to: bolt })).status).toBe(200)
  })

  test('a bulk load tells the lines', async () => {
    const rows = [
      { type: 'base.customer_of', from: ada, to: bolt },
      { type: 'base.customer_of', from: ada, to: ben },
      { type: 'base.nonsense', from: ada, to: ben },
    ]
    const text = rows.map((row) => JSON.stringify(row)).join('\n')
    const { body } = await tenant.send('POST', 'bulk/system.relationship', text, 'application/x-ndjson')
    expect(body).toMatchObject({ accepted: 1, rejected: 2 })
    expect(body.errors.map(({ line, field }: { line: number; field: string }) => [line, field])).toEqual([
      [2, 'to'],
      [3, 'type'],
    ])
  })
})

test('goes with the party that is removed for good', async () => {
  const gone = await made('base.organisation', { name: 'Gone' })
  const { body } = await relate({ type: 'base.works_for', from: ada, to: gone })
  await tenant.call('DELETE', `records/base.organisation/${gone.id}`)
  await tenant.call('DELETE', `records/base.organisation/${gone.id}?purge=true`)
  expect((await tenant.call('GET', `records/system.relationship/${body.id}?trash=true`)).status).toBe(404)
})

test('the types are choices with labels, for forms and for the contract', async () => {
  const { body } = await tenant.call('GET', 'meta')
  const entity = body.entities.find(({ name }: { name: string }) => name === 'system.relationship')
  const type = entity.fields.find(({ name }: { name: string }) => name === 'type')
  expect(type.options.choices).toContainEqual(
    expect.objectContaining({ value: 'base.works_for', label: expect.objectContaining({ en: expect.any(String) }) }),
  )
})

describe('a type', () => {
  test('names its records by its label and their roles', async () => {
    const named = async (roles: object) =>
      (await relate({ type: 'clubs.sponsors', from: bolt, to: chess, ...roles })).body.display_name
    expect(await named({})).toBe('sponsors')
    expect(await named({ from_role: 'Patron' })).toBe('sponsors: Patron')
    expect(await named({ from_role: 'Patron', to_role: 'Guest' })).toBe('sponsors: Patron – Guest')
    expect(await named({ to_role: 'Guest' })).toBe('sponsors – Guest')
  })

  test('takes its records along when it is renamed', async () => {
    const one = await relate({ type: 'clubs.belongs_to', from: ben, to: chess })
    const packages = [clubs({ belongs_to: { name: 'enrolled_in', label: 'is enrolled in' } })]
    const { tenant: info } = await tenant.kernel.services.catalog.load(tenant.slug)
    const { plan } = await tenant.kernel.services.publisher.publish(info, { packages, by: null })
    expect(plan.steps.map(({ text }) => text)).toContain(
      'rename values of Type of Relationship: clubs.belongs_to → clubs.enrolled_in',
    )
    const { body } = await tenant.call('GET', `records/${RELATIONSHIP}/${one.body.id}`)
    expect(body.type).toBe('clubs.enrolled_in')
    expect(problems(await relate({ type: 'clubs.belongs_to', from: ben, to: chess }))).toEqual(['/type not_an_option'])
    const again = await relate({ type: 'clubs.enrolled_in', from: ben, to: chess })
    expect(again.body.display_name).toBe('is enrolled in')
    await expect
      .poll(async () => (await tenant.call('GET', `records/${RELATIONSHIP}/${one.body.id}`)).body.display_name)
      .toBe('is enrolled in')
  })
})

describe('among many', () => {
  test('those of one record are found by the indexes of both ends', { timeout: 60_000 }, async () => {
    const people = Array.from({ length: 2_000 }, (_, index) => ({ id: newId(), name: { family: `P${index}` } }))
    const ends = people.map(({ id }) => ({ entity: 'base.person', id }))
    const rows = Array.from({ length: 20_000 }, (_, index) => ({
      type: 'base.parent_of',
      from: ends[index % 2_000],
      to: ends[(index * 7 + 1) % 2_000],
    })).filter(({ from, to }) => from !== to)
    await load('base.person', people)
    await load(RELATIONSHIP, rows)
    const table = `"${tenant.schema}"."${tenant.tableOf(RELATIONSHIP)}"`
    const id = ends[1]?.id ?? ''
    const filter = { or: [{ '==': [{ var: 'from.id' }, id] }, { '==': [{ var: 'to.id' }, id] }] }
    const query = new URLSearchParams({ filter: JSON.stringify(filter), sort: '-valid_from', limit: '100' })

    const { body } = await tenant.call('GET', `records/${RELATIONSHIP}?${query}`)
    const expected = rows.filter(({ from, to }) => from?.id === id || to?.id === id)
    expect(body.data).toHaveLength(expected.length)

    const { model } = await tenant.kernel.services.catalog.load(tenant.slug)
    const plan = planList(model, model.entity(RELATIONSHIP), parseListRequest(query), ALL_RIGHTS)
    const { text } = compileList(plan).statement
    for (const mode of ['force_custom_plan', 'force_generic_plan']) {
      const explained = await tenant.database.transaction(async (tx) => {
        await tx.execute(`ANALYZE ${table}; SET LOCAL plan_cache_mode = ${mode}; PREPARE both_ends AS ${text}`)
        const lines = await tx.query(`EXPLAIN EXECUTE both_ends('${id}', '${id}')`)
        await tx.execute('DEALLOCATE both_ends')
        return lines.flat().join('\n')
      })
      expect(explained).toContain('BitmapOr')
      expect(explained).not.toContain(`Seq Scan on ${tenant.tableOf(RELATIONSHIP)}`)
    }
  })
})

async function load(entity: string, rows: readonly object[]): Promise<void> {
  const text = rows.map((row) => JSON.stringify(row)).join('\n')
  const { body } = await tenant.send('POST', `bulk/${entity}`, text, 'application/x-ndjson')
  expect(body).toMatchObject({ accepted: rows.length, rejected: 0 })
}
