// Live updates: what has changed, told to open pages as server-sent events.
import { Hono } from 'hono'
import { RelataError } from '../../sdk/errors.ts'
import type { LiveHub } from '../events/live/hub.ts'
import { inTenant, type TenantEnv } from '../request.ts'
import { SAFE_HEADERS } from '../respond/safe-headers.ts'
import { makeContext } from '../run/context.ts'
import type { Services } from '../services.ts'

const HEADERS = {
  ...SAFE_HEADERS,
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // A proxy that gathers answers would keep pages waiting.
  'x-accel-buffering': 'no',
}

export function liveRoutes(services: Services, hub: LiveHub): Hono<TenantEnv> {
  const { catalog, auth, seal, guards } = services
  const app = new Hono<TenantEnv>()
  app.get('/live', (c) =>
    inTenant(c, services, async ({ loaded: { tenant }, actor: { userId } }) => {
      const request = c.req.raw
      const reader = {
        schema: tenant.schema,
        slug: tenant.slug,
        userId,
        async context() {
          try {
            const loaded = await catalog.load(tenant.slug)
            const actor = await auth.actorOf(request, loaded)
            return actor && makeContext(loaded, actor, seal, guards)
          } catch (error) {
            // The key is gone, the session asks for more than before, or the organisation is gone.
            if (error instanceof RelataError && error.isPublic) return null
            throw error
          }
        },
      }
      const stream = await hub.open(reader, c.req.header('last-event-id') ?? c.req.query('last_event_id'))
      return new Response(stream.body, { headers: HEADERS })
    }),
  )
  return app
}
