// Relationships are held to their types, whichever way they come in.
import { beforeAll, describe, expect, test } from 'vitest'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

let tenant: TestTenant
let ada: { entity: string; id: string }
let ben: { entity: string; id: string }
let acme: { entity: string; id: string }
let bolt: { entity: string; id: string }

const made = async (entity: string, body: object) => {
  const { body: record } = await tenant.call('POST', `records/${entity}`, body)
  return { entity, id: record.id as string }
}
const relate = (body: object) => tenant.call('POST', 'records/system.relationship', body)
const problems = (answer: { body: { errors?: { path: string; key: string; message: string; hint?: string }[] } }) =>
  (answer.body.errors ?? []).map(({ path, key }) => `${path} ${key}`)

beforeAll(async () => {
  tenant = await openTestTenant([])
  ada = await made('base.person', { name: { given: 'Ada', family: 'Byron' } })
  ben = await made('base.person', { name: { given: 'Ben', family: 'Stone' } })
  acme = await made('base.organisation', { name: 'Acme' })
  bolt = await made('base.organisation', { name: 'Bolt' })
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

describe('a change', () => {
  test('of type or ends names all three, other fields stand alone', async () => {
    const { body } = await relate({ type: 'base.works_for', from: ben, to: bolt })
    const change = (values: object) =>
      tenant.call('PATCH', `records/system.relationship/${body.id}`, values, { 'if-match': '*' })
    expect(problems(await change({ to: acme }))).toEqual(['/type together', '/from together'])
    expect(problems(await change({ type: 'base.works_for', from: ben, to: ada }))).toEqual(['/to wrong_end'])
    expect((await change({ type: 'base.works_for', from: ben, to: acme })).status).toBe(200)
    expect((await change({ valid_to: '2024-06-30', strength: 'weak' })).status).toBe(200)
  })
})

describe('the other ways in', () => {
  test('a batch is refused as a whole', async () => {
    const operations = [
      { op: 'create', entity: 'system.relationship', body: { type: 'base.works_for', from: ada, to: bolt } },
      { op: 'create', entity: 'system.relationship', body: { type: 'base.works_for', from: bolt, to: ada } },
    ]
    expect((await tenant.call('POST', 'batch', { operations })).status).toBe(422)
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
