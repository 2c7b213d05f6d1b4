// A server made of memory: the built studio and the shapes of docs/http-api.md, for pages whose kernel is not at hand.
// Big lists are computed, not stored.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { serve } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import jsonLogic from 'json-logic-js'
import { securityHeaders } from '../../../kernel/http/security.ts'
import { pageRoutes } from '../../../kernel/http/pages.ts'
import type { ClientMeta } from '../../../sdk/wire/meta.ts'
import { META, PEOPLE, COMPANIES, DEALS, readingAt } from './mock-data.ts'

type Row = Record<string, unknown> & { id: string; version: number; display_name: string; deleted_at: string | null }
const DIST = path.join(import.meta.dirname, '../../../studio/dist')
const BIG = 1_000_000

export function mockApi(): Hono {
  const tables: Record<string, Row[]> = { 'base.person': PEOPLE, 'base.organisation': COMPANIES, 'sales.deal': DEALS }
  let meta: ClientMeta = META
  const userOf = (c: Context) => (getCookie(c, 'mock') ? { email: 'admin@example.org', name: 'Ada Moreau' } : null)
  const profile = {
    user_id: 'u1',
    display_name: 'Ada Moreau',
    email: 'admin@example.org',
    locale: null,
    time_zone: 'Europe/Berlin',
    theme: 'system',
    roles: ['system.administrator'],
    administer: true,
  }
  const app = new Hono()
  const problem = (status: 401 | 404 | 422, code: string, detail: string, more: object = {}) =>
    new Response(JSON.stringify({ type: 'about:blank', title: detail, status, code, detail, ...more }), {
      status,
      headers: { 'content-type': 'application/problem+json' },
    })

  app.use(securityHeaders(false))
  app.get('/api/session', (c) =>
    c.json({
      user: userOf(c),
      tenants: userOf(c) ? [{ slug: 'main', title: 'Northwind Trading', isDemo: true }] : [],
      setup: 'done',
    }),
  )
  app.post('/api/auth/sign-in/email', async (c) => {
    const body = await c.req.json()
    if (body.password !== 'correct horse battery')
      return problem(401, 'RL306', 'The e-mail address or the password is wrong.')
    setCookie(c, 'mock', '1', { httpOnly: true })
    return c.json({ ok: true })
  })
  app.post('/api/auth/sign-out', (c) => {
    deleteCookie(c, 'mock')
    return c.json({ success: true })
  })
  app.use('/api/v1/main/*', async (c, next) => (userOf(c) ? next() : problem(401, 'RL300', 'Please sign in.')))
  app.get('/api/v1/main/meta', (c) => c.json(meta))
  app.get('/api/v1/main/me', (c) => c.json(profile))
  app.patch('/api/v1/main/me', async (c) => c.json(Object.assign(profile, await c.req.json())))

  app.get('/api/v1/main/records/:entity', (c) => {
    const entity = c.req.param('entity')
    const query = c.req.query()
    const limit = Number(query['limit'] ?? 50)
    const from = query['cursor'] ? Number(query['cursor']) : 0
    if (entity === 'iot.reading') {
      const data = Array.from({ length: Math.min(limit, BIG - from) }, (_, index) => readingAt(from + index))
      const next = from + limit < BIG ? String(from + limit) : null
      return c.json({ data, next, ...(query['count'] ? { count: { value: 10_000, exact: false } } : {}) })
    }
    const table = tables[entity]
    if (!table) return problem(404, 'RL201', `There is no entity “${entity}”.`)
    let rows = table.filter((row) => (query['trash'] === 'true') === (row.deleted_at !== null))
    if (query['filter'])
      rows = rows.filter((row) => jsonLogic.apply(JSON.parse(query['filter'] ?? 'true'), row) === true)
    if (query['q'])
      rows = rows.filter((row) => row.display_name.toLowerCase().includes((query['q'] ?? '').toLowerCase()))
    for (const key of (query['sort'] ?? '').split(',').filter(Boolean).toReversed()) {
      const name = key.replace('-', '')
      const sign = key.startsWith('-') ? -1 : 1
      rows = rows.toSorted(
        (a, b) => sign * String(a[name] ?? '').localeCompare(String(b[name] ?? ''), undefined, { numeric: true }),
      )
    }
    const next = from + limit < rows.length ? String(from + limit) : null
    const count = query['count'] ? { count: { value: rows.length, exact: true } } : {}
    return c.json({ data: rows.slice(from, from + limit), next, ...count })
  })
  app.get('/api/v1/main/records/:entity/:id', (c) => {
    const row = tables[c.req.param('entity')]?.find(({ id }) => id === c.req.param('id'))
    return row ? c.json(row) : problem(404, 'RL205', 'No such record.')
  })
  app.post('/api/v1/main/records/:entity/:id/restore', (c) => {
    const row = tables[c.req.param('entity')]?.find(({ id }) => id === c.req.param('id'))
    if (!row) return problem(404, 'RL205', 'No such record.')
    row.deleted_at = null
    return c.json(row)
  })
  app.delete('/api/v1/main/records/:entity/:id', (c) => {
    const table = tables[c.req.param('entity')] ?? []
    const at = table.findIndex(({ id }) => id === c.req.param('id'))
    const row = table[at]
    if (!row) return problem(404, 'RL205', 'No such record.')
    if (c.req.query('purge') === 'true') table.splice(at, 1)
    else row.deleted_at = new Date().toISOString()
    return new Response(null, { status: 204 })
  })
  app.post('/api/v1/main/batch', async (c) => {
    const { operations } = await c.req.json()
    for (const { op, entity, id } of operations) {
      const row = tables[entity]?.find((one) => one.id === id)
      if (row) row.deleted_at = op === 'delete' ? new Date().toISOString() : null
    }
    return c.json({ results: [] })
  })
  app.get('/api/v1/main/metadata', (c) => c.json({ version: meta.version, packages: [] }))
  app.post('/api/v1/main/metadata/plan', (c) => c.json({ steps: [], needsConfirmation: [], warnings: [] }))
  app.post('/api/v1/main/metadata/publish', (c) => {
    meta = { ...meta, version: meta.version + 1 }
    return c.json({ version: meta.version, jobs: [] })
  })
  app.get('/api/*', () => problem(404, 'RL101', 'There is nothing at this address.'))
  app.route('/', pageRoutes(DIST))
  readFileSync(path.join(DIST, 'index.html'))
  return app
}

if (import.meta.main) {
  serve({ fetch: mockApi().fetch, port: Number(process.env['PORT'] ?? 4100), hostname: '127.0.0.1' }, ({ port }) =>
    console.log(`http://127.0.0.1:${port}`),
  )
}
