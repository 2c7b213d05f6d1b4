// API keys of an organisation: made here, because the key itself is shown once; listed, renamed and deleted as records.
import { Type } from '@sinclair/typebox'
import { Hono } from 'hono'
import { createKey } from '../auth/api-keys.ts'
import { requireAdminister } from '../auth/rights.ts'
import { inTenant, type TenantEnv } from '../request.ts'
import { jsonAnswer } from '../respond/json.ts'
import type { Services } from '../services.ts'
import { invalid, readBody, Words } from './read-body.ts'
import { readJson } from './read-json.ts'

const KeyBody = Type.Object(
  {
    name: Words(120),
    role: Words(81),
    entities: Type.Optional(Type.Array(Words(81), { maxItems: 100, uniqueItems: true })),
    read_only: Type.Optional(Type.Boolean()),
    expires_at: Type.Optional(Words(40)),
  },
  { additionalProperties: false },
)

export function keyRoutes(services: Services): Hono<TenantEnv> {
  const app = new Hono<TenantEnv>()
  app.post('/keys', (c) =>
    inTenant(c, services, async ({ loaded, model, actor }) => {
      requireAdminister(model, actor)
      const { name, role, entities = [], read_only = false, expires_at } = readBody(KeyBody, await readJson(c))
      if (expires_at !== undefined) requireFuture(expires_at)
      const expiry = expires_at === undefined ? {} : { expiresAt: new Date(expires_at).toISOString() }
      const made = await createKey(services.database, loaded, actor, {
        name,
        role,
        entities,
        isReadOnly: read_only,
        ...expiry,
      })
      return jsonAnswer(made, 201)
    }),
  )
  return app
}

/** @throws RL206 */
function requireFuture(text: string): void {
  const isTime = /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text))
  if (isTime && Date.parse(text) > Date.now()) return
  throw invalid([
    { path: '/expires_at', key: 'not_in_future', message: 'must be a time to come, such as 2030-01-31T00:00:00Z' },
  ])
}
