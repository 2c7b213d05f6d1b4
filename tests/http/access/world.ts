// A tenant full of records, teams, managers and shares, and people who hold random roles in it; and the same once more
// in memory, for the reference.
import type { Actor } from '../../../kernel/actor.ts'
import { findCircle } from '../../../kernel/auth/circle.ts'
import type { Answer } from '../../support/sign-in.ts'
import { openTestTenant, type TestTenant } from '../../support/test-tenant.ts'
import { packageWith, type RandomRole } from './package.ts'
import type { Row, Share, Team, User, World } from './reference.ts'

export interface Opened {
  tenant: TestTenant
  world: World
  /** As this user, behind the sign-in. */
  ask(user: User, method: string, address: string, body?: unknown): Promise<Answer>
  /** Who the user is behind the sign-in. */
  actorOf(user: User): Promise<Actor>
  /** As lines of JSON through the bulk door. */
  load(user: User, entity: string, lines: readonly object[]): Promise<Answer>
}

/** Numbers that look random and are the same in every run. */
export function dice(seed: number): (sides: number) => number {
  let state = seed >>> 0
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}

export async function openWorld(roles: readonly RandomRole[], seed: number): Promise<Opened> {
  const tenant = await openTestTenant([packageWith(roles)])
  const roll = dice(seed)
  const pick = <T>(items: readonly T[]): T => items[roll(items.length)] as T
  const make = async (entity: string, body: object): Promise<string> => {
    const answer = await tenant.call('POST', `records/${entity}`, body)
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
    return answer.body.id
  }

  const users: User[] = []
  for (let index = 0; index < 8; index++) {
    const manager = index > 0 && roll(3) > 0 ? pick(users).id : null
    const held = [...new Set([pick(roles), ...(roll(2) ? [pick(roles)] : [])])]
    const body = { name: `u${index}`, manager, active: true, roles: held.map((role) => `org.${role.name}`) }
    users.push({ id: await make('system.user', body), manager, roles: held })
  }
  const teams: Team[] = []
  for (let index = 0; index < 5; index++) {
    const parent = index > 0 && roll(4) > 0 ? pick(teams).id : null
    const isUnit = roll(3) === 0
    const id = await make('system.team', { name: `t${index}`, parent, is_unit: isUnit })
    const members = users.filter(() => roll(4) === 0).map((user) => user.id)
    for (const user of members) await make('system.team_members', { team: id, user })
    teams.push({ id, parent, isUnit, members })
  }
  const rows: Row[] = []
  const makers = [...users.map(({ id }) => id), tenant.userId]
  const add = async (entity: string, body: Record<string, unknown>, isOwned = true): Promise<Row> => {
    const owners = isOwned
      ? { owner: roll(6) ? pick(users).id : null, owner_team: roll(3) ? null : pick(teams).id }
      : { owner: null, owner_team: null }
    const id = await make(entity, { ...body, ...(isOwned ? owners : {}) })
    const creator = pick(makers)
    await tenant.database.query(
      `UPDATE "${tenant.schema}"."${tenant.tableOf(entity)}" SET created_by = $1::uuid WHERE id = $2::uuid`,
      [creator, id],
    )
    const values = Object.fromEntries(Object.entries(body).map(([name, value]) => [name, idOf(value)]))
    rows.push({ id, entity, ...owners, created_by: creator, values })
    return rows.at(-1) as Row
  }
  const of = (entity: string) => rows.filter((row) => row.entity === entity)
  for (let index = 0; index < 4; index++) await add('org.label', { name: `l${index}` }, false)
  for (let index = 0; index < 14; index++) {
    const group = index > 0 && roll(2) ? pick(of('org.account')).id : null
    const body = { name: `a${index}`, region: pick(['north', 'south', null]), budget: String(roll(100)), group }
    await add('org.account', body)
  }
  for (let index = 0; index < 18; index++) {
    const account = roll(5) ? pick(of('org.account')).id : null
    await add('org.deal', { name: `d${index}`, amount: String(roll(100)), stage: pick(['new', 'won']), account })
  }
  for (let index = 0; index < 20; index++) {
    const on = roll(6) ? pick(rows.filter((row) => row.entity !== 'org.label')) : undefined
    // Further than three records away nobody looks.
    const isFar =
      on?.entity === 'org.remark' && rows.some((row) => row.id === on.values['about'] && row.entity === 'org.remark')
    const about = on && !isFar ? { entity: on.entity, id: on.id } : null
    await add('org.remark', { name: `r${index}`, about })
  }
  for (const account of of('org.account'))
    if (roll(2)) await add('org.account_labels', { account: account.id, label: pick(of('org.label')).id }, false)

  const shares: Share[] = []
  for (let index = 0; index < 16; index++) {
    const record = pick(rows.filter((row) => row.entity !== 'org.account_labels'))
    const isTeam = roll(2) === 0
    const principal = isTeam ? pick(teams).id : pick(users).id
    if (shares.some((one) => one.record === record.id && one.principal === principal)) continue
    const share: Share = { record: record.id, principal, access: pick(['read', 'edit', 'full']), isOver: roll(4) === 0 }
    const until = share.isOver ? '2020-01-01T00:00:00Z' : pick([null, '2099-01-01T00:00:00Z'])
    await make('system.share', {
      on: { entity: record.entity, id: record.id },
      principal: { entity: isTeam ? 'system.team' : 'system.user', id: principal },
      access: share.access,
      until,
    })
    shares.push(share)
  }
  return { tenant, world: { rows, shares, users, teams }, ...(await behindSignIn(tenant)) }
}

const idOf = (value: unknown): string | null =>
  typeof value === 'object' && value !== null && 'id' in value
    ? String(value.id)
    : value === null
      ? null
      : String(value)

/** Sign-in is tested elsewhere: here a header says who asks, and everything behind the door is real. */
async function behindSignIn(tenant: TestTenant): Promise<Pick<Opened, 'ask' | 'load' | 'actorOf'>> {
  const { kernel, slug } = tenant
  const { auth, database } = kernel.services
  const actors = new Map<string, Actor>()
  const byKey = auth.actorOf
  auth.actorOf = async (request, loaded, address) => {
    const id = request.headers.get('x-test-user')
    return id === null ? byKey(request, loaded, address) : (actors.get(id) ?? null)
  }
  const actorOf = async (user: User): Promise<Actor> => {
    const known = actors.get(user.id)
    if (known) return known
    const { model } = await kernel.services.catalog.load(slug)
    const roles = user.roles.map((role) => `org.${role.name}`).sort()
    const actor: Actor = {
      kind: 'person',
      tenant: slug,
      userId: user.id,
      displayName: user.id,
      email: null,
      roles,
      circle: await findCircle(database, model, user.id, roles),
      keyId: null,
      locale: 'en',
      timeZone: 'UTC',
    }
    actors.set(user.id, actor)
    return actor
  }
  const send = async (user: User, method: string, address: string, body: string | undefined, type: string) => {
    await actorOf(user)
    const headers = { 'x-test-user': user.id, 'content-type': type, 'if-match': '*' }
    const init = { method, headers, ...(body === undefined ? {} : { body }) }
    const response = await kernel.app.request(`http://localhost/api/v1/${slug}/${address}`, init)
    const text = await response.text()
    return { status: response.status, body: text === '' ? null : JSON.parse(text), headers: response.headers }
  }
  return {
    actorOf,
    ask: (user, method, address, body) =>
      send(user, method, address, body === undefined ? undefined : JSON.stringify(body), 'application/json'),
    load: (user, entity, lines) =>
      send(
        user,
        'POST',
        `bulk/${entity}`,
        lines.map((line) => JSON.stringify(line)).join('\n'),
        'application/x-ndjson',
      ),
  }
}
