// Is the process alive (healthz), and can it do its work (readyz)? For load balancers and container hosts.
import { Hono } from 'hono'
import type { Database } from '../run/database.ts'
import type { Sandbox } from '../sandbox/contract.ts'

const PROBE_TIMEOUT_MS = 2_000

export interface Health {
  /** Set once everything has started; unset when stopping begins. */
  isReady: boolean
}

export function healthRoutes(database: Database, health: Health, sandbox: Pick<Sandbox, 'state'>): Hono {
  const app = new Hono()
  // Numbers alone: whoever asks is not signed in.
  app.get('/healthz', (c) => c.json({ status: 'ok', sandbox: sandbox.state() }, 200, NO_STORE))
  app.get('/readyz', async (c) => {
    if (!health.isReady) return c.json({ status: 'starting or stopping' }, 503, NO_STORE)
    const isThere = await answersInTime(database)
    return isThere
      ? c.json({ status: 'ok' }, 200, NO_STORE)
      : c.json({ status: 'the database does not answer' }, 503, NO_STORE)
  })
  return app
}

const NO_STORE = { 'cache-control': 'no-store' }

async function answersInTime(database: Database): Promise<boolean> {
  const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), PROBE_TIMEOUT_MS).unref())
  const asked = database.query('SELECT 1').then(
    () => true,
    () => false,
  )
  return Promise.race([asked, late])
}
