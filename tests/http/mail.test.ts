// Mail as it leaves: invitations and new passwords over a real SMTP server, and what nobody learns on the way.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { linkIn, type MailServer, startMailServer } from '../support/mail-server.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

const PASSWORD = 'correct horse battery'
const ORIGIN = 'https://crm.example.org'
let server: MailServer
let tenant: TestTenant

beforeAll(async () => {
  server = await startMailServer()
  tenant = await openTestTenant([], {
    RELATA_SMTP_URL: server.url,
    RELATA_MAIL_FROM: 'Relata <crm@example.org>',
    RELATA_PUBLIC_URL: ORIGIN,
  })
})
afterAll(() => server.close())

interface Reply {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers and fail where they are not as expected.
  body: any
  cookie: string
}

/** Each test asks from an address of its own, since attempts are counted by address. */
let from = 0
const somewhere = () => ({ 'x-forwarded-for': `203.0.113.${++from}` })

async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Reply> {
  const response = await tenant.kernel.app.request(`${ORIGIN}${path}`, {
    method,
    headers: { origin: ORIGIN, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ')
  const text = await response.text()
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text, cookie }
}
const signIn = (email: string, password: string) =>
  ask('POST', '/api/auth/sign-in/email', { email, password }, somewhere())
const forgot = (email: string, headers = somewhere()) => ask('POST', '/api/password/forgot', { email }, headers)
const accept = (link: URL, more: object = {}, headers: Record<string, string> = somewhere()) =>
  ask('POST', '/api/invitations/accept', { ...Object.fromEntries(link.searchParams), ...more }, headers)
const look = (link: URL, headers = somewhere()) =>
  ask('POST', '/api/invitations/look', Object.fromEntries(link.searchParams), headers)

async function invite(email: string, roles = ['system.reader']): Promise<{ id: string; link: URL }> {
  const { status, body } = await tenant.call('POST', 'invitations', { email, roles })
  expect([status, body]).toEqual([201, { id: body.id, sent: 'mailed', expires_at: expect.any(String) }])
  return { id: body.id, link: linkIn((await server.next(email)).text) }
}

describe('an invitation', () => {
  test('goes by mail, is accepted once with a name and a password, and makes a member', async () => {
    const { body } = await tenant.call('POST', 'invitations', { email: 'New@Example.org', roles: ['system.member'] })
    const mail = await server.next('new@example.org')
    expect(mail.subject).toBe('Invitation to Test')
    const link = linkIn(mail.text)
    expect(link.href.startsWith(`${ORIGIN}/invitation?tenant=test&token=`)).toBe(true)
    expect(mail.raw).toMatch(/^Auto-Submitted: auto-generated/m)
    expect(mail.html).toContain(`href="${link.href.replaceAll('&', '&amp;')}"`)

    expect((await look(link)).body).toMatchObject({ tenant: { slug: 'test', title: 'Test' }, email: 'new@example.org' })
    const weak = await accept(link, { name: 'Nora', password: 'password12' })
    expect([weak.status, weak.body.errors[0].key]).toEqual([422, 'password_common'])
    const answers = await Promise.all([1, 2, 3].map(() => accept(link, { name: 'Nora', password: PASSWORD })))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    const { cookie } = answers.find(({ status }) => status === 201) ?? { cookie: '' }
    expect((await ask('GET', '/api/v1/test/me', undefined, { cookie })).body).toMatchObject({
      display_name: 'Nora',
      email: 'new@example.org',
      roles: ['system.member'],
    })
    expect((await look(link)).status).toBe(410)
    expect((await accept(link, { name: 'Again', password: PASSWORD })).status).toBe(410)
    const record = (await tenant.call('GET', `records/system.invitation/${body.id}`)).body
    expect(record).toMatchObject({ state: 'accepted', hash: true })
    expect(record.user).not.toBeNull()
  })

  test('is accepted by somebody who has an account, and by nobody else’s account', async () => {
    await tenant.kernel.tenants.create({ title: 'Elsewhere', slug: 'elsewhere', kind: 'empty' })
    for (const email of ['has@example.org', 'other@example.org'])
      await tenant.kernel.auth.accounts.create({ email, name: 'Somebody', password: PASSWORD })
    const { link } = await invite('has@example.org')
    expect((await accept(link)).status).toBe(401)
    const taken = await accept(link, { name: 'Twin', password: 'another fine password' })
    expect([taken.status, taken.body.errors[0].key]).toEqual([409, 'has_account'])
    const other = await signIn('other@example.org', PASSWORD)
    expect((await accept(link, {}, { ...somewhere(), cookie: other.cookie })).status).toBe(403)
    const { cookie } = await signIn('has@example.org', PASSWORD)
    expect((await accept(link, {}, { ...somewhere(), cookie })).status).toBe(201)
    expect((await ask('GET', '/api/v1/test/me', undefined, { cookie })).status).toBe(200)
  })

  test('is answered the same whether or not the address has an account elsewhere', async () => {
    await tenant.kernel.auth.accounts.create({ email: 'known@example.org', name: 'Known', password: PASSWORD })
    const [known, unknown] = [
      await tenant.call('POST', 'invitations', { email: 'known@example.org', roles: ['system.reader'] }),
      await tenant.call('POST', 'invitations', { email: 'unknown@example.org', roles: ['system.reader'] }),
    ]
    const shape = ({ status, body }: typeof known) => [status, Object.keys(body), body.sent]
    expect(shape(known)).toEqual(shape(unknown))
    const [toKnown, toUnknown] = [await server.next('known@example.org'), await server.next('unknown@example.org')]
    expect([toKnown.subject, toKnown.text.replace(/\S+token=\S+/, '')]).toEqual([
      toUnknown.subject,
      toUnknown.text.replace(/\S+token=\S+/, ''),
    ])
    const looks = await Promise.all([toKnown, toUnknown].map(({ text }) => look(linkIn(text))))
    expect(Object.keys(looks[0]?.body)).toEqual(Object.keys(looks[1]?.body))
    const direct = { email: 'known@example.org', name: 'x', roles: ['system.reader'], password: PASSWORD }
    expect((await tenant.call('POST', 'users', direct)).body.code).toBe('RL301')
  })

  test('ends when it is revoked, sent again, or too old; its link is shown to no administrator', async () => {
    const revoked = await invite('revoked@example.org')
    expect((await tenant.call('DELETE', `records/system.invitation/${revoked.id}`)).status).toBe(204)
    expect((await accept(revoked.link, { name: 'R', password: PASSWORD })).body.code).toBe('RL305')
    expect((await tenant.call('POST', `records/system.invitation/${revoked.id}/restore`)).body.code).toBe('RL301')

    const first = await invite('again@example.org')
    const twice = await tenant.call('POST', 'invitations', { email: 'AGAIN@example.org', roles: ['system.reader'] })
    expect([twice.status, twice.body.errors[0].key]).toEqual([409, 'is_invited'])
    expect((await tenant.call('POST', `invitations/${first.id}/resend`)).body).toMatchObject({ sent: 'mailed' })
    const second = linkIn((await server.next('again@example.org')).text)
    expect((await look(first.link)).status).toBe(410)
    expect((await look(second)).status).toBe(200)

    const table = `"${tenant.schema}"."${tenant.tableOf('system.invitation')}"`
    await tenant.database.query(`update ${table} set expires_at = now() - interval '1 second' where id = $1::uuid`, [
      first.id,
    ])
    expect((await accept(second, { name: 'Late', password: PASSWORD })).body.code).toBe('RL305')

    const { body } = await tenant.call('GET', 'records/system.mail_message?limit=500')
    expect(body.data.length).toBeGreaterThan(3)
    expect(JSON.stringify(body)).not.toContain('token=')
    expect(JSON.stringify(await tenant.call('GET', 'records/system.invitation'))).not.toContain(
      second.searchParams.get('token'),
    )
  })

  test('of one organisation is nothing in another, and cannot be guessed or bent', async () => {
    await tenant.kernel.tenants.create({ title: 'Third', slug: 'third', kind: 'empty' })
    const { link, id } = await invite('bent@example.org')
    const elsewhere = new URL(link)
    elsewhere.searchParams.set('tenant', 'third')
    expect((await accept(elsewhere, { name: 'B', password: PASSWORD })).body.code).toBe('RL305')
    const token = link.searchParams.get('token') ?? ''
    for (const bent of [`x${token.slice(1)}`, token.slice(0, -1), `${token}x`, 'x'.repeat(65), token.slice(43)]) {
      const url = new URL(link)
      url.searchParams.set('token', bent)
      expect([bent, (await look(url)).body.code]).toEqual([bent, 'RL305'])
    }
    // Neither its address nor its roles are for others to change.
    const ifAny = { 'if-match': '*' }
    const moved = await tenant.call('PATCH', `records/system.invitation/${id}`, { email: 'mine@example.org' }, ifAny)
    expect(moved.body.code).toBe('RL301')
    const asRecord = { email: 'plain@example.org', roles: ['system.administrator'] }
    expect((await tenant.call('POST', 'records/system.invitation', asRecord)).body.code).toBe('RL301')
    const member = await tenant.as('system.member')
    expect((await member.call('POST', 'invitations', asRecord)).status).toBe(403)
    expect((await member.call('GET', 'records/system.mail_message')).status).toBe(403)
    const guesser = somewhere()
    const statuses: number[] = []
    for (let guess = 0; guess < 40; guess++) {
      const url = new URL(link)
      url.searchParams.set('token', `${'g'.repeat(40)}${100 + guess}${token.slice(43)}`)
      statuses.push((await look(url, guesser)).status)
    }
    expect([...new Set(statuses)]).toEqual([410, 429])
    expect((await look(link)).status).toBe(200)
  })
})

describe('a forgotten password', () => {
  const person = { email: 'forgetful@example.org', password: PASSWORD, roles: ['system.reader'] }
  beforeAll(() => tenant.addPerson(person))

  test('is replaced by a link that works once; other sessions end and the owner is told', async () => {
    const { cookie } = await signIn(person.email, PASSWORD)
    expect((await forgot('Forgetful@example.org')).status).toBe(202)
    const mail = await server.next(person.email)
    expect(mail.subject).toBe('Choose a new password')
    const token = linkIn(mail.text).searchParams.get('token')
    expect(linkIn(mail.text).href.startsWith(`${ORIGIN}/password?token=`)).toBe(true)
    expect((await ask('POST', '/api/password/link/look', { token }, somewhere())).body.email).toBe(person.email)
    const use = (password: string) => ask('POST', '/api/password/link', { token, password }, somewhere())
    expect((await use('forgetful 1234')).body.errors[0].key).toBe('password_personal')
    const answers = await Promise.all([use('a brand new secret'), use('a brand new secret')])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410])
    expect((await ask('GET', '/api/v1/test/me', undefined, { cookie })).status).toBe(401)
    expect((await signIn(person.email, PASSWORD)).status).toBe(401)
    expect((await signIn(person.email, 'a brand new secret')).status).toBe(200)
    const notice = await server.next(person.email)
    expect(notice.subject).toBe('Your password was changed')
    expect(notice.text).not.toContain('token=')
  })

  test('is answered the same, in words and work, for an address that nobody has', async () => {
    const [known, unknown, nonsense] = [
      await forgot(person.email),
      await forgot('nobody@example.org'),
      await forgot('no address at all'),
    ]
    expect(known).toEqual(unknown)
    expect(known).toEqual(nonsense)
    await server.next(person.email)
    expect(server.received.filter(({ to }) => to.includes('nobody@example.org'))).toEqual([])
    await expect.poll(async () => (await tenant.database.query('select count(*) from auth.mail'))[0]?.[0]).toBe('0')
  })

  test('is not sent to somebody over and over', async () => {
    const statuses: number[] = []
    for (let time = 0; time < 8; time++) statuses.push((await forgot('flooded@example.org')).status)
    expect([statuses.slice(0, 5), statuses.slice(5)]).toEqual([Array(5).fill(202), Array(3).fill(429)])
  })

  test('is over after an hour, and when a newer link is asked for', async () => {
    await forgot(person.email)
    const first = linkIn((await server.next(person.email)).text).searchParams.get('token')
    await forgot(person.email)
    const second = linkIn((await server.next(person.email)).text).searchParams.get('token')
    const use = (token: string | null) =>
      ask('POST', '/api/password/link', { token, password: 'yet another secret' }, somewhere())
    expect((await use(first)).status).toBe(410)
    const [row] = await tenant.database.query(
      'select max(expires_at) <= now() + interval $$61 minutes$$, min(length(token_hash)) from auth.password_link',
    )
    expect(row).toEqual(['t', '64'])
    await tenant.database.query('update auth.password_link set expires_at = now()')
    expect((await use(second)).status).toBe(410)
  })

  test('makes the account its owner’s own: no organisation can set its password any more', async () => {
    const operator = await tenant.kernel.auth.accounts.create({
      email: 'operator@example.org',
      name: 'O',
      password: PASSWORD,
      isOperator: true,
    })
    const loaded = await tenant.kernel.services.catalog.load('test')
    const { addMember } = await import('../../kernel/auth/index.ts')
    await addMember(tenant.kernel.services.database, loaded, {
      ...operator,
      identity: operator.id,
      roles: ['system.administrator'],
    })
    const { cookie } = await signIn('operator@example.org', PASSWORD)
    const made = await ask(
      'POST',
      '/api/v1/test/users',
      { email: 'owned@example.org', name: 'Owen', roles: ['system.reader'] },
      { cookie },
    )
    expect([made.status, Object.keys(made.body.link)]).toEqual([201, ['url', 'expires_at']])
    const again = () => tenant.call('POST', `users/${made.body.id}/password-link`)
    expect((await again()).status).toBe(201)
    await forgot('owned@example.org')
    const token = linkIn((await server.next('owned@example.org')).text).searchParams.get('token')
    await ask('POST', '/api/password/link', { token, password: 'his very own secret' }, somewhere())
    expect((await again()).status).toBe(403)
  })
})

describe('sending', () => {
  const states = async (to: string) =>
    (
      await tenant.call(
        'GET',
        `records/system.mail_message?filter=${encodeURIComponent(JSON.stringify({ '==': [{ var: 'to' }, to] }))}`,
      )
    ).body.data.map(({ state, attempts, error, sent_at }: Record<string, unknown>) => ({
      state,
      attempts,
      error,
      sent: sent_at !== null,
    }))

  test('is tried again while the mail server is busy, and given up when it refuses for good', async () => {
    server.refuseWith(451)
    await tenant.call('POST', 'invitations', { email: 'busy@example.org', roles: ['system.reader'] })
    await expect
      .poll(() => states('busy@example.org'))
      .toMatchObject([{ state: 'queued', error: expect.stringContaining('not now') }])
    server.refuseWith(null)
    const mail = await server.next('busy@example.org')
    await expect.poll(() => states('busy@example.org')).toMatchObject([{ state: 'sent', error: null, sent: true }])
    expect((await look(linkIn(mail.text))).status).toBe(200)

    server.refuseWith(550)
    await tenant.call('POST', 'invitations', { email: 'refused@example.org', roles: ['system.reader'] })
    await expect
      .poll(() => states('refused@example.org'))
      .toMatchObject([{ state: 'failed', attempts: 1, sent: false }])
    server.refuseWith(null)
  })

  test('goes on where a process left off that took a message and died', async () => {
    server.refuseWith(451)
    await tenant.call('POST', 'invitations', { email: 'left@example.org', roles: ['system.reader'] })
    await expect.poll(() => states('left@example.org'), { timeout: 5_000 }).toMatchObject([{ state: 'failed' }])
    server.refuseWith(null)
    const table = `"${tenant.schema}"."${tenant.tableOf('system.mail_message')}"`
    const take = (until: string) =>
      tenant.database.query(
        `update ${table} set state = 'queued', attempts = 1, due_at = now() + $1::interval where "to" = 'left@example.org'`,
        [until],
      )
    const look = () => tenant.database.query(`select pg_notify('relata_mail', $1)`, [tenant.schema])
    await take('5 minutes')
    await look()
    await tenant.call('POST', 'invitations', { email: 'next@example.org', roles: ['system.reader'] })
    await server.next('next@example.org')
    expect(server.received.filter(({ to }) => to.includes('left@example.org'))).toEqual([])
    await take('-1 second')
    await look()
    expect((await server.next('left@example.org')).subject).toBe('Invitation to Test')
    await expect.poll(() => states('left@example.org')).toMatchObject([{ state: 'sent' }])
  })

  test('does not go to an invitation that was revoked meanwhile', async () => {
    server.refuseWith(451)
    const { body } = await tenant.call('POST', 'invitations', { email: 'early@example.org', roles: ['system.reader'] })
    expect((await tenant.call('DELETE', `records/system.invitation/${body.id}`)).status).toBe(204)
    await expect
      .poll(() => states('early@example.org'), { timeout: 5_000 })
      .toMatchObject([{ state: 'failed', error: 'Its link is not wanted any more.' }])
    server.refuseWith(null)
    expect(server.received.filter(({ to }) => to.includes('early@example.org'))).toEqual([])
  })

  test('keeps messages for 90 days, and those that wait for as long as they wait', async () => {
    const table = `"${tenant.schema}"."${tenant.tableOf('system.mail_message')}"`
    await tenant.call('POST', 'invitations', { email: 'old@example.org', roles: ['system.reader'] })
    await server.next('old@example.org')
    await expect.poll(() => states('old@example.org')).toMatchObject([{ state: 'sent' }])
    await tenant.database.query(
      `update ${table} set created_at = now() - interval '91 days' where "to" = 'old@example.org'`,
    )
    await tenant.call('POST', 'invitations', { email: 'fresh@example.org', roles: ['system.reader'] })
    await expect.poll(() => states('old@example.org')).toEqual([])
    expect(await states('fresh@example.org')).toHaveLength(1)
  })

  test('lets no name that somebody chose end a header, add a recipient, or become HTML', async () => {
    await tenant.kernel.tenants.create({
      title: 'Evil\r\nBcc: all@example.org <b>[link]</b>',
      slug: 'evil',
      kind: 'empty',
    })
    const loaded = await tenant.kernel.services.catalog.load('evil')
    const { createInvitation } = await import('../../kernel/auth/invitations.ts')
    const { systemActor } = await import('../../kernel/auth/index.ts')
    const { invitationText } = await import('../../kernel/mail/index.ts')
    const { database, mail } = tenant.kernel.services
    const id = await createInvitation(database, loaded, systemActor(loaded.tenant), {
      email: 'target@example.org',
      roles: ['system.reader'],
    })
    const words = { inviter: '<img src=x>', tenant: loaded.tenant.title, until: new Date() }
    await mail.send(
      { to: 'target@example.org', ...invitationText('ru', words), link: { kind: 'invitation', id } },
      loaded,
    )
    const received = await server.next('target@example.org')
    expect(received.to).toEqual(['target@example.org'])
    expect(received.raw).not.toMatch(/^Bcc:/im)
    expect(received.subject).toContain('Приглашение: Evil')
    expect(received.html).not.toMatch(/<img|<b>/)
    expect(received.html.match(/token=/g)).toHaveLength(1)
  })
})
