// The description of the API against the routes that there are: none is left out, and none is made up.
import { beforeAll, expect, test } from 'vitest'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

let tenant: TestTenant
beforeAll(async () => {
  tenant = await openTestTenant([])
})

const TENANT = '/api/v1/:tenant'
/** Described for each entity by its own name. */
const OF_ENTITIES = /^(records|aggregates|bulk)$/
/** Files of the page to try the API. */
const NOT_TOLD = ['get /docs/{}']

const unnamed = (path: string): string => path.replace(/\{[^}]*\}/g, '{}')

test('describes every address, and none that is not there', async () => {
  const routes = tenant.kernel.app.routes
    .filter(({ path, method }) => path.startsWith(`${TENANT}/`) && method !== 'ALL')
    .map(({ path, method }) => {
      const parts = path.slice(TENANT.length).replaceAll(/:\w+(\{[^}]*\})?/g, '{}')
      return `${method.toLowerCase()} ${parts}`
    })
    .filter((route) => !OF_ENTITIES.test(route.split('/')[1] ?? '') && !NOT_TOLD.includes(route))
  const { body } = await tenant.call('GET', 'openapi.json')
  const described = Object.entries<object>(body.paths)
    .filter(([path]) => !OF_ENTITIES.test(path.split('/')[1] ?? ''))
    .flatMap(([path, item]) => Object.keys(item).map((method) => `${method} ${unnamed(path)}`))
    .filter((one) => !one.startsWith('parameters '))
  expect([...new Set(described)].sort()).toEqual([...new Set(routes)].sort())
})

test('each operation has a name of its own, and what it takes stands in its path', async () => {
  const { body } = await tenant.call('GET', 'openapi.json')
  interface Item {
    parameters?: readonly { name?: string }[]
    [method: string]: unknown
  }
  const ids: string[] = []
  for (const [path, item] of Object.entries<Item>(body.paths)) {
    const { parameters = [], ...operations } = item
    ids.push(...Object.values(operations).map((one) => String(Object(one).operationId)))
    if (OF_ENTITIES.test(path.split('/')[1] ?? '')) continue
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    const told = parameters.map(({ name = 'id' }) => name)
    expect([path, told]).toEqual([path, named])
  }
  expect(new Set(ids).size).toBe(ids.length)
})
