// A list is found in one of several ways, by what is known of the data. Whichever it is, it holds the same records.
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import type { EntityModel } from '../../../kernel/catalog/model.ts'
import { makeCursor, parseListRequest } from '../../../kernel/parse/list-request.ts'
import { planList, type Visibility } from '../../../kernel/plan/read-plan.ts'
import { type Context, makeContext } from '../../../kernel/run/context.ts'
import { compileList } from '../../../kernel/sql/list-sql.ts'
import { bind } from '../../../kernel/sql/sql.ts'
import { ENTITIES, randomRoles } from './package.ts'
import { Reference } from './reference.ts'
import { type Opened, openWorld } from './world.ts'

const SEEDS = process.env['RELATA_TEST_LONG'] ? Array.from({ length: 20 }, (_, index) => index + 1) : [1, 2]

describe.each(SEEDS)('random roles, shares and records (%i)', (seed) => {
  let opened: Opened
  let reference: Reference
  beforeAll(async () => {
    const [roles] = fc.sample(randomRoles(14), { seed, numRuns: 1 })
    opened = await openWorld(roles ?? [], seed)
    reference = new Reference(opened.world)
  })

  /** Ids in order, page by page. */
  async function found(context: Context, entity: EntityModel, sort: string, limit: number, visibility: Visibility) {
    const ids: string[] = []
    for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
      const query = new URLSearchParams({ sort, limit: String(limit), ...(cursor === undefined ? {} : { cursor }) })
      const request = parseListRequest(query)
      const { statement, keyPlaces } = compileList(planList(context.model, entity, request, context.rights, visibility))
      const keys = Object.fromEntries((request.cursor ?? []).map((value, index) => [`c${index}`, value]))
      const rows = await opened.tenant.database.query(statement.text, bind(statement, { ...context.inputs, ...keys }))
      const last = rows.length > limit ? rows[limit - 1] : undefined
      cursor = last && makeCursor(keyPlaces.map((place) => last[place] ?? null))
      ids.push(...rows.slice(0, limit).map((row) => row[keyPlaces.at(-1) ?? -1] ?? ''))
    }
    return ids
  }

  /** What hangs on other records is never gathered. */
  const canBeGathered = (context: Context, entity: EntityModel): boolean => {
    const condition = context.rights.condition(entity, 'read')
    const ways = condition.kind === 'any' ? condition.items : [condition]
    return ways.every(({ kind }) => kind === 'owned' || kind === 'shared' || kind === 'rule')
  }

  test('walked along an index, by few that are looked up, or gathered', async () => {
    const loaded = await opened.tenant.kernel.services.catalog.load(opened.tenant.slug)
    const small = new Set(loaded.model.snapshot.entities.map(({ id }) => id))
    let gathered = 0
    for (const user of opened.world.users)
      for (const name of ENTITIES) {
        const entity = loaded.model.entity(name)
        const context = makeContext(loaded, await opened.actorOf(user), (text) => text)
        if (!context.rights.can(entity, 'read')) continue
        const rows = opened.world.rows.filter((row) => row.entity === name && reference.mayRead(user, row))
        const expected = rows.map(({ id }) => id).sort()
        const hasOwner = entity.entity.ownership !== 'none'
        for (const sort of ['-created_at', hasOwner ? '-owner,created_at' : '-updated_by']) {
          const walked = await found(context, entity, sort, 200, { isNarrow: false, small: new Set() })
          expect(walked.toSorted(), name).toEqual(expected)
          expect(await found(context, entity, sort, 4, { isNarrow: false, small })).toEqual(walked)
          if (!canBeGathered(context, entity)) continue
          gathered++
          expect(await found(context, entity, sort, 4, { isNarrow: true, small })).toEqual(walked)
        }
      }
    expect(gathered).toBeGreaterThan(10)
  })
})
