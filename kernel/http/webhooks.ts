// What administrators do about webhooks, beside keeping them as records.
import { Hono } from 'hono'
import { RelataError } from '../../sdk/errors.ts'
import { requireAdminister } from '../auth/rights.ts'
import { inTenant, type TenantEnv } from '../request.ts'
import { jsonAnswer } from '../respond/json.ts'
import { isUuid } from '../run/new-id.ts'
import { updateRecord } from '../run/write-records.ts'
import type { Services } from '../services.ts'
import type { Webhooks } from '../webhooks/index.ts'
import { newSecret } from '../webhooks/message.ts'
import { WEBHOOK_ENTITY } from '../webhooks/webhook-rows.ts'

export function webhookRoutes(services: Services, webhooks: Webhooks): Hono<TenantEnv> {
  const { database } = services
  const app = new Hono<TenantEnv>()

  app.post('/webhook-deliveries/:id/replay', (c) =>
    inTenant(c, services, async ({ loaded, model, actor }) => {
      requireAdminister(model, actor)
      await webhooks.replay(loaded, idOf(c.req.param('id')))
      return jsonAnswer({ id: c.req.param('id') }, 202)
    }),
  )

  app.post('/webhooks/:id/test', (c) =>
    inTenant(c, services, async ({ loaded, model, actor }) => {
      requireAdminister(model, actor)
      const { delivery, status, durationMs, answer, error } = await webhooks.test(loaded, idOf(c.req.param('id')))
      return jsonAnswer({ delivery, status, duration_ms: Math.round(durationMs), answer, error })
    }),
  )

  app.post('/webhooks/:id/secret', (c) =>
    inTenant(c, services, async (context) => {
      requireAdminister(context.model, context.actor)
      const secret = newSecret()
      const id = idOf(c.req.param('id'))
      await updateRecord(context, { database }, context.model.entity(WEBHOOK_ENTITY), id, undefined, { secret })
      return jsonAnswer({ id, secret })
    }),
  )
  return app
}

/** @throws RL205 */
function idOf(text: string): string {
  if (isUuid(text)) return text
  throw new RelataError('RL205', `There is nothing with the id ${text}.`)
}
