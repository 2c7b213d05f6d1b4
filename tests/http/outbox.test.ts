// Without a mail server: messages stay where the administrators of one tenant read them, and links are handed over.
import { beforeAll, describe, expect, test } from 'vitest'
import { addMember } from '../../kernel/auth/index.ts'
import { linkIn } from '../support/mail-server.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

const PASSWORD = 'correct horse battery'
const ORIGIN = 'http://localhost'
let tenant: TestTenant
beforeAll(async () => {
  tenant = await openTestTenant([], { PORT: '3456' })
})

interface Reply {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers and fail where they are not as expected.
  body: any
  cookie: string
}

async function ask(method: string, path: string, body?: unknown, cookie?: string): Promise<Reply> {
  const response = await tenant.kernel.app.request(`${ORIGIN}${path}`, {
    method,
    headers: { origin: ORIGIN, 'content-type': 'application/json', ...(cookie ? { cookie } : {}) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const set = response.headers.getSetCookie().map((line) => line.split(';')[0])
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text, cookie: set.join('; ') }
}
const signIn = (email: string, password = PASSWORD) => ask('POST', '/api/auth/sign-in/email', { email, password })
const accept = (link: URL, more: object, cookie?: string) =>
  ask('POST', '/api/invitations/accept', { ...Object.fromEntries(link.searchParams), ...more }, cookie)
const mailTo = async (to: string) => {
  const filter = encodeURIComponent(JSON.stringify({ '==': [{ var: 'to' }, to] }))
  return (await tenant.call('GET', `records/system.mail_message?filter=${filter}`)).body.data
}
const nothingWaits = () =>
  expect.poll(async () => (await tenant.database.query('select count(*) from auth.mail'))[0]?.[0]).toBe('0')

describe('an invitation', () => {
  test('is handed over by its link, which the outbox shows to administrators and to nobody else', async () => {
    const made = await tenant.call('POST', 'invitations', { email: 'hand@example.org', roles: ['system.reader'] })
    expect(made.body.sent).toBe('link')
    const [mail] = await mailTo('hand@example.org')
    expect(mail).toMatchObject({ state: 'kept', subject: 'Invitation to Test', attempts: 0 })
    expect(linkIn(mail.text).search).toBe(new URL(made.body.link).search)
    expect(linkIn(mail.text).origin).toBe('http://127.0.0.1:3456')
    for (const role of ['system.member', 'system.reader']) {
      const caller = await tenant.as(role)
      expect((await caller.call('GET', `records/system.mail_message/${mail.id}`)).status).toBe(403)
      expect((await caller.call('GET', 'records/system.invitation')).status).toBe(403)
    }
    expect((await tenant.call('POST', 'records/system.mail_message', { to: 'x@example.org' })).status).toBe(403)
    const changed = await tenant.call(
      'PATCH',
      `records/system.mail_message/${mail.id}`,
      { text: 'x' },
      { 'if-match': '*' },
    )
    expect(changed.status).toBe(403)
    expect((await accept(new URL(made.body.link), { name: 'Hanna', password: PASSWORD })).status).toBe(201)
    // Nobody has shown to read the mail of this address: its organisation goes on helping with the password.
    const [account] = await tenant.database.query(
      `select "managedBy" is not null, "emailVerified" from auth."user" where email = 'hand@example.org'`,
    )
    expect(account).toEqual(['t', 'f'])
  })

  test('that leads an account into a second organisation ends the first one’s power over its password', async () => {
    const { tenant: second } = await tenant.kernel.tenants.create({ title: 'Second', slug: 'second', kind: 'empty' })
    const { kernel } = tenant
    const there = await kernel.services.catalog.load('second')
    const account = await kernel.auth.accounts.create({
      email: 'two@example.org',
      name: 'Two',
      password: PASSWORD,
      managedBy: second.id,
    })
    await addMember(kernel.services.database, there, { ...account, identity: account.id, roles: ['system.reader'] })
    const { body } = await tenant.call('POST', 'invitations', { email: 'two@example.org', roles: ['system.reader'] })
    const { cookie } = await signIn('two@example.org')
    expect((await accept(new URL(body.link), {}, cookie)).status).toBe(201)
    expect((await kernel.auth.accounts.byId(account.id))?.managedBy).toBeNull()
  })
})

describe('a forgotten password', () => {
  test('is found by the administrators who may give out a new one anyway', async () => {
    const { id } = (await tenant.kernel.services.catalog.load('test')).tenant
    await tenant.kernel.auth.accounts.create({
      email: 'ours@example.org',
      name: 'Ours',
      password: PASSWORD,
      managedBy: id,
    })
    expect((await ask('POST', '/api/password/forgot', { email: 'ours@example.org', locale: 'ru-RU' })).status).toBe(202)
    await nothingWaits()
    const [mail] = await mailTo('ours@example.org')
    expect([mail.state, mail.subject]).toEqual(['kept', 'Новый пароль'])
    const token = linkIn(mail.text).searchParams.get('token')
    expect((await ask('POST', '/api/password/link', { token, password: 'a fine new secret' })).status).toBe(200)
  })

  test('of an account that nobody here manages is shown to nobody', async () => {
    for (const email of ['free@example.org', 'theirs@example.org', 'root@example.org'])
      await tenant.kernel.auth.accounts.create({
        email,
        name: 'Somebody',
        password: PASSWORD,
        isOperator: email.startsWith('root'),
        ...(email.startsWith('theirs') ? { managedBy: 'another tenant' } : {}),
      })
    const loaded = await tenant.kernel.services.catalog.load('test')
    const found = await tenant.kernel.auth.accounts.find('free@example.org')
    const member = { identity: found?.id ?? '', email: 'free@example.org', name: 'Free', roles: ['system.reader'] }
    await addMember(tenant.kernel.services.database, loaded, member)
    for (const email of ['free@example.org', 'theirs@example.org', 'root@example.org'])
      expect((await ask('POST', '/api/password/forgot', { email })).status).toBe(202)
    await nothingWaits()
    for (const email of ['free@example.org', 'theirs@example.org', 'root@example.org'])
      expect(await mailTo(email)).toEqual([])
    expect((await tenant.database.query('select count(*) from auth.password_link'))[0]).toEqual(['0'])
  })

  test('does not end the link that an administrator has handed over', async () => {
    const { id } = (await tenant.kernel.services.catalog.load('test')).tenant
    const { accounts } = tenant.kernel.auth
    const account = await accounts.create({ email: 'both@example.org', name: 'Both', managedBy: id })
    const { token } = await accounts.passwordLink(account.id, 'handed')
    await ask('POST', '/api/password/forgot', { email: 'both@example.org' })
    await nothingWaits()
    const asked = linkIn((await mailTo('both@example.org'))[0].text).searchParams.get('token')
    expect((await ask('POST', '/api/password/link', { token, password: 'a fine new secret' })).status).toBe(200)
    // Once there is a new password, the other link is of no use any more.
    expect((await ask('POST', '/api/password/link', { token: asked, password: 'one more secret' })).status).toBe(410)
  })
})

describe('sessions', () => {
  const person = { email: 'sessions@example.org', password: PASSWORD, roles: ['system.reader'] }
  const list = async (cookie: string) => (await ask('GET', '/api/sessions', undefined, cookie)).body.data
  const statusOf = async (cookie: string) => (await ask('GET', '/api/v1/test/me', undefined, cookie)).status

  test('are listed, ended one by one and all at once, by their owner alone', async () => {
    await tenant.addPerson(person)
    await tenant.addPerson({ ...person, email: 'stranger@example.org' })
    const [one, two, three] = [
      (await signIn(person.email)).cookie,
      (await signIn(person.email)).cookie,
      (await signIn(person.email)).cookie,
    ]
    const stranger = (await signIn('stranger@example.org')).cookie
    for (const cookie of [one, two, three, stranger]) expect(await statusOf(cookie)).toBe(200)
    const mine = await list(one)
    expect(mine.map(({ is_current }: { is_current: boolean }) => is_current)).toEqual([true, false, false])
    expect(JSON.stringify(mine)).not.toMatch(/token|hash/i)

    const [, newest] = mine
    expect((await ask('DELETE', `/api/sessions/${newest.id}`, undefined, stranger)).body.code).toBe('RL205')
    expect((await ask('DELETE', '/api/sessions/nonsense', undefined, one)).body.code).toBe('RL205')
    expect((await ask('DELETE', `/api/sessions/${newest.id}`, undefined, one)).body).toEqual({ ended: 1 })
    expect([await statusOf(one), await statusOf(two), await statusOf(three)]).toEqual([200, 200, 401])
    expect((await ask('DELETE', '/api/sessions', undefined, one)).body).toEqual({ ended: 1 })
    expect([await statusOf(one), await statusOf(two), await statusOf(stranger)]).toEqual([200, 401, 200])
    expect((await ask('GET', '/api/sessions')).body.code).toBe('RL300')
    const rows = (await tenant.call('GET', 'records/system.session?count=true')).body
    expect(rows.data.filter(({ display_name }: { display_name: string }) => display_name)).toHaveLength(2)
  })
})

describe('a user made at once', () => {
  test('is for operators, who may know every account', async () => {
    const body = { email: 'direct@example.org', name: 'Direct', roles: ['system.reader'], password: PASSWORD }
    const refused = await tenant.call('POST', 'users', body)
    expect([refused.status, refused.body.code]).toEqual([403, 'RL301'])
    const loaded = await tenant.kernel.services.catalog.load('test')
    const boss = { email: 'boss@example.org', name: 'Boss', password: PASSWORD }
    const operator = await tenant.kernel.auth.accounts.create({ ...boss, isOperator: true })
    const plain = await tenant.kernel.auth.accounts.create({ ...boss, email: 'plain@example.org' })
    for (const { id, email, name } of [operator, plain])
      await addMember(tenant.kernel.services.database, loaded, {
        identity: id,
        email,
        name,
        roles: ['system.administrator'],
      })
    const by = async (email: string) => ask('POST', '/api/v1/test/users', body, (await signIn(email)).cookie)
    expect((await by('plain@example.org')).status).toBe(403)
    expect((await by('boss@example.org')).body.account).toBe('new')
  })
})
