// The paths of one entity's records.
import type { Entity, Operation } from '../../sdk/metadata/snapshot.ts'
import { type JsonSchema, list, object, plainText, ref } from './openapi-schemas.ts'
import { accessPaths } from './openapi-access.ts'
import {
  AUTHORED,
  COMMON,
  DUPLICATES,
  INTEGER,
  json,
  LIST_PARAMETERS,
  parameter,
  type PathItem,
  query,
  response,
  TEXT,
  WRITE,
} from './openapi-shared.ts'

const ETAG = { ETag: { description: 'version of the record', schema: TEXT } }
const ONE = { '404': response('NotFound') }
const ID = parameter('id')
const requestBody = (name: string): JsonSchema => ({
  required: true,
  content: { 'application/json': { schema: ref(name) } },
})

/** @param may what the actor may do with these records */
export function entityPaths(entity: Entity, may: (operation: Operation) => boolean): Record<string, PathItem> {
  const { name } = entity
  const label = plainText(entity.label)
  const plural = plainText(entity.plural)
  const operation = (verb: string, summary: string, rest: JsonSchema): JsonSchema => ({
    operationId: `${verb}_${name.replace('.', '_')}`,
    summary,
    tags: [name],
    ...rest,
  })
  const record = (description: string) => json(description, ref(name), ETAG)
  const when = <T>(isAllowed: boolean, item: Record<string, T>): Record<string, T> => (isAllowed ? item : {})
  const base = `/records/${name}`
  const collection: PathItem = {
    ...when(may('read'), {
      get: operation('list', `List ${plural}`, {
        parameters: LIST_PARAMETERS,
        responses: { '200': json('A page', listSchema(name)), ...COMMON, '422': response('Invalid') },
      }),
    }),
    ...when(may('create'), {
      post: operation('create', `Create ${label}`, {
        parameters: [DUPLICATES],
        requestBody: requestBody(`${name}.create`),
        responses: { '201': record('Created'), ...WRITE },
      }),
    }),
    ...when(may('create') && may('update'), {
      put: operation('upsert', `Create ${label}, or change the one with this key`, {
        parameters: [{ ...query('by', TEXT, 'Unique field or fields'), required: true }, DUPLICATES],
        requestBody: requestBody(`${name}.update`),
        responses: { '200': record('Changed'), '201': record('Created'), ...WRITE },
      }),
    }),
  }
  const at = query('at', { type: 'string', format: 'date-time' }, 'The record as it was then')
  const single: PathItem = {
    parameters: [ID],
    get: operation('get', `One ${label}`, {
      parameters: [parameter('select'), at],
      responses: { '200': record('The record'), ...COMMON, ...ONE },
    }),
    ...when(may('update'), {
      patch: operation('update', `Change ${label}`, {
        parameters: [parameter('ifMatch'), DUPLICATES],
        requestBody: requestBody(`${name}.update`),
        responses: { '200': record('Changed'), ...WRITE, ...ONE, '428': response('NoVersion') },
      }),
    }),
    ...when(may('delete'), {
      delete: operation('delete', `Put ${label} into the trash`, {
        parameters: [
          parameter('ifMatchOptional'),
          query('purge', { type: 'boolean' }, 'Remove for good what is in the trash'),
        ],
        responses: { '204': { description: 'Gone' }, ...COMMON, ...ONE, '409': response('Conflict') },
      }),
    }),
  }
  return {
    [base]: collection,
    [`${base}/{id}`]: single,
    ...when(may('delete'), {
      [`${base}/{id}/restore`]: {
        parameters: [ID],
        post: operation('restore', `Take ${label} out of the trash`, {
          parameters: [DUPLICATES],
          responses: { '200': record('Restored'), ...COMMON, ...ONE, '409': response('Conflict') },
        }),
      },
    }),
    ...when(entity.history, {
      [`${base}/{id}/history`]: {
        parameters: [ID],
        get: operation('history', `Changes of one ${label}, newest first`, {
          parameters: [
            query('before', { type: 'integer', minimum: 1 }, 'The `next` of the answer before'),
            parameter('limit'),
          ],
          responses: { '200': json('Changes', ref('History')), ...COMMON, ...ONE },
        }),
      },
    }),
    ...accessPaths(name, label, may('share')),
    [`/aggregates/${name}`]: {
      get: operation('aggregate', `Counts and sums of ${plural}`, {
        parameters: [
          query('group', TEXT, '`stage,created_at:month`'),
          { ...query('measures', TEXT, '`count,sum:amount.base`'), required: true },
          parameter('filter'),
        ],
        responses: {
          '200': json('Groups', object({ data: list({ type: 'object' }) })),
          ...COMMON,
          '422': response('Invalid'),
        },
      }),
    },
    ...when(may('create'), { [`/bulk/${name}`]: { post: operation('bulk', `Load many ${plural}`, BULK) } }),
  }
}

const listSchema = (name: string): JsonSchema =>
  object(
    {
      data: list(ref(name)),
      next: { type: ['string', 'null'], description: 'pass as cursor for the rows after these' },
      count: ref('Count'),
    },
    ['data', 'next'],
  )

const BULK: JsonSchema = {
  parameters: [DUPLICATES],
  requestBody: {
    required: true,
    content: {
      'text/csv': { schema: TEXT },
      'application/x-ndjson': { schema: TEXT },
    },
  },
  responses: {
    '200': json(
      'What was accepted, and every rejected line with its reason',
      object({
        accepted: INTEGER,
        rejected: INTEGER,
        errors: list(
          object({ line: INTEGER, field: TEXT, message: TEXT, text: AUTHORED, value: TEXT }, ['line', 'message']),
        ),
      }),
    ),
    ...WRITE,
  },
}
