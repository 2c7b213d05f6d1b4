// Every way of writing, compared with the reference: what may not be written is left as it was, before and after a change.
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { ENTITIES, FIELDS, type Operation, randomRoles } from './package.ts'
import { isReadable, Reference, rightTo, type Row, scopeOf, type User } from './reference.ts'
import { dice, type Opened, openWorld } from './world.ts'

const SEEDS = process.env['RELATA_TEST_LONG'] ? Array.from({ length: 20 }, (_, index) => index + 101) : [101, 102]
const OWNED = ['org.account', 'org.deal', 'org.remark']

describe.each(SEEDS)('random roles, shares and records (%i)', (seed) => {
  let opened: Opened
  let reference: Reference
  let roll: (sides: number) => number
  beforeAll(async () => {
    const [roles] = fc.sample(randomRoles(14), { seed, numRuns: 1 })
    opened = await openWorld(roles ?? [], seed)
    reference = new Reference(opened.world)
    roll = dice(seed)
  })

  const pick = <T>(items: readonly T[]): T => items[roll(items.length)] as T
  const some = (entity: string, count: number): Row[] => {
    const all = opened.world.rows.filter((row) => row.entity === entity)
    return Array.from({ length: count }, () => pick(all))
  }
  const mayEdit = (user: User, entity: string, body: object): boolean =>
    Object.keys(body).every((name) => !FIELDS[entity]?.includes(name) || rightTo(user, entity, name) === 'edit')
  const changed = (row: Row, body: object): Row => {
    const { owner, owner_team, ...values } = { owner: row.owner, owner_team: row.owner_team, ...body }
    return { ...row, owner, owner_team, values: { ...row.values, ...values } }
  }
  const stored = async (row: Row): Promise<{ name: string; owner?: string | null; version: number }> =>
    (await opened.tenant.call('GET', `records/${row.entity}/${row.id}`)).body
  /** Nothing is shared before it is there. */
  const hasSome = (user: User, entity: string, operation: Operation): boolean =>
    user.roles.some((role) => !['none', 'shared'].includes(String(scopeOf(role, entity, operation))))
  /** What may not be read is not spoken of; of what may be read the reason is told. */
  const refusals = (user: User, row: Row): number[] => (reference.mayRead(user, row) ? [403] : [403, 404])

  const everyUser = async (work: (user: User, entity: string) => Promise<void>): Promise<void> => {
    for (const user of opened.world.users) for (const entity of ENTITIES) await work(user, entity)
  }

  test('a change is made by who may change the record as it is and as it will be', () =>
    everyUser(async (user, entity) => {
      for (const row of some(entity, 6)) {
        const owner = { owner: pick([user.id, pick(opened.world.users).id, null]) }
        const team = { owner_team: pick([null, pick(opened.world.teams).id]) }
        const name = { name: `${row.values['name']}x` }
        const body = OWNED.includes(entity) ? pick<object>([name, owner, team, { ...name, ...owner }]) : name
        const isAllowed =
          reference.may(user, row, 'update') &&
          reference.may(user, changed(row, body), 'update') &&
          mayEdit(user, entity, body)
        const before = await stored(row)
        const answer = await opened.ask(user, 'PATCH', `records/${entity}/${row.id}`, body)
        const label = JSON.stringify([user, row, body, answer.body])
        expect(isAllowed ? [200] : refusals(user, row), label).toContain(answer.status)
        const now = await stored(row)
        if (!isAllowed) expect(now, label).toEqual(before)
        else {
          if ('name' in body) row.values['name'] = now.name
          Object.assign(row, 'owner' in body ? { owner: now.owner } : {}, 'owner_team' in body ? team : {})
        }
      }
    }))

  test('a record is made by who may make such a one, and told to who may read it', () =>
    everyUser(async (user, entity) => {
      if (entity === 'org.label') return
      for (let index = 0; index < 4; index++) {
        const ownership = {
          owner: pick([user.id, pick(opened.world.users).id]),
          owner_team: pick([null, pick(opened.world.teams).id]),
        }
        const name = `n${seed} ${user.id} ${entity} ${index}`
        const more =
          { 'org.account': { region: pick(['north', 'south']) }, 'org.deal': { amount: String(roll(100)) } }[entity] ??
          {}
        const body = { name, ...more, ...ownership }
        const row: Row = { id: '', entity, ...ownership, created_by: user.id, values: { name, ...more } }
        const isAllowed = reference.isReached(user, row, 'create') && mayEdit(user, entity, body)
        const answer = await opened.ask(user, 'POST', `records/${entity}`, body)
        const label = JSON.stringify([user, body, answer.body])
        expect(answer.status, label).toBe(isAllowed ? 201 : 403)
        if (!isAllowed) continue
        const isTold = reference.mayRead(user, { ...row, id: answer.body.id })
        expect('created_at' in answer.body, label).toBe(isTold)
        await opened.tenant.call('DELETE', `records/${entity}/${answer.body.id}`)
      }
    }))

  test('a bulk load takes the same records', () =>
    everyUser(async (user, entity) => {
      if (!OWNED.includes(entity)) return
      const lines = Array.from({ length: 6 }, (_, index) => ({
        name: `b${seed} ${user.id} ${entity} ${index}`,
        owner: pick([user.id, pick(opened.world.users).id]),
        owner_team: pick([null, pick(opened.world.teams).id]),
      }))
      const expected = lines.filter(({ name, owner, owner_team }) => {
        const row: Row = { id: '', entity, owner, owner_team, created_by: user.id, values: { name } }
        return (['create', 'import'] as const).every((one) => reference.isReached(user, row, one))
      })
      const answer = await opened.load(user, entity, lines)
      const label = JSON.stringify([user, lines, answer.body])
      const isOpen = hasSome(user, entity, 'create') && hasSome(user, entity, 'import')
      expect(answer.status, label).toBe(isOpen ? 200 : 403)
      const filter = encodeURIComponent(JSON.stringify({ in: [{ var: 'name' }, lines.map(({ name }) => name)] }))
      const { body } = await opened.tenant.call('GET', `records/${entity}?select=name&filter=${filter}`)
      const taken = body.data.map(({ name }: { name: string }) => name).sort()
      const wanted = isOpen && mayEdit(user, entity, { name: '' }) ? expected.map(({ name }) => name).sort() : []
      expect(taken, label).toEqual(wanted)
      for (const { id } of body.data) await opened.tenant.call('DELETE', `records/${entity}/${id}`)
    }))

  test('a reference leads to nothing that its writer may not read', async () => {
    for (const user of opened.world.users) {
      for (const deal of some('org.deal', 4)) {
        const account = pick(opened.world.rows.filter((row) => row.entity === 'org.account'))
        const body = { account: account.id }
        if (!reference.may(user, deal, 'update') || !reference.may(user, changed(deal, body), 'update')) continue
        if (!mayEdit(user, 'org.deal', body)) continue
        const answer = await opened.ask(user, 'PATCH', `records/org.deal/${deal.id}`, body)
        const isSeen = reference.mayRead(user, account)
        expect(answer.status, JSON.stringify([user, deal, account, answer.body])).toBe(isSeen ? 200 : 422)
        if (isSeen) deal.values['account'] = account.id
      }
    }
  })

  test('a link is made by who may change the record that its field is on', async () => {
    for (const user of opened.world.users) {
      const [account] = some('org.account', 1)
      const [label] = some('org.label', 1)
      if (!account || !label) continue
      const twin = opened.world.rows.some(
        (row) => row.entity === 'org.account_labels' && row.values['account'] === account.id,
      )
      if (twin) continue
      const isAllowed = reference.may(user, account, 'update') && reference.mayRead(user, label)
      const answer = await opened.ask(user, 'POST', 'records/org.account_labels', {
        account: account.id,
        label: label.id,
      })
      expect(answer.status === 201, JSON.stringify([user, account, answer.body])).toBe(isAllowed)
      if (isAllowed) await opened.tenant.call('DELETE', `records/org.account_labels/${answer.body.id}?purge=false`)
    }
  })

  test('a batch and an upsert ask the same', async () => {
    for (const user of opened.world.users) {
      const [account] = some('org.account', 1)
      if (!account) continue
      const body = { region: 'east' }
      const isAllowed =
        reference.may(user, account, 'update') &&
        reference.may(user, changed(account, body), 'update') &&
        mayEdit(user, 'org.account', body)
      const { version } = await stored(account)
      const operations = [{ op: 'update', entity: 'org.account', id: account.id, version, body }]
      const answer = await opened.ask(user, 'POST', 'batch', { operations })
      const now = await opened.tenant.call('GET', `records/org.account/${account.id}`)
      expect(now.body.region === 'east', JSON.stringify([user, account, answer.body])).toBe(isAllowed)
      await opened.tenant.call(
        'PATCH',
        `records/org.account/${account.id}`,
        { region: account.values['region'] },
        { 'if-match': '*' },
      )
    }
  })

  test('what may not be deleted stays, and the trash is no way around', () =>
    everyUser(async (user, entity) => {
      for (const row of some(entity, 3)) {
        const isAllowed = reference.may(user, row, 'delete')
        const address = `records/${entity}/${row.id}`
        const answer = await opened.ask(user, 'DELETE', address)
        const expected = isAllowed ? [204] : refusals(user, row)
        expect(expected, JSON.stringify([user, row, answer.body])).toContain(answer.status)
        if (!isAllowed) await opened.tenant.call('DELETE', address)
        const isShown = (await opened.ask(user, 'GET', `${address}?trash=true`)).status === 200
        expect(isShown).toBe(reference.mayRead(user, row))
        expect((await opened.ask(user, 'POST', `${address}/restore`)).status === 200, JSON.stringify([user, row])).toBe(
          isAllowed,
        )
        if (!isAllowed) await opened.tenant.call('POST', `${address}/restore`)
      }
    }))

  test('nobody writes a field that they may only read', () =>
    everyUser(async (user, entity) => {
      for (const field of (FIELDS[entity] ?? []).filter(
        (name) => name === 'name' || name === 'region' || name === 'stage',
      )) {
        const row = opened.world.rows.find(
          (one) =>
            one.entity === entity && reference.may(user, one, 'update') && !isReadable(rightTo(user, entity, field)),
        )
        if (!row) continue
        const answer = await opened.ask(user, 'PATCH', `records/${entity}/${row.id}`, { [field]: 'mine' })
        expect(answer.status).toBe(403)
        expect(answer.body.problems?.[0]?.path ?? answer.body.errors?.[0]?.path).toBe(`/${field}`)
      }
    }))
})
