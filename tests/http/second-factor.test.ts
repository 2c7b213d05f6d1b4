// A second factor: set up, asked for, guessed at, lost, and demanded by a role.
import { beforeAll, describe, expect, test } from 'vitest'
import { resealSecondFactors } from '../../kernel/auth/second-factor.ts'
import { totpCode, totpStep } from '../../kernel/auth/totp.ts'
import { createKeyring, readSecrets } from '../../kernel/platform/secret.ts'
import { pack } from '../support/packages.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

const PASSWORD = 'correct horse battery'
const GUARDED = pack('vault', {
  'roles/keeper.json': {
    name: 'keeper',
    label: 'Keeper',
    second_factor: true,
    entities: { 'system.user': { read: 'all' } },
  },
})
let tenant: TestTenant
let people = 0
beforeAll(async () => {
  tenant = await openTestTenant([GUARDED])
})

interface Reply {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers and fail where they are not as expected.
  body: any
  cookie: string
}

async function ask(method: string, path: string, body?: unknown, cookie = '', address = '10.0.0.1'): Promise<Reply> {
  const response = await tenant.kernel.app.request(
    `http://localhost${path}`,
    {
      method,
      headers: { origin: 'http://localhost', 'content-type': 'application/json', ...(cookie ? { cookie } : {}) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    },
    { incoming: { socket: { remoteAddress: address } } },
  )
  const text = await response.text()
  const cookies = response.headers.getSetCookie().map((line) => line.split(';')[0])
  return { status: response.status, body: text === '' ? null : JSON.parse(text), cookie: cookies.join('; ') }
}

const codeOf = (secret: string, steps = 0): string => totpCode(secret, totpStep(Date.now()) + steps)
const signIn = (email: string, address?: string) =>
  ask('POST', '/api/auth/sign-in/email', { email, password: PASSWORD }, '', address)
const finish = (token: string, code: string, address?: string) =>
  ask('POST', '/api/sign-in/second-factor', { token, code }, '', address)

interface Person {
  id: string
  email: string
  cookie: string
}

async function newPerson(roles: readonly string[] = ['system.member']): Promise<Person> {
  const email = `person${++people}@example.org`
  const id = await tenant.addPerson({ email, roles, password: PASSWORD })
  return { id, email, cookie: (await signIn(email)).cookie }
}

async function withFactor(person: Person): Promise<{ secret: string; codes: string[] }> {
  const { body } = await ask('POST', '/api/second-factor', { password: PASSWORD }, person.cookie)
  const confirmed = await ask('POST', '/api/second-factor/confirm', { code: codeOf(body.secret, -1) }, person.cookie)
  expect(confirmed.status, JSON.stringify(confirmed.body)).toBe(200)
  return { secret: body.secret, codes: confirmed.body.recovery_codes }
}

describe('setting it up', () => {
  test('takes the password and a code of the app', async () => {
    const person = await newPerson()
    expect((await ask('POST', '/api/second-factor', { password: 'wrong' }, person.cookie)).status).toBe(401)
    expect((await ask('POST', '/api/second-factor', { password: PASSWORD })).status).toBe(401)
    const begun = await ask('POST', '/api/second-factor', { password: PASSWORD }, person.cookie)
    expect(begun.body).toMatchObject({ secret: expect.stringMatching(/^[A-Z2-7]{32}$/) })
    // What is not confirmed asks for nothing.
    expect((await signIn(person.email)).cookie).not.toBe('')
    const wrong = await ask('POST', '/api/second-factor/confirm', { code: '000000' }, person.cookie)
    expect(wrong).toMatchObject({ status: 422, body: { errors: [{ path: '/code', key: 'wrong_code' }] } })
    const code = codeOf(begun.body.secret)
    const confirmed = await ask('POST', '/api/second-factor/confirm', { code }, person.cookie)
    expect(new Set(confirmed.body.recovery_codes).size).toBe(10)
    const state = await ask('GET', '/api/second-factor', undefined, person.cookie)
    expect(state.body).toMatchObject({ on: true, since: expect.any(String), recovery_codes: 10 })
    // A second one would lock the owner of the first out.
    expect((await ask('POST', '/api/second-factor', { password: PASSWORD }, person.cookie)).status).toBe(409)
  })

  test('nothing of it stands in the database as it is', async () => {
    const person = await newPerson()
    const { secret, codes } = await withFactor(person)
    const rows = await tenant.database.query(
      `SELECT json_agg(f)::text || (SELECT json_agg(c)::text FROM auth.recovery_code AS c) FROM auth.second_factor AS f`,
    )
    const text = rows[0]?.[0] ?? ''
    expect(text).not.toContain(secret)
    for (const code of codes) expect(text).not.toContain(code.replaceAll('-', ''))
  })
})

describe('signing in', () => {
  test('asks for a code, which works once', async () => {
    const person = await newPerson()
    const { secret } = await withFactor(person)
    const first = await signIn(person.email)
    expect(first).toMatchObject({ status: 200, body: { second_step: expect.any(String) }, cookie: '' })
    const code = codeOf(secret)
    const done = await finish(first.body.second_step, code)
    expect(done.status).toBe(200)
    expect((await ask('GET', '/api/session', undefined, done.cookie)).body.user.email).toBe(person.email)
    expect((await finish(first.body.second_step, codeOf(secret, 1))).status).toBe(410)
    const again = await signIn(person.email)
    expect((await finish(again.body.second_step, code)).status).toBe(401)
    expect((await finish(again.body.second_step, codeOf(secret, 1))).status).toBe(200)
  })

  test('the step between is no session, and leaves none behind', async () => {
    const person = await newPerson()
    const [before] = await tenant.database.query(`SELECT count(*) FROM auth.session`)
    await withFactor(person)
    const { body } = await signIn(person.email)
    const [after] = await tenant.database.query(`SELECT count(*) FROM auth.session`)
    expect(after?.[0]).toBe(before?.[0])
    const forged = `relata.session_token=${body.second_step}`
    expect((await ask('GET', '/api/session', undefined, forged)).body.user).toBeNull()
    expect((await ask('GET', `/api/v1/${tenant.slug}/meta`, undefined, forged)).status).toBe(401)
  })

  test('of two with one code one comes in', async () => {
    const person = await newPerson()
    const { secret } = await withFactor(person)
    const steps = await Promise.all([signIn(person.email), signIn(person.email)])
    const code = codeOf(secret)
    const answers = await Promise.all(steps.map(({ body }) => finish(body.second_step, code)))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401])
  })

  test('a code on paper works once, however it is written', async () => {
    const person = await newPerson()
    const { codes } = await withFactor(person)
    const [code = ''] = codes
    const first = await signIn(person.email)
    expect((await finish(first.body.second_step, ` ${code.toLowerCase().replaceAll('-', ' ')} `)).status).toBe(200)
    const second = await signIn(person.email)
    expect((await finish(second.body.second_step, code)).status).toBe(401)
  })

  test('a code of somebody else is of no use', async () => {
    const [ada, eve] = [await newPerson(), await newPerson()]
    await withFactor(ada)
    const own = await withFactor(eve)
    const { body } = await signIn(ada.email)
    expect((await finish(body.second_step, codeOf(own.secret))).status).toBe(401)
    expect((await finish(body.second_step, own.codes[0] ?? '')).status).toBe(401)
  })

  test('who guesses is stopped: by the step, by the account, from wherever', async () => {
    const person = await newPerson()
    const { secret } = await withFactor(person)
    const { body } = await signIn(person.email, '10.1.0.1')
    for (let index = 0; index < 5; index++)
      expect((await finish(body.second_step, '000000', `10.1.1.${index}`)).status).toBe(401)
    expect((await finish(body.second_step, codeOf(secret), '10.1.0.1')).status).toBe(410)
    const again = await signIn(person.email, '10.1.0.1')
    const statuses: number[] = []
    for (let index = 0; index < 6; index++)
      statuses.push((await finish(again.body.second_step, '000000', `10.1.2.${index}`)).status)
    expect(statuses).toEqual([401, 401, 401, 401, 401, 410])
    const last = await signIn(person.email, '10.1.0.1')
    expect((await finish(last.body.second_step, codeOf(secret), '10.1.3.1')).status).toBe(429)
  })

  test('a new password by a link asks for the code too', async () => {
    const person = await newPerson()
    await withFactor(person)
    const account = await tenant.kernel.auth.accounts.find(person.email)
    const { token } = await tenant.kernel.auth.accounts.passwordLink(account?.id ?? '', 'handed')
    const { body, cookie } = await ask('POST', '/api/password/link', { token, password: 'another good phrase' })
    expect([body.second_step, cookie]).toEqual([expect.any(String), ''])
  })
})

describe('losing it', () => {
  test('new codes make the old ones void; turning it off takes the password', async () => {
    const person = await newPerson()
    const { codes } = await withFactor(person)
    const renewed = await ask('POST', '/api/second-factor/recovery-codes', { password: PASSWORD }, person.cookie)
    expect(renewed.body.recovery_codes).toHaveLength(10)
    const first = await signIn(person.email)
    expect((await finish(first.body.second_step, codes[0] ?? '')).status).toBe(401)
    expect((await finish(first.body.second_step, renewed.body.recovery_codes[0])).status).toBe(200)
    expect((await ask('POST', '/api/second-factor/off', { password: 'wrong' }, person.cookie)).status).toBe(401)
    expect((await ask('POST', '/api/second-factor/off', { password: PASSWORD }, person.cookie)).status).toBe(200)
    expect((await signIn(person.email)).cookie).not.toBe('')
  })

  test('an administrator resets it, of accounts that the organisation manages', async () => {
    const person = await newPerson()
    await withFactor(person)
    const other = await newPerson()
    const path = `/api/v1/${tenant.slug}/users/${person.id}/second-factor/reset`
    expect((await ask('POST', path, {}, other.cookie)).status).toBe(403)
    const foreign = await tenant.call('POST', `users/${person.id}/second-factor/reset`, {})
    expect(foreign).toMatchObject({ status: 403, body: { detail: expect.stringContaining('not managed') } })
    await tenant.database.query(`UPDATE auth."user" SET "managedBy" = $1 WHERE email = $2`, [
      (await tenant.kernel.services.catalog.load(tenant.slug)).tenant.id,
      person.email,
    ])
    const reset = await tenant.call('POST', `users/${person.id}/second-factor/reset`, {})
    expect([reset.status, reset.body]).toEqual([200, { was_on: true }])
    expect((await signIn(person.email)).cookie).not.toBe('')
  })

  test('a new key of the installation opens what the old one sealed', async () => {
    const person = await newPerson()
    const { secret } = await withFactor(person)
    const { config } = tenant.kernel.services
    const [old = ''] = readSecrets(config)
    const keys = createKeyring(['a new secret of at least thirty-two characters', old])
    const { resealed, unopened } = await resealSecondFactors(tenant.database, keys)
    expect(unopened).toEqual([])
    expect(resealed).toBeGreaterThan(0)
    // And back, as this server knows the old key alone.
    const back = createKeyring([old, 'a new secret of at least thirty-two characters'])
    await resealSecondFactors(tenant.database, back)
    const { body } = await signIn(person.email)
    expect((await finish(body.second_step, codeOf(secret))).status).toBe(200)
  })
})

test('a role that asks for it opens nothing before', async () => {
  const person = await newPerson(['vault.keeper'])
  const refused = await ask('GET', `/api/v1/${tenant.slug}/records/system.user`, undefined, person.cookie)
  expect(refused).toMatchObject({ status: 403, body: { code: 'RL307' } })
  expect((await ask('GET', `/api/v1/${tenant.slug}/meta`, undefined, person.cookie)).status).toBe(403)
  await withFactor(person)
  expect((await ask('GET', `/api/v1/${tenant.slug}/records/system.user`, undefined, person.cookie)).status).toBe(200)
})
