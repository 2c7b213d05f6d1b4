// Whatever is sent, the answer is no 500: bodies, filters, parameters and headers out of the hat.
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { SHOP } from '../support/shop-package.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

let tenant: TestTenant
let id: string
beforeAll(async () => {
  tenant = await openTestTenant([SHOP])
  id = (await tenant.call('POST', 'records/shop.order', { title: 'Fuzz' })).body.id
})

const numRuns = process.env['RELATA_TEST_LONG'] ? 20_000 : 400
const FIELDS = [
  'number',
  'title',
  'customer',
  'state',
  'total',
  'total.base',
  'weight',
  'placed_at',
  'meeting',
  'meeting.at',
  'is_large',
  'customer.name',
  'customer.turnover',
  'customer.labels',
  'customer.token',
  'created_by.display_name',
  'id',
  'version',
  'deleted_at',
  '__proto__',
  'constructor',
]
const OPERATORS = [
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'and',
  'or',
  '!',
  '!!',
  'in',
  '+',
  '-',
  '*',
  '/',
  '%',
  'if',
  'var',
  'cat',
  'join',
  'contains',
  'starts_with',
  'toString',
  '__proto__',
]
const odd = fc.oneof(
  fc.constantFrom(
    '\u0000',
    '\ud800',
    "'; DROP TABLE x; --",
    '1e400',
    'NaN',
    'Infinity',
    '-0',
    '0001-01-01',
    '99999-12-31',
    '2024-02-30',
    '00000000-0000-0000-0000-000000000000',
    '{}',
    '\\',
    '%',
    '',
  ),
  fc.string(),
  fc.double(),
  fc.bigInt().map((value) => String(value)),
  fc.constantFrom(null, true, false, 1e308, -1e308, 5e-324, Number.MAX_SAFE_INTEGER, 2 ** 64),
)
const { rule } = fc.letrec((tie) => ({
  rule: fc.oneof(
    { maxDepth: 4 },
    odd,
    fc.constantFrom(...FIELDS).map((path) => ({ var: path })),
    fc.array(odd, { maxLength: 4 }),
    fc
      .tuple(fc.constantFrom(...OPERATORS), fc.array(tie('rule'), { maxLength: 3 }))
      .map(([operator, args]) => Object.fromEntries([[operator, args]])),
  ),
}))

const isFine = (answer: { status: number; body: unknown }): boolean => answer.status < 500
const check = async (answer: { status: number; body: unknown }) => {
  if (!isFine(answer)) throw new Error(`${answer.status} ${JSON.stringify(answer.body)}`)
}

test('filters', { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(rule, async (filter) => {
      await check(
        await tenant.call('GET', `records/shop.order?${new URLSearchParams({ filter: JSON.stringify(filter) })}`),
      )
    }),
    { numRuns },
  )
})

test('bodies', { timeout: 300_000 }, async () => {
  const member = fc.constantFrom(
    'title',
    'customer',
    'state',
    'total',
    'weight',
    'placed_at',
    'meeting',
    'number',
    'is_large',
    'id',
    'version',
    '__proto__',
    'x',
  )
  const value = fc.oneof(
    odd,
    fc.anything({ maxDepth: 3 }),
    fc.record({ amount: odd, currency: odd, base: odd }, { requiredKeys: [] }),
    fc.record({ at: odd, zone: odd }, { requiredKeys: [] }),
  )
  await fc.assert(
    fc.asyncProperty(fc.dictionary(member, value), async (body) => {
      await check(await tenant.call('POST', 'records/shop.order', body))
      await check(await tenant.call('PATCH', `records/shop.order/${id}`, body, { 'if-match': '*' }))
      await check(await tenant.send('POST', 'bulk/shop.order', JSON.stringify(body) ?? '', 'application/x-ndjson'))
    }),
    { numRuns: numRuns / 2 },
  )
})

test('parameters', { timeout: 300_000 }, async () => {
  const name = fc.constantFrom(
    'select',
    'expand',
    'sort',
    'limit',
    'cursor',
    'offset',
    'q',
    'count',
    'trash',
    'at',
    'group',
    'measures',
    'by',
  )
  const text = fc.oneof(
    fc.constantFrom(...FIELDS),
    fc.constantFrom(
      '-total',
      'title(',
      'a:b(c)',
      'customer(name,orders)',
      'x:shop.remark.about(text)',
      'count',
      'sum:weight',
      'placed_at:month',
      'true',
      '500',
    ),
    fc.string(),
    fc.base64String(),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(name, text), { maxLength: 4 }), async (pairs) => {
      const query = new URLSearchParams(pairs).toString()
      for (const path of ['records/shop.order', `records/shop.order/${id}`, 'aggregates/shop.order'])
        await check(await tenant.call('GET', `${path}?${query}`))
    }),
    { numRuns: numRuns / 2 },
  )
})

test('bytes that are no JSON, and types that are no types', { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 60 }),
      fc.constantFrom('application/json', 'text/csv', 'application/x-ndjson', 'multipart/form-data', 'x', ''),
      async (bytes, type) => {
        for (const path of ['records/shop.order', 'batch', 'bulk/shop.order', 'metadata/plan', 'files'])
          await check(await tenant.send('POST', path, Buffer.from(bytes), type))
      },
    ),
    { numRuns: numRuns / 4 },
  )
})

test('nothing of it has been stored half', async () => {
  const rows = await tenant.database.query(
    `select count(*) from "${tenant.schema}"."_history" h where not exists (select 1 from "${tenant.schema}"."_outbox" o where o.record = h.record or h.record = any(o.records))`,
  )
  expect(rows[0]?.[0]).toBe('0')
})
