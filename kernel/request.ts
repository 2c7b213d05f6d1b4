// The corridor of a request within a tenant: who asks, which version they see, what they may, and the answer or the one
// catch.
import type { Context as HonoContext } from 'hono'
import { RelataError } from '../sdk/errors.ts'
import type { Actor } from './actor.ts'
import { problemResponse } from './respond/problem.ts'
import { type Context, makeContext } from './run/context.ts'
import { isStalePlan } from './run/postgres-error.ts'
import type { LoadedTenant } from './catalog/loaded-tenant.ts'
import type { Services } from './services.ts'

export interface TenantEnv {
  Variables: { actor: Actor; loaded: LoadedTenant }
}

export type TenantWork = (context: Context) => Promise<Response>

/** Run `work` for the actor of this request. A publish that happened meanwhile is taken up once. */
export async function inTenant(c: HonoContext<TenantEnv>, services: Services, work: TenantWork): Promise<Response> {
  try {
    const response = await withFreshPlan(c, services, work)
    // Committed by now. A request that only read was a GET.
    if (c.req.method !== 'GET') services.events.nudge(c.var.loaded.tenant.schema)
    return response
  } catch (error) {
    return problemResponse(error, services.log, { method: c.req.method, path: c.req.path })
  }
}

async function withFreshPlan(c: HonoContext<TenantEnv>, services: Services, work: TenantWork): Promise<Response> {
  const { actor, loaded } = c.var
  const contextOf = (version: LoadedTenant): Context =>
    makeContext(version, actor, services.seal, services.guards, services.hooks)
  try {
    return await work(contextOf(loaded))
  } catch (error) {
    if (!isStalePlan(error) && !(error instanceof RelataError && isStalePlan(error.cause))) throw error
    const fresh = await services.catalog.reload(loaded.tenant.slug)
    return work(contextOf(fresh))
  }
}

/** Sign-in and tenant for everything under /api/v1/{tenant}. */
export async function enterTenant(
  c: HonoContext<TenantEnv>,
  services: Services,
  next: () => Promise<void>,
  address: () => string,
): Promise<Response | undefined> {
  try {
    const loaded = await services.catalog.load(c.req.param('tenant') ?? '')
    const actor = await services.auth.actorOf(c.req.raw, loaded, address)
    // Who is not a member cannot tell a tenant that exists from one that does not.
    if (!actor) throw services.auth.refusal(c.req.raw)
    c.set('loaded', loaded)
    c.set('actor', actor)
  } catch (error) {
    const isUnknown = error instanceof RelataError && error.code === 'RL215'
    const hidden = isUnknown ? services.auth.refusal(c.req.raw) : error
    return problemResponse(hidden, services.log, { method: c.req.method, path: c.req.path })
  }
  await next()
  return undefined
}
