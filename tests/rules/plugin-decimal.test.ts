// Arithmetic of plugins on decimals: what rules reckon, to the last digit.
import { Decimal } from 'decimal.js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decimal } from '../../sdk/plugin/decimal.ts'

const Exact = Decimal.clone({ precision: 400, rounding: Decimal.ROUND_HALF_UP })
const text = (value: Decimal): string => (value.isZero() ? '0' : value.toFixed())
const digits = fc
  .tuple(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), fc.nat(18))
  .map(([units, scale]) => new Exact(units.toString()).div(new Exact(10).pow(scale)).toFixed())

test('sums, differences, products and order are exact', () => {
  fc.assert(
    fc.property(digits, digits, (a, b) => {
      const [x, y] = [new Exact(a), new Exact(b)]
      expect(decimal.add(a, b)).toBe(text(x.plus(y)))
      expect(decimal.subtract(a, b)).toBe(text(x.minus(y)))
      expect(decimal.multiply(a, b)).toBe(text(x.times(y)))
      expect(decimal.compare(a, b)).toBe(x.comparedTo(y))
    }),
    { numRuns: 300, seed: 20261201 },
  )
})

test('rounding is half away from zero, a quotient is cut after the twentieth digit', () => {
  fc.assert(
    fc.property(digits, digits, fc.nat(8), (a, b, scale) => {
      expect(decimal.round(a, scale)).toBe(text(new Exact(a).toDecimalPlaces(scale)))
      const quotient = new Exact(b).isZero() ? null : text(new Exact(a).div(b).toDecimalPlaces(20, Decimal.ROUND_DOWN))
      expect(decimal.divide(a, b)).toBe(quotient)
    }),
    { numRuns: 300, seed: 20261201 },
  )
})

test('numbers and texts of any length are taken, other texts are named', () => {
  expect(decimal.add(0.1, 0.2)).toBe('0.3')
  expect(decimal.multiply('12.50', 1e-7)).toBe('0.00000125')
  expect(decimal.add(1e21, '.5')).toBe('1000000000000000000000.5')
  expect(decimal.compare('1.50', 1.5)).toBe(0)
  expect(() => decimal.add('12,50', '1')).toThrow('“12,50” is no decimal.')
  expect(() => decimal.round('')).toThrow('is no decimal')
  expect(() => decimal.add(Number.NaN, 1)).toThrow('“NaN” is no decimal.')
})
