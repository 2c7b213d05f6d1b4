// The one door for HTTP requests to addresses that somebody wrote down: identity providers, webhooks, plugins. To https
// outside the server's own network only; the connection goes to the very address that was looked at, so that a name
// cannot mean something else a moment later. Redirects are not followed: whoever asks sees them as answers.
import { type LookupAddress, lookup as systemLookup } from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { isPrivateAddress } from './addresses.ts'

export type OutsideFault =
  /** Neither https nor, where the own network is allowed, http; or with a name and password in it. */
  | 'address'
  /** The name leads nowhere. */
  | 'unknown'
  /** It leads into a network of ours. */
  | 'private'
  | 'timeout'
  | 'too_large'
  /** Cut off, refused, a certificate that is not its own. */
  | 'unreachable'

export class OutsideError extends Error {
  readonly fault: OutsideFault

  /** @param message ends a sentence that begins with the address: `must begin with https://` */
  constructor(fault: OutsideFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'OutsideError'
    this.fault = fault
  }
}

export interface OutsideRequest {
  method: string
  url: URL
  headers?: Readonly<Record<string, string>>
  body?: string | Uint8Array
  /** From the beginning to the last byte of the answer. */
  timeoutMs: number
  /** Of the answer's body. */
  mostBytes: number
  /** What is beyond `mostBytes` is left unread; without this it is an error. */
  cutsLong?: boolean
  signal?: AbortSignal
}

export interface OutsideAnswer {
  status: number
  headers: Headers
  body: Buffer
  /** There was more of the body. */
  isCut: boolean
}

export interface Outside {
  /** @throws OutsideError */
  ask(request: OutsideRequest): Promise<OutsideAnswer>
  close(): void
}

export interface OutsideOptions {
  /** The server's own network too, and http: for an installation within a company. */
  allowsPrivate: boolean
  /** Default: what the system asks; in the form of `dns.lookup`. */
  lookup?: typeof systemLookup
}

/** Of this connection and not of the message (RFC 9110, 7.6.1), or ours to say. */
const NOT_TAKEN = ['connection', 'content-length', 'expect', 'host', 'keep-alive', 'te', 'transfer-encoding', 'upgrade']
const IDLE_MS = 5_000
const MOST_SOCKETS = 64

export function openOutside({ allowsPrivate, lookup = systemLookup }: OutsideOptions): Outside {
  const guarded = guardedLookup(allowsPrivate, lookup)
  const options = { keepAlive: true, timeout: IDLE_MS, maxTotalSockets: MOST_SOCKETS, lookup: guarded }
  const agents = { http: new http.Agent(options), https: new https.Agent(options) }
  return {
    async ask(request) {
      requireAllowed(request.url, allowsPrivate)
      const deadline = AbortSignal.timeout(request.timeoutMs)
      const signal = request.signal ? AbortSignal.any([deadline, request.signal]) : deadline
      try {
        return await send(request, signal, agents)
      } catch (error) {
        request.signal?.throwIfAborted()
        if (deadline.aborted)
          throw new OutsideError('timeout', `has not answered within ${request.timeoutMs / 1000} s`, { cause: error })
        if (error instanceof OutsideError) throw error
        throw new OutsideError('unreachable', `cannot be reached: ${reasonOf(error)}`, { cause: error })
      }
    },
    close() {
      agents.http.destroy()
      agents.https.destroy()
    },
  }
}

/** What can be told without asking anybody. @throws OutsideError */
export function requireAllowed(url: URL, allowsPrivate: boolean): void {
  if (url.protocol !== 'https:' && !(allowsPrivate && url.protocol === 'http:'))
    throw new OutsideError('address', 'must begin with https://')
  if (url.username !== '' || url.password !== '')
    throw new OutsideError('address', 'must not hold a name and password; send them as a header')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  if (!allowsPrivate && isIP(host) && isPrivateAddress(host)) throw intoOurNetwork()
}

const intoOurNetwork = () => new OutsideError('private', 'leads into the network of the server')

/** A name that has one private address among others is refused whole. */
function guardedLookup(allowsPrivate: boolean, lookup: typeof systemLookup): LookupFunction {
  return (host, options, answer) => {
    lookup(host, { ...options, all: true }, (error, found: readonly LookupAddress[]) => {
      const [first] = error ? [] : found
      if (!first) answer(new OutsideError('unknown', 'is not known', { cause: error }), '')
      else if (!allowsPrivate && found.some(({ address }) => isPrivateAddress(address))) answer(intoOurNetwork(), '')
      else if (options.all) answer(null, [...found])
      else answer(null, first.address, first.family)
    })
  }
}

type Agents = { http: http.Agent; https: https.Agent }

function send(
  { method, url, headers = {}, body, mostBytes, cutsLong = false }: OutsideRequest,
  signal: AbortSignal,
  agents: Agents,
): Promise<OutsideAnswer> {
  return new Promise((resolve, reject) => {
    const isPlain = url.protocol === 'http:'
    const options = { method, headers: ours(headers, body), signal, agent: isPlain ? agents.http : agents.https }
    const request = (isPlain ? http : https).request(url, options, (response) => {
      readLimited(response, mostBytes, cutsLong).then(
        ({ body, isCut }) => resolve({ status: response.statusCode ?? 0, headers: headersOf(response), body, isCut }),
        reject,
      )
    })
    request.once('error', reject)
    request.end(body)
  })
}

function ours(headers: Readonly<Record<string, string>>, body: string | Uint8Array | undefined) {
  const taken = Object.entries(headers).filter(([name]) => !NOT_TAKEN.includes(name.toLowerCase()))
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  return { 'accept-encoding': 'identity', 'user-agent': 'Relata', ...Object.fromEntries(taken), ...length }
}

async function readLimited(response: http.IncomingMessage, mostBytes: number, cutsLong: boolean) {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes <= mostBytes) continue
    // Leaving the loop closes the connection.
    if (!cutsLong) throw new OutsideError('too_large', `answers with more than ${mostBytes} bytes`)
    return { body: Buffer.concat(chunks).subarray(0, mostBytes), isCut: true }
  }
  return { body: Buffer.concat(chunks), isCut: false }
}

function headersOf({ rawHeaders }: http.IncomingMessage): Headers {
  const headers = new Headers()
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '')
  return headers
}

function reasonOf(error: unknown): string {
  // Tried by several addresses, each with its own error.
  const first = error instanceof AggregateError ? error.errors[0] : error
  if (!(first instanceof Error)) return 'the connection was cut off'
  return 'code' in first && typeof first.code === 'string' ? first.code : first.message
}
