// Who may do what with a record, and why; and to whom it is shared beside what the roles say.
import { Type } from '@sinclair/typebox'
import { type Context as HonoContext, Hono } from 'hono'
import { RelataError } from '../../sdk/errors.ts'
import { SHARE_ACCESS } from '../../sdk/wire/access.ts'
import { whoMay, whyMay } from '../auth/who-may.ts'
import type { EntityModel } from '../catalog/model.ts'
import { bad, makeCursor, parseCursor, parseLimit, refuseUnknown } from '../parse/list-request.ts'
import { inTenant, type TenantEnv } from '../request.ts'
import { jsonAnswer } from '../respond/json.ts'
import { SAFE_HEADERS } from '../respond/safe-headers.ts'
import { requireRecords } from '../run/access.ts'
import { withRetry } from '../run/batch.ts'
import type { Context } from '../run/context.ts'
import { isUuid } from '../run/new-id.ts'
import { readShares, shareRecord, unshareRecord } from '../run/shares.ts'
import type { Services } from '../services.ts'
import { Emptiable, readBody, Words } from './read-body.ts'
import { readJson } from './read-json.ts'

type Request = HonoContext<TenantEnv>

const NewShare = Type.Object(
  {
    with: Type.Object({ entity: Words(81), id: Words(36) }, { additionalProperties: false }),
    access: Type.Union(SHARE_ACCESS.map((one) => Type.Literal(one))),
    until: Emptiable(Words(40)),
  },
  { additionalProperties: false },
)

const BASE = '/records/:entity/:id'

export function accessRoutes(services: Services): Hono<TenantEnv> {
  const { database } = services
  const app = new Hono<TenantEnv>()

  app.get(`${BASE}/access`, (c) =>
    inTenant(c, services, async (context) => {
      const query = new URL(c.req.url).searchParams
      refuseUnknown(query, ['user'])
      const user = query.get('user') ?? context.actor.userId
      if (!isUuid(user)) throw bad('user', 'it must be the id of a user')
      return jsonAnswer(await whyMay(context, database, entityOf(c, context), idOf(c), user.toLowerCase()))
    }),
  )

  app.get(`${BASE}/access/people`, (c) =>
    inTenant(c, services, async (context) => {
      const query = new URL(c.req.url).searchParams
      refuseUnknown(query, ['q', 'limit', 'cursor'])
      const window = {
        after: afterOf(query.get('cursor')),
        search: query.get('q')?.normalize('NFC').trim().slice(0, 200),
        limit: Math.min(parseLimit(query.get('limit')), MOST_PEOPLE),
      }
      const { data, next } = await whoMay(context, database, entityOf(c, context), idOf(c), window)
      return jsonAnswer({ data, next: next ? makeCursor(next) : null })
    }),
  )

  app.get(`${BASE}/shares`, (c) =>
    inTenant(c, services, async (context) => {
      const [entity, id] = [entityOf(c, context), idOf(c)]
      context.rights.require(entity, 'share')
      await requireRecords(context, database, entity, [id], 'share')
      return jsonAnswer({ data: await readShares(context, database, entity, id) })
    }),
  )

  app.post(`${BASE}/shares`, (c) =>
    inTenant(c, services, async (context) => {
      const share = readBody(NewShare, await readJson(c))
      if (!isUuid(share.with.id)) throw new RelataError('RL205', `“${share.with.id}” is not the id of a record.`)
      const entity = entityOf(c, context)
      return jsonAnswer(await withRetry(() => shareRecord(context, database, entity, idOf(c), share)), 201)
    }),
  )

  app.delete(`${BASE}/shares/:share`, (c) =>
    inTenant(c, services, async (context) => {
      const share = c.req.param('share') ?? ''
      if (!isUuid(share)) throw new RelataError('RL205', `“${share}” is not the id of a share.`)
      await withRetry(() => unshareRecord(context, database, entityOf(c, context), idOf(c), share.toLowerCase()))
      return new Response(null, { status: 204, headers: SAFE_HEADERS })
    }),
  )

  return app
}

const MOST_PEOPLE = 100

const entityOf = (c: Request, { model }: Context): EntityModel => model.entity(c.req.param('entity') ?? '')

function idOf(c: Request): string {
  const id = c.req.param('id') ?? ''
  if (!isUuid(id)) throw new RelataError('RL205', `“${id}” is not the id of a record.`)
  return id.toLowerCase()
}

/** @throws RL104 */
function afterOf(text: string | null): readonly [string, string] | undefined {
  const cursor = parseCursor(text)
  if (cursor === undefined) return undefined
  const [name, id, ...rest] = cursor
  if (name === null || name === undefined || !id || !isUuid(id) || rest.length > 0)
    throw bad('cursor', 'it must be what the last answer gave as next')
  return [name, id]
}
