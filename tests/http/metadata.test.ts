// Organisations and their metadata through the HTTP door.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServerUnderTest, startServer } from '../support/start-server.ts'
import { signIn, type Visitor } from '../support/sign-in.ts'

let server: ServerUnderTest
let admin: Visitor
beforeAll(async () => {
  server = await startServer()
  admin = await signIn(server.url)
  expect((await admin.call('POST', '/api/tenants', { title: 'Garden', kind: 'empty' })).status).toBe(201)
}, 90_000)
afterAll(async () => {
  await server?.stop()
})

const metadata = (method: string, path: string, body?: unknown) =>
  admin.call(method, `/api/v1/garden/metadata${path}`, body)
const plant = (...fields: object[]) => ({
  name: 'garden',
  files: {
    'package.json': { name: 'garden', version: '1.0.0', label: 'Garden', requires: { base: '*' } },
    'entities/plant.json': {
      name: 'plant',
      label: { en: 'Plant', ru: 'Растение' },
      fields: [{ name: 'name', type: 'text' }, ...fields],
    },
  },
})
const height = { name: 'height', type: 'number' }
const texts = (steps: { text: string }[]) => steps.map(({ text }) => text)

test('a package is planned, published, and its records are there at once', async () => {
  const plan = await metadata('POST', '/plan', { packages: [plant()] })
  expect([plan.status, plan.body.fromVersion, texts(plan.body.steps)]).toEqual([
    200,
    1,
    ['add package Garden 1.0.0', 'add entity Plant'],
  ])
  expect(plan.body.steps[1].sql.join('\n')).toMatch(/CREATE TABLE .*"garden_plant".*\n.*CREATE INDEX/s)
  const done = await metadata('POST', '/publish', { packages: [plant()], expectedVersion: 1, note: 'plants' })
  expect([done.status, done.body]).toEqual([200, { version: 2, plan: plan.body, jobs: [] }])
  expect((await admin.call('POST', '/api/v1/garden/records/garden.plant', { name: 'Oak' })).status).toBe(201)
  const sources = await metadata('GET', '')
  expect(sources.body.version).toBe(2)
  expect(sources.body.packages.find(({ name }: { name: string }) => name === 'garden')).toEqual(plant())
})

test('what stands in the way is said as a problem', async () => {
  const bad = await metadata('POST', '/publish', { packages: [plant({ name: 'x', type: 'nmber' })] })
  expect([bad.status, bad.body.code]).toEqual([422, 'RL200'])
  expect(bad.body.errors).toEqual([
    expect.objectContaining({
      package: 'garden',
      file: 'entities/plant.json',
      path: '/fields/1/type',
      hint: 'Did you mean “number”?',
    }),
  ])
  const late = await metadata('POST', '/publish', { packages: [plant()], expectedVersion: 1 })
  expect([late.status, late.body.code, late.body.current]).toEqual([409, 'RL210', 2])
  const shapeless = await metadata('POST', '/publish', { packages: 'garden' })
  expect([shapeless.status, shapeless.body.errors[0].path]).toEqual([422, '/packages'])
  const system = await metadata('POST', '/publish', { packages: [{ ...plant(), name: 'system' }] })
  expect([system.status, system.body.code]).toEqual([403, 'RL301'])
})

test('versions are listed, compared and restored', async () => {
  await metadata('POST', '/publish', { packages: [plant(height)] })
  const list = await metadata('GET', '/versions')
  expect(list.body.data.map(({ version, note }: { version: number; note: string }) => [version, note])).toEqual([
    [3, null],
    [2, 'plants'],
    [1, 'New organisation'],
  ])
  expect(list.body.data[0].by.display_name).toBeTypeOf('string')
  expect(list.body.data[2].by).toBeNull()
  expect(texts((await metadata('GET', '/compare?from=2&to=3')).body.steps)).toEqual(['add field Height to Plant'])
  expect(texts((await metadata('GET', '/compare?from=3&to=2')).body.steps)).toEqual([
    'retire field Height of Plant (its values are kept)',
  ])
  const restored = await metadata('POST', '/versions/2/restore', {})
  expect([restored.status, restored.body.version, texts(restored.body.plan.steps)]).toEqual([
    200,
    4,
    ['retire field Height of Plant (its values are kept)'],
  ])
  expect(restored.body.plan.droppable).toEqual(['drop:garden.plant.height'])
  const one = await metadata('GET', '/versions/4')
  expect([one.body.version, one.body.note, texts(one.body.steps)]).toEqual([
    4,
    'Version 2 restored',
    texts(restored.body.plan.steps),
  ])
  expect((await metadata('POST', '/versions/99/restore', {})).body.code).toBe('RL213')
  expect((await metadata('GET', '/compare?from=x&to=2')).body.code).toBe('RL104')
  const dropped = await metadata('POST', '/publish', { confirm: ['drop:garden.plant.height'] })
  expect([dropped.status, dropped.body.plan.steps.map(({ kind }: { kind: string }) => kind)]).toEqual([200, ['drop']])
})

test('only administrators see and change metadata, and only operators and they remove an organisation', async () => {
  const member = { email: 'mia@example.org', name: 'Mia', roles: ['system.member'], password: 'a long enough password' }
  expect((await admin.call('POST', '/api/v1/garden/users', member)).status).toBe(201)
  const mia = await signIn(server.url, member)
  for (const [method, path] of [
    ['GET', ''],
    ['POST', '/plan'],
    ['POST', '/publish'],
    ['GET', '/versions'],
    ['POST', '/versions/1/restore'],
  ] as const) {
    const answer = await mia.call(method, `/api/v1/garden/metadata${path}`, method === 'POST' ? {} : undefined)
    expect([path, answer.status]).toEqual([path, 403])
  }
  expect((await mia.call('POST', '/api/tenants', { title: 'Mine', kind: 'empty' })).status).toBe(403)
  expect((await mia.call('DELETE', '/api/tenants/garden')).status).toBe(403)
  expect((await mia.call('DELETE', '/api/tenants/nowhere')).status).toBe(403)
  expect((await admin.call('DELETE', '/api/tenants/garden')).status).toBe(204)
  expect((await admin.call('GET', '/api/v1/garden/records/garden.plant')).status).toBe(401)
  expect((await admin.call('DELETE', '/api/tenants/garden')).status).toBe(404)
})
