// What administrators do about events and about work that failed.
import { Type } from '@sinclair/typebox'
import { Hono } from 'hono'
import { requireAdminister } from '../auth/rights.ts'
import { dropLetter, notOpen } from '../events/dead-letters.ts'
import { inTenant, type TenantEnv } from '../request.ts'
import { jsonAnswer } from '../respond/json.ts'
import { isUuid } from '../run/new-id.ts'
import type { Services } from '../services.ts'
import { readBody, Words } from './read-body.ts'
import { readJson } from './read-json.ts'

const ReplayBody = Type.Object(
  {
    since: Type.Optional(
      Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?(Z|[+-]\\d\\d:\\d\\d)$' }),
    ),
    from: Type.Optional(Type.String({ pattern: '^\\d{1,18}$' })),
    consumer: Type.Optional(Words(100)),
  },
  { additionalProperties: false },
)
const RunBody = Type.Object({ kind: Words(60) }, { additionalProperties: false })

export function eventRoutes(services: Services): Hono<TenantEnv> {
  const { database, events } = services
  const app = new Hono<TenantEnv>()

  app.get('/work', (c) =>
    inTenant(c, services, async ({ loaded, model, actor }) => {
      requireAdminister(model, actor)
      return jsonAnswer({ waiting: await events.waiting(loaded.tenant.schema) })
    }),
  )

  app.post('/events/replay', (c) =>
    inTenant(c, services, async ({ loaded, model, actor }) => {
      requireAdminister(model, actor)
      const { since, from, consumer } = readBody(ReplayBody, await readJson(c))
      const count = await events.replay(loaded.tenant.schema, {
        ...(since === undefined ? {} : { since }),
        ...(from === undefined ? {} : { fromId: from }),
        ...(consumer === undefined ? {} : { consumer }),
      })
      return jsonAnswer({ events: count }, 202)
    }),
  )

  app.post('/dead-letters', (c) =>
    inTenant(c, services, async ({ loaded, model, actor }) => {
      requireAdminister(model, actor)
      const { kind } = readBody(RunBody, await readJson(c))
      return jsonAnswer({ count: await events.revive(loaded, { kind }) }, 202)
    }),
  )

  app.post('/dead-letters/:id/run', (c) =>
    inTenant(c, services, async ({ loaded, model, actor }) => {
      requireAdminister(model, actor)
      const id = c.req.param('id')
      if (!isUuid(id) || (await events.revive(loaded, { ids: [id] })) === 0) throw notOpen()
      return jsonAnswer({ count: 1 }, 202)
    }),
  )

  app.post('/dead-letters/:id/drop', (c) =>
    inTenant(c, services, async ({ loaded, model, actor }) => {
      requireAdminister(model, actor)
      const id = c.req.param('id')
      if (!isUuid(id)) throw notOpen()
      await dropLetter(database, loaded, id)
      return jsonAnswer({ id, state: 'dropped' })
    }),
  )
  return app
}
