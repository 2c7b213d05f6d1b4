import { beforeAll, describe, expect, test } from 'vitest'
import { SHOP } from '../support/shop-package.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

let tenant: TestTenant
beforeAll(async () => {
  tenant = await openTestTenant([SHOP])
})

const create = async (entity: string, body: object) => {
  const answer = await tenant.call('POST', `records/${entity}`, body)
  expect([answer.status, answer.body]).toEqual([201, expect.anything()])
  return answer.body
}
const customer = (body: object = {}) => create('shop.customer', { name: 'Ada', ...body })
const patch = (entity: string, id: string, version: number | string, body: object) =>
  tenant.call('PATCH', `records/${entity}/${id}`, body, { 'if-match': version === '*' ? '*' : `"${version}"` })
const query = (parameters: Record<string, string>) => new URLSearchParams(parameters).toString()

describe('one record', () => {
  test('is created with defaults, a display name and who made it, and read back the same', async () => {
    const made = await customer({
      email: ' Ada@Example.ORG ',
      rating: 7.5,
      labels: ['late', 'vip'],
      since: '2024-02-29',
    })
    expect(made).toMatchObject({
      version: 1,
      display_name: 'Ada',
      stage: 'new',
      email: expect.stringMatching(/@example\.org$/),
      rating: 7.5,
      labels: ['vip', 'late'],
      since: '2024-02-29',
      owner: made.created_by,
      deleted_at: null,
    })
    const read = await tenant.call('GET', `records/shop.customer/${made.id}`)
    expect(read.headers.get('etag')).toBe('"1"')
    expect(read.body).toEqual(made)
  })

  test('names every value that is wrong at once', async () => {
    const answer = await tenant.call('POST', 'records/shop.customer', {
      rating: 11,
      stage: 'gone',
      emial: 'x',
      version: 3,
    })
    expect(answer.status).toBe(422)
    expect(answer.body.code).toBe('RL206')
    expect(answer.body.errors.map((error: { path: string; key: string }) => error.path).sort()).toEqual([
      '/emial',
      '/name',
      '/rating',
      '/stage',
      '/version',
    ])
    expect(answer.body.errors.find((error: { path: string }) => error.path === '/emial').hint).toContain('email')
  })

  test('a change needs the version, and a change of nothing is none', async () => {
    const { id } = await customer()
    expect((await tenant.call('PATCH', `records/shop.customer/${id}`, { name: 'Bo' })).status).toBe(428)
    expect((await patch('shop.customer', id, 1, { name: 'Bo' })).body).toMatchObject({ version: 2, display_name: 'Bo' })
    expect((await patch('shop.customer', id, 2, { name: 'Bo' })).body.version).toBe(2)
    expect((await patch('shop.customer', id, '*', { name: 'Cy' })).body.version).toBe(3)
  })

  test('a conflict names the fields that someone else changed', async () => {
    const { id } = await customer()
    await patch('shop.customer', id, 1, { rating: 3, stage: 'active' })
    const answer = await patch('shop.customer', id, 1, { name: 'Late', rating: 4 })
    expect(answer.status).toBe(409)
    expect(answer.body.code).toBe('RL208')
    expect(answer.body.errors.map((error: { path: string }) => error.path).sort()).toContain('/rating')
  })

  test('of two who write at the same time one wins and one is told', async () => {
    const { id } = await customer()
    const answers = await Promise.all(['x', 'y', 'z'].map((name) => patch('shop.customer', id, 1, { name })))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409])
  })

  test('goes to the trash, comes back, and can be removed for good', async () => {
    const { id } = await customer()
    expect((await tenant.call('DELETE', `records/shop.customer/${id}?purge=true`)).body.code).toBe('RL216')
    expect((await tenant.call('DELETE', `records/shop.customer/${id}`)).status).toBe(204)
    expect((await tenant.call('GET', `records/shop.customer/${id}`)).status).toBe(404)
    const trash = await tenant.call(
      'GET',
      `records/shop.customer?${query({ trash: 'true', select: 'name', limit: '500' })}`,
    )
    expect(trash.body.data.map((row: { id: string }) => row.id)).toContain(id)
    expect((await tenant.call('POST', `records/shop.customer/${id}/restore`)).body).toMatchObject({ id, version: 3 })
    await tenant.call('DELETE', `records/shop.customer/${id}`)
    expect((await tenant.call('DELETE', `records/shop.customer/${id}?purge=true`)).status).toBe(204)
    expect((await tenant.call('POST', `records/shop.customer/${id}/restore`)).status).toBe(404)
  })

  test('a secret is written and never read', async () => {
    const made = await customer({ token: 'hunter2' })
    expect(made.token).toBe(true)
    await patch('shop.customer', made.id, 1, { token: 'hunter3' })
    const history = await tenant.call('GET', `records/shop.customer/${made.id}/history`)
    expect(JSON.stringify([made, history.body])).not.toContain('hunter')
    const stored = await tenant.database.query(
      `select to_jsonb(c) from "${tenant.schema}"."${tenant.tableOf('shop.customer')}" c where id = $1`,
      [made.id],
    )
    expect(stored[0]?.[0]).not.toContain('hunter')
  })
})

describe('values', () => {
  test.each([
    ['total', { amount: '0.10', currency: 'EUR' }, { amount: '0.10', currency: 'EUR', base: '0.10' }],
    [
      'total',
      { amount: '99999999999999999999.99', currency: 'EUR' },
      { amount: '99999999999999999999.99', currency: 'EUR', base: '99999999999999999999.99' },
    ],
    ['total', { amount: '5.00', currency: 'USD' }, { amount: '5.00', currency: 'USD', base: null }],
    ['weight', '0.000001', '0.000001'],
    ['weight', '12345678901234567890.123456', '12345678901234567890.123456'],
    ['placed_at', '2024-10-27T01:30:00.123456Z', '2024-10-27T01:30:00.123456Z'],
    ['placed_at', '2024-06-01T12:00:00+05:45', '2024-06-01T06:15:00Z'],
    [
      'meeting',
      { at: '2024-10-27T00:30:00Z', zone: 'Europe/Berlin' },
      { at: '2024-10-27T00:30:00Z', zone: 'Europe/Berlin' },
    ],
    ['title', '中文 Ünïcode жук 🐞', '中文 Ünïcode жук 🐞'],
  ])('%s %j comes back exactly', async (field, written, read) => {
    const made = await create('shop.order', { [field]: written })
    expect(made[field]).toEqual(read)
    expect((await tenant.call('GET', `records/shop.order/${made.id}`)).body[field]).toEqual(read)
  })

  test('numbers are drawn one after the other, and the display name holds them', async () => {
    const [a, b] = [await create('shop.order', { title: 'First' }), await create('shop.order', {})]
    expect(a.number).toMatch(/^O-\d{4}$/)
    expect(Number(b.number.slice(2))).toBeGreaterThan(Number(a.number.slice(2)))
    expect(a.display_name).toBe(`${a.number} · First`)
    expect(b.display_name).toBe(b.number)
  })

  test('text that PostgreSQL cannot hold is refused, not lost', async () => {
    for (const name of ['a\u0000b', '\ud800', 'x'.repeat(2_000_000)]) {
      expect((await tenant.call('POST', 'records/shop.customer', { name })).status).toBe(422)
    }
  })
})

describe('references', () => {
  test('lead to live records only', async () => {
    const { id } = await customer()
    await tenant.call('DELETE', `records/shop.customer/${id}`)
    const answer = await tenant.call('POST', 'records/shop.order', { customer: id })
    expect([answer.status, answer.body.errors[0].path]).toEqual([422, '/customer'])
  })

  test('say what becomes of them: cascade, detach, restrict', async () => {
    const { id } = await customer()
    const order = await create('shop.order', { customer: id })
    const about = await create('shop.remark', {
      text: 'About the order',
      about: { entity: 'shop.order', id: order.id },
    })
    const written = await create('shop.remark', { text: 'By the customer', writer: id })
    await tenant.call('DELETE', `records/shop.customer/${id}`)
    expect((await tenant.call('GET', `records/shop.order/${order.id}`)).status).toBe(404)
    expect((await tenant.call('GET', `records/shop.remark/${about.id}`)).status).toBe(404)
    expect((await tenant.call('GET', `records/shop.remark/${written.id}`)).body).toMatchObject({
      writer: null,
      version: 2,
    })
    await tenant.call('POST', `records/shop.customer/${id}/restore`)
    expect((await tenant.call('GET', `records/shop.order/${order.id}`)).status).toBe(200)
    expect((await tenant.call('GET', `records/shop.remark/${about.id}`)).status).toBe(200)

    const category = await create('shop.category', { title: 'Top' })
    await create('shop.remark', { text: 'Guarded', guard: category.id })
    const refused = await tenant.call('DELETE', `records/shop.category/${category.id}`)
    expect([refused.status, refused.body.code]).toEqual([409, 'RL209'])
  })

  test('a tree bites no tail, not even by two moves at once', async () => {
    const [a, b] = [await create('shop.category', { title: 'a' }), await create('shop.category', { title: 'b' })]
    expect((await patch('shop.category', a.id, '*', { above: a.id })).status).toBe(422)
    const answers = await Promise.all([
      patch('shop.category', a.id, '*', { above: b.id }),
      patch('shop.category', b.id, '*', { above: a.id }),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 422])
  })

  test('are followed by select in both directions', async () => {
    const made = await customer({ name: 'Selected' })
    await create('shop.order', { customer: made.id, title: 'One' })
    const select = 'name,owner(display_name),mine:shop.order.customer(title,customer(name))'
    const { body } = await tenant.call('GET', `records/shop.customer/${made.id}?${query({ select })}`)
    expect(body).toMatchObject({
      name: 'Selected',
      owner: { display_name: expect.any(String) },
      mine: [{ title: 'One', customer: { name: 'Selected' } }],
    })
  })
})

describe('lists', () => {
  const names = (answer: { body: { data: { name: string }[] } }) => answer.body.data.map((row) => row.name)
  beforeAll(async () => {
    for (const [index, name] of ['Жанна', 'Émile', '李雷', 'Zoe', 'anton', 'Ötzi'].entries()) {
      await customer({
        name,
        code: `list-${index}`,
        rating: index === 3 ? null : index,
        stage: index % 2 ? 'active' : 'lost',
      })
    }
  })
  const mine = {
    filter: JSON.stringify({
      and: [{ '!=': [{ var: 'code' }, null] }, { in: [{ var: 'stage' }, ['active', 'lost']] }],
    }),
    select: 'name',
  }

  test('filter by a rule, sort with empty values last both ways', async () => {
    expect(names(await tenant.call('GET', `records/shop.customer?${query({ ...mine, sort: 'rating' })}`))).toEqual([
      'Жанна',
      'Émile',
      '李雷',
      'anton',
      'Ötzi',
      'Zoe',
    ])
    expect(names(await tenant.call('GET', `records/shop.customer?${query({ ...mine, sort: '-rating' })}`))).toEqual([
      'Ötzi',
      'anton',
      '李雷',
      'Émile',
      'Жанна',
      'Zoe',
    ])
  })

  test.each(['rating', '-rating', 'name', '-code,name', 'created_at', 'owner.display_name'])(
    'pages by %s meet every record once',
    async (sort) => {
      const seen: string[] = []
      for (let cursor: string | null = ''; cursor !== null; ) {
        const answer = await tenant.call(
          'GET',
          `records/shop.customer?${query({ ...mine, sort, limit: '2', ...(cursor ? { cursor } : {}) })}`,
        )
        expect(answer.status).toBe(200)
        seen.push(...names(answer))
        cursor = answer.body.next
      }
      expect(seen.sort()).toEqual(['Жанна', 'Émile', '李雷', 'Zoe', 'anton', 'Ötzi'].sort())
      expect(seen).toHaveLength(6)
    },
  )

  test.each(['rating', '-rating', 'name', '-code,name', 'created_at', 'owner.display_name'])(
    'a jump into a list by %s lands where walking would',
    async (sort) => {
      const all = names(await tenant.call('GET', `records/shop.customer?${query({ ...mine, sort })}`))
      for (let offset = 0; offset <= all.length; offset++) {
        const answer = await tenant.call(
          'GET',
          `records/shop.customer?${query({ ...mine, sort, limit: '2', offset: String(offset) })}`,
        )
        expect([offset, names(answer)]).toEqual([offset, all.slice(offset, offset + 2)])
        if (answer.body.next === null) continue
        const on = { ...mine, sort, limit: '2', cursor: answer.body.next }
        const walked = await tenant.call('GET', `records/shop.customer?${query(on)}`)
        expect(names(walked)).toEqual(all.slice(offset + 2, offset + 4))
      }
    },
  )

  test('count and search', async () => {
    const counted = await tenant.call('GET', `records/shop.customer?${query({ ...mine, limit: '1', count: 'true' })}`)
    expect(counted.body.count).toEqual({ value: 6, exact: true })
    expect(names(await tenant.call('GET', `records/shop.customer?${query({ ...mine, q: 'жан' })}`))).toEqual(['Жанна'])
    expect(names(await tenant.call('GET', `records/shop.customer?${query({ ...mine, q: '100%_\\' })}`))).toEqual([])
  })

  test('filter by what a reference leads to, by a formula and by a roll-up', async () => {
    const made = await customer({ name: 'Rich' })
    await create('shop.order', { customer: made.id, total: { amount: '5000.00', currency: 'EUR' } })
    const orders = await tenant.call(
      'GET',
      `records/shop.order?${query({ filter: JSON.stringify({ and: [{ '==': [{ var: 'customer.name' }, 'Rich'] }, { '==': [{ var: 'is_large' }, true] }] }) })}`,
    )
    expect(orders.body.data).toHaveLength(1)
    const rich = await tenant.call(
      'GET',
      `records/shop.customer?${query({ filter: JSON.stringify({ '>': [{ var: 'largest' }, '4000'] }), select: 'name,largest' })}`,
    )
    expect(rich.body.data).toMatchObject([{ name: 'Rich', largest: '5000.00' }])
  })

  test('what is not understood is told with where and why', async () => {
    const cases: [Record<string, string>, string][] = [
      [{ filter: '{"==":[{"var":"nmae"},"x"]}' }, 'RL203'],
      [{ filter: '{' }, 'RL104'],
      [{ sort: 'nmae' }, 'RL202'],
      [{ sort: 'token' }, 'RL204'],
      [{ select: 'name(' }, 'RL104'],
      [{ limit: '0' }, 'RL104'],
      [{ cursor: 'x' }, 'RL104'],
      [{ offset: '-1' }, 'RL104'],
      [{ offset: '3', cursor: Buffer.from('["a"]').toString('base64url') }, 'RL104'],
      [{ flter: '1' }, 'RL104'],
    ]
    for (const [parameters, code] of cases) {
      const answer = await tenant.call('GET', `records/shop.customer?${query(parameters)}`)
      expect([parameters, answer.body.code]).toEqual([parameters, code])
      expect(answer.status).toBeLessThan(500)
    }
    expect((await tenant.call('GET', 'records/shop.custmer')).body).toMatchObject({ status: 404, code: 'RL201' })
  })
})

describe('many at once', () => {
  test('aggregates by group', async () => {
    const made = await customer({ name: 'Groups' })
    for (const [state, amount] of [
      ['paid', '0.10'],
      ['paid', '0.20'],
      ['open', '7.00'],
    ] as const) {
      await create('shop.order', { customer: made.id, state, total: { amount, currency: 'EUR' } })
    }
    const { body } = await tenant.call(
      'GET',
      `aggregates/shop.order?${query({ group: 'state', measures: 'count,sum:total.base,average:total.base', filter: JSON.stringify({ '==': [{ var: 'customer' }, made.id] }) })}`,
    )
    expect(body.data).toEqual([
      { state: 'open', count: 1, 'sum:total.base': '7.00', 'average:total.base': '7' },
      { state: 'paid', count: 2, 'sum:total.base': '0.30', 'average:total.base': '0.15' },
    ])
  })

  test('upsert by key makes it once and changes it then, whoever comes at the same time', async () => {
    const put = (name: string) => tenant.call('PUT', 'records/shop.customer?by=code', { code: 'upsert', name })
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map(put))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201])
    const found = await tenant.call(
      'GET',
      `records/shop.customer?${query({ filter: '{"==":[{"var":"code"},"upsert"]}' })}`,
    )
    expect(found.body.data).toHaveLength(1)
  })

  test('a batch succeeds or fails as one', async () => {
    const made = await customer({ name: 'Batch' })
    const good = { op: 'create', entity: 'shop.order', body: { customer: made.id } }
    const failed = await tenant.call('POST', 'batch', {
      operations: [good, { op: 'update', entity: 'shop.customer', id: made.id, version: 7, body: { name: 'x' } }],
    })
    expect(failed.status).toBe(409)
    expect((await tenant.call('GET', `records/shop.customer/${made.id}`)).body).toMatchObject({
      orders: 0,
      name: 'Batch',
    })
    const done = await tenant.call('POST', 'batch', {
      operations: [
        good,
        good,
        { op: 'update', entity: 'shop.customer', id: made.id, version: 1, body: { name: 'Done' } },
      ],
    })
    expect(done.status).toBe(200)
    expect((await tenant.call('GET', `records/shop.customer/${made.id}`)).body).toMatchObject({
      orders: 2,
      name: 'Done',
    })
  })

  test('unique values: one lives, trash does not count, restoring into a conflict is refused', async () => {
    const first = await customer({ code: 'only' })
    const second = await tenant.call('POST', 'records/shop.customer', { name: 'Two', code: 'only' })
    expect([second.status, second.body.errors[0].path]).toEqual([409, '/code'])
    await tenant.call('DELETE', `records/shop.customer/${first.id}`)
    await customer({ code: 'only' })
    expect((await tenant.call('POST', `records/shop.customer/${first.id}/restore`)).body.code).toBe('RL207')
  })
})

describe('history', () => {
  test('tells each change, and how the record was', async () => {
    const made = await customer({ name: 'Old', rating: 1 })
    const between = (await tenant.call('GET', `records/shop.customer/${made.id}/history`)).body.data[0].at
    await patch('shop.customer', made.id, 1, { name: 'New', rating: null })
    await tenant.call('DELETE', `records/shop.customer/${made.id}`)
    const { body } = await tenant.call('GET', `records/shop.customer/${made.id}/history`)
    expect(body.data.map((entry: { operation: string }) => entry.operation)).toEqual(['delete', 'update', 'create'])
    expect(body.data[1].changes).toEqual({ name: ['Old', 'New'], rating: [1, null] })
    const newest = await tenant.call('GET', `records/shop.customer/${made.id}/history?limit=2`)
    expect(newest.body).toEqual({ data: body.data.slice(0, 2), next: 2 })
    const rest = await tenant.call('GET', `records/shop.customer/${made.id}/history?limit=2&before=${newest.body.next}`)
    expect(rest.body).toEqual({ data: body.data.slice(2), next: null })
    expect(body.data[1].by.display_name).toEqual(expect.any(String))
    expect(body.data[1].by.kind).toBe('key')
    const then = await tenant.call('GET', `records/shop.customer/${made.id}?${query({ at: between })}`)
    expect(then.body).toMatchObject({ display_name: 'Old', name: 'Old', rating: 1, version: 1 })
  })
})
