// What the description says many times, said once: parameters, answers to refusals, common shapes.
import { ERRORS } from '../../sdk/errors.ts'
import { type JsonSchema, list, object } from './openapi-schemas.ts'

export type PathItem = Record<string, unknown>

export const TEXT: JsonSchema = { type: 'string' }
export const UUID: JsonSchema = { type: 'string', format: 'uuid' }
export const INTEGER: JsonSchema = { type: 'integer' }
/** A shape that the API documents in words. */
export const ANY: JsonSchema = { type: 'object', additionalProperties: true }

export function query(name: string, schema: JsonSchema, description: string): JsonSchema {
  return { name, in: 'query', schema, description }
}

export function json(description: string, schema: JsonSchema, headers?: JsonSchema): JsonSchema {
  return { description, content: { 'application/json': { schema } }, ...(headers ? { headers } : {}) }
}

function ifMatch(required: boolean): JsonSchema {
  const description = 'The version that is changed, as in ETag: `"3"`'
  return { name: 'If-Match', in: 'header', required, schema: TEXT, description }
}

const LIST = {
  select: query('select', TEXT, 'Fields: `name,employer(display_name)`; without it all fields'),
  filter: query('filter', TEXT, 'A rule (JSON-Logic): `{"==":[{"var":"stage"},"won"]}`'),
  sort: query('sort', TEXT, 'Field paths, `-` for descending: `-amount,name`'),
  limit: query(
    'limit',
    { type: 'integer', minimum: 1, maximum: 5_000, default: 50 },
    'Rows to answer; over 500 for an export only',
  ),
  cursor: query('cursor', TEXT, '`next` of the answer before'),
  offset: query('offset', { type: 'integer', minimum: 0, maximum: 9_999_999 }, 'Rows to skip; a cursor is faster'),
  q: query('q', TEXT, 'Words of the display name and searchable fields'),
  count: query('count', { type: 'string', enum: ['true', 'exact'] }, '`true` counts up to 10,000, `exact` all'),
  trash: query('trash', { type: 'boolean' }, 'List the trash instead'),
  purpose: query('purpose', { enum: ['export'] }, 'Rows are taken out: what may be exported, `limit` to 5,000'),
}
const ID: JsonSchema = { name: 'id', in: 'path', required: true, schema: UUID }

export const PARAMETERS = { ...LIST, id: ID, ifMatch: ifMatch(true), ifMatchOptional: ifMatch(false) }
export const LIST_PARAMETERS = Object.keys(LIST).map((name) => ({ $ref: `#/components/parameters/${name}` }))

export function parameter(name: keyof typeof PARAMETERS): JsonSchema {
  return { $ref: `#/components/parameters/${name}` }
}

/** What the author of the metadata wrote. */
export const AUTHORED: JsonSchema = {
  description: 'the reason as the author of the metadata wrote it: one text, or one for each language',
  anyOf: [TEXT, { type: 'object', additionalProperties: TEXT }],
}

const PROBLEM: JsonSchema = object(
  {
    type: { type: 'string', format: 'uri' },
    title: TEXT,
    status: INTEGER,
    code: { type: 'string', enum: Object.keys(ERRORS) },
    detail: TEXT,
    hint: TEXT,
    instance: TEXT,
    errors: list(
      object(
        {
          path: { type: 'string', description: 'JSON pointer into the body, or the name of a parameter' },
          message: TEXT,
          text: AUTHORED,
          key: TEXT,
          hint: TEXT,
          package: TEXT,
          file: TEXT,
        },
        ['path', 'message'],
      ),
    ),
  },
  ['type', 'title', 'status', 'code'],
)

const HISTORY: JsonSchema = object({
  data: list(
    object({
      version: INTEGER,
      at: { type: 'string', format: 'date-time' },
      by: {
        anyOf: [
          object({ id: UUID, display_name: TEXT, kind: { enum: ['person', 'key', 'system'] } }),
          { type: 'null' },
        ],
      },
      on_behalf: {
        anyOf: [object({ id: UUID, display_name: TEXT }), { type: 'null' }],
        description: 'for whom a plugin acted',
      },
      operation: { type: 'string', enum: ['create', 'update', 'delete', 'restore'] },
      changes: {
        type: 'object',
        description: 'old and new value by field',
        additionalProperties: { type: 'array', minItems: 2, maxItems: 2 },
      },
    }),
  ),
  next: { type: ['integer', 'null'], description: 'pass as `before` for earlier ones' },
})

export const SHARED_SCHEMAS: Record<string, JsonSchema> = {
  Problem: { title: 'Problem (RFC 9457)', ...PROBLEM },
  History: HISTORY,
  Count: object({ value: INTEGER, exact: { type: 'boolean', description: 'false: there are more' } }),
  PackageSource: object(
    {
      name: TEXT,
      version: TEXT,
      files: { ...ANY, description: 'parsed files by path, package.json among them' },
    },
    ['name', 'files'],
  ),
}

const problem = (description: string): JsonSchema => ({
  description,
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
})

export const RESPONSES = {
  BadRequest: problem('The request could not be read'),
  NotSignedIn: problem('Nobody is signed in, or the key is not valid'),
  NotAllowed: problem('The roles of the actor do not allow this'),
  NotFound: problem('There is no such record'),
  Conflict: problem('The record or the published version has moved on, or another record stands in the way'),
  Invalid: problem('Some values are not valid; each is named'),
  NoVersion: problem('If-Match is missing'),
  TooMany: problem('Too many requests'),
}

export function response(name: keyof typeof RESPONSES): JsonSchema {
  return { $ref: `#/components/responses/${name}` }
}

/** Refusals that any call may meet, and those of calls that write. */
export const COMMON = {
  '400': response('BadRequest'),
  '401': response('NotSignedIn'),
  '403': response('NotAllowed'),
  '429': response('TooMany'),
}
export const WRITE = { ...COMMON, '409': response('Conflict'), '422': response('Invalid') }

/** Of whatever writes records. */
export const DUPLICATES = query(
  'duplicates',
  { enum: ['refuse', 'allow'], default: 'refuse' },
  '`allow`: save although a duplicate rule warns (RL217)',
)

export const body = (schema: JsonSchema): JsonSchema => ({
  required: true,
  content: { 'application/json': { schema } },
})
export const call = (id: string, tag: string, summary: string, rest: JsonSchema): JsonSchema => ({
  operationId: id,
  summary,
  tags: [tag],
  ...rest,
})
export const answers = (schema: JsonSchema, more: JsonSchema = COMMON): JsonSchema => ({
  responses: { '200': json('Answer', schema), ...more },
})
