// Every way of reading, compared with a reference that was written separately: no door ever shows more, nor less.
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { ENTITIES, FIELDS, randomRoles } from './package.ts'
import { isReadable, Reference, rightTo, type Row, scopeOf, type User } from './reference.ts'
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

  const everyUser = async (work: (user: User, entity: string) => Promise<void>): Promise<void> => {
    for (const user of opened.world.users)
      for (const entity of [...ENTITIES, 'org.account_labels']) await work(user, entity)
  }
  const seen = (user: User, entity: string): Row[] =>
    opened.world.rows.filter((row) => row.entity === entity && reference.mayRead(user, row))
  const get = (user: User, address: string) => opened.ask(user, 'GET', address)
  const mayReadSome = (user: User, entity: string): boolean => {
    const of = entity === 'org.account_labels' ? ['org.account', 'org.label'] : [entity]
    return of.every((name) => user.roles.some((role) => scopeOf(role, name, 'read') !== 'none'))
  }
  const idsOf = (answer: { body: { data: { id: string }[] } }) => answer.body.data.map(({ id }) => id).sort()
  const sorted = (rows: readonly Row[]) => rows.map(({ id }) => id).sort()

  test('a list holds the records that may be read, and is counted so', () =>
    everyUser(async (user, entity) => {
      const answer = await get(user, `records/${entity}?count=exact&limit=200&sort=-created_at`)
      const expected = seen(user, entity)
      if (answer.status === 403) return expect([entity, expected.length]).toEqual([entity, 0])
      expect(answer.status, JSON.stringify(answer.body)).toBe(200)
      expect(idsOf(answer)).toEqual(sorted(expected))
      expect(answer.body.count.value).toBe(expected.length)
      const sum = await get(user, `aggregates/${entity}?measures=count`)
      expect(Number(sum.body.data[0].count)).toBe(expected.length)
    }))

  test('taken out is what may be taken out', () =>
    everyUser(async (user, entity) => {
      if (entity === 'org.account_labels') return
      const answer = await get(user, `records/${entity}?purpose=export&limit=5000`)
      const rows = opened.world.rows.filter((row) => row.entity === entity)
      const expected = rows.filter((row) => reference.may(user, row, 'export'))
      if (answer.status === 403) return expect([entity, expected.length]).toEqual([entity, 0])
      expect(answer.status, JSON.stringify(answer.body)).toBe(200)
      expect(idsOf(answer)).toEqual(sorted(expected))
    }))

  test('pages are told of the fields that may be seen, and how', () =>
    everyUser(async (user, entity) => {
      const { body } = await get(user, 'meta')
      const told = body.entities.find(({ name }: { name: string }) => name === entity)
      expect(told !== undefined).toBe(mayReadSome(user, entity))
      if (!told || entity === 'org.account_labels') return
      const fields = new Map<string, { isWritable: boolean; isMasked?: true }>()
      for (const field of told.fields) fields.set(field.name, field)
      for (const field of (FIELDS[entity] ?? []).filter((name) => name !== 'labels')) {
        const [right, shown] = [rightTo(user, entity, field), fields.get(field)]
        expect([field, shown !== undefined]).toEqual([field, right !== 'none'])
        if (right !== 'edit') expect(shown?.isWritable ?? false).toBe(false)
        expect(shown?.isMasked ?? false).toBe(right === 'masked')
      }
    }))

  test('one record is there for who may read it, and so is its history', () =>
    everyUser(async (user, entity) => {
      if (!mayReadSome(user, entity)) return
      for (const row of opened.world.rows.filter((one) => one.entity === entity)) {
        const expected = reference.mayRead(user, row) ? 200 : 404
        const label = JSON.stringify([user.roles, row])
        expect((await get(user, `records/${entity}/${row.id}`)).status, label).toBe(expected)
        expect((await get(user, `records/${entity}/${row.id}/history`)).status, label).toBe(expected)
        expect((await get(user, `records/${entity}/${row.id}?at=2099-01-01T00:00:00Z`)).status, label).toBe(expected)
      }
    }))

  test('a field is shown, masked, or not there', () =>
    everyUser(async (user, entity) => {
      if (!mayReadSome(user, entity) || entity === 'org.account_labels') return
      const answer = await get(user, `records/${entity}?limit=200`)
      for (const record of answer.body.data) {
        for (const field of [...(FIELDS[entity] ?? []), 'display_name'].filter((name) => name !== 'labels')) {
          const right = rightTo(user, entity, field)
          if (right === 'none' && field !== 'display_name') expect(record).not.toHaveProperty(field)
          else if (!isReadable(right)) expect([null, '••••']).toContainEqual(record[field])
          else if (field in record && field !== 'display_name') expect(String(record[field])).not.toContain('•')
        }
      }
    }))

  test('nobody finds, orders, sums or groups by a field that they may not read', () =>
    everyUser(async (user, entity) => {
      if (!mayReadSome(user, entity)) return
      for (const field of (FIELDS[entity] ?? []).filter((name) => name !== 'labels' && name !== 'about')) {
        const filter = encodeURIComponent(JSON.stringify({ '!=': [{ var: field }, null] }))
        const expected = isReadable(rightTo(user, entity, field)) ? 200 : 403
        const doors = [
          `records/${entity}?filter=${filter}`,
          `records/${entity}?sort=${field}`,
          `aggregates/${entity}?group=${field}`,
          `aggregates/${entity}?measures=count:${field}`,
        ]
        for (const door of doors) expect([door, (await get(user, door)).status]).toEqual([door, expected])
      }
    }))

  test('history leaves out what may not be read', () =>
    everyUser(async (user, entity) => {
      const [row] = seen(user, entity)
      if (!row) return
      await opened.tenant.call(
        'PATCH',
        `records/${entity}/${row.id}`,
        { name: row.values['name'] },
        { 'if-match': '*' },
      )
      const { body } = await get(user, `records/${entity}/${row.id}/history`)
      for (const entry of body.data)
        for (const field of Object.keys(entry.changes))
          if ((FIELDS[entity] ?? []).includes(field)) expect(isReadable(rightTo(user, entity, field))).toBe(true)
    }))

  test('a search looks into readable fields of readable records', () =>
    everyUser(async (user, entity) => {
      if (!mayReadSome(user, entity) || entity === 'org.account_labels') return
      const answer = await get(user, `records/${entity}?q=1&limit=200`)
      const found = seen(user, entity).filter((row) => row.values['name']?.includes('1'))
      expect(idsOf(answer)).toEqual(isReadable(rightTo(user, entity, 'name')) ? sorted(found) : [])
    }))

  test('what a reference leads to is empty for who may not read it', () =>
    everyUser(async (user, entity) => {
      if (entity !== 'org.deal' || !mayReadSome(user, entity) || !isReadable(rightTo(user, entity, 'account'))) return
      const answer = await get(
        user,
        `records/${entity}?select=account(id,display_name),account_region,account.region&limit=200`,
      )
      const isOpen =
        mayReadSome(user, 'org.account') &&
        isReadable(rightTo(user, 'org.account', 'region')) &&
        rightTo(user, entity, 'account_region') !== 'none'
      if (!isOpen) return expect(answer.status).toBe(403)
      for (const record of answer.body.data) {
        const account = reference.row(reference.row(record.id)?.values['account'] ?? null)
        const isSeen = account !== undefined && reference.mayRead(user, account)
        expect(record.account?.id ?? null).toBe(account?.id ?? null)
        if (!isSeen) expect(record.account?.display_name ?? null).toBeNull()
        else if (isReadable(rightTo(user, 'org.account', 'name')))
          expect(record.account.display_name).toBe(account.values['name'])
        const region = isSeen ? (account.values['region'] ?? null) : null
        expect(record['account.region']).toBe(region)
        if (isReadable(rightTo(user, entity, 'account_region'))) expect(record.account_region).toBe(region)
      }
    }))

  test('a filter over a reference finds by readable records only', async () => {
    for (const user of opened.world.users) {
      const filter = encodeURIComponent(JSON.stringify({ '==': [{ var: 'account.region' }, 'north'] }))
      const answer = await get(user, `records/org.deal?filter=${filter}&limit=200`)
      const isOpen =
        mayReadSome(user, 'org.deal') &&
        mayReadSome(user, 'org.account') &&
        isReadable(rightTo(user, 'org.deal', 'account')) &&
        isReadable(rightTo(user, 'org.account', 'region'))
      expect(answer.status).toBe(isOpen ? 200 : 403)
      if (!isOpen) continue
      const expected = seen(user, 'org.deal').filter((row) => {
        const account = reference.row(row.values['account'] ?? null)
        return account && account.values['region'] === 'north' && reference.mayRead(user, account)
      })
      expect(idsOf(answer)).toEqual(sorted(expected))
    }
  })

  test('lists within a record hold readable children', async () => {
    for (const user of opened.world.users) {
      if (!mayReadSome(user, 'org.deal') || !mayReadSome(user, 'org.account')) continue
      if (!isReadable(rightTo(user, 'org.deal', 'account'))) continue
      const answer = await get(user, 'records/org.account?select=deals:org.deal.account(id)&limit=200')
      for (const record of answer.body.data) {
        const expected = seen(user, 'org.deal').filter((row) => row.values['account'] === record.id)
        expect(record.deals.map(({ id }: { id: string }) => id).sort()).toEqual(sorted(expected))
      }
    }
  })

  test('a polymorphic reference names what may be read', async () => {
    for (const user of opened.world.users) {
      if (!mayReadSome(user, 'org.remark') || !isReadable(rightTo(user, 'org.remark', 'about'))) continue
      const answer = await get(user, 'records/org.remark?select=about(display_name)&limit=200')
      for (const record of answer.body.data) {
        const target = reference.row(reference.row(record.id)?.values['about'] ?? null)
        expect(record.about?.id ?? null).toBe(target?.id ?? null)
        const isTold = target && reference.mayRead(user, target) && isReadable(rightTo(user, target.entity, 'name'))
        if (target) expect(record.about.display_name ?? null).toBe(isTold ? target.values['name'] : null)
      }
    }
  })
})
