// Calls to other systems: by https, to hosts that an administrator granted by name, through the server's one door to the
// outside. Where an answer leads elsewhere, the plugin is told so, and nobody follows.
import { Type } from '@sinclair/typebox'
import { RelataError } from '../../../../sdk/errors.ts'
import { OutsideError } from '../../../net/outside.ts'
import { type Capability, capability, isCaught, requireGrant } from './call.ts'
import { hasMark, openSecrets } from './secrets.ts'

const TIMEOUT_MS = 5_000
/** They would let an answer come back packed or in pieces, in which a secret is not found again. */
const OURS = ['accept-encoding', 'range', 'if-range']
const Method = Type.Union(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((one) => Type.Literal(one)))
const Headers = Type.Record(
  Type.String({ pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}$" }),
  Type.String({ maxLength: 8_000, pattern: '^[\\t\\x20-\\x7e\\x80-\\xff]*$' }),
  { maxProperties: 50, additionalProperties: false },
)

export const HTTP: Capability = capability(
  'http.fetch',
  Type.Object(
    {
      url: Type.String({ maxLength: 8_000 }),
      method: Type.Optional(Method),
      headers: Type.Optional(Headers),
      body: Type.Optional(Type.String()),
      timeoutMs: Type.Optional(Type.Number({ minimum: 1, maximum: 120_000 })),
    },
    { additionalProperties: false },
  ),
  async (run, { url: address, method = 'GET', headers = {}, body, timeoutMs = TIMEOUT_MS }) => {
    const url = addressOf(address)
    requireGrant(run, `http:${url.hostname}`, `call ${url.hostname}`, { permissions: { http: [url.hostname] } })
    run.counters.add('httpCalls')
    const secrets = await openSecrets(run, url.hostname)
    const filled = Object.entries(headers)
      .filter(([name]) => !OURS.includes(name.toLowerCase()))
      .map(([name, value]) => [name, secrets.fill(value, 'header')] as const)
    const content = body === undefined ? undefined : secrets.fill(body, formOf(body, headers))
    if (isCaught(run, 'http', `${method} ${address}`, body ?? null))
      return { status: 200, headers: { 'content-type': 'application/json' }, text: '{}' }
    const beganMs = performance.now()
    try {
      const answer = await run.room.outside.ask({
        ...{ method, url, headers: Object.fromEntries(filled), signal: run.signal },
        ...(content === undefined ? {} : { body: content }),
        timeoutMs: Math.max(1, Math.min(timeoutMs, run.counters.left('httpMs'))),
        mostBytes: run.counters.limits.httpBytes,
      })
      const told = [...answer.headers].map(([name, value]) => [name, secrets.scrub(value)])
      return { status: answer.status, headers: Object.fromEntries(told), text: secrets.scrub(textOf(answer.body)) }
    } catch (error) {
      if (!(error instanceof OutsideError)) throw error
      throw new RelataError('RL505', secrets.scrub(`${url.hostname} ${error.message}.`), { isPublic: true })
    } finally {
      run.counters.add('httpMs', Math.round(performance.now() - beganMs))
    }
  },
)

/** @throws RL404 no address that a plugin may call */
function addressOf(address: string): URL {
  if (hasMark(address) || hasMark(decoded(address)))
    throw new RelataError('RL100', 'A secret cannot stand in an address, where others would log it.', {
      hint: 'Send it in a header or in the body.',
    })
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (!url) throw new RelataError('RL100', `“${address.slice(0, 200)}” is not an address.`)
  const isPlain = url.protocol === 'https:' && url.port === '' && url.username === '' && url.password === ''
  if (isPlain) return url
  throw new RelataError('RL404', `“${address.slice(0, 200)}” cannot be called.`, {
    hint: 'Plugins call https://HOST/…, without a port, a name or a password.',
  })
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function formOf(body: string, headers: Readonly<Record<string, string>>): 'json' | 'form' | 'text' {
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? ''
  if (/x-www-form-urlencoded/i.test(type)) return 'form'
  try {
    JSON.parse(body)
    return 'json'
  } catch {
    return 'text'
  }
}

const textOf = (bytes: Buffer): string => new TextDecoder().decode(bytes)
