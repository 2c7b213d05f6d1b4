// Rules of a draft, tried on real records before they are published.
import { beforeAll, expect, test } from 'vitest'
import type { PackageSource } from '../../sdk/metadata/source.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

const garden = (more: object, ...fields: object[]): PackageSource => ({
  name: 'garden',
  files: {
    'package.json': { name: 'garden', version: '1.0.0', label: 'Garden', requires: { system: '^1.0.0' } },
    'entities/plant.json': {
      name: 'plant',
      label: 'Plant',
      display_name: 'name',
      fields: [{ name: 'name', type: 'text', required: true }, { name: 'height', type: 'number' }, ...fields],
      ...more,
    },
  },
})
const tall = { name: 'tall_enough', rule: { '>': [{ var: 'height' }, 10] }, message: 'Too small to plant.' }
const label = { name: 'label', type: 'text', computed: { cat: [{ var: 'name' }, '!'] } }
const place = { name: 'place', type: 'text', required_if: { '>': [{ var: 'height' }, 10] } }

let tenant: TestTenant
const ids: Record<string, string> = {}
beforeAll(async () => {
  tenant = await openTestTenant([garden({})])
  for (const [name, height] of Object.entries({ Oak: 30, Moss: 1, Fern: null })) {
    const { body } = await tenant.call('POST', 'records/garden.plant', { name, height })
    ids[name] = body.id
  }
}, 60_000)

const attempt = (draft: PackageSource, more: object = {}) =>
  tenant.call('POST', 'metadata/try', { packages: [draft], entity: 'garden.plant', ...more })

test('a validation names the records that it would refuse, with its message', async () => {
  const { status, body } = await attempt(garden({ validations: [tall] }))
  expect([status, body.tried, body.rules]).toEqual([200, 3, [{ kind: 'validation', name: 'tall_enough', records: 2 }]])
  const refused = body.records.map((one: { display_name: string; refused: { message: string }[] }) => [
    one.display_name,
    one.refused.map(({ message }) => message),
  ])
  expect(refused.sort()).toEqual([
    ['Fern', ['Too small to plant.']],
    ['Moss', ['Too small to plant.']],
  ])
})

test('fields that do not exist yet are tried too: what they would be computed to, and where they would be missing', async () => {
  const { body } = await attempt(garden({}, label, place))
  expect(body.rules).toEqual([
    { kind: 'required', name: 'place', records: 1 },
    { kind: 'computed', name: 'label', records: 3 },
  ])
  const oak = body.records.find(({ id }: { id: string }) => id === ids['Oak'])
  expect(oak.refused).toEqual([{ path: '/place', key: 'required', message: 'is required' }])
})

test('nothing is left of it: neither version, nor column, nor value', async () => {
  const before = (await tenant.call('GET', 'metadata')).body.version
  await attempt(garden({ validations: [tall] }, label, place))
  expect((await tenant.call('GET', 'metadata')).body.version).toBe(before)
  const columns = await tenant.database.query(
    `select column_name from information_schema.columns where table_schema = $1 and table_name = $2`,
    [tenant.schema, tenant.tableOf('garden.plant')],
  )
  expect(columns.flat()).not.toContain('label')
  expect(
    (await tenant.call('PATCH', `records/garden.plant/${ids['Moss']}`, { height: 2 }, { 'if-match': '*' })).status,
  ).toBe(200)
})

test('only the last records are asked, of rules that are not published already', async () => {
  const { body } = await attempt(garden({ validations: [tall] }), { last: 1 })
  expect(body.tried).toBe(1)
  expect((await attempt(garden({}))).body).toMatchObject({ rules: [], records: [] })
})

test('problems of the draft are told as a plan tells them, and nobody but administrators may try', async () => {
  expect((await attempt(garden({ validations: [{ ...tall, rule: { var: 'hight' } }] }))).body.code).toBe('RL200')
  expect((await attempt(garden({}), { entity: 'garden.plnt' })).status).toBe(404)
  const reader = await tenant.as('system.reader')
  expect((await reader.call('POST', 'metadata/try', { entity: 'garden.plant' })).status).toBe(403)
})
