// The baseline: what an ordinary good engineer writes by hand for this one table with Hono and `postgres`. No sign-in,
// no rights, no check beyond the types of the columns; writes keep a history in the same statement.
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import postgres from 'postgres'
import { socketHost } from '../../../kernel/platform/postgres-url.ts'
import { COLUMNS } from './bench-entity.ts'

const url = process.env['DATABASE_URL'] ?? ''
const sql = postgres(url, { ...socketHost(url), max: 4, onnotice: () => undefined })
const app = new Hono()
const names = COLUMNS.map((column) => column.name)
const settable = new Set(names)

app.get('/items/:id', async (c) => {
  const [item] = await sql`SELECT * FROM hand.item WHERE id = ${c.req.param('id')} AND deleted_at IS NULL`
  return item ? c.json(item) : c.json({ error: 'not found' }, 404)
})

app.get('/items', async (c) => {
  const items = await sql`
    SELECT * FROM hand.item WHERE stage = ${c.req.query('stage') ?? ''} AND deleted_at IS NULL
    ORDER BY amount DESC, id DESC LIMIT 51`
  return c.json({ data: items.slice(0, 50), more: items.length > 50 })
})

app.post('/items', async (c) => {
  const body = await c.req.json<Record<string, string>>()
  const values = Object.fromEntries(Object.entries(body).filter(([name]) => settable.has(name)))
  const [item] = await sql`
    WITH ins AS (INSERT INTO hand.item ${sql({ ...values, id: crypto.randomUUID() })} RETURNING *),
    hist AS (INSERT INTO hand.history (item, version, operation, changes) SELECT id, version, 'create', to_jsonb(ins) FROM ins)
    SELECT * FROM ins`
  return c.json(item, 201)
})

app.patch('/items/:id', async (c) => {
  const body = await c.req.json<Record<string, string>>()
  const values = Object.fromEntries(Object.entries(body).filter(([name]) => settable.has(name)))
  const [item] = await sql`
    WITH upd AS (UPDATE hand.item SET ${sql(values)}, version = version + 1, updated_at = now() WHERE id = ${c.req.param('id')} AND deleted_at IS NULL RETURNING *),
    hist AS (INSERT INTO hand.history (item, version, operation, changes) SELECT id, version, 'update', ${sql.json(values)} FROM upd)
    SELECT * FROM upd`
  return item ? c.json(item) : c.json({ error: 'not found' }, 404)
})

const server = serve({ fetch: app.fetch, port: Number(process.env['PORT']), hostname: '127.0.0.1' })
process.on('SIGTERM', () => {
  server.close()
  void sql.end({ timeout: 1 })
})
