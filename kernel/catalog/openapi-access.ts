// The part of the OpenAPI description that is about who may do what with a record.
import { FIELD_RIGHTS } from '../../sdk/metadata/rights.ts'
import { RECORD_OPERATIONS, SHARE_ACCESS } from '../../sdk/wire/access.ts'
import { type JsonSchema, list, object, ref } from './openapi-schemas.ts'
import { COMMON, json, parameter, type PathItem, query, response, WRITE } from './openapi-shared.ts'

const TEXT: JsonSchema = { type: 'string' }
const UUID: JsonSchema = { type: 'string', format: 'uuid' }
const ONE = { '404': response('NotFound') }
const ID = parameter('id')

export function accessPaths(name: string, label: string, mayShare: boolean): Record<string, PathItem> {
  const base = `/records/${name}/{id}`
  const operation = (verb: string, summary: string, rest: JsonSchema): JsonSchema => ({
    operationId: `${verb}_${name.replace('.', '_')}`,
    summary,
    tags: [name],
    ...rest,
  })
  const paths: Record<string, PathItem> = {
    [`${base}/access`]: {
      parameters: [ID],
      get: operation('explain_access', `What one may do with this ${label}, and why`, {
        parameters: [query('user', UUID, 'Somebody else: for administrators and those who may share the record')],
        responses: { '200': json('The answer', ref('Access')), ...COMMON, ...ONE },
      }),
    },
    [`${base}/access/people`]: {
      parameters: [ID],
      get: operation('who_can_see', `Who can see this ${label}`, {
        parameters: [query('q', TEXT, 'Part of the name'), parameter('limit'), parameter('cursor')],
        responses: { '200': json('People and API keys, by name', ref('People')), ...COMMON, ...ONE },
      }),
    },
  }
  if (!mayShare) return paths
  const body = { required: true, content: { 'application/json': { schema: ref('NewShare') } } }
  return {
    ...paths,
    [`${base}/shares`]: {
      parameters: [ID],
      get: operation('list_shares', `To whom this ${label} is shared`, {
        responses: { '200': json('Shares', object({ data: list(ref('Share')) })), ...COMMON, ...ONE },
      }),
      post: operation('share', `Share this ${label}`, {
        requestBody: body,
        responses: { '201': json('The share', ref('Share')), ...WRITE, ...ONE },
      }),
    },
    [`${base}/shares/{share}`]: {
      parameters: [ID, { name: 'share', in: 'path', required: true, schema: UUID }],
      delete: operation('unshare', `Take a share of this ${label} back`, {
        responses: { '204': { description: 'Taken back' }, ...COMMON, ...ONE },
      }),
    },
  }
}

const PRINCIPAL = object({ entity: TEXT, id: UUID, display_name: { type: ['string', 'null'] } })
const ACCESS: JsonSchema = { type: 'string', enum: SHARE_ACCESS }
const UNTIL: JsonSchema = { type: ['string', 'null'], format: 'date-time' }
const REASON = object(
  {
    kind: { enum: ['role', 'share'] },
    role: TEXT,
    scope: {},
    share: UUID,
    with: PRINCIPAL,
    access: ACCESS,
    until: UNTIL,
  },
  ['kind'],
)
const OPERATION = object(
  { allowed: { type: 'boolean' }, reasons: list(REASON), obstacle: { enum: ['role', 'record', 'parent'] } },
  ['allowed', 'reasons'],
)
const USER = { id: UUID, display_name: TEXT, kind: TEXT }

export const ACCESS_SCHEMAS: Record<string, JsonSchema> = {
  Access: object({
    user: object(USER),
    operations: object(Object.fromEntries(RECORD_OPERATIONS.map((name) => [name, OPERATION]))),
    fields: list(object({ name: TEXT, right: { enum: FIELD_RIGHTS } })),
    parents: list(
      object({
        ...{ field: TEXT, entity: TEXT, id: UUID },
        ...{ display_name: { type: ['string', 'null'] }, allowed: { type: 'boolean' } },
      }),
    ),
  }),
  People: object({
    data: list(object({ ...USER, operations: list({ enum: RECORD_OPERATIONS }), reasons: list(REASON) })),
    next: { type: ['string', 'null'] },
  }),
  Share: object({
    id: UUID,
    with: PRINCIPAL,
    access: ACCESS,
    until: UNTIL,
    created_at: { type: 'string', format: 'date-time' },
    created_by: { ...object({ id: UUID, display_name: TEXT }), type: ['object', 'null'] },
  }),
  NewShare: object({ with: object({ entity: TEXT, id: UUID }), access: ACCESS, until: UNTIL }, ['with', 'access']),
}
