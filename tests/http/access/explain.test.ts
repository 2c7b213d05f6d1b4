// What the product says about rights is what the rights are: compared with the reference, and seen to hold when used.
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { RECORD_OPERATIONS } from '../../../sdk/wire/access.ts'
import { randomRoles } from './package.ts'
import { Reference, type Row, rightTo, scopeOf, type User } from './reference.ts'
import { type Opened, openWorld } from './world.ts'

const SEEDS = process.env['RELATA_TEST_LONG'] ? Array.from({ length: 20 }, (_, index) => index + 201) : [201]

describe.each(SEEDS)('random roles, shares and records (%i)', (seed) => {
  let opened: Opened
  let reference: Reference
  let rows: readonly Row[]
  beforeAll(async () => {
    const [roles] = fc.sample(randomRoles(14), { seed, numRuns: 1 })
    opened = await openWorld(roles ?? [], seed)
    reference = new Reference(opened.world)
    rows = opened.world.rows.filter((row, index) => index % 2 === 0 && row.entity !== 'org.account_labels')
  })

  const asAdministrator = (address: string) => opened.tenant.call('GET', address)
  const of = (row: Row): string => `records/${row.entity}/${row.id}`
  const mayReadSome = (user: User, entity: string): boolean =>
    user.roles.some((role) => scopeOf(role, entity, 'read') !== 'none')

  test('an administrator is told of everybody what they may, and by what', async () => {
    for (const user of opened.world.users)
      for (const row of rows) {
        const { status, body } = await asAdministrator(`${of(row)}/access?user=${user.id}`)
        expect(status, JSON.stringify(body)).toBe(200)
        for (const operation of RECORD_OPERATIONS) {
          const { allowed, reasons, obstacle } = body.operations[operation]
          expect([user.roles, row, operation, allowed]).toEqual([
            user.roles,
            row,
            operation,
            reference.may(user, row, operation),
          ])
          const isHanging = row.entity === 'org.remark' && row.values['about'] !== null
          if (allowed && !isHanging) expect(reasons.length, JSON.stringify([row, operation])).toBeGreaterThan(0)
          if (!allowed) expect(['role', 'record', 'parent']).toContain(obstacle)
          const hasGrant = user.roles.some((role) => scopeOf(role, row.entity, operation) !== 'none')
          expect(obstacle === 'role').toBe(!hasGrant)
        }
        for (const { name, right } of body.fields) expect(right).toBe(rightTo(user, row.entity, name))
      }
  })

  test('who can see it are those who can', async () => {
    const known = new Map(opened.world.users.map((user) => [user.id, user]))
    for (const row of rows.slice(0, 12)) {
      const found: string[] = []
      let cursor = ''
      do {
        const { status, body } = await asAdministrator(`${of(row)}/access/people?limit=3${cursor}`)
        expect(status, JSON.stringify(body)).toBe(200)
        for (const person of body.data) {
          found.push(person.id)
          const user = known.get(person.id)
          const expected = RECORD_OPERATIONS.filter((operation) => !user || reference.may(user, row, operation))
          expect(person.operations).toEqual(expected)
        }
        cursor = body.next === null ? '' : `&cursor=${body.next}`
      } while (cursor !== '')
      const expected = opened.world.users.filter((user) => reference.mayRead(user, row)).map(({ id }) => id)
      expect(found.filter((id) => known.has(id)).sort()).toEqual(expected.sort())
      expect(found).toContain(opened.tenant.userId)
    }
  })

  test('people ask about themselves, and of others only where they may share', async () => {
    const [other] = opened.world.users
    for (const user of opened.world.users.slice(1, 5))
      for (const row of rows) {
        const { status, body } = await opened.ask(user, 'GET', `${of(row)}/access`)
        const isSeen = reference.mayRead(user, row)
        expect(status).toBe(isSeen ? 200 : mayReadSome(user, row.entity) ? 404 : 403)
        if (isSeen) expect(body.operations.read.allowed).toBe(true)
        const asked = await opened.ask(user, 'GET', `${of(row)}/access?user=${other?.id}`)
        expect(asked.status === 200).toBe(reference.may(user, row, 'share'))
        const people = await opened.ask(user, 'GET', `${of(row)}/access/people`)
        expect(people.status === 200).toBe(reference.may(user, row, 'share'))
      }
  })

  test('nobody gives more than they have, and what is given holds', async () => {
    for (const user of opened.world.users)
      for (const [index, row] of rows.entries()) {
        const receiver = opened.world.users[index % opened.world.users.length]
        if (!receiver || receiver === user) continue
        const access = (['read', 'edit', 'full'] as const)[index % 3] ?? 'read'
        const needs = { read: [], edit: ['update'], full: ['update', 'delete'] } as const
        const isAllowed = ['share' as const, ...needs[access]].every((one) => reference.may(user, row, one))
        const before = opened.world.shares.some((one) => one.record === row.id && one.principal === receiver.id)
        if (before) continue
        const body = { with: { entity: 'system.user', id: receiver.id }, access }
        const given = await opened.ask(user, 'POST', `${of(row)}/shares`, body)
        expect(given.status === 201, JSON.stringify([user.roles, row, access, given.body])).toBe(isAllowed)
        if (!isAllowed) continue
        const told = await asAdministrator(`${of(row)}/access?user=${receiver.id}`)
        const canRead = mayReadSome(receiver, row.entity) && row.entity !== 'org.remark'
        if (canRead) expect(told.body.operations.read.allowed).toBe(true)
        const taken = await opened.ask(user, 'DELETE', `${of(row)}/shares/${given.body.id}`)
        expect(taken.status).toBe(204)
        const after = await asAdministrator(`${of(row)}/access?user=${receiver.id}`)
        expect(after.body.operations.read.allowed).toBe(reference.mayRead(receiver, row))
      }
  })
})
