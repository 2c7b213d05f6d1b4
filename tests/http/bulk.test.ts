import { beforeAll, describe, expect, test } from 'vitest'
import { SHOP } from '../support/shop-package.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

let tenant: TestTenant
beforeAll(async () => {
  tenant = await openTestTenant([SHOP])
})

const csv = (entity: string, ...lines: string[]) => tenant.send('POST', `bulk/${entity}`, lines.join('\n'), 'text/csv')
const ndjson = (entity: string, rows: readonly object[]) =>
  tenant.send('POST', `bulk/${entity}`, rows.map((row) => JSON.stringify(row)).join('\n'), 'application/x-ndjson')
const list = async (entity: string, parameters: Record<string, string>) =>
  (await tenant.call('GET', `records/${entity}?${new URLSearchParams({ limit: '500', ...parameters })}`)).body.data

describe('bulk load', () => {
  test('takes the good lines of a CSV file and names each bad one', async () => {
    const answer = await csv(
      'shop.customer',
      'name;code;rating;labels;since',
      'Ärzte GmbH;c1;3,5x;vip;2024-01-31',
      '"Müller; Söhne";c2;4;"vip;late";2024-02-29',
      ';c3;1;;',
      'Again;c2;1;;',
      'Late;c5;;;2023-02-29',
      '张伟;c6;;;',
    )
    expect(answer.status).toBe(200)
    expect(answer.body).toMatchObject({ accepted: 2, rejected: 4 })
    expect(answer.body.errors.map((error: { line: number; field: string }) => [error.line, error.field])).toEqual([
      [2, 'rating'],
      [4, 'name'],
      [5, 'code'],
      [6, 'since'],
    ])
    const rows = await list('shop.customer', { sort: 'code', select: 'name,labels,stage,owner,display_name,version' })
    expect(rows).toMatchObject([
      {
        name: 'Müller; Söhne',
        labels: ['vip', 'late'],
        stage: 'new',
        version: 1,
        display_name: 'Müller; Söhne',
        owner: tenant.userId,
      },
      { name: '张伟', labels: null, stage: 'new' },
    ])
  })

  test('columns that do not exist stop it before anything is written', async () => {
    const answer = await csv('shop.customer', 'name,cod,version,name', 'x,y,1,z')
    expect([answer.status, answer.body.code]).toEqual([422, 'RL206'])
    expect(answer.body.errors.map((error: { key: string }) => error.key)).toEqual([
      'unknown_field',
      'read_only',
      'twice',
    ])
  })

  test('moves roll-ups, draws numbers, fills money, keeps history and one event a chunk', async () => {
    const [one, two] = ['00000000-0000-7000-8000-00000000aaa1', '00000000-0000-7000-8000-00000000aaa2']
    await ndjson('shop.customer', [
      { id: one, name: 'One' },
      { id: two, name: 'Two' },
    ])
    const rows = Array.from({ length: 2_500 }, (_, index) => ({
      customer: index % 5 ? one : two,
      state: index % 2 ? 'paid' : 'open',
      total: { amount: `${index}.01`, currency: 'EUR' },
    }))
    const eventsBefore = await count('_outbox')
    const answer = await ndjson('shop.order', [
      ...rows,
      { customer: '00000000-0000-7000-8000-0000000000ff' },
      { total: { amount: 'x', currency: 'EUR' } },
    ])
    expect(answer.body).toMatchObject({ accepted: 2_500, rejected: 2 })
    expect(answer.body.errors.map((error: { line: number; field: string }) => [error.line, error.field])).toEqual([
      [2501, 'customer'],
      [2502, 'total'],
    ])
    const sum = (items: typeof rows) =>
      items
        .reduce((cents, row) => cents + BigInt(row.total.amount.replace('.', '')), 0n)
        .toString()
        .replace(/(\d\d)$/, '.$1')
    const mine = rows.filter((row) => row.customer === one)
    expect((await tenant.call('GET', `records/shop.customer/${one}`)).body).toMatchObject({
      orders: mine.length,
      turnover: sum(mine.filter((row) => row.state === 'paid')),
      smallest: '1.01',
      largest: '2499.01',
    })
    const numbers = (
      await tenant.database.query(
        `select count(distinct number), count(*) from "${tenant.schema}"."${tenant.tableOf('shop.order')}"`,
      )
    )[0]
    expect(numbers?.[0]).toBe(numbers?.[1])
    expect((await count('_outbox')) - eventsBefore).toBe(1)
    const [order] = await list('shop.order', { limit: '1' })
    expect((await tenant.call('GET', `records/shop.order/${order.id}/history`)).body.data).toMatchObject([
      { operation: 'create', changes: {} },
    ])
  })

  test('rows may point to rows of the same file; what points to a refused row is refused', async () => {
    const id = (n: number) => `00000000-0000-7000-8000-00000000bb0${n}`
    const answer = await ndjson('shop.category', [
      { id: id(2), title: 'child', above: id(1) },
      { id: id(1), title: 'top' },
      { id: id(1), title: 'top again' },
      { id: id(3), title: 'orphan', above: id(9) },
      { id: id(4), title: 'child of the orphan', above: id(3) },
      { id: id(5), title: 'egg', above: id(6) },
      { id: id(6), title: 'hen', above: id(5) },
    ])
    expect(answer.body).toMatchObject({ accepted: 2, rejected: 5 })
    expect(answer.body.errors.map((error: { line: number }) => error.line)).toEqual([3, 4, 5, 6, 7])
  })

  test('what is no row is told with its line', async () => {
    const answer = await tenant.send(
      'POST',
      'bulk/shop.category',
      '{"title":"a"}\nnonsense\n\n[1]\n{"titel":"b"}',
      'application/x-ndjson',
    )
    expect(answer.body).toMatchObject({ accepted: 1, rejected: 3 })
    expect(answer.body.errors.map((error: { line: number }) => error.line)).toEqual([2, 4, 5])
    expect((await tenant.send('POST', 'bulk/shop.category', 'x', 'text/plain')).status).toBe(415)
    expect(
      (await tenant.send('POST', 'bulk/shop.category', Buffer.from([0x7b, 0xff, 0xfe]), 'application/x-ndjson')).status,
    ).toBe(400)
  })

  test('a reader loads nothing', async () => {
    const reader = await tenant.as('system.reader')
    expect((await reader.send('POST', 'bulk/shop.category', '{"title":"a"}', 'application/x-ndjson')).status).toBe(403)
  })
})

async function count(table: string): Promise<number> {
  const [row] = await tenant.database.query(`select count(*) from "${tenant.schema}"."${table}"`)
  return Number(row?.[0])
}
