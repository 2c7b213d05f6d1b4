// A call to a route of a plugin: which route it is, whether whoever calls may, and what comes back of it.
import { Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { routeKey } from '../../../sdk/plugin/asks.ts'
import type { RouteBehaviour } from '../../../sdk/plugin/behaviour.ts'
import type { Actor } from '../../actor.ts'
import { SAFE_HEADERS } from '../../respond/safe-headers.ts'
import type { LoadedTenant } from '../../catalog/loaded-tenant.ts'
import type { ActRoom } from './act-room.ts'
import type { ActivePlugin } from '../contract.ts'
import { isDone } from './done-work.ts'
import { failureError } from './failure.ts'
import { readPluginSecret } from '../plugin-secrets.ts'
import { runKept } from './run-kept.ts'
import { checkSignature } from './signature.ts'

export interface RouteCall {
  loaded: LoadedTenant
  plugin: ActivePlugin
  route: RouteBehaviour
  request: Request
  /** As it came. */
  body: Uint8Array
  /** Who is signed in; null: nobody who counts here. */
  person: Actor | null
}

/** Those that were granted, and no others. */
export function findRoute(
  { plugins }: LoadedTenant,
  name: string,
  method: string,
  path: string,
): { plugin: ActivePlugin; route: RouteBehaviour } | undefined {
  const plugin = plugins.find(name)
  const route = plugin?.behaviour.routes.find((one) => one.method === method && one.path === path)
  if (!plugin || !route || !plugin.grants.has(routeKey(method, path, route.access))) return undefined
  return { plugin, route }
}

/** @returns undefined: it is not genuine, or was taken already; the journal knows more @throws RL401–RL407 */
export async function callRoute(room: ActRoom, call: RouteCall): Promise<Response | undefined> {
  const { loaded, plugin, route, request, body, person } = call
  const proof = await proofOf(room, call)
  if (!proof.ok) {
    const run = { tenant: loaded.tenant, plugin, kind: 'route', entry: route.name, actor: null } as const
    const message = `A call to ${route.method} ${route.path} was turned away: ${proof.why}.`
    room.journal.denied(run, routeKey(route.method, route.path, route.access), message)
    return undefined
  }
  const entry = { kind: 'route', name: route.name } as const
  const { value } = await runKept(room, {
    ...{ loaded, plugin, entry, depth: 1, signal: request.signal },
    person: route.access === 'user' ? person : null,
    input: { request: told(route, request, body) },
    ...(proof.once === undefined ? {} : { once: proof.once }),
  })
  if (Answer.Check(value)) {
    const response = toResponse(value ?? {})
    if (response) return response
  }
  const error = { name: 'Error', message: 'It answered what cannot be sent.', stack: '' }
  throw failureError(loaded.model, plugin, entry, { kind: 'failed', error })
}

type Proof = { ok: true; once?: string } | { ok: false; why: string }

async function proofOf(room: ActRoom, { loaded, plugin, route, request, body }: RouteCall): Promise<Proof> {
  if (route.access !== 'signed') return { ok: true }
  const { schema } = loaded.tenant
  if (!route.signature) return { ok: false, why: 'the route does not say how calls are signed' }
  const name = route.signature.secret
  const secret = await readPluginSecret(room.database, room.keys, schema, plugin.name, name)
  if (secret === undefined) return { ok: false, why: `nobody has entered the secret ${name}` }
  const verdict = checkSignature(route.signature, secret, request.headers, body, Date.now())
  if (!verdict.ok || verdict.signature === null) return verdict
  const once = `call ${verdict.signature}`
  return (await isDone(room.database, schema, plugin.name, once))
    ? { ok: false, why: 'it was sent before, with the same signature' }
    : { ok: true, once }
}

/** What belongs to us, and to whoever stands between. */
const NOT_TOLD = /^(authorization|cookie|proxy-|forwarded$|x-forwarded-|x-real-ip$|connection$|host$|sec-)/
const MOST_HEADER_CHARS = 16_000

function told(route: RouteBehaviour, request: Request, body: Uint8Array) {
  const headers: Record<string, string> = {}
  let chars = 0
  for (const [name, value] of request.headers) {
    chars += name.length + value.length
    if (!NOT_TOLD.test(name) && chars <= MOST_HEADER_CHARS) headers[name] = value
  }
  const query = Object.fromEntries(new URL(request.url).searchParams)
  return { method: route.method, path: route.path, query, headers, body: new TextDecoder().decode(body) }
}

const Answer = TypeCompiler.Compile(
  Type.Union([
    Type.Null(),
    Type.Object({
      status: Type.Optional(Type.Integer({ minimum: 200, maximum: 599 })),
      headers: Type.Optional(Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 2_000 }))),
      body: Type.Optional(Type.Unknown()),
    }),
  ]),
)

/** What is shown, never run: nothing of a plugin becomes a page of this address. */
const TYPES =
  /^(application\/json|application\/problem\+json|text\/plain|text\/csv|application\/xml|text\/xml)(;\s*charset=[a-z0-9-]+)?$/i
const PASSED: ReadonlySet<string> = new Set([
  ...['content-type', 'content-language', 'cache-control', 'etag', 'last-modified', 'retry-after'],
])
const ROUTE_HEADERS = {
  ...SAFE_HEADERS,
  'content-security-policy': `sandbox; ${SAFE_HEADERS['content-security-policy']}`,
  'cache-control': 'no-store',
}

/** undefined: of a kind that is not sent. */
function toResponse({
  status = 200,
  headers = {},
  body,
}: {
  status?: number
  headers?: Record<string, string>
  body?: unknown
}): Response | undefined {
  if (status >= 300 && status < 400) return undefined
  const isText = typeof body === 'string'
  const passed = Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name, value]) => PASSED.has(name) && /^[\t\x20-\x7e]*$/.test(value)),
  )
  const type = passed['content-type'] ?? (isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8')
  if (!TYPES.test(type)) return undefined
  const isEmpty = body === undefined || body === null || status === 204 || status === 205
  if (isEmpty) {
    const { 'content-type': _, ...rest } = passed
    return new Response(null, { status: status === 200 ? 204 : status, headers: { ...ROUTE_HEADERS, ...rest } })
  }
  const text = isText ? body : JSON.stringify(body)
  return new Response(text, { status, headers: { ...ROUTE_HEADERS, ...passed, 'content-type': type } })
}
