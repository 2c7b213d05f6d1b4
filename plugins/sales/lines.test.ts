import { assert, test } from 'relata/plugin/testing'
import { type Line, type Product, priced, total } from './lines.ts'

const money = (amount: string) => ({ amount, currency: 'EUR', base: null })
const line = (more: Partial<Line> = {}): Line =>
  ({
    ...{ quantity: 2, price: null, list_price: null, discount: null, description: null, total: null },
    ...more,
  }) as Line
const product = { name: 'Axe', list_price: money('19.99') } as Product

test('a new line takes name and price of its product', () => {
  assert.deepEqual(priced(line(), product, true), {
    list_price: money('19.99'),
    price: money('19.99'),
    total: { amount: '39.98', currency: 'EUR' },
    description: 'Axe',
  })
})

test('a price of its own stands, and the list price stays as it was when the line was made', () => {
  const set = priced(line({ price: money('15'), list_price: money('18'), description: 'An axe' }), null, false)
  assert.deepEqual(set, {
    list_price: money('18'),
    price: money('15'),
    total: { amount: '30', currency: 'EUR' },
  })
})

test('the discount comes off the whole, to the cent', () => {
  assert.deepEqual(total(money('0.05'), '3', '10'), { amount: '0.14', currency: 'EUR' })
  assert.deepEqual(total(money('99999999999.99'), '0.333', '12.5'), { amount: '29137500000', currency: 'EUR' })
  assert.deepEqual(total(money('10'), '1', '100'), { amount: '0', currency: 'EUR' })
  assert.equal(total(null, '1', null), null)
})
