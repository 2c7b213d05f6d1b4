// The description of a tenant's API, and a page to try it. The page is Swagger UI from this server; nothing is fetched
// from elsewhere, and its scripts are files, so that the content security policy can stay strict.
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { Hono } from 'hono'
import { openApiDocument } from '../catalog/openapi.ts'
import { inTenant, type TenantEnv } from '../request.ts'
import { jsonAnswer } from '../respond/json.ts'
import { SAFE_HEADERS } from '../respond/safe-headers.ts'
import type { Services } from '../services.ts'

const require = createRequire(import.meta.url)

const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  // Swagger UI sets widths and colours on elements.
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>API</title>
    <link rel="stylesheet" href="docs/swagger-ui.css">
  </head>
  <body>
    <main id="page"></main>
    <script src="docs/swagger-ui-bundle.js"></script>
    <script src="docs/start.js"></script>
  </body>
</html>
`

const START = `SwaggerUIBundle({ url: new URL('openapi.json', document.baseURI).href, dom_id: '#page', deepLinking: true, validatorUrl: null, filter: true, docExpansion: 'none', defaultModelsExpandDepth: 0 })
`

const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
}

/** Mounted under /api/v1/{tenant}, behind the middleware that says who asks. */
export function openApiRoutes(services: Services): Hono<TenantEnv> {
  const app = new Hono<TenantEnv>()

  app.get('/openapi.json', (c) =>
    inTenant(c, services, async ({ actor, loaded, model, rights }) => {
      return jsonAnswer(openApiDocument(model, loaded.tenant, actor, rights), 200, {
        'cache-control': 'private, no-cache',
      })
    }),
  )

  app.get('/docs', () => new Response(PAGE, { headers: { ...SAFE, 'content-type': 'text/html; charset=utf-8' } }))
  // One route for all of them: beside a fixed address at the same place the router would have to search.
  app.get('/docs/:asset', async (c, next) => {
    const name = c.req.param('asset')
    if (name === 'start.js')
      return new Response(START, { headers: { ...SAFE, 'content-type': 'text/javascript; charset=utf-8' } })
    const type = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined
    if (type === undefined) return next()
    const bytes = await readFile(path.join(path.dirname(require.resolve('swagger-ui-dist/package.json')), name))
    return new Response(bytes, {
      headers: { ...SAFE, 'content-type': type, 'cache-control': 'private, max-age=86400' },
    })
  })

  return app
}

const SAFE = { ...SAFE_HEADERS, 'content-security-policy': POLICY }
