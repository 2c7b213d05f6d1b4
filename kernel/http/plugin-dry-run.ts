// What hooks of a plugin would do, before they are let near a save. For administrators.
import { Hono } from 'hono'
import { DryRunRequest } from '../../sdk/wire/plugins.ts'
import { requireAdminister } from '../auth/rights.ts'
import { dryRun } from '../hooks/dry-run/index.ts'
import type { ActRoom } from '../plugins/act/act-room.ts'
import { candidateOf } from '../plugins/life/candidate.ts'
import type { LifeRoom } from '../plugins/life/life-room.ts'
import { inTenant, type TenantEnv } from '../request.ts'
import { jsonAnswer } from '../respond/json.ts'
import type { Services } from '../services.ts'
import { lastRecords } from './last-records.ts'
import { readBody } from './read-body.ts'
import { readJson } from './read-json.ts'

export function pluginDryRunRoutes(services: Services, life: LifeRoom, act: ActRoom): Hono<TenantEnv> {
  const app = new Hono<TenantEnv>()
  app.post('/plugins/:name/dry-run', (c) =>
    inTenant(c, services, async (context) => {
      requireAdminister(context.model, context.actor)
      const { entity, hook, last = 100, ...which } = readBody(DryRunRequest, await readJson(c))
      const candidate = await candidateOf(life, context.loaded, c.req.param('name'), which)
      // An entity that the package brings has no records yet.
      const known = context.model.find(entity)
      const records = known ? await lastRecords(context, services.database, known, last) : []
      const body = await dryRun(act, life.publisher, context, { candidate, entity, hook, records })
      return jsonAnswer(body, 200, { 'cache-control': 'private, no-store' })
    }),
  )
  return app
}
