// Numbers and decimals at the edges of what can be held: both engines of the rule language give the same answer.
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Database, openDatabase } from '../../kernel/run/database.ts'
import { disagreements, FIELDS, type Row } from '../support/rule-engines.ts'
import { createTestDatabase } from '../support/test-database.ts'

const isLong = Boolean(process.env['RELATA_TEST_LONG'])
const EMPTY: Row = Object.fromEntries(Object.keys(FIELDS).map((name) => [name, null]))

let database: Database
beforeAll(async () => {
  const { url } = await createTestDatabase()
  database = openDatabase({ url, poolSize: 1, longPoolSize: 1 })
  return () => database.close()
})

async function expectAgreement(row: Row, rules: readonly unknown[]): Promise<void> {
  for (let start = 0; start < rules.length; start += 200)
    expect((await disagreements(database, { ...EMPTY, ...row }, rules.slice(start, start + 200))).slice(0, 3)).toEqual(
      [],
    )
}

const v = (name: string) => ({ var: name })
/** Of type number wherever it stands, so that every digit of a constant counts. */
const exactly = (value: number) => ({ if: [v('flag'), value, v('size')] })
const COMPARISONS = ['==', '!=', '<', '<=', '>', '>=']
const ARITHMETIC = ['+', '-', '*', '/', '%', 'min', 'max']
/** Every operator between two operands, both ways round. */
const between = (operators: readonly string[], a: unknown, b: unknown): unknown[] =>
  operators.flatMap((operator) => [{ [operator]: [a, b] }, { [operator]: [b, a] }])
const told = (value: unknown) => ({ cat: ['<', value, '>'] })

/** All of them take long; otherwise each partner meets other ones. */
const someOf = <T>(items: readonly T[], at: number): T[] =>
  items.filter((_, index) => isLong || (index + at) % 12 === 0)

const NUMBERS = [
  0,
  1,
  -1,
  0.1,
  -7,
  3,
  1e15,
  1e16,
  1e17,
  123456789012345680,
  1e20,
  1e21,
  1e22,
  1e23,
  9.5e22,
  1e39,
  1e40,
  1e100,
  1e300,
  Number.MAX_VALUE,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 53 + 2,
  2 ** 54,
  2 ** 54 + 4,
  2 ** 63,
  2 ** 64,
  1e-5,
  1e-7,
  1e-19,
  1e-20,
  4e-21,
  5e-21,
  1e-300,
  2 ** -1022,
  5e-324,
  0.1 + 0.2,
  4.35,
  1.005,
  5e-15,
]
const DECIMALS = [
  '0',
  '1',
  '-1',
  '0.1',
  '3',
  '-7',
  '0.5',
  '-2.5',
  '99999999999999999999.99999999999999999999',
  '123456789012345.678901234567890123',
  '0.00000000000000000001',
  '-0.00000000000000000001',
  '0.123456789012345678901234567890',
  '9999999999999999999999999999999999999999',
  '-9999999999999999999999999999999999999999',
  '1000000000000000000000',
  '9007199254740993',
  '0.000000000000000000005',
  '0.0000000000000000000049999',
]

describe('numbers', () => {
  test('of every size are compared, reckoned with and told alike', { timeout: isLong ? 600_000 : 60_000 }, async () => {
    for (const [index, size] of NUMBERS.flatMap((one) => [one, -one]).entries()) {
      await expectAgreement({ size, flag: true }, [
        told(v('size')),
        { '-': [v('size')] },
        { in: [v('size'), NUMBERS] },
        ...someOf(NUMBERS, index).flatMap((other) => [
          ...between(COMPARISONS, v('size'), other),
          ...between(ARITHMETIC, v('size'), exactly(other)),
        ]),
        ...someOf(DECIMALS, index).flatMap((other) => between(['==', '<', '*', '/', '%', 'max'], v('size'), other)),
      ])
    }
  })

  test('between columns too', async () => {
    for (const [size, width] of [
      [0, -0],
      [2 ** 53, 2 ** 53 + 2],
      [5e-324, 0],
      [1e308, -1e308],
      [0.3, 0.1 + 0.2],
    ] as const)
      await expectAgreement({ size, width, price: '0.3' }, [
        ...between([...COMPARISONS, ...ARITHMETIC], v('size'), v('width')),
        ...between([...COMPARISONS, ...ARITHMETIC], v('size'), v('price')),
        { '<': [v('size'), v('price'), v('width')] },
        { '<=': [v('width'), { '+': [v('size'), 0] }, v('price')] },
      ])
  })

  /** Near powers of ten and of two, where digits lie half way between floats, and anywhere. */
  const large = fc.oneof(
    fc
      .tuple(fc.bigInt({ min: 1n, max: 10n ** 17n }), fc.integer({ min: 0, max: 24 }), fc.integer({ min: -3, max: 3 }))
      .map(([digits, zeros, steps]) => nextFloat(Number(digits * 10n ** BigInt(zeros)), steps)),
    fc
      .tuple(fc.integer({ min: 54, max: 1023 }), fc.integer({ min: -3, max: 3 }))
      .map(([power, steps]) => nextFloat(2 ** power, steps)),
    fc.double({ min: 2 ** 53, max: 1e40, noNaN: true }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  )
  test('are told with the same digits', { timeout: isLong ? 600_000 : 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(large, { minLength: 200, maxLength: 200 }), (sizes) =>
        expectAgreement(
          { flag: true },
          sizes.flatMap((size) => [{ cat: [size] }, { '==': [exactly(size), { '+': [exactly(size), 0] }] }]),
        ),
      ),
      // Two hundred numbers at once take long to shrink; the message names the wrong ones.
      { numRuns: isLong ? 500 : 10, seed: 20261123, endOnFailure: true },
    )
  })

  test('turned into decimals and back stay numbers, or are nothing', async () => {
    for (const price of DECIMALS)
      await expectAgreement({ price, flag: true }, [
        { if: [v('flag'), v('price'), 1e300] },
        told({ max: [v('price'), 1e300] }),
      ])
  })
})

describe('decimals', () => {
  test('of every size are compared, reckoned with and told alike', { timeout: isLong ? 600_000 : 60_000 }, async () => {
    for (const price of DECIMALS) {
      await expectAgreement({ price }, [
        told(v('price')),
        { '-': [v('price')] },
        { in: [v('price'), DECIMALS] },
        { in: [v('price'), [0.1, 3, -7, 1e21]] },
        ...DECIMALS.flatMap((other) => [
          ...between(COMPARISONS, v('price'), other),
          ...between(ARITHMETIC, v('price'), other),
          { '/': [{ '*': [v('price'), other, other] }, { '+': [other, '0.5'] }] },
        ]),
      ])
    }
  })
})

function nextFloat(value: number, steps: number): number {
  const bits = new DataView(new ArrayBuffer(8))
  bits.setFloat64(0, value)
  bits.setBigInt64(0, bits.getBigInt64(0) + BigInt(steps))
  const next = bits.getFloat64(0)
  return Number.isFinite(next) ? next : value
}
