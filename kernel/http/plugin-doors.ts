// What plugins do for people and for other systems over HTTP: actions, jobs that an administrator starts, and routes.
// Calls from outside come to /hooks/{tenant}/{plugin}/{path}: nobody is signed in there, and whatever is wrong with a
// call, its sender is told the same.
import { Type } from '@sinclair/typebox'
import { type Context as HonoContext, Hono } from 'hono'
import { RelataError } from '../../sdk/errors.ts'
import { didYouMean, nearest } from '../../sdk/metadata/nearest.ts'
import { ActionRequest } from '../../sdk/wire/actions.ts'
import type { AuthRoom } from '../auth/index.ts'
import { requireAdminister } from '../auth/rights.ts'
import { Throttle } from '../auth/throttle.ts'
import type { ActRoom } from '../plugins/act/act-room.ts'
import { callRoute, findRoute } from '../plugins/act/route-call.ts'
import { runAction } from '../plugins/act/run-action.ts'
import { runJob } from '../plugins/act/run-job.ts'
import { inTenant, type TenantEnv } from '../request.ts'
import { problemResponse } from '../respond/problem.ts'
import { jsonAnswer } from '../respond/json.ts'
import type { GuestError } from '../sandbox/contract.ts'
import type { LoadedTenant } from '../catalog/loaded-tenant.ts'
import type { Services } from '../services.ts'
import { answer } from './answer.ts'
import { readBody } from './read-body.ts'
import { readBytes } from './read-bytes.ts'
import { readJson } from './read-json.ts'
import { clientAddress } from './security.ts'

const MOST_BODY_BYTES = 256 * 1024
const MINUTE_MS = 60_000
const CALLS = {
  both: { failures: 300, windowMs: MINUTE_MS },
  account: { failures: 1_200, windowMs: MINUTE_MS },
  address: { failures: 600, windowMs: MINUTE_MS },
}
const JobBody = Type.Object({ payload: Type.Optional(Type.Unknown()) }, { additionalProperties: false })

/** Within a tenant, behind its door. */
export function pluginDoorRoutes(services: Services, auth: AuthRoom, room: ActRoom): Hono<TenantEnv> {
  const app = new Hono<TenantEnv>()

  app.post('/actions/:name', (c) =>
    inTenant(c, services, async (context) => {
      const request = readBody(ActionRequest, await readJson(c))
      return jsonAnswer(await runAction(room, context, c.req.param('name'), request))
    }),
  )

  app.post('/plugins/:name/jobs/:job/run', (c) =>
    inTenant(c, services, async ({ model, actor, loaded }) => {
      requireAdminister(model, actor)
      const { payload = null } = readBody(JobBody, await readJson(c))
      const [plugin, job] = [c.req.param('name'), c.req.param('job')]
      requireJob(loaded, plugin, job)
      await runJob(room, loaded, { plugin, job, payload, depth: 0 }, { signal: c.req.raw.signal }).catch(tellWhy)
      return jsonAnswer({ plugin, job })
    }),
  )

  // Not below /plugins: an address there could be meant for a plugin of that name as well.
  app.all('/routes/:name/:path{.+}', (c) =>
    inTenant(c, services, async ({ actor, loaded }) => {
      const found = findRoute(loaded, c.req.param('name'), c.req.method, c.req.param('path'))
      if (!found) throw nothingHere(c)
      // By cookie other sites could call it too, whatever the method: what a route does for GET nobody knows.
      auth.requireSameOrigin(new Request(c.req.url, { method: 'POST', headers: c.req.raw.headers }))
      const body = await readBytes(c, MOST_BODY_BYTES)
      const response = await callRoute(room, { loaded, ...found, request: c.req.raw, body, person: actor })
      if (!response) throw nothingHere(c)
      return response
    }),
  )
  return app
}

/** Outside of sign-in. */
export function pluginHookRoutes(services: Services, room: ActRoom): Hono {
  const app = new Hono()
  const throttle = new Throttle(CALLS)
  app.all('/hooks/:tenant/:plugin/:path{.+}', (c) =>
    answer(c, services.log, async () => {
      const [tenant, name] = [c.req.param('tenant'), c.req.param('plugin')]
      throttle.attempt(clientAddress(c), `${tenant}/${name}`)
      const body = await readBytes(c, MOST_BODY_BYTES)
      const loaded = await services.catalog.load(tenant).catch(ifGone)
      const found = loaded && findRoute(loaded, name, c.req.method, c.req.param('path'))
      if (!loaded || !found || found.route.access === 'user') throw nothingHere(c)
      try {
        const response = await callRoute(room, { loaded, ...found, request: c.req.raw, body, person: null })
        if (response) return response
      } catch (error) {
        return outsideAnswer(services, c, error)
      }
      throw nothingHere(c)
    }),
  )
  return app
}

const nothingHere = (c: HonoContext): RelataError =>
  new RelataError('RL101', `There is nothing at ${c.req.method} ${c.req.path}.`)

function ifGone(error: unknown): undefined {
  if (error instanceof RelataError && error.code === 'RL215') return undefined
  throw error
}

/** Who may read the log of a plugin may be told at once. @throws the error, with the plugin's own words */
function tellWhy(error: unknown): never {
  const { cause } = error instanceof RelataError && error.code === 'RL403' ? error : {}
  if (!(error instanceof RelataError) || !isGuestError(cause)) throw error
  const { message, isPublic, members, hint } = error
  throw new RelataError('RL403', `${message.replace(/\.$/, '')}: ${cause.message}`, {
    ...{ isPublic, members, cause },
    ...(hint === undefined ? {} : { hint }),
  })
}

const isGuestError = (cause: unknown): cause is GuestError =>
  typeof cause === 'object' && cause !== null && 'stack' in cause && 'message' in cause

/** @throws RL205 */
function requireJob({ plugins }: LoadedTenant, plugin: string, job: string): void {
  const names = plugins.find(plugin)?.behaviour.jobs.map(({ name }) => name)
  if (names?.includes(job)) return
  const hint = names ? didYouMean(nearest(job, names)) : 'Its plugin has to be on.'
  throw new RelataError('RL205', `There is no job “${job}” of “${plugin}”.`, hint === undefined ? {} : { hint })
}

/** A stranger learns whether to try again, and a refusal's own words; whose code it was is not for them. */
function outsideAnswer(services: Services, c: HonoContext, error: unknown): Response {
  const isOurs = error instanceof RelataError && error.code.startsWith('RL4')
  const told = isOurs ? new RelataError(error.code, error.code === 'RL402' ? error.message : 'It did not work.') : error
  const response = problemResponse(told, services.log, { method: c.req.method, path: c.req.path })
  return response
}
