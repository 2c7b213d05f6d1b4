// One call to the server: address, key, JSON in and out, problem documents as errors. Runs in Node and in the browser,
// where a page of the same server may leave the key out and be known by its session.
import { ERRORS, type ErrorCode, type Problem, RelataError } from '../errors.ts'

export interface ClientOptions {
  /** Address of the server, such as `https://relata.example.org`. */
  url: string
  /** Slug of the tenant, as in the address of its pages. */
  tenant: string
  /** API key, `rk_…`. */
  key?: string
  /** For tests, and for programs that reach the server in a way of their own. */
  fetch?: typeof fetch
}

export interface Call {
  method?: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  /** Members that are undefined are left out. */
  query?: Readonly<Record<string, string | undefined>>
  headers?: Readonly<Record<string, string>>
  /** Sent as JSON. */
  json?: unknown
  /** Sent as it is; name its content type in `headers`, but for a form, which has its own. */
  body?: ReadableStream<Uint8Array> | string | FormData
  signal?: AbortSignal
}

/** @throws RelataError what the server answered, or RL505 when it gave no answer that can be used */
export type Send = (path: string, call?: Call) => Promise<unknown>

/** An answer that goes on for as long as both sides want. @throws as Send does, before the first byte */
export type OpenStream = (path: string, call?: Call) => Promise<ReadableStream<Uint8Array>>

export function createTransport(options: ClientOptions): Send {
  const ask = createAsk(options)
  return async (path, call = {}) => readAnswer(await ask(path, call, 'application/json'))
}

export function createStreams(options: ClientOptions): OpenStream {
  const ask = createAsk(options)
  return async (path, call = {}) => {
    const response = await ask(path, call, 'text/event-stream')
    if (!response.ok) throw asError(response, await response.text())
    if (!response.body) throw unusable('opened no stream')
    return response.body
  }
}

type Ask = (path: string, call: Call, accept: string) => Promise<Response>

function createAsk(options: ClientOptions): Ask {
  const base = baseAddress(options)
  const send = options.fetch ?? fetch
  const identity: Record<string, string> = options.key === undefined ? {} : { authorization: `Bearer ${options.key}` }

  return (path, call, accept) => {
    const url = new URL(`${base}/${path}`)
    for (const [name, value] of Object.entries(call.query ?? {})) {
      if (value !== undefined) url.searchParams.set(name, value)
    }
    const content: Record<string, string> = call.json === undefined ? {} : { 'content-type': 'application/json' }
    const body = call.json === undefined ? call.body : JSON.stringify(call.json)
    const init: RequestInit = {
      method: call.method ?? 'GET',
      headers: { accept, ...identity, ...content, ...call.headers },
      ...(call.signal ? { signal: call.signal } : {}),
      // A body that is read while it is sent needs to be announced (Fetch standard, `duplex`).
      ...(body === undefined ? {} : { body, duplex: 'half' }),
    }
    return reach(() => send(url, init), options, call.signal)
  }
}

function baseAddress({ url, tenant }: ClientOptions): string {
  if (!URL.canParse(url) || !/^https?:/.test(url)) {
    throw new RelataError('RL505', `“${url}” is not the address of a server.`, {
      hint: 'Give it with http:// or https://, such as http://localhost:3000.',
    })
  }
  return `${url.replace(/\/+$/, '')}/api/v1/${encodeURIComponent(tenant)}`
}

async function reach(
  send: () => Promise<Response>,
  { url }: ClientOptions,
  signal: AbortSignal | undefined,
): Promise<Response> {
  try {
    return await send()
  } catch (cause) {
    if (signal?.aborted) throw cause
    const hint = 'Is it running, and is the address right?'
    throw new RelataError('RL505', `The server at ${url} cannot be reached.`, { cause, hint })
  }
}

async function readAnswer(response: Response): Promise<unknown> {
  const text = await response.text()
  if (!response.ok) throw asError(response, text)
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw unusable('answered with something other than JSON', cause)
  }
}

/** The error that the server meant. */
function asError(response: Response, text: string): RelataError {
  const document = parseObject(text)
  const { type: _type, title, status: _status, code, detail, hint, errors, instance: _instance, ...members } = document
  const message = String(detail ?? title ?? (text.trim().slice(0, 200) || response.statusText))
  // A proxy in between, or a newer server.
  if (!isErrorCode(code)) return unusable(`answered ${response.status}: ${message}`)
  return new RelataError(code, message, {
    isPublic: true,
    members,
    ...(typeof hint === 'string' ? { hint } : {}),
    ...(Array.isArray(errors) ? { problems: errors.filter(isProblem) } : {}),
  })
}

/** The server spoke, but not as docs/http-api.md says. */
export function unusable(what: string, cause?: unknown): RelataError {
  return new RelataError('RL505', `The server ${what}.`, {
    isPublic: true,
    hint: 'Is this the address of a Relata server, and is its version the one of this client?',
    ...(cause === undefined ? {} : { cause }),
  })
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : {}
  } catch {
    return {}
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const isErrorCode = (code: unknown): code is ErrorCode => typeof code === 'string' && Object.hasOwn(ERRORS, code)

const isProblem = (value: unknown): value is Problem =>
  isObject(value) && typeof value['path'] === 'string' && typeof value['message'] === 'string'
