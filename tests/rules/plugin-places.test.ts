// Connections that plugins keep while they run: few, shared fairly between tenants.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createPlaces } from '../../kernel/plugins/act/own-transaction.ts'

/** Who is let in, in order, as far as can be without waiting. */
async function letIn(places: ReturnType<typeof createPlaces>, tenants: readonly string[]): Promise<string[]> {
  const inside: string[] = []
  for (const tenant of tenants) void places.take(tenant).then(() => inside.push(tenant))
  await Promise.resolve()
  return inside
}

describe('places', () => {
  test('one tenant that takes all it can leaves room for the others', async () => {
    expect(await letIn(createPlaces(3, 2), ['a', 'a', 'a', 'a', 'b'])).toEqual(['a', 'a', 'b'])
  })

  test('who waited longest comes next, unless their tenant has enough', async () => {
    const places = createPlaces(2, 1)
    const inside = await letIn(places, ['a', 'a', 'b', 'c'])
    expect(inside).toEqual(['a', 'b'])
    places.giveBack('b')
    await Promise.resolve()
    expect(inside).toEqual(['a', 'b', 'c'])
    places.giveBack('a')
    await Promise.resolve()
    expect(inside).toEqual(['a', 'b', 'c', 'a'])
  })

  test('are never more than there are, and everybody comes in at last', async () => {
    const tenants = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(
        tenants,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 4 }),
        async (all, count, own) => {
          const places = createPlaces(count, own)
          const now: string[] = []
          let done = 0
          const turn = async (tenant: string): Promise<void> => {
            await places.take(tenant)
            now.push(tenant)
            expect(now.length).toBeLessThanOrEqual(count)
            expect(now.filter((one) => one === tenant).length).toBeLessThanOrEqual(own)
            await Promise.resolve()
            now.splice(now.indexOf(tenant), 1)
            done++
            places.giveBack(tenant)
          }
          await Promise.all(all.map(turn))
          expect(done).toBe(all.length)
        },
      ),
    )
  })
})
