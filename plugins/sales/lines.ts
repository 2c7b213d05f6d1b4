// Prices of a line of an opportunity. Pure.
import { decimal, type MoneyInput, type RecordOf, type WriteOf } from 'relata/plugin'

export type Line = RecordOf<'sales.opportunity_line'>
export type Product = RecordOf<'sales.product'>

/** @param product of the line; null: it has none @param isNewProduct it was not this product before */
export function priced(
  line: Line,
  product: Product | null,
  isNewProduct: boolean,
): Partial<WriteOf<'sales.opportunity_line'>> {
  const list_price = isNewProduct ? (product?.list_price ?? null) : line.list_price
  const price = line.price ?? list_price
  return {
    list_price,
    price,
    total: total(price, line.quantity, line.discount),
    ...(line.description === null && product ? { description: product.name } : {}),
  }
}

/** Quantity × price, less the discount, to the cent. */
export function total(price: MoneyInput | null, quantity: string | number, discount: string | null): MoneyInput | null {
  if (price === null) return null
  const share = decimal.divide(decimal.subtract(100, discount ?? '0'), 100) ?? '0'
  const amount = decimal.multiply(decimal.multiply(price.amount, quantity), share)
  return { amount: decimal.round(amount, 2), currency: price.currency }
}
