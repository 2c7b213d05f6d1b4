// GET meta: what the pages are drawn from. Equal roles of one version share the text, so it is made once.
import { createHash } from 'node:crypto'
import { Hono } from 'hono'
import { clientMeta } from '../catalog/projection.ts'
import { inTenant, type TenantEnv } from '../request.ts'
import { API_HEADERS } from '../respond/json.ts'
import type { Services } from '../services.ts'

interface Text {
  body: string
  etag: string
}

export function metaRoutes(services: Services): Hono<TenantEnv> {
  const texts = new WeakMap<object, Text>()
  const textOf = (meta: object): Text => {
    const known = texts.get(meta)
    if (known) return known
    const body = JSON.stringify(meta)
    const made = { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"` }
    texts.set(meta, made)
    return made
  }
  const app = new Hono<TenantEnv>()
  app.get('/meta', (c) =>
    inTenant(c, services, async ({ loaded, actor, model, rights }) => {
      const { body, etag } = textOf(clientMeta(model, loaded.tenant, actor, rights, loaded.plugins))
      const headers = { ...API_HEADERS, etag, 'cache-control': 'private, no-cache', vary: 'cookie, authorization' }
      if (c.req.header('if-none-match') === etag) return new Response(null, { status: 304, headers })
      return new Response(body, { headers })
    }),
  )
  return app
}
