// What leaves the server for a plugin, and how much it may ask of it.
import { expect } from 'vitest'
import { limitsOf } from '../../kernel/plugins/limits.ts'
import { type HostAbuse, hostAbuseSuite, SECRET } from './support/host-abuse.ts'

const { host, sandbox } = limitsOf('action')

/** Addresses that are not what they look like, or lead where nobody is to go. */
const ADDRESSES = [
  'http://169.254.169.254/latest/meta-data',
  'https://169.254.169.254/',
  'https://allowed@evil.example.org/',
  'https://api.example.org@evil.example.org/',
  'https://api.example.org.evil.example.org/',
  'https://user:pass@api.example.org/',
  'https://api.example.org:8443/',
  'http://api.example.org/',
  'https://2130706433/',
  'https://0x7f000001/',
  'https://017700000001/',
  'https://127.1/',
  'https://0.0.0.0/',
  'https://[::1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[fe80::1]/',
  'https://localhost/',
  'https://localhost./',
  'https://аpi.example.org/',
  'https://api。example。org:25/',
  'file:///etc/passwd',
  'gopher://api.example.org/',
  'data:text/plain,x',
  'https://rebound.example.org/',
  'https://xn--nxasmq6b.example.org/',
]

/** Each counter at what is allowed, and one beyond: then nothing of the run is kept, however the code takes it. */
const COUNTERS: readonly { limit: string; most: number; call: string }[] = [
  { limit: 'queries', most: host.queries, call: `bridge.call('records.count', { entity: 'shop.order' })` },
  {
    limit: 'writes',
    most: host.writes,
    call: `bridge.call('records.create', { entity: 'shop.order', values: { title: 'counted' } })`,
  },
  { limit: 'httpCalls', most: host.httpCalls, call: `bridge.call('http.fetch', { url: 'https://api.example.org/' })` },
  {
    limit: 'mails',
    most: host.mails,
    call: `bridge.call('mail.send', { to: 'a@example.org', subject: 's', text: 't' })`,
  },
  { limit: 'jobs', most: host.jobs, call: `bridge.call('jobs.start', { name: 'idle', payload: null })` },
  { limit: 'hostCalls', most: sandbox.hostCalls, call: `bridge.call('sleep', { ms: 0 })` },
]

const countersAbuse = COUNTERS.flatMap(({ limit, most, call }): HostAbuse[] =>
  [most, most + 1].map((times) => ({
    number: 48,
    title: `${limit}: ${times} ${times > most ? 'are one too many, swallowed or not' : 'are allowed'}`,
    run: `
      let done = 0
      for (let n = 0; n < ${times}; n++) { try { await ${call}; done++ } catch { continue } }
      return done`,
    async check({ status, body, value }, { tenant }) {
      if (times <= most) expect(value, JSON.stringify(body)).toBe(times)
      else expect([status, body.code, body.limit, body.used, body.max]).toEqual([422, 'RL401', limit, most + 1, most])
      // Whoever goes too far again and again is paused; here it is meant.
      if (times > most) await tenant.call('POST', 'plugins/villain/resume')
      if (limit !== 'writes') return
      const { body: kept } = await tenant.call('GET', 'records/shop.order?q=counted&limit=1&count=exact')
      expect(kept.count.value).toBe(most)
    },
  })),
)

hostAbuseSuite('the world outside, and counters', [
  {
    number: 18,
    title: 'requests reach no address that was not granted, however it is written, and no private one',
    run: `
      const told = []
      for (const url of args.slice(0, 10)) told.push(await tell(() => bridge.call('http.fetch', { url })))
      return told`,
    args: () => ADDRESSES.slice(0, 10),
    check({ value }, { seen }) {
      for (const [index, one] of value.entries()) expect(one.code, ADDRESSES[index]).toMatch(/^RL(404|505|100)$/)
      expect(seen).toEqual([])
    },
  },
  {
    number: 18,
    title: 'nor the others of them',
    run: `
      const told = []
      for (const url of args) { try { told.push(await tell(() => bridge.call('http.fetch', { url }))) } catch (error) { told.push({ code: error.code }) } }
      return told`,
    args: () => ADDRESSES.slice(10, 19),
    check({ value }, { seen }) {
      for (const [index, one] of value.entries()) expect(one.code, ADDRESSES[index + 10]).toMatch(/^RL(404|505|100)$/)
      expect(seen).toEqual([])
    },
  },
  {
    number: 18,
    title: 'nor names that lead into a private network, nor is it led elsewhere by an answer',
    run: `
      const told = []
      for (const url of args) told.push(await tell(() => bridge.call('http.fetch', { url })))
      return told`,
    args: () => [...ADDRESSES.slice(19), 'https://api.example.org/away'],
    check({ value }, { seen }) {
      const away = value.at(-1).value
      for (const one of value.slice(0, -1)) expect(one.code, JSON.stringify(one)).toMatch(/^RL(404|505|100)$/)
      expect([away.status, seen.length]).toEqual([302, 1])
    },
  },
  {
    number: 19,
    title: 'a secret comes back in no echo, error, log or record',
    run: `
      const ask = (more) => tell(() => bridge.call('http.fetch', { url: 'https://api.example.org/', method: 'POST', ...more }))
      const told = [
        await ask({ headers: { 'x-key': '{{secret:KEY}}' }, body: '{{secret:KEY}}' }),
        await ask({ url: 'https://api.example.org/?q={{secret:KEY}}' }),
        await ask({ headers: { '{{secret:KEY}}': 'x' } }),
        await ask({ method: '{{secret:KEY}}' }),
        await tell(() => bridge.call('http.fetch', { url: 'https://rebound.example.org/', headers: { 'x-key': '{{secret:KEY}}' } })),
        await tell(() => bridge.call('mail.send', { to: 'a@example.org', subject: '{{secret:KEY}}', text: '{{secret:KEY}}' })),
        await tell(() => bridge.call('records.create', { entity: 'shop.order', values: { title: '{{secret:KEY}}' } })),
      ]
      bridge.log('info', JSON.stringify(told) + ' {{secret:KEY}}')
      return told`,
    async check({ value }, { tenant, seen }) {
      expect(seen.some(({ body }) => body === SECRET)).toBe(true)
      const forms = [SECRET, Buffer.from(SECRET).toString('base64'), encodeURIComponent(SECRET)]
      const places = [
        value,
        await tenant.call('GET', 'plugins/villain'),
        await tenant.call('GET', 'plugins/villain/log'),
        await tenant.call('GET', 'records/system.mail_message'),
        await tenant.call('GET', 'records/shop.order?limit=100'),
      ].map((one) => JSON.stringify(one))
      for (const form of forms) for (const text of places) expect(text).not.toContain(form)
    },
  },
  ...countersAbuse,
])
