// Roll-ups are what a full recomputation would find, whatever was done by however many at once.
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { SHOP } from '../support/shop-package.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

let tenant: TestTenant
beforeAll(async () => {
  tenant = await openTestTenant([SHOP])
})

const PARENTS = 3

const amount = fc
  .integer({ min: -500, max: 500 })
  .map((cents) => ({ amount: (cents / 100).toFixed(2), currency: 'EUR' }))
const values = fc.record(
  {
    parent: fc.option(fc.nat(PARENTS - 1), { nil: null }),
    state: fc.constantFrom('open', 'paid', 'cancelled'),
    total: fc.option(amount, { nil: null }),
  },
  { requiredKeys: [] },
)
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: fc.constant('create' as const), values }) },
  { weight: 4, arbitrary: fc.record({ op: fc.constant('update' as const), target: fc.nat(), values }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constantFrom('delete' as const, 'restore' as const), target: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({ op: fc.constant('bulk' as const), rows: fc.array(values, { minLength: 1, maxLength: 20 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ op: fc.constant('batch' as const), rows: fc.array(values, { minLength: 1, maxLength: 5 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constantFrom('delete parent' as const, 'restore parent' as const),
      target: fc.nat(PARENTS - 1),
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

test('random writes by several at once', { timeout: 120_000 }, async () => {
  const numRuns = process.env['RELATA_TEST_LONG'] ? 200 : 12
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(step, { maxLength: 12 }), { minLength: 2, maxLength: 5 }), async (lanes) => {
      const parents: string[] = []
      for (let index = 0; index < PARENTS; index++)
        parents.push((await tenant.call('POST', 'records/shop.customer', { name: `P${index}` })).body.id)
      const children: string[] = []
      await Promise.all(
        lanes.map(async (steps) => {
          for (const one of steps) await run(one, parents, children)
        }),
      )
      for (const parent of parents) expect(await stored(parent)).toEqual(await recomputed(parent))
    }),
    { numRuns },
  )
})

async function run(one: Step, parents: readonly string[], children: string[]): Promise<void> {
  const body = (given: { parent?: number | null | undefined }): object => {
    const { parent, ...rest } = given
    return { ...rest, ...(parent === undefined ? {} : { customer: parent === null ? null : parents[parent] }) }
  }
  const answer = await perform()
  // What others did meanwhile may stand in the way; nothing may break.
  expect([200, 201, 204, 404, 409, 422]).toContain(answer.status)

  async function perform() {
    switch (one.op) {
      case 'create': {
        const made = await tenant.call('POST', 'records/shop.order', body(one.values))
        if (made.status === 201) children.push(made.body.id)
        return made
      }
      case 'update':
        return tenant.call('PATCH', `records/shop.order/${childOf(one.target)}`, body(one.values), { 'if-match': '*' })
      case 'delete':
        return tenant.call('DELETE', `records/shop.order/${childOf(one.target)}`)
      case 'restore':
        return tenant.call('POST', `records/shop.order/${childOf(one.target)}/restore`)
      case 'bulk':
        return tenant.send(
          'POST',
          'bulk/shop.order',
          one.rows.map((row) => JSON.stringify(body(row))).join('\n'),
          'application/x-ndjson',
        )
      case 'batch':
        return tenant.call('POST', 'batch', {
          operations: one.rows.map((row) => ({ op: 'create', entity: 'shop.order', body: body(row) })),
        })
      case 'delete parent':
        return tenant.call('DELETE', `records/shop.customer/${parents[one.target]}`)
      case 'restore parent':
        return tenant.call('POST', `records/shop.customer/${parents[one.target]}/restore`)
    }
  }
  function childOf(target: number): string {
    return children[target % Math.max(children.length, 1)] ?? '00000000-0000-7000-8000-000000000000'
  }
}

const SELECT = 'orders,turnover,largest,smallest,mean'

/** What the API says, of live and of trashed parents. */
async function stored(id: string): Promise<object> {
  const live = await tenant.call('GET', `records/shop.customer/${id}?select=${SELECT}`)
  const found =
    live.status === 200 ? live : await tenant.call('GET', `records/shop.customer/${id}?select=${SELECT}&trash=true`)
  const { orders, turnover, largest, smallest, mean } = found.body
  return {
    orders,
    turnover: Number(turnover),
    largest: number(largest),
    smallest: number(smallest),
    mean: number(mean),
  }
}

/** The slow way: every child, in plain JavaScript, in whole cents. */
async function recomputed(id: string): Promise<object> {
  const filter = JSON.stringify({ '==': [{ var: 'customer' }, id] })
  const rows: { state: string; total: { base: string } | null }[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: { body: { data: typeof rows; next: string | null } } = await tenant.call(
      'GET',
      `records/shop.order?${new URLSearchParams({ filter, limit: '500', ...(cursor ? { cursor } : {}) })}`,
    )
    rows.push(...page.body.data)
    cursor = page.body.next
  }
  const cents = (row: (typeof rows)[number]): number[] => (row.total ? [Math.round(Number(row.total.base) * 100)] : [])
  const all = rows.flatMap(cents)
  const sum = (list: readonly number[]) => list.reduce((total, one) => total + one, 0)
  return {
    orders: rows.length,
    turnover: sum(rows.filter((row) => row.state === 'paid').flatMap(cents)) / 100,
    largest: all.length ? Math.max(...all) / 100 : null,
    smallest: all.length ? Math.min(...all) / 100 : null,
    mean: all.length ? expect.closeTo(sum(all) / all.length / 100, 8) : null,
  }
}

const number = (text: string | null): number | null => (text === null ? null : Number(text))
