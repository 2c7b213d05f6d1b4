// Hooks within a save: what they are shown, what they may change, and what becomes of the save when they fail.
import { beforeAll, describe, expect, test } from 'vitest'
import { before, installPlugin } from '../support/install-plugin.ts'
import { pack } from '../support/packages.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

let tenant: TestTenant
beforeAll(async () => {
  tenant = await openTestTenant([
    pack('shop', {
      'entities/order.json': {
        name: 'order',
        ownership: 'user',
        display_name: 'title',
        fields: [
          { name: 'title', type: 'text', required: true },
          { name: 'amount', type: 'decimal', scale: 2 },
          { name: 'note', type: 'text' },
          { name: 'secret_note', type: 'text' },
          { name: 'twice', type: 'formula', rule: { '*': [{ var: 'amount' }, 2] } },
        ],
      },
      'roles/clerk.json': {
        name: 'clerk',
        label: 'Clerk',
        entities: {
          'shop.order': {
            create: 'all',
            read: 'all',
            update: 'all',
            fields: { secret_note: 'none', note: 'read' },
          },
        },
      },
    }),
  ])
})

const extension = (name: string, ...fields: object[]) => ({
  [`entities/order_${name}.json`]: { extends: 'shop.order', fields },
})
const post = (body: object) => tenant.call('POST', 'records/shop.order', body)

describe('a hook within a save', () => {
  test('sees the record as it would be written, and sets fields of its own', async () => {
    await installPlugin(tenant, {
      name: 'scoring',
      requires: { shop: '^1.0.0' },
      files: extension(
        'scoring',
        { name: 'score', type: 'number', read_only: true },
        { name: 'seen', type: 'json', read_only: true },
      ),
      manifest: { permissions: { records: { 'shop.order': { read: ['title', 'amount', 'twice'] } } } },
      behaviour: { before: [before('shop.order')] },
      run: `
        const results = input.events.map(({ record, before, changed, operation }) => {
          if (record.title === 'refused') return { refused: { message: { en: 'Not this one.', ru: 'Не этот.' }, field: 'title' } }
          if (record.title === 'plain') return { set: {} }
          return { set: { scoring_score: record.title.length, scoring_seen: { record, before, changed, operation, user: input.user?.name } } }
        })
        return { results }`,
    })
    const { status, body } = await post({ title: 'Four', amount: 5, note: 'n' })
    expect(status, JSON.stringify(body)).toBe(201)
    expect(body).toMatchObject({ title: 'Four', scoring_score: 4, note: 'n' })
    expect(body.scoring_seen).toMatchObject({ operation: 'create', before: null, changed: ['title', 'amount', 'note'] })
    // Numbers as they are stored, formulas worked out; what it was not granted is not there.
    expect(body.scoring_seen.record).toMatchObject({
      id: body.id,
      version: 1,
      title: 'Four',
      amount: '5.00',
      twice: '10',
      display_name: 'Four',
    })
    expect(body.scoring_seen.record).not.toHaveProperty('note')

    const changed = await tenant.call(
      'PATCH',
      `records/shop.order/${body.id}`,
      { title: 'Eleven', note: 'x' },
      { 'if-match': '"1"' },
    )
    expect(changed.body).toMatchObject({ title: 'Eleven', scoring_score: 6, version: 2 })
    expect(changed.body.scoring_seen).toMatchObject({
      before: { title: 'Four' },
      record: { title: 'Eleven', scoring_score: 4 },
      changed: ['title', 'note'],
    })
    const { body: history } = await tenant.call('GET', `records/shop.order/${body.id}/history`)
    expect(history.data[0].changes).toMatchObject({ scoring_score: [4, 6], title: ['Four', 'Eleven'] })
  })

  test('refuses in its own words, in all languages that it has them in', async () => {
    const { status, body } = await post({ title: 'refused' })
    expect([status, body.code, body.detail]).toEqual([422, 'RL402', 'Not this one.'])
    expect(body.errors).toEqual([
      { path: '/title', key: 'refused', message: 'Not this one.', text: { en: 'Not this one.', ru: 'Не этот.' } },
    ])
  })

  test('is not asked about what is not valid anyway', async () => {
    const { body } = await post({ amount: 'x' })
    expect(body.errors.map(({ path }: { path: string }) => path).sort()).toEqual(['/amount', '/title'])
  })

  test('people may not set what is read-only, plugin or not', async () => {
    const { body } = await post({ title: 'plain', scoring_score: 3 })
    expect(body.errors).toMatchObject([{ path: '/scoring_score', key: 'read_only' }])
  })
})
