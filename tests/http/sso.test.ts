// Single sign-on against a real OpenID provider, and against what would like to be one.
import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addMember } from '../../kernel/auth/index.ts'
import { guardedFetch } from '../../kernel/sso/guarded-fetch.ts'
import { type IdentityProvider, startIdentityProvider } from '../support/identity-provider.ts'
import { pack } from '../support/packages.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

const ORIGIN = 'http://localhost'
const PASSWORD = 'correct horse battery'
const CALLBACK = `${ORIGIN}/api/sso/callback/test`
const GRANTED = { create: 'all', read: 'all', update: 'all' }
const DESK = pack('desk', {
  'roles/helper.json': {
    name: 'helper',
    label: 'Helper',
    entities: { 'system.identity_provider': GRANTED, 'system.team': GRANTED },
  },
})
let idp: IdentityProvider
let tenant: TestTenant
let provider: string
let people = 0

beforeAll(async () => {
  idp = await startIdentityProvider(CALLBACK)
  tenant = await openTestTenant([DESK], { RELATA_SSO_PRIVATE: 'true' })
  provider = await addProvider({})
})
afterAll(() => idp.close())

async function addProvider(changes: object): Promise<string> {
  const body = {
    ...{ name: 'Example', issuer: idp.issuer, client_id: idp.clientId, client_secret: idp.clientSecret },
    ...{ domains: 'joiners.example', roles: ['system.member'], ...changes },
  }
  const { status, body: made } = await tenant.call('POST', 'records/system.identity_provider', body)
  expect(status, JSON.stringify(made)).toBe(201)
  return made.id
}

interface Reply {
  status: number
  location: string
  cookie: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers and fail where they are not as expected.
  body: any
}

async function ask(path: string, cookie = '', init: RequestInit = {}): Promise<Reply> {
  const url = path.startsWith('http') ? path : `${ORIGIN}${path}`
  const headers = { origin: ORIGIN, ...(cookie ? { cookie } : {}), 'content-type': 'application/json' }
  const response = await tenant.kernel.app.request(url, { headers, ...init })
  const text = await response.text()
  const cookies = response.headers.getSetCookie().map((line) => line.split(';')[0] ?? '')
  return {
    status: response.status,
    location: response.headers.get('location') ?? '',
    cookie: cookies.filter((line) => !line.endsWith('=')).join('; '),
    body: text.startsWith('{') ? JSON.parse(text) : text,
  }
}

const start = (id = provider, returnTo = '', slug = tenant.slug) =>
  ask(`/api/sso/start?tenant=${slug}&provider=${id}${returnTo ? `&return_to=${encodeURIComponent(returnTo)}` : ''}`)

/** All the way: the button, the provider's pages, and back. */
async function signIn(id = provider, returnTo = ''): Promise<Reply> {
  const begun = await start(id, returnTo)
  expect(begun.status, JSON.stringify(begun.body)).toBe(302)
  return ask(await idp.visit(begun.location), begun.cookie)
}

const session = async (cookie: string) => (await ask('/api/session', cookie)).body

/** Somebody whom the provider knows. */
function somebody(changes: Partial<IdentityProvider['person']> = {}): IdentityProvider['person'] {
  const name = `person${++people}`
  idp.person = { subject: name, email: `${name}@example.org`, isVerified: true, name, ...changes }
  return idp.person
}

describe('signing in', () => {
  test('a user is known by the verified address, then by the provider’s own name for them', async () => {
    const { email, subject } = somebody()
    await tenant.addPerson({ email, roles: ['system.member'] })
    const back = await signIn(provider, `/${tenant.slug}/base.person?view=x`)
    expect([back.status, back.location]).toEqual([302, `/${tenant.slug}/base.person?view=x`])
    expect((await session(back.cookie)).user).toMatchObject({ email, isOfTenant: true, isOperator: false })
    expect((await ask(`/api/v1/${tenant.slug}/me`, back.cookie)).body).toMatchObject({ email })
    // The address moves on; the subject stays.
    idp.person = { subject, email: 'elsewhere@example.org', isVerified: false, name: 'Renamed' }
    expect((await session((await signIn()).cookie)).user).toMatchObject({ email })
  })

  test('people of the domain join with the roles that the provider names', async () => {
    const { email } = somebody({ email: 'new.one@joiners.example', name: 'New One' })
    const back = await signIn()
    const { body } = await ask(`/api/v1/${tenant.slug}/me`, back.cookie)
    expect(body).toMatchObject({ email, display_name: 'New One', roles: ['system.member'] })
    const again = await signIn()
    expect((await ask(`/api/v1/${tenant.slug}/me`, again.cookie)).body.user_id).toBe(body.user_id)
  })

  test('the sign-in page is told of the providers of a tenant, and of nothing else', async () => {
    const hidden = await addProvider({ name: 'Hidden', active: false })
    const { body } = await ask(`/api/sso/providers?tenant=${tenant.slug}`)
    expect(body).toEqual({ data: [{ id: provider, name: 'Example' }] })
    expect((await ask('/api/sso/providers?tenant=nowhere')).body).toEqual({ data: [] })
    expect((await start(hidden)).status).toBe(404)
  })

  test('it stands in the log', async () => {
    const { email } = somebody()
    const id = await tenant.addPerson({ email, roles: ['system.member'] })
    const back = await signIn()
    await ask(`/api/v1/${tenant.slug}/me`, back.cookie)
    const filter = { and: [{ '==': [{ var: 'created_by' }, id] }, { '==': [{ var: 'action' }, 'signed_in'] }] }
    const { body } = await tenant.call(
      'GET',
      `records/system.audit_entry?filter=${encodeURIComponent(JSON.stringify(filter))}`,
    )
    expect(body.data).toHaveLength(1)
  })
})

describe('who is not let in', () => {
  const failure = async (): Promise<string | null> => {
    const back = await signIn()
    expect(back.cookie).toBe('')
    return new URL(back.location, ORIGIN).searchParams.get('sso')
  }

  test('an address that the provider does not vouch for', async () => {
    const { email } = somebody({ isVerified: false })
    await tenant.addPerson({ email, roles: ['system.member'] })
    expect(await failure()).toBe('unverified')
  })

  test('somebody unknown, and somebody of a domain that only looks alike', async () => {
    somebody()
    expect(await failure()).toBe('unknown')
    somebody({ email: 'eve@evil-joiners.example' })
    expect(await failure()).toBe('unknown')
    somebody({ email: 'eve@joiners.example.evil.org' })
    expect(await failure()).toBe('unknown')
  })

  test('a user who was deactivated, or taken out, though the domain would let them join', async () => {
    const { email } = somebody({ email: 'gone@joiners.example' })
    await tenant.addPerson({ email: 'chief@example.org', roles: ['system.administrator'] })
    const id = await tenant.addPerson({ email, roles: ['system.member'] })
    await tenant.call('PATCH', `records/system.user/${id}`, { active: false }, { 'if-match': '*' })
    expect(await failure()).toBe('unknown')
    await tenant.call('DELETE', `records/system.user/${id}`)
    expect(await failure()).toBe('unknown')
  })

  test('an account that another organisation manages does not join by itself', async () => {
    const { email } = somebody({ email: 'managed@joiners.example' })
    const { accounts } = tenant.kernel.auth
    await accounts.create({ email, name: 'Managed', managedBy: '00000000-0000-4000-8000-000000000000' })
    expect(await failure()).toBe('unknown')
  })
})

describe('attacks on the way back', () => {
  test('a state works once, in the browser that began', async () => {
    const { email } = somebody()
    await tenant.addPerson({ email, roles: ['system.member'] })
    const begun = await start()
    const returned = await idp.visit(begun.location)
    const other = await start()
    // Somebody else's browser, with the attacker's code: login CSRF.
    expect((await ask(returned, other.cookie)).location).toContain('sso=expired')
    expect((await ask(returned)).location).toContain('sso=expired')
    expect((await ask(returned, begun.cookie)).cookie).toContain('session_token')
    expect((await ask(returned, begun.cookie)).location).toContain('sso=expired')
  })

  test('a code of another attempt is refused: PKCE and nonce', async () => {
    const { email } = somebody()
    await tenant.addPerson({ email, roles: ['system.member'] })
    const [mine, theirs] = [await start(), await start()]
    const stolen = new URL(await idp.visit(theirs.location))
    const forged = new URL(await idp.visit(mine.location))
    forged.searchParams.set('code', stolen.searchParams.get('code') ?? '')
    expect((await ask(forged.href, mine.cookie)).location).toContain('sso=failed')
  })

  test('what the provider refuses, and a code made up, come to nothing', async () => {
    const begun = await start()
    const state = new URL(begun.location).searchParams.get('state')
    expect((await ask(`${CALLBACK}?error=access_denied&state=${state}`, begun.cookie)).location).toContain('sso=failed')
    const again = await start()
    const second = new URL(again.location).searchParams.get('state')
    expect((await ask(`${CALLBACK}?code=made-up&state=${second}`, again.cookie)).location).toContain('sso=failed')
  })

  test('the way back is that of the tenant that began: a code of another one goes nowhere', async () => {
    const begun = await start()
    const returned = new URL(await idp.visit(begun.location))
    returned.pathname = '/api/sso/callback/second'
    expect((await ask(returned.href, begun.cookie)).location).toContain('sso=expired')
  })

  test('an address that has passed to somebody else does not open the account of its former owner', async () => {
    const { email } = somebody()
    await tenant.addPerson({ email, roles: ['system.member'] })
    expect((await signIn()).cookie).toContain('session_token')
    somebody({ email })
    expect((await signIn()).location).toContain('sso=unknown')
  })

  test('nobody is sent elsewhere afterwards', async () => {
    const { email } = somebody()
    await tenant.addPerson({ email, roles: ['system.member'] })
    for (const target of [
      'https://evil.example/',
      '//evil.example',
      `/${tenant.slug}//evil.example`,
      '/\\evil.example',
      `/${tenant.slug}@evil.example`,
      `/${tenant.slug}/../other`,
      'javascript:alert(1)',
    ]) {
      const { location } = await signIn(provider, target)
      const url = new URL(location, ORIGIN)
      expect([target, url.origin, url.pathname.startsWith(`/${tenant.slug}`)]).toEqual([target, ORIGIN, true])
    }
  })

  test('a provider that lies about issuer, audience, nonce or signature is not believed', async () => {
    for (const lie of ['issuer', 'audience', 'nonce', 'signature', 'expired'] as const) {
      const liar = await startLiar(lie)
      const id = await addProvider({ name: `Liar ${lie}`, issuer: liar.issuer })
      const begun = await start(id)
      expect(begun.status, JSON.stringify(begun.body)).toBe(302)
      const asked = new URL(begun.location)
      liar.nonce = asked.searchParams.get('nonce') ?? ''
      const back = await ask(`${CALLBACK}?code=any&state=${asked.searchParams.get('state')}`, begun.cookie)
      expect([lie, new URL(back.location, ORIGIN).searchParams.get('sso')]).toEqual([lie, 'failed'])
      await liar.close()
    }
    // The same provider without a lie gets as far as the address, so that it is the lie that is refused.
    const honest = await startLiar('nothing')
    const id = await addProvider({ name: 'Honest', issuer: honest.issuer })
    const begun = await start(id)
    const asked = new URL(begun.location)
    honest.nonce = asked.searchParams.get('nonce') ?? ''
    const back = await ask(`${CALLBACK}?code=any&state=${asked.searchParams.get('state')}`, begun.cookie)
    expect(new URL(back.location, ORIGIN).searchParams.get('sso')).toBe('unknown')
    await honest.close()
  })
})

describe('what the session is worth', () => {
  test('it enters one organisation, and does nothing with the account', async () => {
    const { email } = somebody()
    await tenant.addPerson({ email, roles: ['system.administrator'], password: PASSWORD })
    const operator = await tenant.kernel.auth.accounts.find(email)
    await tenant.database.query(`UPDATE auth."user" SET "isOperator" = true WHERE id = $1::uuid`, [operator?.id ?? ''])
    const back = await signIn()
    const seen = await session(back.cookie)
    expect(seen.user.isOperator).toBe(false)
    const post = (path: string, body: object) =>
      ask(path, back.cookie, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { origin: ORIGIN, cookie: back.cookie, 'content-type': 'application/json' },
      })
    expect((await post('/api/tenants', { title: 'Mine', kind: 'empty' })).status).toBe(401)
    expect((await post('/api/password', { current: PASSWORD, password: 'another good phrase' })).status).toBe(401)
    expect((await post('/api/second-factor', { password: PASSWORD })).status).toBe(401)
    expect((await ask('/api/sessions', back.cookie)).status).toBe(401)
    expect((await ask(`/api/v1/${tenant.slug}/meta`, back.cookie)).status).toBe(200)
  })

  test('another tenant is closed to it, though the account is a user there', async () => {
    const { email } = somebody()
    await tenant.addPerson({ email, roles: ['system.member'], password: PASSWORD })
    const account = await tenant.kernel.auth.accounts.find(email)
    const { catalog, database } = tenant.kernel.services
    const second = await tenant.kernel.tenants.create({ title: 'Second', slug: 'second', kind: 'empty' })
    const member = { identity: account?.id ?? '', email, name: 'Owner', roles: ['system.administrator'] }
    await addMember(database, await catalog.load(second.tenant.slug), member)
    const signedIn = await ask('/api/auth/sign-in/email', '', {
      method: 'POST',
      body: JSON.stringify({ email, password: PASSWORD }),
    })
    expect((await ask('/api/v1/second/meta', signedIn.cookie)).status).toBe(200)
    const back = await signIn()
    const seen = await session(back.cookie)
    expect(seen.tenants.map(({ slug }: { slug: string }) => slug)).toEqual([tenant.slug])
    expect((await ask('/api/v1/second/meta', back.cookie)).status).toBe(401)
  })

  test('providers are named by administrators alone, whatever a role grants', async () => {
    const helper = await tenant.as('desk.helper')
    const body = { name: 'Mine', issuer: idp.issuer, client_id: 'x' }
    expect((await helper.call('POST', 'records/system.team', { name: 'Allowed' })).status).toBe(201)
    expect((await helper.call('POST', 'records/system.identity_provider', body)).status).toBe(403)
    const changed = { issuer: 'https://evil.example' }
    const path = `records/system.identity_provider/${provider}`
    expect((await helper.call('PATCH', path, changed, { 'if-match': '*' })).status).toBe(403)
  })
})

describe('where the server may be sent', () => {
  test('not into its own network, not without https', async () => {
    const outside = guardedFetch(false)
    const options = { method: 'GET', headers: {}, redirect: 'manual', body: undefined } as const
    for (const url of [
      'http://example.org/',
      'https://127.0.0.1/',
      'https://localhost/',
      'https://10.1.2.3/',
      'https://192.168.0.1/',
      'https://169.254.169.254/latest/meta-data',
      'https://[::1]/',
      'https://[::ffff:127.0.0.1]/',
      'https://[fd00::1]/',
      'https://0.0.0.0/',
    ])
      await expect(outside(url, options), url).rejects.toMatchObject({ code: 'RL206' })
  })
})

interface Liar {
  issuer: string
  nonce: string
  close(): Promise<void>
}

/** A provider of our own making that signs whatever it is told to. */
async function startLiar(lie: 'issuer' | 'audience' | 'nonce' | 'signature' | 'expired' | 'nothing'): Promise<Liar> {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(
    { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
    true,
    ['sign', 'verify'],
  )
  const jwk = await crypto.subtle.exportKey('jwk', publicKey)
  const liar: Liar = { issuer: '', nonce: '', close: () => new Promise((resolve) => server.close(() => resolve())) }
  const token = async (): Promise<string> => {
    const nowS = Math.floor(Date.now() / 1000)
    const payload = {
      iss: lie === 'issuer' ? 'https://accounts.example.org' : liar.issuer,
      aud: lie === 'audience' ? 'somebody-else' : idp.clientId,
      sub: 'stranger',
      email: 'stranger@nowhere.example',
      email_verified: true,
      nonce: lie === 'nonce' ? 'another' : liar.nonce,
      iat: lie === 'expired' ? nowS - 7200 : nowS,
      exp: lie === 'expired' ? nowS - 3600 : nowS + 600,
    }
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const head = `${part({ alg: 'RS256', kid: 'k' })}.${part(payload)}`
    const signature = Buffer.from(await crypto.subtle.sign('RSASSA-PKCS1-v1_5', privateKey, Buffer.from(head)))
    if (lie === 'signature') signature.writeUInt8(signature.readUInt8(0) ^ 1, 0)
    return `${head}.${signature.toString('base64url')}`
  }
  const server = createServer((request, response) => {
    const send = (body: object): void => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(body))
    }
    const { issuer } = liar
    if (request.url?.includes('openid-configuration'))
      send({
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        jwks_uri: `${issuer}/jwks`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
        code_challenge_methods_supported: ['S256'],
      })
    else if (request.url?.includes('jwks')) send({ keys: [{ ...jwk, kid: 'k', alg: 'RS256', use: 'sig' }] })
    else void token().then((id_token) => send({ access_token: 'x', token_type: 'Bearer', expires_in: 60, id_token }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  liar.issuer = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  return liar
}
