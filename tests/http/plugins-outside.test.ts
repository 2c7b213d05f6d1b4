// Plugins and the world outside: where their requests go, what becomes of secrets, mail, and calls that come in.
import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type EchoDoor, openEchoDoor } from '../support/echo-door.ts'
import { installPlugin } from '../support/install-plugin.ts'
import { pack } from '../support/packages.ts'
import { openTestTenant, type TestTenant } from '../support/test-tenant.ts'

const SECRET = 'top "secret" value/1'
let tenant: TestTenant
let door: EchoDoor

beforeAll(async () => {
  door = await openEchoDoor(SECRET)
  tenant = await openTestTenant(
    [
      pack('shop', {
        'entities/order.json': { name: 'order', display_name: 'title', fields: [{ name: 'title', type: 'text' }] },
      }),
    ],
    {},
    {},
    { outside: door.outside },
  )
  const hosts = ['api.example.org', 'rebound.example.org', 'xn--nxasmq6b.example.org']
  await installPlugin(
    tenant,
    {
      name: 'caller',
      requires: { shop: '^1.0.0' },
      files: {
        'actions/call.json': {
          name: 'call',
          entity: 'shop.order',
          label: 'Call',
          on: ['list'],
          input: [{ name: 'calls', type: 'json' }],
        },
      },
      manifest: {
        permissions: { http: hosts, mail: true, records: { 'shop.order': { read: true, create: true } } },
        secrets: {
          KEY: { label: 'Key', hosts: ['api.example.org'] },
          EMPTY: { label: 'Empty', hosts: ['api.example.org'] },
          SIGN: { label: 'For signing' },
        },
      },
      behaviour: {
        actions: ['call'],
        routes: [
          {
            name: 'hook',
            method: 'POST',
            path: 'orders/new',
            access: 'signed',
            signature: {
              secret: 'SIGN',
              header: 'X-Signature',
              encoding: 'hex',
              prefix: 'sha256=',
              timestampHeader: 'X-Time',
            },
          },
          {
            name: 'plain',
            method: 'POST',
            path: 'plain',
            access: 'signed',
            signature: { secret: 'SIGN', header: 'X-Signature', encoding: 'base64' },
          },
          { name: 'open', method: 'GET', path: 'open', access: 'open' },
          { name: 'mine', method: 'GET', path: 'mine', access: 'user' },
          { name: 'ungranted', method: 'GET', path: 'ungranted', access: 'open' },
        ],
      },
      run: `
      if (kind === 'action') {
        const told = []
        for (const [method, args] of input.event.input.calls) {
          try { told.push(await bridge.call(method, args)) } catch (error) { told.push({ code: error.code, message: error.message, hint: error.hint, stack: error.stack }) }
        }
        return { message: JSON.stringify(told) }
      }
      const { request } = input
      if (name === 'open') return { body: '<script>', headers: { 'content-type': request.query.type, 'set-cookie': 'a=b', 'cache-control': 'max-age=5' } }
      if (name === 'mine') return { body: { user: input.user, headers: request.headers } }
      await bridge.call('records.create', { entity: 'shop.order', values: { title: request.body } })
      return { status: 201, body: { user: input.user, seen: request.body, cookie: request.headers.cookie } }`,
    },
    [
      'http:api.example.org',
      'http:rebound.example.org',
      'http:xn--nxasmq6b.example.org',
      'mail',
      'secret:KEY@api.example.org',
      'secret:EMPTY@api.example.org',
      'read:shop.order',
      'create:shop.order',
      'route:POST orders/new:signed',
      'route:POST plain:signed',
      'route:GET open:open',
      'route:GET mine:user',
    ],
  )
  await tenant.call('PUT', 'plugins/caller/secrets/KEY', { value: SECRET })
  await tenant.call('PUT', 'plugins/caller/secrets/SIGN', { value: 'signing key' })
})
afterAll(() => door.close())

// biome-ignore lint/suspicious/noExplicitAny: whatever the plugin was told.
const ask = async (...calls: unknown[]): Promise<any[]> => {
  const { body } = await tenant.call('POST', 'actions/caller.call', { input: { calls } })
  if (body.message === undefined) return [body]
  return JSON.parse(body.message)
}
const fetched = (url: string, more: object = {}) => ['http.fetch', { url, ...more }]

describe('requests of plugins', () => {
  test('go to hosts that were granted, by https, and nowhere else', async () => {
    const [fine] = await ask(fetched('https://api.example.org/ok?a=1', { method: 'POST', body: 'hello' }))
    expect([fine.status, JSON.parse(fine.text).body]).toEqual([200, 'hello'])
    const refused = [
      'http://api.example.org/',
      'https://api.example.org:8443/',
      'https://user:pass@api.example.org/',
      'https://api.example.org@evil.example.org/',
      'https://evil.example.org/',
      'https://api.example.org.evil.example.org/',
      'https://API.example.org.',
      'http://169.254.169.254/latest/meta-data',
      'https://169.254.169.254/',
      'https://127.0.0.1/',
      'https://2130706433/',
      'https://0x7f.1/',
      'https://[::1]/',
      'https://[::ffff:127.0.0.1]/',
      'https://localhost/',
      'file:///etc/passwd',
      'https://ａpi.example.org/x'.replace('ａ', 'а'),
    ]
    const answers = []
    for (let at = 0; at < refused.length; at += 6)
      answers.push(...(await ask(...refused.slice(at, at + 6).map((url) => fetched(url)))))
    expect(answers.map(({ code }) => code)).toEqual(refused.map(() => 'RL404'))
    const [privately, puny] = await ask(
      fetched('https://rebound.example.org/'),
      fetched('https://xn--nxasmq6b.example.org/'),
    )
    expect([privately.code, privately.message]).toEqual([
      'RL505',
      'rebound.example.org leads into the network of the server.',
    ])
    expect(puny.code).toBe('RL505')
  })

  test('a refusal names the line to add, and no answer has a stack of the server', async () => {
    const [refused] = await ask(fetched('https://other.example.org/'))
    expect(refused.hint).toContain('"permissions": { "http": [ "other.example.org" ] }')
    expect(refused.stack).not.toContain('kernel/')
    await vi.waitFor(async () => {
      const { body } = await tenant.call('GET', 'plugins/caller/log')
      expect(JSON.stringify(body)).toContain('http:other.example.org')
    })
  })

  test('are not led elsewhere, and take so much and so long', async () => {
    const [away, large, hang] = await ask(
      fetched('https://api.example.org/away'),
      fetched('https://api.example.org/large'),
      fetched('https://api.example.org/hang', { timeoutMs: 200 }),
    )
    expect([away.status, away.headers.location]).toEqual([302, 'http://169.254.169.254/'])
    expect(large.message).toContain('answers with more than')
    expect(hang.message).toContain('has not answered within 0.2 s')
  })

  test('carry secrets that the plugin never sees, wherever they come back', async () => {
    const [echoed] = await ask(
      fetched('https://api.example.org/', {
        method: 'POST',
        headers: { 'X-Key': 'Bearer {{secret:KEY}}', Range: 'bytes=0-3', 'Accept-Encoding': 'gzip' },
        body: JSON.stringify({ key: '{{secret:KEY}}' }),
      }),
    )
    const { request, body } = door.seen.at(-1) ?? { request: { headers: {} as Record<string, string> }, body: '' }
    expect(request.headers['x-key']).toBe(`Bearer ${SECRET}`)
    expect(JSON.parse(body)).toEqual({ key: SECRET })
    expect([request.headers['range'], request.headers['accept-encoding']]).toEqual([undefined, 'identity'])
    const all = JSON.stringify(echoed)
    for (const form of [SECRET, 'top ', Buffer.from(SECRET).toString('base64'), encodeURIComponent(SECRET)])
      expect(all).not.toContain(form)
    expect(echoed.headers['x-echo']).toBe('Bearer {{secret:KEY}}')
  })

  test('carry no secret to where it does not belong, nor one that nobody entered', async () => {
    const [address, elsewhere, empty, unknown] = await ask(
      fetched('https://api.example.org/?key={{secret:KEY}}'),
      fetched('https://rebound.example.org/', { headers: { 'X-Key': '{{secret:KEY}}' } }),
      fetched('https://api.example.org/', { headers: { 'X-Key': '{{secret:EMPTY}}' } }),
      fetched('https://api.example.org/', { headers: { 'X-Key': '{{secret:OTHER}}' } }),
    )
    expect([address.code, elsewhere.code, empty.code, unknown.code]).toEqual(['RL100', 'RL404', 'RL205', 'RL404'])
    expect(elsewhere.hint).toContain('"secrets": { "KEY"')
    const [split] = await ask(fetched('https://api.example.org/', { headers: { 'X-Key': 'a\r\nb: c' } }))
    expect(split.code).toBe('RL100')
  })

  test('end the run when there are too many, however it takes it', async () => {
    const many = (count: number) => ask(...Array.from({ length: count }, () => fetched('https://api.example.org/')))
    expect((await many(10)).length).toBe(10)
    const [ended] = await many(11)
    expect([ended.code, ended.limit, ended.used, ended.max]).toEqual(['RL401', 'httpCalls', 11, 10])
  })

  test('mail waits in the outbox when the run went well', async () => {
    const mail = { to: 'ann@example.org', subject: 'Hello\r\nBcc: x@example.org', text: 'One\n\n<b>Two</b> [link]' }
    expect(await ask(['mail.send', mail])).toEqual([null])
    const { body } = await tenant.call('GET', 'records/system.mail_message?sort=-created_at&limit=1')
    expect(body.data[0]).toMatchObject({ to: 'ann@example.org', subject: 'Hello Bcc: x@example.org', state: 'kept' })
    expect((await ask(['mail.send', { ...mail, to: 'a@b.org, c@d.org' }]))[0].code).toBe('RL100')
    expect((await ask(...Array.from({ length: 11 }, () => ['mail.send', mail])))[0].limit).toBe('mails')
    const after = await tenant.call('GET', 'records/system.mail_message?limit=1&count=exact')
    expect(after.body.count.value).toBe(1)
  })
})

const url = (path: string) => `http://localhost/hooks/${tenant.slug}/caller/${path}`
const call = async (path: string, init: RequestInit = {}) => tenant.kernel.app.request(url(path), init)
const signed = (body: string, seconds = Math.floor(Date.now() / 1000), key = 'signing key') => ({
  method: 'POST',
  body,
  headers: {
    'X-Time': String(seconds),
    'X-Signature': `sha256=${createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex')}`,
    cookie: 'session=1',
  },
})

const first = signed('first')

describe('calls from outside', () => {
  test('that are signed reach the plugin, which acts for itself', async () => {
    const response = await call('orders/new', first)
    expect([response.status, await response.json()]).toEqual([201, { user: null, seen: 'first' }])
    const { body } = await tenant.call('GET', 'records/shop.order?limit=1')
    expect(body.data[0].title).toBe('first')
    const plain = createHmac('sha256', 'signing key').update('plain').digest('base64')
    expect((await call('plain', { method: 'POST', body: 'plain', headers: { 'X-Signature': plain } })).status).toBe(201)
  })

  test('are told the same, whatever is wrong with them', async () => {
    const now = Math.floor(Date.now() / 1000)
    const wrong = [
      await call('orders/new', { method: 'POST', body: 'x' }),
      await call('orders/new', signed('x', now - 400)),
      await call('orders/new', signed('x', now + 400)),
      await call('orders/new', signed('x', now, 'another key')),
      await call('orders/new', { ...signed('x'), body: 'y' }),
      await call('orders/new', first),
      await call('nothing/here', signed('x')),
      await call('ungranted'),
      await call('mine'),
      await tenant.kernel.app.request(`http://localhost/hooks/nobody/caller/orders/new`, signed('x')),
      await tenant.kernel.app.request(`http://localhost/hooks/${tenant.slug}/other/orders/new`, signed('x')),
    ]
    const texts = await Promise.all(
      wrong.map(async (one) => [one.status, Object.assign(Object(await one.json()), { instance: '', detail: '' })]),
    )
    expect(new Set(texts.map((one) => JSON.stringify(one))).size).toBe(1)
    expect(texts[0]?.[0]).toBe(404)
    await vi.waitFor(async () => {
      const log = JSON.stringify((await tenant.call('GET', 'plugins/caller/log')).body)
      for (const why of [
        'it has no header X-Signature',
        'minutes away',
        'the secret or the body differs',
        'it was sent before',
      ])
        expect(log).toContain(why)
    })
    expect((await call('orders/new', signed('x'.repeat(300_000)))).status).toBe(413)
  })

  test('get nothing that a browser would run', async () => {
    const html = await call(`open?type=${encodeURIComponent('text/html')}`)
    expect(html.status).toBe(502)
    expect(await html.text()).not.toContain('The caller')
    const text = await call(`open?type=${encodeURIComponent('text/plain')}`)
    expect([text.status, text.headers.get('set-cookie'), text.headers.get('cache-control')]).toEqual([
      200,
      null,
      'max-age=5',
    ])
    expect(text.headers.get('content-security-policy')).toMatch(/^sandbox;/)
    expect(text.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test('of people who are signed in act for them, without their key', async () => {
    const { status, body } = await tenant.call('GET', 'routes/caller/mine?a=b')
    expect([status, body.user.id]).toEqual([200, tenant.userId])
    expect(body.headers).not.toHaveProperty('authorization')
    const other = await tenant.kernel.app.request(`http://localhost/api/v1/${tenant.slug}/routes/caller/mine`)
    expect(other.status).toBe(401)
  })
})
