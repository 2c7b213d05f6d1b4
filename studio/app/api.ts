// The one door to the server (docs/http-api.md). Paths without a leading slash belong to the current tenant:
// `api.get('meta')` asks /api/v1/{tenant}/meta; `api.get('/api/session')` is taken as it stands.
import type { ErrorCode, Problem } from '../../sdk/errors.ts'
import { trackRequest } from './network.ts'

export type QueryValue = string | number | boolean | null | undefined

export interface RequestOptions {
  /** Members that are null, undefined or '' are left out. */
  query?: Readonly<Record<string, QueryValue>>
  /** Version of the record being changed, sent as `If-Match: "3"`; `'*'` overwrites whatever is there. */
  ifMatch?: number | '*'
  headers?: Readonly<Record<string, string>>
  signal?: AbortSignal
}

/** A refusal by the server, or none of its words at all: then `code` is `network` and `status` 0. */
export class ApiError extends Error {
  readonly status: number
  readonly code: ErrorCode | 'network' | 'unreadable'
  readonly title: string
  readonly hint: string | undefined
  /** Where it went wrong: `path` is a JSON pointer into the body or a field name. */
  readonly problems: readonly Problem[]
  /** Every member of the problem document, such as `current` in a version conflict. */
  readonly members: Readonly<Record<string, unknown>>

  constructor(
    status: number,
    code: ApiError['code'],
    message: string,
    members: Readonly<Record<string, unknown>> = {},
  ) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.code = code
    this.title = textOf(members['title']) ?? message
    this.hint = textOf(members['hint'])
    this.problems = problemsOf(members['errors'])
    this.members = members
  }

  /** The problem at this field, given as `name` or anywhere below it (`/address/city`). */
  problemOf(field: string): Problem | undefined {
    return this.problems.find(({ path }) => path === field || path === `/${field}` || path.startsWith(`/${field}/`))
  }
}

let tenant = ''
const signedOut = new Set<() => void>()

export const currentTenant = (): string => tenant
export const setApiTenant = (slug: string): void => void (tenant = slug)
/** Called when any answer says that nobody is signed in any more. @returns the remover */
export function onSignedOut(listener: () => void): () => void {
  signedOut.add(listener)
  return () => void signedOut.delete(listener)
}

export const api = {
  get: <T>(path: string, options?: RequestOptions): Promise<T> => call<T>('GET', path, undefined, options),
  post: <T>(path: string, body?: unknown, options?: RequestOptions): Promise<T> => call<T>('POST', path, body, options),
  patch: <T>(path: string, body: unknown, options?: RequestOptions): Promise<T> =>
    call<T>('PATCH', path, body, options),
  put: <T>(path: string, body: unknown, options?: RequestOptions): Promise<T> => call<T>('PUT', path, body, options),
  delete: <T = undefined>(path: string, options?: RequestOptions): Promise<T> =>
    call<T>('DELETE', path, undefined, options),
}

/** The full address of an API path, for links and downloads. */
export function apiHref(path: string, query: RequestOptions['query'] = {}): string {
  const base = path.startsWith('/') ? path : `/api/v1/${encodeURIComponent(tenant)}/${path}`
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) =>
      value === null || value === undefined || value === '' ? [] : [[name, String(value)]],
    ),
  ).toString()
  return search ? `${base}?${search}` : base
}

async function call<T>(method: string, path: string, body: unknown, options: RequestOptions = {}): Promise<T> {
  const response = await send(method, path, body, options)
  if (!response.ok) throw await refusal(response, path)
  if (response.status === 204 || response.headers.get('content-length') === '0') return nothing<T>()
  const answer: T = await response.json().catch(() => {
    throw new ApiError(response.status, 'unreadable', 'The answer of the server could not be read.')
  })
  return answer
}

/** Answers without a body belong to calls whose T is undefined. */
function nothing<T>(): T {
  const none: T | undefined = undefined
  return none as T
}

/** FormData and text travel as they are (uploads, CSV); everything else as JSON. */
async function send(method: string, path: string, body: unknown, options: RequestOptions): Promise<Response> {
  const isRaw = body instanceof FormData || body instanceof Blob || typeof body === 'string'
  const headers: Record<string, string> = { accept: 'application/json', ...options.headers }
  if (body !== undefined && !isRaw) headers['content-type'] = 'application/json'
  if (options.ifMatch !== undefined) headers['if-match'] = options.ifMatch === '*' ? '*' : `"${options.ifMatch}"`
  const request: RequestInit = { method, headers, credentials: 'same-origin' }
  if (options.signal) request.signal = options.signal
  if (body !== undefined) request.body = isRaw ? body : JSON.stringify(body)
  try {
    return await trackRequest(fetch(apiHref(path, options.query), request))
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError(0, 'network', 'The server cannot be reached.')
  }
}

async function refusal(response: Response, path: string): Promise<ApiError> {
  const members: unknown = await response.json().catch(() => null)
  const document = isObject(members) ? members : {}
  const code = textOf(document['code'])
  const message = textOf(document['detail']) ?? textOf(document['title']) ?? `${response.status} ${response.statusText}`
  const error = new ApiError(response.status, isErrorCode(code) ? code : 'unreadable', message, document)
  // A wrong password is also a 401; only RL300 says that a session is missing.
  if (error.code === 'RL300' && !path.startsWith('/api/')) for (const listener of [...signedOut]) listener()
  return error
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const isErrorCode = (code: string | undefined): code is ErrorCode => code !== undefined && /^RL\d{3}$/.test(code)

function problemsOf(value: unknown): readonly Problem[] {
  return Array.isArray(value) ? value.filter(isProblem) : []
}
const isProblem = (value: unknown): value is Problem =>
  isObject(value) && typeof value['path'] === 'string' && typeof value['message'] === 'string'
