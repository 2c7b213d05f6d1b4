// The records API (docs/http-api.md): addresses and headers on one side, rooms on the other.
import { type Context as HonoContext, Hono } from 'hono'
import { RelataError } from '../../sdk/errors.ts'
import { readInstant } from '../../sdk/fields/calendar.ts'
import { bad, parseBoolean, parseListRequest, refuseUnknown, parseLimit } from '../parse/list-request.ts'
import { parseSelect } from '../parse/select-syntax.ts'
import { withDuplicates } from './duplicates-parameter.ts'
import { inTenant, type TenantEnv } from '../request.ts'
import { SAFE_HEADERS } from '../respond/safe-headers.ts'
import { jsonText } from '../respond/json.ts'
import { auditAct } from '../auth/audit.ts'
import { aggregate } from '../run/aggregate.ts'
import { runBatch, upsertRecord, withRetry } from '../run/batch.ts'
import { readAt, readHistory } from '../run/history.ts'
import { isUuid } from '../run/new-id.ts'
import { getRecord, listRecords, type OneRecord } from '../run/read-records.ts'
import { deleteRecord, purgeRecord, restoreRecord } from '../run/trash-records.ts'
import { createRecord, updateRecord } from '../run/write-records.ts'
import type { Services } from '../services.ts'
import { readJson } from './read-json.ts'

type Request = HonoContext<TenantEnv>

export function recordRoutes(services: Services): Hono<TenantEnv> {
  const { database } = services
  const app = new Hono<TenantEnv>()

  app.get('/records/:entity', (c) =>
    inTenant(c, services, async (context) => {
      const [entity, request] = [entityOf(c, context), parseListRequest(queryOf(c))]
      const body = await listRecords(context, database, entity, request)
      if (request.isExport && !request.cursor)
        await auditAct(database, context.model, context.actor, {
          action: 'exported',
          kind: entity.entity.name,
          about: entity.entity.name,
        })
      return json(body)
    }),
  )

  app.post('/records/:entity', (c) =>
    inTenant(c, services, async (context) => {
      const asked = withDuplicates(context, queryOf(c))
      const body = await readJson(c)
      const record = await withRetry(() => createRecord(asked, { database }, entityOf(c, context), body))
      return one(record, 201, { location: `${c.req.path}/${record.id}` })
    }),
  )

  app.put('/records/:entity', (c) =>
    inTenant(c, services, async (context) => {
      const query = queryOf(c)
      const asked = withDuplicates(context, query, ['by'])
      const keys = (query.get('by') ?? '').split(',').filter(Boolean)
      if (keys.length === 0) throw bad('by', 'name the unique field or fields to find the record by')
      const record = await upsertRecord(asked, database, entityOf(c, context), keys, await readJson(c))
      return one(record, record.isNew ? 201 : 200)
    }),
  )

  app.get('/records/:entity/:id', (c) =>
    inTenant(c, services, async (context) => {
      const query = queryOf(c)
      refuseUnknown(query, ['select', 'expand', 'at', 'trash'])
      const entity = entityOf(c, context)
      const at = query.get('at')
      if (at !== null) return json(JSON.stringify(await readAt(context, database, entity, idOf(c), instantOf(at))))
      const [select, expand] = [query.get('select'), query.get('expand')]
      const request = {
        select: select ? parseSelect(select) : undefined,
        expand: expand ? parseSelect(expand) : [],
        isTrash: parseBoolean('trash', query.get('trash')),
      }
      const record = await getRecord(context, database, entity, idOf(c), request)
      if (c.req.header('if-none-match') === etag(record))
        return new Response(null, { status: 304, headers: { etag: etag(record) } })
      return one(record, 200)
    }),
  )

  app.patch('/records/:entity/:id', (c) =>
    inTenant(c, services, async (context) => {
      const asked = withDuplicates(context, queryOf(c))
      const version = versionOf(c)
      const body = await readJson(c)
      return one(
        await withRetry(() => updateRecord(asked, { database }, entityOf(c, context), idOf(c), version, body)),
        200,
      )
    }),
  )

  app.delete('/records/:entity/:id', (c) =>
    inTenant(c, services, async (context) => {
      const query = queryOf(c)
      refuseUnknown(query, ['purge'])
      const entity = entityOf(c, context)
      const isPurge = parseBoolean('purge', query.get('purge'))
      const version = c.req.header('if-match') === undefined ? undefined : versionOf(c)
      await withRetry(() =>
        isPurge
          ? purgeRecord(context, { database }, entity, idOf(c))
          : deleteRecord(context, { database }, entity, idOf(c), version),
      )
      return new Response(null, { status: 204, headers: SAFE_HEADERS })
    }),
  )

  app.post('/records/:entity/:id/restore', (c) =>
    inTenant(c, services, async (context) => {
      const asked = withDuplicates(context, queryOf(c))
      const entity = entityOf(c, context)
      await withRetry(() => restoreRecord(asked, { database }, entity, idOf(c)))
      return one(
        await getRecord(context, database, entity, idOf(c), { select: undefined, expand: [], isTrash: false }),
        200,
      )
    }),
  )

  app.get('/records/:entity/:id/history', (c) =>
    inTenant(c, services, async (context) => {
      const query = queryOf(c)
      refuseUnknown(query, ['before', 'limit'])
      const limit = parseLimit(query.get('limit'))
      const window = { before: beforeOf(query.get('before')), limit }
      const data = await readHistory(context, database, entityOf(c, context), idOf(c), window)
      return json(JSON.stringify({ data, next: data.length < limit ? null : (data.at(-1)?.version ?? null) }))
    }),
  )

  app.get('/aggregates/:entity', (c) =>
    inTenant(c, services, async (context) =>
      json(await aggregate(context, database, entityOf(c, context), queryOf(c))),
    ),
  )

  app.post('/batch', (c) =>
    inTenant(c, services, async (context) =>
      json(await runBatch(withDuplicates(context, queryOf(c)), database, await readJson(c))),
    ),
  )

  return app
}

const queryOf = (c: Request): URLSearchParams => new URL(c.req.url).searchParams

const entityOf = (
  c: Request,
  context: { model: { entity(name: string): import('../catalog/model.ts').EntityModel } },
) => context.model.entity(c.req.param('entity') ?? '')

function idOf(c: Request): string {
  const id = c.req.param('id') ?? ''
  if (!isUuid(id)) throw new RelataError('RL205', `“${id}” is not the id of a record.`)
  return id.toLowerCase()
}

/** `If-Match: "3"` (RFC 9110); `*` overwrites whatever is there. */
function versionOf(c: Request): number | undefined {
  const header = c.req.header('if-match')?.trim()
  if (header === undefined) {
    throw new RelataError('RL106', 'Say which version you are changing.', {
      hint: 'Send the ETag of the record as If-Match, or * to overwrite whatever is there.',
    })
  }
  if (header === '*') return undefined
  const match = /^(?:W\/)?"(\d{1,9})"$/.exec(header)
  if (!match) throw new RelataError('RL106', `If-Match: ${header.slice(0, 40)} is not a version of a record.`)
  return Number(match[1])
}

/** `next` of the page before. */
function beforeOf(text: string | null): number | undefined {
  if (text === null) return undefined
  if (!/^\d{1,9}$/.test(text)) throw bad('before', 'it must be the version that the last answer gave as next')
  return Number(text)
}

/** To the microsecond: two changes may be closer than milliseconds tell. */
function instantOf(text: string): string {
  const read = readInstant(text)
  if (!read.ok) throw bad('at', 'it must be a time such as 2026-01-31T12:00:00Z')
  return read.text
}

const etag = (record: OneRecord): string => `"${record.version}"`

const json = (body: string): Response => jsonText(body)

const one = (record: OneRecord, status: number, headers: Record<string, string> = {}): Response =>
  jsonText(record.body, status, { etag: etag(record), ...headers })
